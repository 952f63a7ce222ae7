//! What holds for every model and any usage.

use base::{Nanos, Timestamp, Usage};
use proptest::prelude::*;
use relayscope_price::Ask;

use crate::{CATALOG, factor};

/// 2026-11-17, when all models of the table are sold, to 2027-02.
fn moments() -> impl Strategy<Value = Timestamp> {
    (1_794_873_600_i64..1_801_500_000).prop_map(|seconds| Timestamp(seconds * 1_000_000))
}

fn models() -> impl Strategy<Value = &'static str> {
    (0..CATALOG.models_count()).prop_map(|index| &*CATALOG.models()[index].id)
}

fn usages(largest: u64) -> impl Strategy<Value = Usage> {
    let count = || 0..largest;
    (count(), count(), count(), count(), count()).prop_map(
        |(input, cache_read, cache_write_5m, cache_write_1h, output)| Usage {
            input,
            cache_read,
            cache_write_5m,
            cache_write_1h,
            output,
            ..Usage::default()
        },
    )
}

fn total(model: &str, usage: &Usage, at: Timestamp) -> Option<Nanos> {
    CATALOG.quote_total(&Ask::new(model, usage, at, factor("7.3")))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn two_usages_cost_what_their_sum_costs(
        model in models(), at in moments(), one in usages(10_000), two in usages(10_000),
    ) {
        // Together below 100,000 prompt tokens, the lowest edge of a tier.
        let both = Usage {
            input: one.input + two.input,
            cache_read: one.cache_read + two.cache_read,
            cache_write_5m: one.cache_write_5m + two.cache_write_5m,
            cache_write_1h: one.cache_write_1h + two.cache_write_1h,
            output: one.output + two.output,
            ..Usage::default()
        };
        let apart = total(model, &one, at).zip(total(model, &two, at));
        if let Some(((one, two), both)) = apart.zip(total(model, &both, at)) {
            prop_assert!((one.0 + two.0 - both.0).abs() <= 1);
        }
    }

    #[test]
    fn more_of_anything_never_costs_less(
        model in models(), at in moments(), usage in usages(300_000), more in 1_u64..200_000,
    ) {
        let Some(before) = total(model, &usage, at) else { return Ok(()) };
        for grow in [
            |usage: &mut Usage, more| usage.input += more,
            |usage: &mut Usage, more| usage.cache_read += more,
            |usage: &mut Usage, more| usage.cache_write_5m += more,
            |usage: &mut Usage, more| usage.cache_write_1h += more,
            |usage: &mut Usage, more| usage.output += more,
        ] {
            let mut larger = usage;
            grow(&mut larger, more);
            if let Some(after) = total(model, &larger, at) {
                prop_assert!(after >= before, "{larger:?} costs {after}, {usage:?} {before}");
            }
        }
    }

    #[test]
    fn a_multiplier_of_one_is_neutral_and_others_scale(
        model in models(), at in moments(), usage in usages(300_000), percent in 0_i64..500,
    ) {
        let mut ask = Ask::new(model, &usage, at, factor("7.3"));
        let Some(list) = CATALOG.quote_total(&ask) else { return Ok(()) };
        ask.multiplier = factor("1.000000000");
        prop_assert_eq!(CATALOG.quote_total(&ask), Some(list));
        ask.multiplier = factor(&format!("{}.{:02}", percent / 100, percent % 100));
        let scaled = CATALOG.quote_total(&ask).unwrap_or_default();
        // The list price may be off by half a nano before it is scaled.
        let off = i128::from(scaled.0) * 100 - i128::from(list.0) * i128::from(percent);
        prop_assert!(off.abs() <= 50 + i128::from(percent) / 2 + 1, "off by {off}");
    }

    #[test]
    fn the_lines_add_up_and_both_ways_agree(
        model in models(), at in moments(), usage in usages(300_000),
    ) {
        let ask = Ask::new(model, &usage, at, factor("7.3"));
        let quote = CATALOG.quote(&ask);
        prop_assert_eq!(quote.bill().map(|bill| bill.usd), CATALOG.quote_total(&ask));
        if let Some(bill) = quote.bill() {
            let lines: Nanos = bill.lines.iter().map(|line| line.usd).sum();
            prop_assert!((lines.0 - bill.usd.0).abs() <= 3);
            prop_assert!((i128::from(bill.cny.0) * 10 - i128::from(bill.usd.0) * 73).abs() <= 42);
        }
    }

    #[test]
    fn any_text_is_a_name_or_none(text in "\\PC{0,40}") {
        let _ = CATALOG.find(&text);
    }

    #[test]
    fn an_ending_never_makes_another_model(model in models(), ending in "-[a-z]{2,9}|[0-9a-z.]|-[0-9]") {
        let name = format!("{model}{ending}");
        if let Some(found) = CATALOG.find(&name) {
            let id = &*found.model.id;
            prop_assert!(id == model || id == name || name.starts_with(id), "{name} became {id}");
            prop_assert!(!ending.starts_with(|first: char| first != '-') || id == name);
        }
    }
}
