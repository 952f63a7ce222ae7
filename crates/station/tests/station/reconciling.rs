//! A station's log beside our own calls.

use base::{Nanos, Timestamp};
use proptest::prelude::*;
use relayscope_station::reconcile::{
    Basis, Frame, OurCall, OurOutcome, WhyNotCharged, WhyNotOurs, reconcile,
};
use relayscope_station::{Decimal, Known, LogRow, RowType, Unit};

const SECOND: i64 = 1_000_000;
/// Our record begins here.
const BEGIN: i64 = 1_787_000_000 * SECOND;
const END: i64 = BEGIN + 86_400 * SECOND;

fn frame() -> Frame {
    Frame {
        ours_from: Timestamp(BEGIN),
        ours_to: Timestamp(END),
        rows_from: Timestamp(BEGIN - 86_400 * SECOND),
        rows_to: Timestamp(END),
        key_names: Vec::new(),
        known: Known {
            quota_per_usd: Decimal::parse("500000"),
            ..Known::default()
        },
        cny_per_usd: Decimal::parse("7.3").unwrap(),
    }
}

/// A call that ended so many seconds after the beginning.
fn call(at: f64, model: &str, prompt: u64, output: u64) -> OurCall {
    OurCall {
        id: format!("req_{at}_{output}"),
        ended_at: Timestamp(BEGIN + (at * SECOND as f64) as i64),
        models: vec![model.to_owned()],
        prompt_tokens: Some(prompt),
        completion_tokens: Some(output),
        expected_usd: Some(Nanos((prompt as i64 * 2 + output as i64 * 10) * 1_000)),
        ..OurCall::default()
    }
}

/// The row that a station writes for a call, its clock `ahead` seconds ahead.
fn row(call: &OurCall, ahead: i64, factor: f64) -> LogRow {
    let expected = call.expected_usd.unwrap().0;
    LogRow {
        identity: format!("row/{}", call.id),
        // Whole seconds, rounded down.
        time: Some(Timestamp(
            (call.ended_at.0 + ahead * SECOND).div_euclid(SECOND) * SECOND,
        )),
        row_type: RowType::Consume,
        model: call.models.first().cloned(),
        token_name: Some("main".to_owned()),
        prompt_tokens: call.prompt_tokens,
        completion_tokens: call.completion_tokens,
        cost: Some(Nanos((expected as f64 * factor) as i64)),
        unit: Unit::Usd,
        ..LogRow::default()
    }
}

fn day() -> Vec<OurCall> {
    (0..40_u64)
        .map(|at| {
            call(
                600.0 + at as f64 * 97.3,
                if at % 3 == 0 {
                    "claude-opus-5-5"
                } else {
                    "claude-sonnet-5-5"
                },
                1_000 + at * 37,
                100 + at * 11,
            )
        })
        .collect()
}

#[test]
fn an_honest_station_is_matched_to_the_last_call() {
    let ours = day();
    // Its clock is four minutes ahead.
    let rows: Vec<LogRow> = ours.iter().map(|call| row(call, 240, 1.0)).collect();
    let told = reconcile(&rows, &ours, &frame());
    assert_eq!(
        (
            told.pairs.len(),
            told.rows_left.len(),
            told.calls_left.len()
        ),
        (40, 0, 0)
    );
    assert!(
        told.pairs
            .iter()
            .all(|pair| pair.basis == Basis::Tokens && !pair.too_high)
    );
    assert!(
        (told.clocks.ahead - 240 * SECOND).abs() <= SECOND,
        "{:?}",
        told.clocks
    );
    assert_eq!(told.clocks.seen, 40);
    assert_eq!(told.all.factor, Some(1.0));
    assert_eq!(told.all.billed_usd, told.all.expected_usd);
}

#[test]
fn bills_that_are_too_high_are_named_by_model() {
    let ours = day();
    let rows: Vec<LogRow> = ours
        .iter()
        .map(|call| {
            let factor = if call.models[0].contains("opus") {
                1.18
            } else {
                1.005
            };
            row(call, 0, factor)
        })
        .collect();
    let told = reconcile(&rows, &ours, &frame());
    let opus = told
        .models
        .iter()
        .find(|model| model.model == "claude-opus-5-5")
        .unwrap();
    assert!((opus.factor.unwrap() - 1.18).abs() < 0.001);
    assert_eq!((opus.calls, opus.too_high), (14, 14));
    let sonnet = told
        .models
        .iter()
        .find(|model| model.model == "claude-sonnet-5-5")
        .unwrap();
    // Half a percent is no accusation.
    assert_eq!((sonnet.calls, sonnet.too_high), (26, 0));
}

#[test]
fn invented_tokens_are_found_by_time() {
    let ours = day();
    let mut rows: Vec<LogRow> = ours.iter().map(|call| row(call, 5, 1.0)).collect();
    rows[7].prompt_tokens = Some(90_000);
    rows[7].completion_tokens = Some(9_000);
    rows[7].cost = Some(Nanos(270_000_000));
    // The prompt is counted without the cache, the output is the same.
    rows[9].prompt_tokens = Some(3);
    // Counted by another tokenizer.
    rows[11].prompt_tokens = rows[11].prompt_tokens.map(|count| count + 20);
    rows[11].completion_tokens = rows[11].completion_tokens.map(|count| count + 5);
    let told = reconcile(&rows, &ours, &frame());
    let of = |at: usize| {
        told.pairs
            .iter()
            .find(|pair| pair.row == rows[at].identity)
            .unwrap()
    };
    assert_eq!((of(7).basis, of(7).too_high), (Basis::Time, true));
    assert_eq!(
        of(7).more_prompt_tokens,
        Some(90_000 - ours[7].prompt_tokens.unwrap() as i64)
    );
    assert_eq!(of(9).basis, Basis::Output);
    assert_eq!(of(11).basis, Basis::Alike);
    assert_eq!(told.pairs.len(), 40);
}

#[test]
fn charges_without_calls_and_calls_without_charges_say_why() {
    let mut ours = day();
    let mut rows: Vec<LogRow> = ours.iter().map(|call| row(call, 0, 1.0)).collect();
    let foreign = call(5_000.5, "claude-sonnet-5-5", 77, 78);
    rows.push(row(&foreign, 0, 1.0));
    let other_key = LogRow {
        token_name: Some("friend".into()),
        ..row(&call(6_000.0, "gpt-5", 5, 6), 0, 1.0)
    };
    rows.push(other_key);
    rows.push(row(&call(-3_600.0, "gpt-5", 7, 8), 0, 1.0));
    rows.push(row(&call(86_399.0, "gpt-5", 9, 10), 0, 1.0));
    rows.push(LogRow {
        time: None,
        ..row(&call(7_000.0, "gpt-5", 11, 12), 0, 1.0)
    });
    rows.push(LogRow {
        row_type: RowType::Topup,
        ..row(&call(8_000.0, "", 0, 0), 0, 1.0)
    });
    rows.push(LogRow {
        row_type: RowType::Refund,
        cost: Some(Nanos(-500)),
        ..row(&call(8_000.0, "x", 0, 0), 0, 1.0)
    });

    let unpaid = call(9_000.0, "claude-opus-5-5", 333, 334);
    let failed = OurCall {
        outcome: OurOutcome::Failed,
        ..call(9_100.0, "claude-opus-5-5", 1, 0)
    };
    let running = OurCall {
        outcome: OurOutcome::Running,
        ..call(9_200.0, "claude-opus-5-5", 1, 0)
    };
    let fresh = call(86_399.5, "claude-opus-5-5", 1, 1);
    let old = call(-86_400.0 * 3.0, "claude-opus-5-5", 1, 1);
    ours.extend([unpaid, failed, running, fresh, old]);

    let frame = Frame {
        key_names: vec!["main".into()],
        ..frame()
    };
    let told = reconcile(&rows, &ours, &frame);
    assert_eq!(told.pairs.len(), 40);
    let rows_by: Vec<_> = told
        .rows_left_by
        .iter()
        .map(|(why, count)| (*why, *count))
        .collect();
    assert_eq!(
        rows_by,
        [
            (WhyNotOurs::BeforeOurRecord, 1),
            (WhyNotOurs::AfterOurRecord, 1),
            (WhyNotOurs::OtherKey, 1),
            (WhyNotOurs::NotComparable, 1),
            (WhyNotOurs::NoCall, 1),
        ]
    );
    assert_eq!(told.unexplained_usd, foreign.expected_usd);
    let calls_by: Vec<_> = told
        .calls_left_by
        .iter()
        .map(|(why, count)| (*why, *count))
        .collect();
    assert_eq!(
        calls_by,
        [
            (WhyNotCharged::Failed, 1),
            (WhyNotCharged::Running, 1),
            (WhyNotCharged::BeforeTheirLog, 1),
            (WhyNotCharged::AfterTheirLog, 1),
            (WhyNotCharged::NoRow, 1),
        ]
    );
    assert_eq!(told.refunded_usd, Some(Nanos(500)));
    assert_eq!(told.rows_not_compared, 2);
}

#[test]
fn what_could_be_either_is_left_open() {
    // Two calls of one model in the same second, both without tokens that fit: nobody can tell which is which.
    let ours = [call(100.0, "m", 10, 10), call(100.2, "m", 20, 20)];
    let mut rows: Vec<LogRow> = ours.iter().map(|call| row(call, 0, 1.0)).collect();
    for (at, row) in rows.iter_mut().enumerate() {
        row.prompt_tokens = Some(5_000 + at as u64);
        row.completion_tokens = Some(5_000 + at as u64);
    }
    let told = reconcile(&rows, &ours, &frame());
    assert!(told.pairs.is_empty());
    assert_eq!(told.calls_left_by.get(&WhyNotCharged::Ambiguous), Some(&2));
}

#[test]
fn an_id_of_the_station_settles_it() {
    let mut ours = vec![call(100.0, "m", 10, 10), call(100.2, "m", 10, 10)];
    let mut rows: Vec<LogRow> = ours.iter().map(|call| row(call, 0, 1.0)).collect();
    ours[0].request_id = Some("b".into());
    ours[1].request_id = Some("a".into());
    rows[0].request_id = Some("a".into());
    rows[1].request_id = Some("b".into());
    let told = reconcile(&rows, &ours, &frame());
    assert!(told.pairs.iter().all(|pair| pair.basis == Basis::RequestId));
    let first = told
        .pairs
        .iter()
        .find(|pair| pair.row == rows[0].identity)
        .unwrap();
    assert_eq!(first.call, ours[1].id);
}

#[test]
fn other_units_are_compared_in_dollars() {
    let ours = [call(100.0, "m", 1_000, 1_000)];
    let mut one = row(&ours[0], 0, 1.0);
    one.unit = Unit::Cny;
    one.cost = Some(Nanos(one.cost.unwrap().0 * 7));
    let known = Known {
        cny_per_usd: Decimal::parse("7"),
        ..Known::default()
    };
    let told = reconcile(&[one], &ours, &Frame { known, ..frame() });
    assert_eq!(told.all.factor, Some(1.0));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever the two sides hold, every charge and every call is told exactly once, and nothing twice.
    #[test]
    fn everything_is_told_once(
        theirs in prop::collection::vec((0_u32..4_000, 0_usize..3, 0_u64..5, 0_u64..5, 0_usize..3), 0..40),
        mine in prop::collection::vec((0_u32..4_000, 0_usize..3, 0_u64..5, 0_u64..5, 0_usize..3), 0..40),
        ahead in -7_200_i64..7_200,
    ) {
        const MODELS: [&str; 3] = ["a", "b-20250929", "c/b"];
        const OUTCOMES: [OurOutcome; 3] = [OurOutcome::Answered, OurOutcome::Failed, OurOutcome::Running];
        const TYPES: [RowType; 3] = [RowType::Consume, RowType::Refund, RowType::Topup];
        let rows: Vec<LogRow> = theirs.iter().enumerate().map(|(number, (at, model, prompt, output, kind))| {
            let call = call(f64::from(*at), MODELS[*model], *prompt, *output);
            LogRow { identity: number.to_string(), row_type: TYPES[*kind], ..row(&call, ahead, 1.0) }
        }).collect();
        let ours: Vec<OurCall> = mine.iter().enumerate().map(|(number, (at, model, prompt, output, outcome))| {
            OurCall { id: number.to_string(), outcome: OUTCOMES[*outcome], ..call(f64::from(*at), MODELS[*model], *prompt, *output) }
        }).collect();
        let told = reconcile(&rows, &ours, &frame());
        let charges = rows.iter().filter(|row| row.row_type == RowType::Consume).count();
        let mut seen: Vec<&String> = told.pairs.iter().map(|pair| &pair.row).chain(told.rows_left.iter().map(|row| &row.row)).collect();
        seen.sort();
        seen.dedup();
        prop_assert_eq!(seen.len(), charges);
        prop_assert_eq!(told.pairs.len() + told.rows_left.len(), charges);
        let mut seen: Vec<&String> = told.pairs.iter().map(|pair| &pair.call).chain(told.calls_left.iter().map(|call| &call.call)).collect();
        seen.sort();
        seen.dedup();
        prop_assert_eq!(seen.len(), ours.len());
        prop_assert_eq!(told.pairs.len() + told.calls_left.len(), ours.len());
        prop_assert_eq!(told.rows_not_compared as usize + charges, rows.len());
        // The order in which rows come says nothing.
        let mut turned = rows.clone();
        turned.reverse();
        let again = reconcile(&turned, &ours, &frame());
        prop_assert_eq!(again.pairs.len(), told.pairs.len());
        prop_assert_eq!(again.clocks, told.clocks);
    }

    /// Calls with tokens of their own are found again, whatever the station's clock says and whoever else calls.
    #[test]
    fn real_pairs_are_found(
        gaps in prop::collection::vec(1_u32..400, 8..40),
        ahead in -100_000_i64..100_000,
        strangers in prop::collection::vec(0_u32..8_000, 0..10),
        lost in prop::collection::vec(any::<prop::sample::Index>(), 0..4),
    ) {
        let mut at = 200.0;
        let ours: Vec<OurCall> = gaps.iter().enumerate().map(|(number, gap)| {
            at += f64::from(*gap) + 0.37;
            call(at, "claude-sonnet-5-5", 1_000 + number as u64 * 3, 50 + number as u64 * 7)
        }).collect();
        let mut rows: Vec<LogRow> = ours.iter().map(|call| row(call, ahead, 1.0)).collect();
        let mut gone = std::collections::HashSet::new();
        for index in lost {
            if rows.len() > 6 {
                let removed = rows.remove(index.index(rows.len()));
                gone.insert(removed.identity);
            }
        }
        let real = rows.len();
        for (number, at) in strangers.iter().enumerate() {
            rows.push(row(&call(f64::from(*at), "gpt-5", 500_000 + number as u64, 9_000 + number as u64), ahead, 1.0));
        }
        let told = reconcile(&rows, &ours, &frame());
        prop_assert_eq!(told.pairs.len(), real);
        for pair in &told.pairs {
            prop_assert_eq!(&pair.row, &format!("row/{}", pair.call));
            prop_assert_eq!(pair.basis, Basis::Tokens);
        }
    }
}
