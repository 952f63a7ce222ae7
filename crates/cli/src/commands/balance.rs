//! `relayscope balance`.

use std::time::Duration;

use app::view::{BalanceView, RoundView, SiteList, StationList, StationView};
use reqwest::Method;
use serde_json::{Value, json};

use super::answer::{self, Side};
use super::client::{self, Client, Place};
use super::{find, tokens};
use crate::failure::Failure;

/// Arguments of `balance`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Name of the site [default: all sites]
    #[arg(conflicts_with = "all")]
    name: Option<String>,
    /// All sites
    #[arg(long)]
    all: bool,
    /// One JSON document
    #[arg(long)]
    json: bool,
}

/// Pause between two looks at a round.
const PACE: Duration = Duration::from_millis(200);

/// Queries balances; exits 1 when one could not be read, after the document.
pub(crate) fn run(place: Place, arguments: Arguments) -> Result<(), Failure> {
    client::with(place, async |client| balance(client, &arguments).await)
}

async fn balance(client: &mut Client, arguments: &Arguments) -> Result<(), Failure> {
    let stations = match &arguments.name {
        Some(name) => vec![one(client, name).await?],
        None => all(client).await?,
    };
    if arguments.json {
        let sites: Vec<Value> = stations.iter().map(document).collect();
        answer::document(&json!({ "sites": sites }))?;
    } else if stations.is_empty() {
        answer::progress("no sites: add one with `relayscope site add NAME --url URL --key -`");
    } else {
        answer::say(&table(&stations))?;
    }
    let failed: Vec<&StationView> = stations.iter().filter(|it| !is_read(it)).collect();
    match &failed[..] {
        [] => Ok(()),
        [only] => {
            let why = words(&reason(only).unwrap_or_else(|| "unknown".to_owned()));
            let said = only.last_query.as_ref().and_then(|it| it.error.as_ref());
            let said = said.and_then(|error| error.message.as_deref());
            let said = said.map_or(String::new(), |said| format!(" ({said})"));
            Err(Failure::new(format!(
                "the balance of {} could not be read: {why}{said}",
                only.name
            )))
        }
        several => {
            let names: Vec<&str> = several.iter().map(|it| &it.name[..]).collect();
            Err(Failure::new(format!(
                "the balances of {} sites could not be read: {}",
                several.len(),
                names.join(", ")
            )))
        }
    }
}

async fn one(client: &mut Client, name: &str) -> Result<StationView, Failure> {
    let list: SiteList = client.get("/api/sites").await?;
    let site = find::site(&list.sites, name)?;
    answer::progress(&format!("asking {} …", site.name));
    let path = format!("/api/stations/{}/refresh", site.id);
    client.send(Method::POST, &path, &()).await
}

/// All enabled sites, with progress on stderr. Stopping this command stops the round.
async fn all(client: &mut Client) -> Result<Vec<StationView>, Failure> {
    let path = "/api/stations/refresh";
    let mut round: RoundView = client.send(Method::POST, path, &json!({})).await?;
    let mut told = Vec::new();
    loop {
        for site in &round.sites {
            let is_over = matches!(&site.state[..], "done" | "failed" | "skipped");
            if is_over && !told.contains(&site.site) {
                told.push(site.site.clone());
                let (at, of) = (told.len(), round.sites.len());
                answer::progress(&format!("[{at}/{of}] {}: {}", site.name, site.state));
            }
        }
        if !round.running {
            break;
        }
        tokio::time::sleep(PACE).await;
        round = client.get(path).await?;
    }
    let list: StationList = client.get("/api/stations").await?;
    let asked = |it: &StationView| round.sites.iter().any(|site| site.site == it.site);
    Ok(list.stations.into_iter().filter(asked).collect())
}

fn is_read(station: &StationView) -> bool {
    station.last_query.as_ref().is_some_and(|query| query.ok)
}

/// Why the balance, or a part of it, is not known.
fn reason(station: &StationView) -> Option<String> {
    let query = station.last_query.as_ref().filter(|query| !query.ok);
    match query {
        Some(query) => {
            let error = query.error.as_ref().map(|error| error.code.clone());
            Some(error.unwrap_or_else(|| "unknown".to_owned()))
        }
        None => station.balance.as_ref()?.reason.clone(),
    }
}

fn document(station: &StationView) -> Value {
    let empty = json!({
        "scope": "key", "unlimited": false, "unit": "USD",
        "remaining": null, "used": null, "granted": null,
        "remaining_usd": null, "remaining_cny": null, "expires_at": null,
        "windows": [], "source": null, "at": null, "notes": [],
    });
    let of = |balance: &BalanceView| {
        json!({
            "scope": balance.scope,
            "unlimited": balance.unlimited,
            "unit": balance.unit,
            "remaining": balance.remaining,
            "used": balance.used,
            "granted": balance.granted,
            "remaining_usd": balance.remaining_usd,
            "remaining_cny": balance.remaining_cny,
            "expires_at": balance.expires_at,
            "windows": balance.windows,
            "source": balance.source,
            "at": balance.at,
            "notes": balance.notes,
        })
    };
    let mut document = station.balance.as_ref().map_or(empty, of);
    let queried = station.last_query.as_ref().map(|query| query.state.clone());
    let known = station
        .balance
        .as_ref()
        .map(|balance| balance.state.clone());
    let state = queried.or(known).unwrap_or_else(|| "unknown".to_owned());
    let said = station.last_query.as_ref().and_then(|it| it.error.as_ref());
    let mut whole = json!({
        "site": station.name, "kind": station.kind.id, "state": state, "reason": reason(station),
        "message": said.and_then(|error| error.message.clone()),
        // The figures are those of an earlier query.
        "stale": station.balance.is_some() && !is_read(station),
    });
    if let (Some(whole), Some(rest)) = (whole.as_object_mut(), document.as_object_mut()) {
        whole.append(rest);
    }
    whole
}

fn table(stations: &[StationView]) -> String {
    let headings = [
        ("SITE", Side::Left),
        ("KIND", Side::Left),
        ("STATE", Side::Left),
        ("LEFT", Side::Right),
        ("USED", Side::Right),
        ("PER DAY", Side::Right),
        ("DAYS", Side::Right),
        ("EXPIRES", Side::Left),
        ("SCOPE", Side::Left),
        ("NOTE", Side::Left),
    ];
    let row = |station: &StationView| {
        let balance = station.balance.as_ref();
        let figures = &station.figures;
        let state = station.last_query.as_ref().map(|query| query.state.clone());
        let usd = |amount: Option<f64>| amount.map_or(String::new(), |it| format!("${it:.2}"));
        let expires = balance.and_then(|it| it.expires_at.as_deref());
        [
            station.name.clone(),
            station.kind.id.clone(),
            state.unwrap_or_default(),
            balance.map_or_else(|| "?".to_owned(), left),
            balance.map_or(String::new(), |it| amount(it.used, &it.unit)),
            usd(figures.burn_usd_per_day),
            figures
                .days_left
                .map_or(String::new(), |days| format!("{days:.0}")),
            expires.map_or(String::new(), |at| at.chars().take(10).collect()),
            balance.map_or(String::new(), |it| it.scope.clone()),
            reason(station).as_deref().map(words).unwrap_or_default(),
        ]
    };
    let rows: Vec<_> = stations.iter().map(row).collect();
    answer::table(headings, &rows)
}

fn left(balance: &BalanceView) -> String {
    match (balance.unlimited, balance.remaining) {
        (true, None) => "unlimited".to_owned(),
        (_, None) => "?".to_owned(),
        (_, remaining) => amount(remaining, &balance.unit),
    }
}

fn amount(amount: Option<f64>, unit: &str) -> String {
    match (amount, unit) {
        (None, _) => String::new(),
        (Some(amount), "USD") => format!("${amount:.2}"),
        (Some(amount), "CNY") => format!("¥{amount:.2}"),
        (Some(amount), unit) => format!("{amount:.0} {unit}"),
    }
}

fn words(code: &str) -> String {
    tokens::words(code)
}
