//! Figures of made-up weeks.

use store::sites::EntrySource;

use super::*;

const NOW: Timestamp = Timestamp(1_795_000_000_000_000);

fn dollars(amount: f64) -> Nanos {
    Nanos((amount * 1e9) as i64)
}

fn days_ago(days: f64) -> Timestamp {
    NOW.plus_micros(-(days * DAY as f64) as i64)
}

fn sample(days: f64, usd: f64) -> Sample {
    Sample {
        at: days_ago(days),
        usd: Some(dollars(usd)),
        ..Sample::default()
    }
}

fn recharge(days: f64, paid: Option<(f64, Currency)>, credit: Option<f64>) -> Entry {
    Entry {
        id: format!("entry_{days}"),
        site_id: "site".to_owned(),
        kind: EntryKind::Recharge,
        at: days_ago(days),
        paid: paid.map(|(amount, currency)| (dollars(amount), currency)),
        credit: credit.map(dollars),
        method: String::new(),
        note: String::new(),
        source: EntrySource::User,
    }
}

fn of(week: &[Sample], entries: &[Entry], spend: Spend) -> FiguresView {
    figures(&Facts {
        now: NOW,
        week,
        last: week.last(),
        entries,
        spend,
        spend_since: days_ago(2.0),
        multiplier: "0.5".parse().unwrap(),
        cny_per_usd: 7.0,
    })
}

#[track_caller]
fn near(found: Option<f64>, expected: f64) {
    let found = found.unwrap();
    assert!((found - expected).abs() < 1e-6, "{found} is not {expected}");
}

#[test]
fn a_recharge_is_no_negative_burn() {
    let week = [sample(5.0, 10.0), sample(3.0, 8.0), sample(0.0, 24.0)];
    let entries = [recharge(1.0, Some((20.0, Currency::Cny)), Some(20.0))];
    let view = of(&week, &entries, Spend::default());
    near(view.burn_usd_per_day, (2.0 + 4.0) / 5.0);
    near(view.days_left, 24.0 / 1.2);
    near(view.cny_per_usd, 1.0);
    assert_eq!(view.burn_basis.as_deref(), Some("balance"));
    assert_eq!(view.recharges, 1);
}

#[test]
fn a_forgotten_recharge_does_not_disturb_a_station_that_counts() {
    let mut week = [sample(4.0, 10.0), sample(0.0, 100.0)];
    week[0].used_usd = Some(dollars(50.0));
    week[1].used_usd = Some(dollars(58.0));
    let view = of(&week, &[], Spend::default());
    near(view.burn_usd_per_day, 2.0);
    near(view.consumed_usd, 58.0);
    assert_eq!(view.consumed_basis.as_deref(), Some("station"));
}

#[test]
fn without_balances_our_own_exchanges_tell() {
    let spend = Spend {
        exchanges: 10,
        cost: dollars(8.0),
        tokens: 3_000_000,
        priced_tokens: 2_000_000,
        ..Spend::default()
    };
    let entries = [
        recharge(30.0, Some((10.0, Currency::Usd)), Some(100.0)),
        recharge(20.0, None, Some(1_000.0)),
        recharge(10.0, Some((5.0, Currency::Cny)), None),
    ];
    let view = of(&[], &entries, spend);
    near(view.burn_usd_per_day, 2.0);
    near(view.cny_per_usd, 0.7);
    // $8 × 0.5 over 2 million tokens at ¥0.7 a dollar.
    near(view.cny_per_million_tokens, 1.4);
    near(view.recharged_usd, 1_100.0);
    near(view.paid_cny, 75.0);
    assert_eq!((view.days_left, view.burn_per_day), (None, None));
    assert_eq!(view.burn_basis.as_deref(), Some("exchanges"));
}

#[test]
fn nothing_known_is_nothing_shown() {
    let view = of(&[], &[], Spend::default());
    let expected = FiguresView {
        multiplier: 0.5,
        ..FiguresView::default()
    };
    assert_eq!(view, expected);
    let view = of(
        &[sample(0.001, 10.0), sample(0.0, 9.0)],
        &[],
        Spend::default(),
    );
    assert_eq!(view.burn_usd_per_day, None, "a minute is no measure");
}

#[test]
fn the_day_of_a_level_is_told() {
    assert_eq!(crossed_on(NOW, 10.0, 20.0, Some(1.0)), None);
    assert_eq!(crossed_on(NOW, 30.0, 20.0, None), None);
    assert_eq!(crossed_on(NOW, 30.0, 20.0, Some(0.0)), None);
    assert_eq!(
        crossed_on(NOW, 1e12, 20.0, Some(1.0)),
        None,
        "a date in the year 56000"
    );
    assert!(crossed_on(NOW, 30.0, 20.0, Some(1.0)).is_some());
}
