//! Every row is priced once, by a computation that shares nothing with the crate but the figures.

use base::{Nanos, Timestamp, Usage};
use serde_json::{Map, Value};

use crate::figures::{figures, moment};
use crate::{Ask, CATALOG, bill, factor};

/// A Saturday and a Monday noon would both do; what matters is inside and outside of the peak hours.
const HOUR: i64 = 3_600_000_000;

/// Prices in millionths of a unit are whole numbers in all figures.
fn millionths(price: &Value) -> Option<i128> {
    let text = price.as_str()?;
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    assert!(decimals.len() <= 6, "{text}");
    Some(format!("{whole}{decimals:0<6}").parse().unwrap())
}

/// Nanos of the usage: tokens times millionths of a unit per million are 10⁻¹² units.
fn cost(figures: &Map<String, Value>, usage: &Usage) -> i128 {
    let input = millionths(&figures["input"]).unwrap();
    let writes = figures["cache_write"].as_object().unwrap();
    let write = |lifetime: &str| {
        let smallest = writes.iter().min_by_key(|(name, _)| {
            let (number, unit) = name.split_at(name.len() - 1);
            number.parse::<u32>().unwrap() * if unit == "h" { 60 } else { 1 }
        });
        let price = writes.get(lifetime).or(smallest.map(|(_, price)| price));
        price.map_or(input, |price| millionths(price).unwrap())
    };
    let picos = i128::from(usage.input) * input
        + i128::from(usage.output) * millionths(&figures["output"]).unwrap()
        + i128::from(usage.cache_read) * millionths(&figures["cache_read"]).unwrap_or(0)
        + i128::from(usage.cache_write_5m) * write("5m")
        + i128::from(usage.cache_write_1h) * write("1h");
    let (nanos, rest) = (picos / 1000, picos % 1000);
    nanos + i128::from(rest > 500 || (rest == 500 && nanos % 2 == 1))
}

/// A moment at which the row holds: within its period, on a Wednesday, at 02:00 if it is a peak row.
fn moment_of(period: &Map<String, Value>) -> Timestamp {
    let begin = moment(&period["from"]);
    let end = moment(&period["to"]);
    let begin =
        begin.unwrap_or_else(|| end.map_or(Timestamp(0), |end| Timestamp(end.0 - 240 * HOUR)));
    let hour = if period.contains_key("time_window") {
        2
    } else {
        12
    };
    let midnight = (begin.0 / (24 * HOUR) + 1) * 24 * HOUR;
    let days = (0..7).map(|day| midnight + day * 24 * HOUR + hour * HOUR);
    // 1970-01-07 was a Wednesday.
    let mut wednesdays = days.filter(|time| (time / (24 * HOUR)) % 7 == 6);
    Timestamp(wednesdays.next().unwrap())
}

fn usages(period: &Map<String, Value>) -> Vec<(Map<String, Value>, Usage)> {
    let cached = |figures: &Map<String, Value>| u64::from(!figures["cache_read"].is_null());
    let small = Usage {
        input: 12_347,
        cache_read: 40_961 * cached(period),
        cache_write_5m: 3_331,
        cache_write_1h: 1_777,
        output: 9_973,
        ..Usage::default()
    };
    let mut usages = vec![(period.clone(), small)];
    for tier in period
        .get("tiers")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        let tier = tier.as_object().unwrap();
        let above: u64 = tier["above_input_tokens"]
            .as_str()
            .unwrap()
            .parse()
            .unwrap();
        let large = Usage {
            input: above,
            cache_read: 40_961 * cached(tier),
            ..small
        };
        usages.push((tier.clone(), large));
    }
    usages
}

#[test]
fn every_row_and_tier_costs_what_the_figures_say() {
    let mut priced = 0;
    for model in figures()["models"].as_array().unwrap() {
        let id = model["id"].as_str().unwrap();
        for period in model["periods"].as_array().unwrap() {
            let period = period.as_object().unwrap();
            let time = moment_of(period);
            for (figures, usage) in usages(period) {
                let ask = Ask::new(id, &usage, time, factor("7.3"));
                let bill = bill(&CATALOG, &ask);
                let nanos = cost(&figures, &usage);
                assert_eq!(i128::from(bill.usd.0), nanos, "{} at {time}", bill.row.id);
                assert_eq!(CATALOG.quote_total(&ask), Some(bill.usd), "{id}");
                let lines: Nanos = bill.lines.iter().map(|line| line.usd).sum();
                assert!(
                    (lines.0 - bill.usd.0).abs() <= 5,
                    "{id}: the lines do not add up"
                );
                priced += 1;
            }
        }
    }
    assert_eq!(priced, 116 + 27);
}
