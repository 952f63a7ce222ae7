//! `relayscope site key …`.

use app::view::{KeyView, SiteList};
use base::Secret;
use clap::Subcommand;
use reqwest::Method;
use serde_json::{Value, json};

use super::super::client::{self, Client, Place};
use super::super::{answer, find};
use super::secrets;
use crate::failure::Failure;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Add keys to a site
    Add(Added),
    /// Remove a key
    Remove(Named),
    /// Let a key be used again
    Enable(Named),
    /// Keep a key, but do not use it
    Disable(Named),
}

/// Arguments of `site key add`.
#[derive(Debug, clap::Args)]
pub(super) struct Added {
    /// Name of the site
    site: String,
    /// A key; `-` reads keys from standard input, one a line, which keeps them out of the shell's history
    #[arg(long = "key", value_name = "KEY", required = true)]
    keys: Vec<secrets::Said>,
    /// Its label
    #[arg(long)]
    label: Option<String>,
    /// Its share of requests under the weighted strategy
    #[arg(long, value_name = "N")]
    weight: Option<u32>,
    /// One JSON document
    #[arg(long)]
    json: bool,
}

/// A key of a site.
#[derive(Debug, clap::Args)]
pub(super) struct Named {
    /// Name of the site
    site: String,
    /// The key's id, or its label, or the last four characters
    #[arg(value_name = "KEYID")]
    key: String,
}

pub(super) fn run(place: Place, command: Command) -> Result<(), Failure> {
    match command {
        Command::Add(arguments) => {
            let keys = secrets::read(&arguments.keys)?;
            client::with(place, async |client| add(client, &arguments, &keys).await)
        }
        Command::Remove(named) => client::with(place, async |client| {
            let key = found(client, &named).await?;
            let path = format!("/api/keys/{}", key.id);
            let _: Value = client.send(Method::DELETE, &path, &()).await?;
            answer::say(&format!("removed {}", sentence(&key)))
        }),
        Command::Enable(named) => client::with(place, async |client| {
            let key = switch(client, &named, json!({"enabled": true})).await?;
            answer::say(&format!("enabled {}", sentence(&key)))
        }),
        Command::Disable(named) => client::with(place, async |client| {
            let key = switch(client, &named, json!({"enabled": false})).await?;
            answer::say(&format!("disabled {}", sentence(&key)))
        }),
    }
}

async fn add(
    client: &mut Client,
    arguments: &Added,
    keys: &[Secret<String>],
) -> Result<(), Failure> {
    if keys.len() > 1 && arguments.label.is_some() {
        return Err(Failure::new(format!(
            "a label names one key, and {} came: add them one by one, or without --label",
            keys.len()
        )));
    }
    let list: SiteList = client.get("/api/sites").await?;
    let site = find::site(&list.sites, &arguments.site)?;
    let (label, weight) = (arguments.label.as_deref(), arguments.weight);
    let added = secrets::add(client, site, keys, label, weight).await?;
    if arguments.json {
        return answer::document(&json!({ "keys": added }));
    }
    for key in &added {
        answer::say(&format!("added {}", sentence(key)))?;
    }
    Ok(())
}

async fn switch(client: &mut Client, named: &Named, change: Value) -> Result<KeyView, Failure> {
    let key = found(client, named).await?;
    let path = format!("/api/keys/{}", key.id);
    client.send(Method::PATCH, &path, &change).await
}

async fn found(client: &mut Client, named: &Named) -> Result<KeyView, Failure> {
    let list: SiteList = client.get("/api/sites").await?;
    let site = find::site(&list.sites, &named.site)?;
    Ok(find::key(site.keys.iter(), &named.key)?.clone())
}

/// `key main (sk-••••••••7Qf2) of a`.
fn sentence(key: &KeyView) -> String {
    let KeyView {
        site,
        label,
        masked,
        ..
    } = key;
    format!("{label} ({masked}) of {site}")
}
