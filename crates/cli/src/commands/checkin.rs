//! `relayscope checkin`.

use app::view::{CheckinDone, CheckinRound, SiteList, StationList};
use reqwest::Method;
use serde_json::json;

use super::answer;
use super::client::{self, Client, Place};
use super::{find, tokens};
use crate::failure::Failure;

/// Arguments of `checkin`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Name of the site
    #[arg(conflicts_with_all = ["all", "due"])]
    name: Option<String>,
    /// All sites with a check-in, done or not
    #[arg(long, conflicts_with = "due")]
    all: bool,
    /// All sites that are due [the default]
    #[arg(long)]
    due: bool,
    /// Pages that are opened at most [default: stations.checkin_pages]
    #[arg(long)]
    limit: Option<u32>,
    /// Tell the addresses of pages instead of opening them
    #[arg(long)]
    print: bool,
    /// One JSON document
    #[arg(long)]
    json: bool,
}

/// Checks in: calls stations that allow it, opens the pages of the others, or prints their addresses.
pub(crate) fn run(place: Place, arguments: Arguments) -> Result<(), Failure> {
    client::with(place, async |client| check_in(client, &arguments).await)
}

async fn check_in(client: &mut Client, arguments: &Arguments) -> Result<(), Failure> {
    let ids = match &arguments.name {
        Some(name) => {
            let list: SiteList = client.get("/api/sites").await?;
            Some(vec![find::site(&list.sites, name)?.id.clone()])
        }
        None if arguments.all => {
            let list: StationList = client.get("/api/stations").await?;
            let with = list
                .stations
                .into_iter()
                .filter(|it| it.checkin.how != "none");
            Some(with.map(|it| it.site).collect())
        }
        None => None,
    };
    let body = json!({ "ids": ids, "limit": arguments.limit });
    let mut round: CheckinRound = client.send(Method::POST, "/api/checkin", &body).await?;
    for site in &mut round.sites {
        let is_address = site.how == "address" && !arguments.print;
        if let Some(url) = site.url.as_deref().filter(|_| is_address)
            && webbrowser::open(url).is_ok()
        {
            site.how = "opened".to_owned();
        }
    }
    if arguments.json {
        answer::document(&round)?;
    } else {
        for site in &round.sites {
            answer::say(&line(site))?;
        }
        if round.sites.is_empty() {
            answer::progress("no check-in is due");
        }
        if round.left > 0 {
            let left = answer::count(round.left as usize, "site");
            answer::progress(&format!("{left} left: the limit was reached"));
        }
    }
    match round.sites.iter().find(|site| site.how == "failed") {
        None => Ok(()),
        Some(site) => Err(Failure::new(line(site))),
    }
}

fn line(site: &CheckinDone) -> String {
    let name = &site.name;
    let url = site.url.as_deref().unwrap_or_default();
    match &site.how[..] {
        "called" if site.already => format!("{name}: done already today"),
        "called" => match site.reward_usd {
            Some(reward) => format!("{name}: checked in, +${reward:.4}"),
            None => format!("{name}: checked in"),
        },
        "opened" => format!("{name}: opened {url}"),
        "address" => format!("{name}: {url}"),
        _ => {
            let error = site.error.as_ref();
            let why = error.map_or_else(|| "unknown".to_owned(), |it| tokens::words(&it.code));
            let said = error.and_then(|error| error.message.as_deref());
            let said = said.map_or(String::new(), |said| format!(" ({said})"));
            format!("{name} could not be checked in: {why}{said}")
        }
    }
}
