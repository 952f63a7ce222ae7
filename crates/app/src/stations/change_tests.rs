//! The parts always sum to the change.

use base::Nanos;
use proptest::prelude::*;
use store::sites::{EntrySource, Spent};

use super::*;

fn sample(at: i64, usd: Option<i64>, cost: i64) -> Sample {
    Sample {
        at: Timestamp(at),
        usd: usd.map(Nanos),
        spent: Spent {
            cost: Nanos(cost),
            exchanges: u32::from(cost > 0),
            unpriced: 0,
        },
        ..Sample::default()
    }
}

fn entry(at: i64, kind: EntryKind, credit: Option<i64>) -> Entry {
    Entry {
        id: format!("entry_{at}"),
        site_id: "site".to_owned(),
        kind,
        at: Timestamp(at),
        paid: None,
        credit: credit.map(Nanos),
        method: String::new(),
        note: String::new(),
        source: EntrySource::User,
    }
}

fn multiplier() -> impl Strategy<Value = Factor> {
    (0_u64..5_000_000_000).prop_map(|billionths| {
        let text = format!(
            "{}.{:09}",
            billionths / 1_000_000_000,
            billionths % 1_000_000_000
        );
        text.parse().unwrap()
    })
}

fn kinds() -> impl Strategy<Value = EntryKind> {
    prop::sample::select(vec![
        EntryKind::Recharge,
        EntryKind::Balance,
        EntryKind::CheckIn,
    ])
}

proptest! {
    #[test]
    fn the_parts_always_sum_to_the_change(
        samples in prop::collection::vec((any::<Option<i64>>(), 0..=i64::MAX), 0..20),
        entries in prop::collection::vec((0_i64..25, kinds(), any::<Option<i64>>()), 0..20),
        multiplier in multiplier(),
    ) {
        let samples: Vec<Sample> = samples
            .into_iter()
            .enumerate()
            .map(|(at, (usd, cost))| sample(at as i64, usd, cost))
            .collect();
        let entries: Vec<Entry> = entries
            .into_iter()
            .map(|(at, kind, credit)| entry(at, kind, credit))
            .collect();
        let whole = parts(&samples, &entries, multiplier);
        let money: Vec<&Sample> = samples.iter().filter(|it| it.usd.is_some()).collect();
        prop_assert_eq!(whole.is_some(), money.len() >= 2);
        let Some(whole) = whole else { return Ok(()) };
        let sum = -whole.spent + whole.recharged + whole.checkin + whole.unexplained();
        prop_assert_eq!(sum, whole.change());
        let (first, last) = (money[0].usd.unwrap(), money[money.len() - 1].usd.unwrap());
        prop_assert_eq!(whole.change(), i128::from(last.0) - i128::from(first.0));
        // The stretches are the whole, cut into pieces.
        let pieces = stretches(&samples, &entries, multiplier);
        for (_, _, piece) in &pieces {
            let sum = -piece.spent + piece.recharged + piece.checkin + piece.unexplained();
            prop_assert_eq!(sum, piece.change());
        }
        let total = |of: fn(&Parts) -> i128| pieces.iter().map(|(_, _, piece)| of(piece)).sum::<i128>();
        prop_assert_eq!(total(Parts::change), whole.change());
        prop_assert_eq!(total(|it| it.cost), whole.cost);
        prop_assert_eq!(total(|it| it.recharged), whole.recharged);
    }
}

#[test]
fn a_week_at_a_station() {
    let dollars = |amount: f64| (amount * 1e9) as i64;
    let samples = [
        sample(0, Some(dollars(10.0)), dollars(99.0)),
        sample(10, None, dollars(1.0)),
        sample(20, Some(dollars(18.4)), dollars(1.0)),
    ];
    let entries = [
        entry(5, EntryKind::Recharge, Some(dollars(10.0))),
        entry(6, EntryKind::CheckIn, Some(dollars(0.5))),
        entry(7, EntryKind::Recharge, None),
        entry(30, EntryKind::Recharge, Some(dollars(50.0))),
    ];
    let parts = parts(&samples, &entries, "1.5".parse().unwrap()).unwrap();
    assert_eq!(parts.change(), 8_400_000_000);
    assert_eq!(
        parts.spent, 3_000_000_000,
        "what was spent before the first balance does not count"
    );
    assert_eq!(
        (parts.recharged, parts.checkin),
        (10_000_000_000, 500_000_000)
    );
    assert_eq!(parts.unexplained(), 900_000_000);
    assert_eq!(parts.consumed(), 2_100_000_000);
    assert_eq!(parts.recharges_unknown, 1);
}

#[test]
fn factors_are_exact() {
    for (amount, text, expected) in [
        (10, "0.35", 4),
        (-10, "0.35", -4),
        (1_000_000_000, "0.000000001", 1),
        (3, "1", 3),
        (7, "0", 0),
    ] {
        assert_eq!(
            times(amount, text.parse().unwrap()),
            expected,
            "{amount} × {text}"
        );
    }
}
