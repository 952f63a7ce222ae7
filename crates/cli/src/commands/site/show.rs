//! `relayscope site list` and `site show`.

use app::view::{KeyView, SiteList, SiteView, VaultView};

use super::super::answer::{self, Side};
use super::super::client::Client;
use super::super::{find, tokens};
use crate::failure::Failure;

/// Arguments of `site list`.
#[derive(Debug, clap::Args)]
pub(super) struct ListArguments {
    /// One JSON document
    #[arg(long)]
    json: bool,
}

/// Arguments of `site show`.
#[derive(Debug, clap::Args)]
pub(super) struct ShowArguments {
    /// Its name
    name: String,
    /// One JSON document
    #[arg(long)]
    json: bool,
}

/// Lists all sites.
pub(super) async fn list(client: &mut Client, arguments: &ListArguments) -> Result<(), Failure> {
    let list: SiteList = client.get("/api/sites").await?;
    say_locked(&list.vault);
    if arguments.json {
        return answer::document(&list);
    }
    if list.sites.is_empty() {
        answer::progress("no sites: add one with `relayscope site add NAME --url URL --key -`");
        return Ok(());
    }
    let headings = [
        ("NAME", Side::Left),
        ("ROUTE", Side::Left),
        ("HEALTH", Side::Left),
        ("KEYS", Side::Right),
        ("API", Side::Left),
        ("TYPE", Side::Left),
        ("TAGS", Side::Left),
        ("ADDRESS", Side::Left),
    ];
    let rows: Vec<_> = list.sites.iter().map(row).collect();
    answer::say(&answer::table(headings, &rows))
}

/// Shows one site.
pub(super) async fn show(client: &mut Client, arguments: &ShowArguments) -> Result<(), Failure> {
    let list: SiteList = client.get("/api/sites").await?;
    let site = find::site(&list.sites, &arguments.name)?;
    say_locked(&list.vault);
    if arguments.json {
        return answer::document(site);
    }
    for (name, value) in facts(site) {
        if !value.is_empty() {
            answer::say(&format!("{name:<11}  {value}"))?;
        }
    }
    match &site.keys[..] {
        [] => answer::say("\nno keys"),
        keys => answer::say(&format!("\n{}", tokens::table(keys))),
    }
}

/// `a: https://relay.example (anthropic), 2 keys, default route`.
pub(super) fn sentence(site: &SiteView) -> String {
    let keys = answer::count(site.keys.len(), "key");
    let mut sentence = format!("{}: {} ({}), {keys}", site.name, site.base_url, api(site));
    if let Some(position) = site.route_position {
        sentence.push_str(&format!(", {}", route(position)));
    }
    sentence
}

/// Says it where keys cannot be used; the rest works.
fn say_locked(vault: &VaultView) {
    if vault.state == "locked" {
        let reason = vault.reason.as_deref().unwrap_or_default();
        answer::progress(&format!("the keys cannot be used: {reason}"));
    }
}

fn row(site: &SiteView) -> [String; 8] {
    let usable = site.keys.iter().filter(|key| is_usable(key)).count();
    let keys = match site.keys.len() {
        0 => "none".to_owned(),
        all if all == usable => all.to_string(),
        all => format!("{usable} of {all}"),
    };
    [
        site.name.clone(),
        site.route_position.map(route).unwrap_or_default(),
        health(site).to_owned(),
        keys,
        api(site),
        kind(site).to_owned(),
        site.tags.join(", "),
        site.base_url.clone(),
    ]
}

fn facts(site: &SiteView) -> Vec<(&'static str, String)> {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let aliases = site.aliases.iter();
    let aliases: Vec<String> = aliases
        .map(|(asked, sent)| format!("{asked} → {sent}"))
        .collect();
    let cooling = site.cooling.iter().map(|rest| {
        let scope = rest.scope.as_deref().unwrap_or("all models");
        let wait = rest.until.as_deref().map(tokens::countdown);
        let cause = tokens::words(&rest.cause);
        format!("{scope}: {cause}, {}", wait.unwrap_or_default())
    });
    vec![
        ("name", site.name.clone()),
        ("id", site.id.clone()),
        ("address", site.base_url.clone()),
        ("api", api(site)),
        ("type", kind(site).to_owned()),
        ("multiplier", site.multiplier.clone()),
        ("route", site.route_position.map(route).unwrap_or_default()),
        ("health", health(site).to_owned()),
        ("cooling", cooling.collect::<Vec<_>>().join("; ")),
        ("tags", site.tags.join(", ")),
        ("strategy", text(&site.strategy)),
        ("way out", site.outbound.clone()),
        ("models", aliases.join(", ")),
        ("check-in", text(&site.checkin_url)),
        ("note", site.note.clone()),
    ]
}

fn is_usable(key: &KeyView) -> bool {
    matches!(&key.state[..], "active" | "half-open") || key.enabled && key.scope.is_some()
}

fn health(site: &SiteView) -> &str {
    if site.enabled {
        &site.health
    } else {
        "disabled"
    }
}

fn kind(site: &SiteView) -> &'static str {
    if site.paid { "paid" } else { "free" }
}

/// What it speaks, as far as that is known.
fn api(site: &SiteView) -> String {
    match (&site.api[..], &site.api_found) {
        ("auto", Some(found)) => found.clone(),
        (api, _) => api.to_owned(),
    }
}

fn route(position: u32) -> String {
    match position {
        0 => "default".to_owned(),
        position => format!("fallback {position}"),
    }
}
