//! Tiers are cliffs, periods are half-open, and peak hours know weekends and holidays.

use base::Usage;
use relayscope_price::Caveat;

use crate::{CATALOG, MILLION, ask, bill, input, usd};

#[test]
fn a_prompt_exactly_at_the_edge_is_still_in_the_lower_tier() {
    for (model, edge, below, above) in [
        ("claude-haiku-5-5", 100_000, "0.01", "0.0500005"),
        ("claude-sonnet-4-5", 200_000, "0.6", "1.200006"),
        ("gemini-2.5-pro", 200_000, "0.25", "0.5000025"),
        ("gpt-6.1-sol", 272_000, "0.544", "1.088004"),
        ("gpt-5.4", 272_000, "0.68", "1.360005"),
        ("qwen3.6-plus", 256_000, "0.128", "0.512002"),
        ("minimax-m3", 512_000, "0.1536", "0.3072006"),
    ] {
        let now = "2026-11-20T12:00:00Z";
        assert_eq!(usd(model, &input(edge), now), below, "{model}");
        assert_eq!(usd(model, &input(edge + 1), now), above, "{model}");
    }
}

#[test]
fn the_edge_counts_cached_tokens_too() {
    let mut usage = Usage {
        input: 1,
        cache_read: 60_000,
        cache_write_5m: 20_000,
        cache_write_1h: 19_999,
        output: 0,
        ..Usage::default()
    };
    let now = "2026-11-20T12:00:00Z";
    assert!(
        bill(&CATALOG, &ask("claude-haiku-5-5", &usage, now))
            .tier
            .is_none()
    );
    usage.cache_read += 1;
    let ask = ask("claude-haiku-5-5", &usage, now);
    assert_eq!(bill(&CATALOG, &ask).tier.unwrap().above, 100_000);
}

#[test]
fn a_period_begins_at_its_first_microsecond_and_ends_before_its_last() {
    for (model, before, after, old, new) in [
        (
            "gemini-4-argon",
            "2026-11-30T23:59:59.999999Z",
            "2026-12-01T00:00:00Z",
            "2",
            "4",
        ),
        (
            "gemini-4-argon",
            "2026-12-01T07:59:59.999999+08:00",
            "2026-12-01T08:00:00+08:00",
            "2",
            "4",
        ),
        (
            "gemini-3.8-flash",
            "2026-12-31T23:59:59.999999Z",
            "2027-01-01T00:00:00Z",
            "0.75",
            "1.5",
        ),
        (
            "gpt-5.6-sol",
            "2026-09-06T23:59:59.999999Z",
            "2026-09-07T00:00:00Z",
            "10",
            "8",
        ),
        (
            "deepseek-v4-pro",
            "2026-08-16T15:59:59.999999Z",
            "2026-08-16T16:00:00Z",
            "0.435",
            "0.66",
        ),
    ] {
        assert_eq!(usd(model, &input(MILLION), before), old, "{model} {before}");
        assert_eq!(usd(model, &input(MILLION), after), new, "{model} {after}");
    }
}

#[test]
fn a_cheaper_cache_begins_at_midnight_in_utc() {
    let usage = Usage {
        cache_read: MILLION,
        ..Usage::default()
    };
    let before = usd("claude-sonnet-5-5", &usage, "2026-10-06T23:59:59Z");
    let after = usd("claude-sonnet-5-5", &usage, "2026-10-07T00:00:00Z");
    assert_eq!((&*before, &*after), ("0.2", "0.1"));
}

#[test]
fn peak_hours_hold_on_working_days() {
    for (time, price) in [
        ("2026-11-20T00:59:59.999999Z", "0.15"), // Friday
        ("2026-11-20T01:00:00Z", "0.3"),
        ("2026-11-20T03:59:59.999999Z", "0.3"),
        ("2026-11-20T04:00:00Z", "0.15"),
        ("2026-11-20T05:59:59.999999Z", "0.15"),
        ("2026-11-20T06:00:00Z", "0.3"),
        ("2026-11-20T09:59:59.999999Z", "0.3"),
        ("2026-11-20T10:00:00Z", "0.15"),
        ("2026-11-21T02:00:00Z", "0.15"), // Saturday
        ("2026-11-22T02:00:00Z", "0.15"), // Sunday
        ("2026-11-23T02:00:00Z", "0.3"),  // Monday
        ("2026-09-24T02:00:00Z", "0.3"),  // the day before Mid-Autumn, a Thursday
        ("2026-09-25T02:00:00Z", "0.15"), // Mid-Autumn, a Friday
        ("2026-09-30T02:00:00Z", "0.3"),  // the day before the National Day
        ("2026-10-01T02:00:00Z", "0.15"),
        ("2026-10-07T07:00:00Z", "0.15"), // the last day off, a Wednesday
        ("2026-10-08T07:00:00Z", "0.3"),
        ("2026-10-10T02:00:00Z", "0.15"), // a working Saturday
    ] {
        assert_eq!(
            usd("deepseek-flash", &input(MILLION), time),
            price,
            "{time}"
        );
    }
}

#[test]
fn a_year_without_a_list_of_holidays_is_told_in_peak_hours() {
    let usage = input(MILLION);
    for (time, caveat) in [
        ("2026-12-31T02:00:00Z", None),
        (
            "2027-01-01T02:00:00Z",
            Some(Caveat::HolidaysUnknown { year: 2027 }),
        ),
        ("2027-01-01T12:00:00Z", None),
    ] {
        let bill = bill(&CATALOG, &ask("deepseek-v4-pro", &usage, time));
        assert_eq!(bill.caveat, caveat, "{time}");
    }
}
