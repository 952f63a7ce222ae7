//! An entry of a file becomes a row: text becomes money and time.

use std::collections::BTreeMap;
use std::sync::Arc;

use base::{Currency, Nanos, Timestamp};
use toml::value::Datetime;

use crate::decimal;
use crate::error::{PriceError, Problem};
use crate::file::{PeriodEntry, RatesEntry};
use crate::place::Place;
use crate::rates::{Lifetime, Rates};
use crate::row::{Provenance, Row, Tier};
use crate::window::Window;

/// What the rows of one model share.
pub(crate) struct Shared<'a> {
    pub(crate) model: &'a str,
    pub(crate) currency: Currency,
    pub(crate) provenance: Arc<Provenance>,
    pub(crate) layer: u8,
    pub(crate) windows: &'a BTreeMap<Arc<str>, Arc<Window>>,
}

/// Builds the row of a period.
pub(crate) fn row(file: &str, shared: &Shared<'_>, entry: PeriodEntry) -> Result<Row, PriceError> {
    let id = row_id(shared, &entry);
    let place = Place { file, row: &id };
    let from = time(place, "from", entry.from)?;
    let until = time(place, "to", entry.to)?;
    if let (Some(from), Some(until)) = (from, until)
        && until <= from
    {
        return Err(place.error("to", Problem::EndsBeforeItBegins));
    }
    let window = entry.window.map(|name| {
        let window = shared.windows.get(&*name).cloned();
        window.ok_or_else(|| place.error("window", Problem::Unexplained(name)))
    });
    let rates = rates(
        place,
        &RatesEntry {
            input: entry.input,
            output: entry.output,
            cache_read: entry.cache_read,
            cache_write: entry.cache_write,
        },
    )?;
    let tiers = tiers(place, entry.tier)?;
    let cny = entry
        .cny
        .map(|list| self::rates(place, &list))
        .transpose()?;
    let incomplete = cny.as_ref().is_some_and(|cny| {
        !tiers.is_empty() || rates.cache_read.is_some() != cny.cache_read.is_some()
    });
    if incomplete {
        return Err(place.error("cny", Problem::IncompleteList));
    }
    Ok(Row {
        label: entry.label.map(Arc::from),
        from,
        until,
        window: window.transpose()?,
        currency: shared.currency,
        rates,
        tiers,
        cny,
        provenance: Arc::clone(&shared.provenance),
        layer: shared.layer,
        id: id.into(),
    })
}

fn row_id(shared: &Shared<'_>, entry: &PeriodEntry) -> String {
    let from = entry
        .from
        .as_ref()
        .map_or("start".to_owned(), Datetime::to_string);
    let label = entry
        .label
        .as_ref()
        .map_or(String::new(), |label| format!("/{label}"));
    let user = if shared.layer > 0 { "+user" } else { "" };
    format!("{}@{from}{label}{user}", shared.model)
}

fn tiers(
    place: Place<'_>,
    entries: Vec<crate::file::TierEntry>,
) -> Result<Box<[Tier]>, PriceError> {
    let mut tiers: Vec<Tier> = Vec::with_capacity(entries.len());
    for entry in entries {
        if tiers.last().is_some_and(|lower| entry.above <= lower.above) {
            return Err(place.error("above", Problem::NotAscending(entry.above)));
        }
        let rates = RatesEntry {
            input: entry.input,
            output: entry.output,
            cache_read: entry.cache_read,
            cache_write: entry.cache_write,
        };
        tiers.push(Tier {
            above: entry.above,
            rates: self::rates(place, &rates)?,
        });
    }
    Ok(tiers.into())
}

fn rates(place: Place<'_>, entry: &RatesEntry) -> Result<Rates, PriceError> {
    let mut cache_write = Vec::with_capacity(entry.cache_write.len());
    for (lifetime, price) in &entry.cache_write {
        let lifetime: Lifetime = lifetime
            .parse()
            .map_err(|problem| place.error("cache_write", problem))?;
        cache_write.push((lifetime, money(place, "cache_write", price)?));
    }
    cache_write.sort_by_key(|(lifetime, _)| *lifetime);
    let cache_read = entry.cache_read.as_deref();
    Ok(Rates {
        input: money(place, "input", &entry.input)?,
        output: money(place, "output", &entry.output)?,
        cache_read: cache_read
            .map(|price| money(place, "cache_read", price))
            .transpose()?,
        cache_write: cache_write.into(),
    })
}

/// Reads a price.
pub(crate) fn money(place: Place<'_>, field: &str, text: &str) -> Result<Nanos, PriceError> {
    decimal::money(text).ok_or_else(|| place.error(field, Problem::NotADecimal(text.to_owned())))
}

/// Reads a date (midnight UTC) or a time with its offset.
pub(crate) fn time(
    place: Place<'_>,
    field: &str,
    entry: Option<Datetime>,
) -> Result<Option<Timestamp>, PriceError> {
    let Some(entry) = entry else { return Ok(None) };
    let text = match (entry.date, entry.time) {
        (Some(date), None) => format!("{date}T00:00:00Z"),
        _ => entry.to_string(),
    };
    let time = Timestamp::parse(&text);
    let time = time.ok_or_else(|| place.error(field, Problem::NotATime(entry.to_string())))?;
    Ok(Some(time))
}
