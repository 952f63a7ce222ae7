//! `relayscope tokens stats`.

use std::collections::BTreeMap;

use app::view::{SiteList, SiteView};
use serde::Serialize;

use super::super::answer::{self, Side};
use super::super::client::Client;
use crate::failure::Failure;

/// Arguments of `tokens stats`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// One JSON document
    #[arg(long)]
    json: bool,
}

#[derive(Debug, PartialEq, Serialize)]
struct Stats {
    sites: Vec<Row>,
    requests: u64,
    failures: u64,
}

/// A site. Figures are counted by key: without keys there are none.
#[derive(Debug, PartialEq, Serialize)]
struct Row {
    site: String,
    keys: usize,
    in_flight: u64,
    requests: Option<u64>,
    failures: Option<u64>,
    /// Of the requests of all sites, 0 to 1.
    share: Option<f64>,
    /// How many keys are in which state.
    states: BTreeMap<String, usize>,
    /// Why a figure is missing: `no_keys|no_requests`.
    reason: Option<&'static str>,
}

/// Counts by site.
pub(super) async fn stats(client: &mut Client, arguments: &Arguments) -> Result<(), Failure> {
    let list: SiteList = client.get("/api/sites").await?;
    let stats = count(&list.sites);
    if arguments.json {
        return answer::document(&stats);
    }
    if stats.sites.is_empty() {
        answer::progress("no sites: add one with `relayscope site add NAME --url URL --key -`");
        return Ok(());
    }
    let headings = [
        ("SITE", Side::Left),
        ("REQUESTS", Side::Right),
        ("FAILURES", Side::Right),
        ("SHARE", Side::Right),
        ("RUNNING", Side::Right),
        ("KEYS", Side::Left),
    ];
    let rows: Vec<_> = stats.sites.iter().map(cells).collect();
    answer::say(&answer::table(headings, &rows))
}

fn count(sites: &[SiteView]) -> Stats {
    let figures = |site: &SiteView| {
        let requests = site.keys.iter().map(|key| u64::from(key.requests)).sum();
        let failures = site.keys.iter().map(|key| u64::from(key.failures)).sum();
        (requests, failures)
    };
    let all: (u64, u64) = sites
        .iter()
        .map(figures)
        .fold((0, 0), |all, site| (all.0 + site.0, all.1 + site.1));
    let row = |site: &SiteView| {
        let (requests, failures) = figures(site);
        let reason = match () {
            () if site.keys.is_empty() => Some("no_keys"),
            () if all.0 == 0 => Some("no_requests"),
            () => None,
        };
        let mut states = BTreeMap::new();
        for key in &site.keys {
            *states.entry(key.state.clone()).or_default() += 1;
        }
        let counted = !site.keys.is_empty();
        Row {
            site: site.name.clone(),
            keys: site.keys.len(),
            in_flight: site.keys.iter().map(|key| u64::from(key.in_flight)).sum(),
            requests: counted.then_some(requests),
            failures: counted.then_some(failures),
            share: reason.is_none().then(|| requests as f64 / all.0 as f64),
            states,
            reason,
        }
    };
    Stats {
        sites: sites.iter().map(row).collect(),
        requests: all.0,
        failures: all.1,
    }
}

fn cells(row: &Row) -> [String; 6] {
    let figure = |figure: Option<u64>| figure.map_or("–".to_owned(), |figure| figure.to_string());
    let share = row.share.map(|share| format!("{:.0} %", share * 100.0));
    let states: Vec<String> = row
        .states
        .iter()
        .map(|(state, count)| format!("{count} {state}"))
        .collect();
    [
        row.site.clone(),
        figure(row.requests),
        figure(row.failures),
        share.unwrap_or_else(|| "–".to_owned()),
        row.in_flight.to_string(),
        states.join(", "),
    ]
}
