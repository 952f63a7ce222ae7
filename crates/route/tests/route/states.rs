//! The states of a key, one rule a test.

use relayscope_route::{Basis, Cause, KeyState, NotNow, Scope, Urgency, Verdict, Why};

use crate::{Bench, MODEL, OTHER_MODEL, limited};

#[test]
fn three_transient_failures_in_a_minute_cool_a_key() {
    let mut bench = Bench::new(&["a", "b"]);
    bench.fail("a", Cause::ServerError);
    bench.fail("a", Cause::BadGateway);
    assert_eq!(bench.state("a"), KeyState::Active);
    bench.fail("a", Cause::ServerError);
    assert_eq!(bench.state("a"), KeyState::Cooling);
    assert_eq!(bench.wait("a"), 30.0);
    assert_eq!(bench.order(), ["b"]);
}

#[test]
fn failures_that_lie_further_apart_are_chance() {
    let mut bench = Bench::new(&["a", "b"]);
    for _ in 0..9 {
        bench.fail("a", Cause::ServerError);
        bench.pass(31);
    }
    assert_eq!(bench.state("a"), KeyState::Active);
}

#[test]
fn half_of_many_failures_cool_a_key_too() {
    let mut bench = Bench::new(&["a", "b"]);
    for _ in 0..4 {
        bench.work("a");
        bench.fail("a", Cause::ServerError);
    }
    assert_eq!(bench.state("a"), KeyState::Active);
    bench.work("a");
    bench.fail("a", Cause::ServerError);
    assert_eq!(bench.state("a"), KeyState::Cooling);
}

#[test]
fn a_failure_that_began_before_the_latest_success_counts_half() {
    let mut bench = Bench::new(&["a", "b"]);
    let old: Vec<_> = (0..5).map(|_| bench.begin("a")).collect();
    bench.work("a");
    for ticket in old {
        bench.report(ticket, Verdict::of(Cause::ServerError));
    }
    assert_eq!(bench.state("a"), KeyState::Active);
    bench.fail("a", Cause::ServerError);
    assert_eq!(bench.state("a"), KeyState::Cooling);
}

#[test]
fn the_last_usable_key_is_never_cooled_for_what_may_pass() {
    let mut bench = Bench::with(vec![("relay", &["a"]), ("other", &["b"])]);
    for _ in 0..20 {
        bench.fail("a", Cause::ServerError);
        assert_eq!(bench.state("a"), KeyState::Active);
    }
    // Its site is asked last instead, as long as that lasts.
    assert_eq!(bench.order(), ["b", "a"]);
    assert_eq!(bench.plan()[1].why, Why::BusySite);
    bench.pass(301);
    assert_eq!(bench.order(), ["a", "b"]);
}

#[test]
fn every_ejection_lasts_longer_and_is_forgotten_in_health() {
    let mut bench = Bench::new(&["a", "b"]);
    let mut waits = Vec::new();
    for _ in 0..12 {
        for _ in 0..3 {
            if bench.state("a") != KeyState::Cooling {
                bench.fail("a", Cause::ServerError);
            }
        }
        waits.push(bench.wait("a"));
        bench.pass(bench.wait("a") as i64 + 1);
    }
    assert_eq!(waits[..3], [30.0, 60.0, 90.0]);
    assert!(waits.iter().all(|wait| *wait <= 300.0), "{waits:?}");
    bench.work("a");
    bench.work("a");
    bench.pass(3_600);
    (0..3).for_each(|_| drop(bench.fail("a", Cause::ServerError)));
    assert_eq!(bench.wait("a"), 30.0);
}

#[test]
fn coming_back_takes_two_successes_one_at_a_time() {
    let mut bench = Bench::new(&["a", "b"]);
    bench.fail("a", Cause::RateLimited);
    bench.pass(6);
    assert_eq!(bench.state("a"), KeyState::HalfOpen);
    let ahead = bench.candidate("a", MODEL);
    assert_eq!(ahead.why, Why::Trial);
    let ticket = bench.begin("a");
    assert_eq!(
        bench.pool.begin(&ahead, bench.now).unwrap_err(),
        NotNow::Busy
    );
    assert_eq!(bench.order(), ["b"]);
    bench.pass(1);
    bench.succeed(ticket);
    assert_eq!(bench.state("a"), KeyState::HalfOpen);
    bench.work("a");
    assert_eq!(bench.state("a"), KeyState::Active);
}

#[test]
fn a_failed_trial_cools_again_and_for_longer() {
    let mut bench = Bench::new(&["a", "b"]);
    let mut waits = Vec::new();
    for _ in 0..12 {
        bench.fail("a", Cause::RateLimited);
        waits.push(bench.wait("a"));
        bench.pass(bench.wait("a") as i64 + 1);
    }
    assert_eq!(waits[..5], [5.0, 10.0, 20.0, 40.0, 80.0]);
    assert_eq!(waits[11], 1_800.0);
}

#[test]
fn a_burst_of_refusals_is_one_refusal() {
    let mut bench = Bench::new(&["a", "b"]);
    let burst: Vec<_> = (0..10).map(|_| bench.begin("a")).collect();
    for ticket in burst {
        bench.report(ticket, Verdict::of(Cause::RateLimited));
    }
    assert_eq!(bench.wait("a"), 5.0);
    bench.pass(6);
    bench.fail("a", Cause::RateLimited);
    assert_eq!(bench.wait("a"), 10.0);
}

#[test]
fn a_stated_moment_is_kept_with_some_jitter_and_a_cap() {
    for (seconds, basis, low, high) in [
        (60, Basis::Stated, 61.0, 90.0),
        (2, Basis::Stated, 3.0, 4.0),
        (7_200, Basis::Stated, 1_800.0, 1_800.0),
        (7_200, Basis::Window, 7_201.0, 7_230.0),
        (30 * 86_400, Basis::Window, 691_200.0, 691_200.0),
    ] {
        for random in 0..50 {
            let mut bench = Bench::new(&["a", "b"]);
            let ticket = bench.begin("a");
            let verdict = limited(bench.now, seconds, basis);
            let report = relayscope_route::Report::Failed(verdict);
            bench.pool.report(ticket, &report, bench.now, random);
            let wait = bench.wait("a");
            assert!((low..=high).contains(&wait), "{seconds} {basis:?}: {wait}");
        }
    }
}

#[test]
fn a_window_of_one_family_rests_only_that_family() {
    let mut bench = Bench::new(&["a", "b"]);
    let mut verdict = limited(bench.now, 3_600, Basis::Window);
    verdict.scope = Scope::KeyFamily;
    bench.fail_with("a", verdict);
    assert_eq!(bench.order(), ["b"]);
    assert_eq!(bench.try_plan(OTHER_MODEL).unwrap().candidates.len(), 2);
    assert_eq!(
        bench.try_plan("claude-haiku-5-5").unwrap().candidates.len(),
        2
    );
    let view = &bench.pool.view(bench.now)[0];
    assert_eq!(view.state, KeyState::Cooling);
    assert_eq!(
        view.scope.as_ref().unwrap().to_string(),
        "family:claude-opus"
    );
}

#[test]
fn a_missing_model_rests_only_that_model() {
    let mut bench = Bench::new(&["a", "b"]);
    bench.fail("a", Cause::ModelUnavailable);
    assert_eq!(bench.order(), ["b"]);
    assert_eq!(bench.try_plan("claude-opus-5").unwrap().candidates.len(), 2);
    bench.fail("b", Cause::ModelUnavailable);
    // When nobody has it, the upstream may say so itself.
    assert!(bench.plan().iter().all(|it| it.why == Why::LastResort));
    bench.pass(43_201);
    assert_eq!(bench.plan()[0].why, Why::Turn);
}

#[test]
fn a_busy_site_is_asked_last_for_that_model_and_no_key_is_blamed() {
    for (cause, first, second) in [
        (Cause::PoolBusy, 10, 20),
        (Cause::NoChannel, 10, 20),
        (Cause::Overloaded, 30, 60),
    ] {
        let mut bench = Bench::with(vec![("relay", &["a", "c"]), ("other", &["b"])]);
        bench.fail("a", cause);
        assert_eq!(bench.state("a"), KeyState::Active);
        assert_eq!(bench.plan()[0].key.as_str(), "b", "{cause:?}");
        assert_eq!(bench.plan().len(), 3, "last, but not left out");
        assert_eq!(
            bench.try_plan(OTHER_MODEL).unwrap().candidates[0]
                .site
                .as_str(),
            "relay"
        );
        bench.pass(first);
        assert_eq!(bench.plan()[0].site.as_str(), "relay");
        bench.fail("c", cause);
        bench.pass(second - 1);
        assert_eq!(bench.plan()[0].key.as_str(), "b", "{cause:?}");
        bench.pass(1);
        assert_eq!(bench.plan()[0].site.as_str(), "relay");
    }
}

#[test]
fn an_exhausted_key_is_written_at_once_and_probed_when_there_is_nobody_else() {
    let mut bench = Bench::new(&["a", "b"]);
    let change = bench.fail("a", Cause::BalanceExhausted);
    assert_eq!(change.urgency, Urgency::AtOnce);
    bench.pass(1_801);
    assert_eq!(bench.order(), ["b"], "there is another key");
    bench.fail("b", Cause::QuotaExhausted);
    assert_eq!(bench.plan()[0].why, Why::Probe);
    let probe = bench.begin("a");
    assert!(bench.try_plan(MODEL).is_err(), "one probe at a time");
    bench.pool.release(probe);
    assert_eq!(
        bench.plan()[0].why,
        Why::Probe,
        "a client that left proved nothing"
    );
    bench.fail("a", Cause::BalanceExhausted);
    let nobody = bench.try_plan(MODEL).unwrap_err();
    assert_eq!(nobody.state, Some(KeyState::Exhausted));
    assert!(nobody.earliest.is_some());
    bench.pass(1_801);
    bench.work("a");
    bench.work("a");
    assert_eq!(bench.state("a"), KeyState::Active);
}

#[test]
fn an_invalid_key_waits_for_the_user() {
    let mut bench = Bench::new(&["a", "b"]);
    let change = bench.fail("a", Cause::InvalidKey);
    assert_eq!(change.urgency, Urgency::AtOnce);
    assert_eq!(change.moved.unwrap().to, KeyState::Invalid);
    bench.pass(40 * 86_400);
    assert_eq!(bench.order(), ["b"]);
    let moved = bench.reset("a").moved.unwrap();
    assert_eq!(
        (moved.from, moved.to),
        (KeyState::Invalid, KeyState::HalfOpen)
    );
    bench.work("a");
    bench.work("a");
    assert_eq!(bench.state("a"), KeyState::Active);
}

#[test]
fn a_bare_401_is_a_suspicion_and_a_second_one_is_proof() {
    let mut bench = Bench::new(&["a", "b"]);
    let (first, second) = (bench.begin("a"), bench.begin("a"));
    bench.pass(1);
    bench.report(first, Verdict::of(Cause::Unauthorized));
    bench.report(second, Verdict::of(Cause::Unauthorized));
    assert_eq!(
        bench.state("a"),
        KeyState::Cooling,
        "both belong to one moment"
    );
    assert_eq!(bench.wait("a"), 60.0);
    bench.pass(61);
    bench.fail("a", Cause::Unauthorized);
    assert_eq!(bench.state("a"), KeyState::Invalid);

    let mut bench = Bench::new(&["a", "b"]);
    bench.fail("a", Cause::Unauthorized);
    bench.pass(601);
    bench.fail("a", Cause::Unauthorized);
    assert_eq!(
        bench.state("a"),
        KeyState::Cooling,
        "ten minutes later it is new"
    );
}

#[test]
fn the_callers_fault_and_a_client_that_left_say_nothing_about_the_key() {
    let mut bench = Bench::new(&["a", "b"]);
    for _ in 0..30 {
        bench.fail("a", Cause::BadRequest);
        bench.fail("a", Cause::ContextTooLong);
        bench.fail("a", Cause::ClientLeft);
        let ticket = bench.begin("a");
        bench.pool.release(ticket);
    }
    assert_eq!(bench.state("a"), KeyState::Active);
    let view = &bench.pool.view(bench.now)[0];
    assert_eq!((view.failures, view.in_flight), (0, 0));
}

#[test]
fn a_key_with_too_little_money_rests_for_that_family() {
    let mut bench = Bench::new(&["a", "b"]);
    bench.fail("a", Cause::CannotAfford);
    assert_eq!(bench.order(), ["b"]);
    assert_eq!(bench.try_plan(OTHER_MODEL).unwrap().candidates.len(), 2);
    bench.pass(301);
    assert_eq!(bench.plan().len(), 2);
}

#[test]
fn a_site_that_cannot_be_reached_is_asked_last_and_its_keys_stay() {
    let mut bench = Bench::with(vec![("relay", &["a", "c"]), ("other", &["b"])]);
    bench.fail("a", Cause::ConnectFailed);
    bench.fail("c", Cause::NameNotFound);
    assert_eq!(bench.plan()[0].site.as_str(), "relay");
    bench.fail("a", Cause::ConnectTimeout);
    assert_eq!(bench.plan()[0].site.as_str(), "other");
    assert_eq!(
        (bench.state("a"), bench.state("c")),
        (KeyState::Active, KeyState::Active)
    );
}

#[test]
fn with_one_key_its_state_informs_and_the_upstream_answers() {
    let mut bench = Bench::new(&["a"]);
    bench.fail("a", Cause::RateLimited);
    assert_eq!(bench.state("a"), KeyState::Cooling);
    assert_eq!(bench.plan()[0].why, Why::LastResort);
    bench.work("a");
    assert_eq!(bench.state("a"), KeyState::Active, "it works again");
    bench.fail("a", Cause::BalanceExhausted);
    assert_eq!(bench.plan()[0].why, Why::LastResort);
    bench.work("a");
    assert_eq!(bench.state("a"), KeyState::Active, "the user has paid");
    bench.fail("a", Cause::InvalidKey);
    assert_eq!(
        bench.try_plan(MODEL).unwrap_err().state,
        Some(KeyState::Invalid)
    );
}

#[test]
fn when_every_key_rests_the_earliest_return_is_told() {
    let mut bench = Bench::new(&["a", "b"]);
    bench.fail_with("a", limited(bench.now, 600, Basis::Stated));
    bench.fail_with("b", limited(bench.now, 60, Basis::Stated));
    let nobody = bench.try_plan(MODEL).unwrap_err();
    assert_eq!(nobody.state, Some(KeyState::Cooling));
    assert_eq!(nobody.cause, Some(Cause::RateLimited));
    let wait = (nobody.earliest.unwrap().0 - bench.now.0) / 1_000_000;
    assert!((60..=90).contains(&wait), "{wait}");
    assert_eq!(nobody.skipped.len(), 2);
}

#[test]
fn nobody_queues_behind_a_trial_when_there_is_no_other_key() {
    let mut bench = Bench::new(&["a", "b"]);
    bench.fail("a", Cause::RateLimited);
    bench.fail("b", Cause::RateLimited);
    bench.pass(11);
    let _trials = [bench.begin("a"), bench.begin("b")];
    assert_eq!(bench.plan()[0].why, Why::LastResort);
    let _third = bench.begin("a");
    assert_eq!(bench.state("a"), KeyState::Active);
}

#[test]
fn switching_off_and_on_keeps_the_state() {
    let mut bench = Bench::new(&["a", "b"]);
    let site = "relay".into();
    bench.pool.set_enabled(&site, &"a".into(), false, bench.now);
    assert_eq!(bench.state("a"), KeyState::Disabled);
    assert_eq!(bench.order(), ["b"]);
    bench.pool.set_enabled(&site, &"b".into(), false, bench.now);
    assert_eq!(
        bench.try_plan(MODEL).unwrap_err().state,
        Some(KeyState::Disabled)
    );
    let change = bench.pool.set_enabled(&site, &"a".into(), true, bench.now);
    assert_eq!(change.moved.unwrap().to, KeyState::Active);
    assert_eq!(bench.order(), ["a"]);
    bench.pool.reset_all(None, bench.now);
    assert_eq!(
        bench.state("b"),
        KeyState::Disabled,
        "a reset does not switch on"
    );
}

#[test]
fn a_clock_that_jumps_back_does_not_prolong_a_rest() {
    let mut bench = Bench::new(&["a", "b"]);
    bench.fail_with("a", limited(bench.now, 1_500, Basis::Stated));
    bench.pass(-86_400);
    bench.work("b");
    assert!(bench.wait("a") <= 691_200.0);
    let mut bench = Bench::new(&["a", "b"]);
    (0..3).for_each(|_| drop(bench.fail("a", Cause::ServerError)));
    bench.pass(-86_400);
    bench.work("b");
    assert!(bench.wait("a") <= 300.0, "{}", bench.wait("a"));
}

#[test]
fn unknown_sites_and_keys_change_nothing() {
    let mut bench = Bench::new(&["a"]);
    let candidate = bench.candidate("a", MODEL);
    let ticket = bench.begin("a");
    bench.pool.configure(Vec::new());
    assert_eq!(
        bench.pool.begin(&candidate, bench.now).unwrap_err(),
        NotNow::Gone
    );
    let change = bench.report(ticket, Verdict::of(Cause::InvalidKey));
    assert_eq!(change.urgency, Urgency::Nothing);
    assert_eq!(bench.try_plan(MODEL).unwrap_err().state, None);
    bench.reset("a");
}
