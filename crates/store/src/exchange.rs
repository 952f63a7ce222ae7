//! An exchange as it is kept.

use base::{Nanos, Timestamp, Usage, UsageBasis};
use rusqlite::Row;

/// One kept exchange. Texts hold no secrets: the caller has redacted them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exchange {
    /// `req_…`.
    pub id: String,
    /// Arrival.
    pub started_at: Timestamp,
    /// How it ended, or `running`.
    pub outcome: String,
    /// Project of the caller.
    pub project: Option<String>,
    /// Session of the client.
    pub session: Option<String>,
    /// Calling program.
    pub client: Option<String>,
    /// Dialect.
    pub dialect: String,
    /// The upstream's dialect, where the request was translated.
    pub upstream_dialect: Option<String>,
    /// HTTP method.
    pub method: String,
    /// Path and query.
    pub path: String,
    /// Model asked for.
    pub model: Option<String>,
    /// Model that the answer names, where it differs.
    pub model_served: Option<String>,
    /// Site.
    pub site: Option<String>,
    /// Label of the key.
    pub key_label: Option<String>,
    /// Whether a stream was asked for.
    pub stream: bool,
    /// Status that the client got.
    pub status: Option<u16>,
    /// Usage.
    pub usage: Usage,
    /// Where the usage is from.
    pub usage_basis: UsageBasis,
    /// Cost in US dollars, with the site's multiplier; `None`: unpriced, or nothing to price.
    pub cost_usd: Option<Nanos>,
    /// Cost at list price, where the multiplier makes a difference.
    pub list_usd: Option<Nanos>,
    /// What reading from the cache saved, US dollars.
    pub saved_usd: Option<Nanos>,
    /// `exact|estimate|unpriced|none|unknown`.
    pub cost_basis: String,
    /// Head of the answer, µs from arrival.
    pub head_us: Option<u64>,
    /// First content delta, µs from arrival.
    pub first_token_us: Option<u64>,
    /// Last content delta, µs from arrival.
    pub last_token_us: Option<u64>,
    /// Whole duration, µs.
    pub duration_us: Option<u64>,
    /// Tries.
    pub attempts: u32,
    /// Code of the error.
    pub error_code: Option<String>,
    /// The error in the upstream's words.
    pub error_message: Option<String>,
    /// Bodies were dropped because the queue was full.
    pub bodies_dropped: bool,
    /// Bodies were removed by the retention.
    pub bodies_expired: bool,
}

/// What a list is narrowed to. Members are combined with "and"; an empty list narrows nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Models (asked for or served), any of them.
    pub models: Vec<String>,
    /// Projects.
    pub projects: Vec<String>,
    /// Sites.
    pub sites: Vec<String>,
    /// Clients, by the beginning of their name.
    pub clients: Vec<String>,
    /// Outcomes.
    pub outcomes: Vec<String>,
    /// Status from … to, both included.
    pub statuses: Vec<(u16, u16)>,
}

/// Part of a list, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// The exchanges.
    pub exchanges: Vec<Exchange>,
    /// Where the next part begins; `None` at the end.
    pub next: Option<i64>,
}

pub(crate) const COLUMNS: &str = "seq, id, started_us, outcome, project, session, client, dialect, \
     method, path, model, model_served, site, key_label, stream, status, input, cache_read, \
     cache_write_5m, cache_write_1h, cache_known, output, reasoning, tokens_basis, cost_nano_usd, \
     saved_nano_usd, cost_basis, head_us, first_token_us, last_token_us, duration_us, attempts, \
     error_code, error_message, loss, upstream_dialect, list_nano_usd";

/// Bits of the `loss` column.
pub(crate) const DROPPED: i64 = 1;
pub(crate) const EXPIRED: i64 = 2;

/// Reads a row of [`COLUMNS`]: its place in the order, and the exchange. By place: names would be looked
/// up for every row.
pub(crate) fn from_row(row: &Row<'_>) -> rusqlite::Result<(i64, Exchange)> {
    let count = |at: usize| {
        row.get::<_, Option<i64>>(at)
            .map(|n| n.map(|n| n.max(0) as u64))
    };
    let loss: i64 = row.get(34)?;
    let basis: String = row.get(23)?;
    let exchange = Exchange {
        id: row.get(1)?,
        started_at: Timestamp(row.get(2)?),
        outcome: row.get(3)?,
        project: row.get(4)?,
        session: row.get(5)?,
        client: row.get(6)?,
        dialect: row.get(7)?,
        upstream_dialect: row.get(35)?,
        method: row.get(8)?,
        path: row.get(9)?,
        model: row.get(10)?,
        model_served: row.get(11)?,
        site: row.get(12)?,
        key_label: row.get(13)?,
        stream: row.get(14)?,
        status: row.get(15)?,
        usage: Usage {
            input: count(16)?.unwrap_or(0),
            cache_read: count(17)?.unwrap_or(0),
            cache_write_5m: count(18)?.unwrap_or(0),
            cache_write_1h: count(19)?.unwrap_or(0),
            output: count(21)?.unwrap_or(0),
            reasoning: count(22)?,
            cache_known: row.get(20)?,
            web_searches: 0,
        },
        usage_basis: match &basis[..] {
            "exact" => UsageBasis::Exact,
            "estimated" => UsageBasis::Estimated,
            _ => UsageBasis::Unknown,
        },
        cost_usd: row.get::<_, Option<i64>>(24)?.map(Nanos),
        list_usd: row.get::<_, Option<i64>>(36)?.map(Nanos),
        saved_usd: row.get::<_, Option<i64>>(25)?.map(Nanos),
        cost_basis: row.get(26)?,
        head_us: count(27)?,
        first_token_us: count(28)?,
        last_token_us: count(29)?,
        duration_us: count(30)?,
        attempts: row.get(31)?,
        error_code: row.get(32)?,
        error_message: row.get(33)?,
        bodies_dropped: loss & DROPPED != 0,
        bodies_expired: loss & EXPIRED != 0,
    };
    Ok((row.get(0)?, exchange))
}
