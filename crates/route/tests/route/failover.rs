//! Whether a request is tried again.

use base::Timestamp;
use relayscope_route::{
    Allowance, Ask, Cause, Course, Next, Plan, Progress, Settings, Stop, Verdict,
};

use crate::{Bench, MODEL};

fn allowance() -> Allowance {
    Allowance::from(&Settings::bundled().unwrap())
}

fn with_status(cause: Cause, status: u16) -> Verdict {
    let mut verdict = Verdict::of(cause);
    verdict.status = Some(status);
    verdict
}

fn decide(verdict: &Verdict) -> Next {
    Course::new(allowance(), Timestamp(0)).decide(verdict, Timestamp(1), Progress::Nothing)
}

#[test]
fn some_verdicts_are_worth_another_key_and_some_are_not() {
    for (cause, status) in [
        (Cause::RateLimited, 429),
        (Cause::BalanceExhausted, 402),
        // The words are about the key, whatever the status.
        (Cause::BalanceExhausted, 400),
        (Cause::AccountDisabled, 400),
        (Cause::QuotaExhausted, 401),
        (Cause::InvalidKey, 401),
        (Cause::Unauthorized, 401),
        (Cause::Overloaded, 529),
        (Cause::PoolBusy, 429),
        (Cause::ModelUnavailable, 404),
        (Cause::ServerError, 500),
        (Cause::BadGateway, 502),
    ] {
        assert_eq!(
            decide(&with_status(cause, status)),
            Next::PlanAgain,
            "{cause:?}"
        );
    }
    for (cause, status) in [
        (Cause::BadRequest, 400),
        (Cause::RequestTooLarge, 413),
        (Cause::BadRequest, 422),
        (Cause::NotFound, 404),
        (Cause::ContentRefused, 403),
        (Cause::ClientLeft, 499),
        (Cause::UpstreamTimeout, 408),
        (Cause::UpstreamTimeout, 504),
        (Cause::UpstreamTimeout, 524),
        // A gateway's time-out, whatever its page says.
        (Cause::Overloaded, 504),
        (Cause::FirstByteTimeout, 0),
    ] {
        let next = decide(&with_status(cause, status));
        assert_eq!(next, Next::PassOn(Stop::NotRetryable), "{cause:?} {status}");
    }
}

#[test]
fn a_timeout_is_repeated_only_where_the_user_allowed_it() {
    let mut course = Course::new(
        Allowance {
            after_timeout: true,
            ..allowance()
        },
        Timestamp(0),
    );
    let verdict = with_status(Cause::UpstreamTimeout, 504);
    let next = course.decide(&verdict, Timestamp(1), Progress::Nothing);
    assert_eq!(next, Next::PlanAgain);
}

#[test]
fn nothing_is_tried_after_the_first_byte_or_after_too_long() {
    let mut course = Course::new(allowance(), Timestamp(0));
    let verdict = Verdict::of(Cause::ServerError);
    let late = Timestamp(46_000_000);
    let committed = course.decide(&verdict, Timestamp(1), Progress::Committed);
    assert_eq!(committed, Next::PassOn(Stop::Committed));
    let next = course.decide(&verdict, late, Progress::Nothing);
    assert_eq!(next, Next::PassOn(Stop::TimeUsed));
}

/// Plans for the next attempt of a course.
fn again(bench: &Bench, course: &Course) -> Plan {
    let mut ask = Ask::new(&bench.sites, MODEL);
    ask.course = Some(course);
    bench.pool.plan(&ask, bench.now, 7).unwrap()
}

/// Tries until the course ends; the keys in order.
fn walk(bench: &mut Bench, verdict: &Verdict) -> (Vec<String>, Stop) {
    let mut course = Course::new(allowance(), bench.now);
    let mut keys = Vec::new();
    loop {
        let candidate = again(bench, &course).candidates.remove(0);
        keys.push(candidate.key.to_string());
        course.note(&candidate);
        let ticket = bench.pool.begin(&candidate, bench.now).unwrap();
        bench.now = bench.now.plus_micros(1_000);
        bench.report(ticket, verdict.clone());
        match course.decide(verdict, bench.now, Progress::Nothing) {
            Next::PlanAgain => {}
            Next::PassOn(stop) => return (keys, stop),
        }
    }
}

#[test]
fn at_most_three_attempts_each_with_another_key_and_the_last_at_another_site() {
    let mut bench = Bench::with(vec![("relay", &["a", "b", "c", "d"]), ("other", &["e"])]);
    let (keys, stop) = walk(&mut bench, &Verdict::of(Cause::ServerError));
    assert_eq!(keys, ["a", "b", "e"]);
    assert_eq!(stop, Stop::AttemptsUsed);
}

#[test]
fn a_busy_relay_is_left_at_once_and_an_unreachable_one_for_good() {
    let mut bench = Bench::with(vec![("relay", &["a", "b"]), ("other", &["c"])]);
    let (keys, _) = walk(&mut bench, &Verdict::of(Cause::PoolBusy));
    assert_eq!(
        keys,
        ["a", "c", "b"],
        "keys of one relay can belong to different groups"
    );

    let mut bench = Bench::with(vec![("relay", &["a", "b"]), ("other", &["c"])]);
    let mut course = Course::new(allowance(), bench.now);
    let first = again(&bench, &course).candidates.remove(0);
    course.note(&first);
    let verdict = Verdict::of(Cause::NameNotFound);
    course.decide(&verdict, bench.now, Progress::Nothing);
    let keys = again(&bench, &course).candidates;
    assert_eq!(keys.len(), 1);
    assert_eq!(keys[0].key.as_str(), "c");
    assert_eq!(course.attempts(), 1);
    bench.work("a");
}

#[test]
fn a_second_attempt_avoids_keys_that_just_failed() {
    let mut bench = Bench::new(&["a", "b", "c"]);
    bench.fail("b", Cause::ServerError);
    let mut course = Course::new(allowance(), bench.now);
    course.note(&bench.candidate("a", MODEL));
    let plan = again(&bench, &course);
    assert_eq!(plan.candidates[0].key.as_str(), "c");
}
