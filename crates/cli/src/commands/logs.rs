//! `relayscope logs`.

use app::view::{SiteList, StationLogRow, StationLogs};

use super::answer::{self, Side};
use super::client::{self, Client, Place};
use super::{find, tokens};
use crate::failure::Failure;

/// Arguments of `logs`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Name of the site
    name: String,
    /// Page, from 1
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    page: u32,
    /// Rows of a page [default: stations.logs_page_size]
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=1000))]
    size: Option<u32>,
    /// Model, or a part of its name
    #[arg(long)]
    model: Option<String>,
    /// consume, topup, refund, error, check-in …
    #[arg(long = "type", value_name = "TYPE")]
    row_type: Option<String>,
    /// Not older than so many hours
    #[arg(long)]
    hours: Option<u32>,
    /// One JSON document
    #[arg(long)]
    json: bool,
}

/// Shows the station's own log; exits 1 when it cannot be read, after the document.
pub(crate) fn run(place: Place, arguments: Arguments) -> Result<(), Failure> {
    client::with(place, async |client| logs(client, &arguments).await)
}

async fn logs(client: &mut Client, arguments: &Arguments) -> Result<(), Failure> {
    let list: SiteList = client.get("/api/sites").await?;
    let site = find::site(&list.sites, &arguments.name)?;
    let mut path = format!("/api/stations/{}/logs?page={}", site.id, arguments.page);
    let mut also = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            path.push_str(&format!("&{name}={}", encoded(&value)));
        }
    };
    also("size", arguments.size.map(|size| size.to_string()));
    also("model", arguments.model.clone());
    also("type", arguments.row_type.clone());
    also("hours", arguments.hours.map(|hours| hours.to_string()));
    let logs: StationLogs = client.get(&path).await?;
    if arguments.json {
        answer::document(&logs)?;
    } else if logs.rows.is_empty() && logs.reason.is_none() {
        answer::progress("no rows");
    } else if logs.reason.is_none() {
        answer::say(&table(&logs))?;
        let total = logs.total.map_or("?".to_owned(), |total| total.to_string());
        let cost = logs.totals.cost_usd;
        let cost = cost.map_or(String::new(), |cost| format!(", ${cost:.4} in all"));
        answer::progress(&format!("page {} of {total} rows{cost}", logs.page));
    }
    for note in &logs.notes {
        if logs.reason.is_none() {
            answer::progress(&tokens::words(&note.code));
        }
    }
    match &logs.reason {
        None => Ok(()),
        Some(code) => {
            let said = logs.notes.first().and_then(|note| note.message.as_deref());
            let said = said.map_or(String::new(), |said| format!(" ({said})"));
            let why = tokens::words(code);
            Err(Failure::new(format!(
                "the log of {} cannot be read: {why}{said}",
                logs.site
            )))
        }
    }
}

fn table(logs: &StationLogs) -> String {
    let headings = [
        ("TIME", Side::Left),
        ("TYPE", Side::Left),
        ("MODEL", Side::Left),
        ("KEY", Side::Left),
        ("INPUT", Side::Right),
        ("OUTPUT", Side::Right),
        ("CACHE", Side::Right),
        ("BILLED", Side::Right),
        ("EXPECTED", Side::Right),
        ("OFF BY", Side::Right),
        ("TOOK", Side::Right),
    ];
    let row = |row: &StationLogRow| {
        let count = |count: Option<f64>| count.map_or(String::new(), |it| format!("{it:.0}"));
        let usd = |amount: Option<f64>| amount.map_or(String::new(), |it| format!("${it:.4}"));
        let off = row.off_by.map(|off| format!("{:+.1}%", off * 100.0));
        [
            row.time.chars().take(19).collect(),
            row.kind.clone(),
            row.model.clone().unwrap_or_default(),
            row.token_name.clone().unwrap_or_default(),
            count(row.prompt_tokens),
            count(row.completion_tokens),
            count(row.cache_read_tokens),
            match row.cost_usd {
                Some(cost) => usd(Some(cost)),
                None => row
                    .cost
                    .map_or(String::new(), |cost| format!("{cost} {}", row.unit)),
            },
            usd(row.expected_usd),
            off.unwrap_or_default(),
            row.duration_s
                .map_or(String::new(), |time| format!("{time:.1} s")),
        ]
    };
    let rows: Vec<_> = logs.rows.iter().map(row).collect();
    answer::table(headings, &rows)
}

/// A value as it may stand in a query.
fn encoded(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
            char::from(byte).to_string()
        }
        other => format!("%{other:02X}"),
    };
    text.bytes().map(byte).collect()
}
