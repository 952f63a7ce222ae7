//! How a usage becomes an amount, and when it does not.

use base::{Currency, Nanos, Usage};
use relayscope_price::{Bucket, Confidence, Unpriced};

use crate::{CATALOG, MILLION, ask, bill, factor, input, nanos, unpriced, usd};

const NOW: &str = "2026-11-20T12:00:00Z";

fn output(tokens: u64) -> Usage {
    Usage {
        output: tokens,
        ..Usage::default()
    }
}

fn reads(tokens: u64) -> Usage {
    Usage {
        cache_read: tokens,
        ..Usage::default()
    }
}

fn writes_1h(tokens: u64) -> Usage {
    Usage {
        cache_write_1h: tokens,
        ..Usage::default()
    }
}

fn writes(tokens: u64) -> Usage {
    Usage {
        cache_write_5m: tokens,
        ..Usage::default()
    }
}

fn searches(count: u64) -> Usage {
    Usage {
        web_searches: count,
        ..Usage::default()
    }
}

#[test]
fn a_bill_shows_each_bucket() {
    let usage = Usage {
        input: 1_000,
        cache_read: 10_000,
        cache_write_5m: 2_000,
        cache_write_1h: 3_000,
        output: 500,
        reasoning: Some(400),
        cache_known: true,
        web_searches: 2,
    };
    let ask = ask("claude-opus-5-5", &usage, NOW);
    let bill = bill(&CATALOG, &ask);
    let lines: Vec<_> = bill
        .lines
        .iter()
        .map(|line| (line.bucket, line.count, line.usd.to_string()))
        .collect();
    let line = |bucket, count, usd: &str| (bucket, count, usd.to_owned());
    assert_eq!(
        lines,
        [
            line(Bucket::Input, 1_000, "0.004"),
            line(Bucket::CacheRead, 10_000, "0.002"),
            line(Bucket::CacheWrite5m, 2_000, "0.01"),
            line(Bucket::CacheWrite1h, 3_000, "0.024"),
            line(Bucket::Output, 500, "0.01"),
            line(Bucket::WebSearch, 2, "0.02"),
        ]
    );
    assert_eq!(bill.usd.to_string(), "0.07");
    assert_eq!(bill.cny.to_string(), "0.511");
    assert_eq!(bill.without_cache.to_string(), "0.094");
    assert_eq!(&*bill.row.id, "claude-opus-5-5@2026-09-22");
    assert_eq!(bill.row.provenance.confidence, Confidence::High);
}

#[test]
fn nothing_used_costs_nothing_only_where_there_is_a_price() {
    let usage = Usage::default();
    assert_eq!(usd("claude-opus-5", &usage, NOW), "0");
    unpriced(&CATALOG, &ask("claude-opus-9", &usage, NOW));
}

#[test]
fn cache_writes_bill_by_lifetime() {
    for (model, five_minutes, one_hour) in [
        ("claude-opus-5", "6.25", "10"),
        ("gpt-6.2-sol", "5", "5"), // above the edge of 272,000, sold for 30 minutes
        ("qwen3.8-max", "2.5", "2.5"), // no hour is sold
        ("gemini-2.5-flash", "0.3", "0.3"), // no map: as input
    ] {
        assert_eq!(usd(model, &writes(MILLION), NOW), five_minutes, "{model}");
        assert_eq!(usd(model, &writes_1h(MILLION), NOW), one_hour, "{model}");
    }
}

#[test]
fn what_has_no_published_price_makes_the_whole_unpriced_and_tells_the_rest() {
    let usage = Usage {
        cache_read: 7,
        ..input(MILLION)
    };
    let ask = ask("gpt-5-pro", &usage, NOW);
    let Unpriced::NoPrice {
        row,
        bucket,
        count,
        rest_usd,
    } = unpriced(&CATALOG, &ask)
    else {
        panic!("another reason");
    };
    assert_eq!(
        (&*row.id, bucket, count),
        ("gpt-5-pro@start", Bucket::CacheRead, 7)
    );
    assert_eq!(rest_usd, Some(nanos("15")));
    assert_eq!(usd("gpt-5-pro", &input(MILLION), NOW), "15");
}

#[test]
fn a_tier_without_a_cache_price_is_unpriced_only_in_the_tier() {
    let usage = Usage {
        cache_read: 1_000,
        ..input(255_000)
    };
    assert_eq!(usd("qwen3.6-plus", &usage, NOW), "0.12755");
    let usage = Usage {
        input: 255_001,
        ..usage
    };
    let why = unpriced(&CATALOG, &ask("qwen3.6-plus", &usage, NOW));
    assert_eq!(why.code(), "no_price");
}

#[test]
fn a_model_has_no_price_before_it_was_sold() {
    let usage = input(1);
    let why = unpriced(
        &CATALOG,
        &ask("gpt-6.2-sol", &usage, "2026-11-16T23:59:59Z"),
    );
    assert_eq!(why.code(), "no_row");
    assert!(why.to_string().contains("gpt-6.2-sol"));
}

#[test]
fn searches_bill_where_the_vendor_has_a_price() {
    for (model, price) in [
        ("claude-opus-5", "10"),
        ("gemini-3.8-flash", "14"),
        ("gemini-4-argon", "14"),
        ("gemini-2.5-pro", "35"),
        ("deepseek-flash", "0.684931507"), // 5 CNY at 7.3
    ] {
        assert_eq!(usd(model, &searches(1_000), NOW), price, "{model}");
    }
    let usage = searches(1);
    assert_eq!(
        unpriced(&CATALOG, &ask("gpt-5.4", &usage, NOW)).code(),
        "no_price"
    );
    let before = ask("deepseek-flash", &usage, "2026-10-31T23:59:59Z");
    assert_eq!(unpriced(&CATALOG, &before).code(), "no_price");
}

#[test]
fn modifiers_change_tokens_and_not_searches() {
    let usage = Usage {
        web_searches: 1_000,
        ..input(MILLION)
    };
    for (modifiers, price) in [
        (&[][..], "15"),
        (&["service_tier:standard"], "15"),
        (&["batch"], "12.5"),
        (&["speed:fast"], "20"),
        (&["speed:fast", "inference_geo:us"], "21"),
    ] {
        let mut ask = ask("claude-opus-5", &usage, NOW);
        ask.modifiers = modifiers;
        assert_eq!(bill(&CATALOG, &ask).usd.to_string(), price, "{modifiers:?}");
    }
    let mut ask = ask("claude-opus-5", &usage, NOW);
    ask.modifiers = &["service_tier:flex"];
    assert_eq!(unpriced(&CATALOG, &ask).code(), "unknown_modifier");
}

#[test]
fn the_multiplier_applies_once_to_everything() {
    let usage = Usage {
        web_searches: 1_000,
        ..input(MILLION)
    };
    for (multiplier, price) in [("1", "15"), ("0.35", "5.25"), ("2", "30"), ("0", "0")] {
        let mut ask = ask("claude-opus-5", &usage, NOW);
        ask.multiplier = factor(multiplier);
        let bill = bill(&CATALOG, &ask);
        assert_eq!(bill.usd.to_string(), price);
        let lines: Nanos = bill.lines.iter().map(|line| line.usd).sum();
        assert_eq!(lines, bill.usd);
    }
}

#[test]
fn the_sum_is_rounded_once_half_to_even() {
    // 0.0028 per million: 2.8 nanos a token.
    let early = "2026-08-01T00:00:00Z";
    assert_eq!(usd("deepseek-flash", &reads(1), early), "0.000000003");
    assert_eq!(usd("deepseek-flash", &reads(10), early), "0.000000028");
    let usage = Usage {
        input: 1,
        output: 1,
        ..reads(1)
    };
    // 140 + 280 + 2.8
    assert_eq!(usd("deepseek-flash", &usage, early), "0.000000423");
    let mut ask = ask("claude-haiku-5-5", &usage, NOW);
    for (multiplier, nanos) in [("0.025", 15), ("0.075", 46)] {
        // (100 + 500 + 10) × 0.025 = 15.25, × 0.075 = 45.75
        ask.multiplier = factor(multiplier);
        assert_eq!(CATALOG.quote_total(&ask), Some(Nanos(nanos)));
    }
    let usage = input(1);
    ask.usage = &usage;
    for (multiplier, nanos) in [("0.005", 0), ("0.015", 2), ("0.025", 2), ("0.035", 4)] {
        ask.multiplier = factor(multiplier);
        assert_eq!(
            CATALOG.quote_total(&ask),
            Some(Nanos(nanos)),
            "{multiplier}"
        );
    }
}

#[test]
fn a_vendor_with_a_renminbi_list_bills_natively_by_it() {
    let usage = input(MILLION);
    let ask = ask("deepseek-flash", &usage, NOW);
    let bill = bill(&CATALOG, &ask);
    assert_eq!(
        (bill.native.currency, bill.native.amount),
        (Currency::Cny, nanos("1"))
    );
    assert_eq!((bill.usd, bill.cny), (nanos("0.15"), nanos("1.095")));

    let usage = output(MILLION);
    let ask = crate::ask("kimi-k3", &usage, NOW);
    let bill = crate::bill(&CATALOG, &ask);
    assert_eq!(
        (bill.native.currency, bill.native.amount),
        (Currency::Cny, nanos("100"))
    );

    let ask = crate::ask("gpt-5.4", &usage, NOW);
    let bill = crate::bill(&CATALOG, &ask);
    assert_eq!(
        (bill.native.currency, bill.native.amount),
        (Currency::Usd, bill.usd)
    );
}

#[test]
fn hostile_counts_neither_panic_nor_wrap() {
    let usage = Usage {
        input: u64::MAX,
        cache_read: u64::MAX,
        cache_write_5m: u64::MAX,
        cache_write_1h: u64::MAX,
        output: u64::MAX,
        reasoning: Some(u64::MAX),
        cache_known: true,
        web_searches: u64::MAX,
    };
    let mut ask = ask("claude-opus-4-1", &usage, NOW);
    ask.multiplier = factor("999999999.999999999");
    assert_eq!(unpriced(&CATALOG, &ask).code(), "out_of_range");
}
