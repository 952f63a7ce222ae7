//! `relayscope price`.

use base::{Clock, SystemClock, Timestamp, Usage};
use price::{Ask, Catalog, Factor, Quote};
use serde_json::{Value, json};

use super::answer::say;
use crate::failure::Failure;

/// Arguments of `price`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The model, in any spelling
    model: String,
    /// Fresh prompt tokens
    #[arg(long, default_value_t = 0)]
    input: u64,
    /// Generated tokens, reasoning included
    #[arg(long, default_value_t = 0)]
    output: u64,
    /// Prompt tokens read from the cache
    #[arg(long, default_value_t = 0)]
    cache_read: u64,
    /// Prompt tokens written to the 5-minute cache
    #[arg(long, default_value_t = 0, value_name = "N")]
    cache_write_5m: u64,
    /// Prompt tokens written to the 1-hour cache
    #[arg(long, default_value_t = 0, value_name = "N")]
    cache_write_1h: u64,
    /// When the request began, RFC 3339 [default: now]
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
    /// The relay's multiplier
    #[arg(long, value_name = "X")]
    multiplier: Option<Factor>,
    /// Renminbi for one US dollar
    #[arg(long, value_name = "RATE", default_value = "7.3")]
    exchange_rate: Factor,
    /// One JSON document
    #[arg(long)]
    json: bool,
}

/// Prints what a usage costs; exits 1 when there is no price.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let at = match &arguments.at {
        None => SystemClock.now(),
        Some(text) => Timestamp::parse(text).ok_or_else(|| {
            Failure::new(format!(
                "--at must be a time such as 2026-11-20T08:00:00Z, not “{text}”"
            ))
        })?,
    };
    let usage = Usage {
        input: arguments.input,
        output: arguments.output,
        cache_read: arguments.cache_read,
        cache_write_5m: arguments.cache_write_5m,
        cache_write_1h: arguments.cache_write_1h,
        cache_known: true,
        ..Usage::default()
    };
    let catalog = Catalog::bundled()?;
    let mut ask = Ask::new(&arguments.model, &usage, at, arguments.exchange_rate);
    ask.multiplier = arguments.multiplier.unwrap_or(Factor::ONE);
    let document = answer(&arguments.model, &catalog.quote(&ask));
    match arguments.json {
        true => say(&format!("{document:#}"))?,
        false => say(&sentence(&document))?,
    }
    match document["usd"].is_null() {
        true => Err(Failure::new(
            document["reason"].as_str().unwrap_or("there is no price"),
        )),
        false => Ok(()),
    }
}

fn answer(model: &str, quote: &Quote<'_>) -> Value {
    match quote {
        Quote::Unpriced(why) => json!({
            "model": model, "matched": null, "usd": null, "cny": null, "row": null,
            "reason": why.to_string(), "code": why.code(),
        }),
        Quote::Priced(bill) => json!({
            "model": model,
            "matched": bill.matched.model.id.to_string(),
            "rule": bill.matched.rule,
            "usd": bill.usd.to_string(),
            "cny": bill.cny.to_string(),
            "row": {
                "id": bill.row.id.to_string(),
                "currency": bill.row.currency,
                "from": bill.row.from.map(|from| from.to_string()),
                "until": bill.row.until.map(|until| until.to_string()),
                "tier_above": bill.tier.map(|tier| tier.above),
                "lines": bill.lines.iter().map(|line| json!({
                    "bucket": line.bucket,
                    "count": line.count,
                    "price": line.price.amount.to_string(),
                    "per": line.bucket.per(),
                    "currency": line.price.currency,
                    "usd": line.usd.to_string(),
                })).collect::<Vec<_>>(),
            },
            "without_cache_usd": bill.without_cache.to_string(),
            "caveat": bill.caveat,
            "reason": null,
        }),
    }
}

fn sentence(document: &Value) -> String {
    match (&document["usd"], &document["cny"], &document["matched"]) {
        (Value::String(usd), Value::String(cny), Value::String(matched)) => {
            format!("${usd}  ¥{cny}  ({matched})")
        }
        _ => "no price".to_owned(),
    }
}
