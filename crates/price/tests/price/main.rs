//! The price table as its callers see it.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

mod edges;
mod figures;
mod names;
mod overrides;
mod properties;
mod refusals;
mod rows;
mod rules;
mod speed;

use std::sync::LazyLock;

use base::{Nanos, Timestamp, Usage};
use relayscope_price::{Ask, Bill, Catalog, Factor, Quote, Unpriced};

static CATALOG: LazyLock<Catalog> = LazyLock::new(|| Catalog::bundled().unwrap());

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

fn factor(text: &str) -> Factor {
    text.parse().unwrap()
}

fn ask<'a>(model: &'a str, usage: &'a Usage, time: &str) -> Ask<'a> {
    Ask::new(model, usage, at(time), factor("7.3"))
}

fn bill<'a>(catalog: &'a Catalog, ask: &Ask<'a>) -> Bill<'a> {
    match catalog.quote(ask) {
        Quote::Priced(bill) => bill,
        Quote::Unpriced(why) => panic!("{}: {why}", ask.model),
    }
}

fn unpriced<'a>(catalog: &'a Catalog, ask: &Ask<'a>) -> Unpriced<'a> {
    assert_eq!(catalog.quote_total(ask), None, "{}", ask.model);
    match catalog.quote(ask) {
        Quote::Priced(bill) => panic!("{} costs {}", ask.model, bill.usd),
        Quote::Unpriced(why) => why,
    }
}

/// What a million fresh and a million generated tokens of the usage cost, as a decimal.
fn usd(model: &str, usage: &Usage, time: &str) -> String {
    let ask = ask(model, usage, time);
    let bill = bill(&CATALOG, &ask);
    assert_eq!(CATALOG.quote_total(&ask), Some(bill.usd), "{model}");
    bill.usd.to_string()
}

fn input(tokens: u64) -> Usage {
    Usage {
        input: tokens,
        ..Usage::default()
    }
}

const MILLION: u64 = 1_000_000;

fn nanos(decimal: &str) -> Nanos {
    let (whole, decimals) = decimal.split_once('.').unwrap_or((decimal, ""));
    Nanos(format!("{whole}{decimals:0<9}").parse().unwrap())
}
