//! What survives a restart.

use base::Timestamp;
use relayscope_route::{
    Basis, Cause, KeyConfig, KeyState, Pool, Settings, SiteConfig, StoredScope, StoredState,
};

use crate::{Bench, MODEL, limited};

/// The same bench after a restart, its rows having gone through JSON.
fn restart(bench: &Bench, now: Timestamp) -> Bench {
    let text = serde_json::to_string(&bench.pool.snapshot()).unwrap();
    let rows: Vec<StoredState> = serde_json::from_str(&text).unwrap();
    let keys = bench.pool.view(bench.now);
    let mut pool = Pool::new(Settings::bundled().unwrap());
    let sites = bench.sites.iter().map(|site| {
        let keys = keys.iter().filter(|view| view.site == *site);
        SiteConfig::new(
            site.clone(),
            keys.map(|view| KeyConfig::new(view.id.clone())),
        )
    });
    pool.configure(sites.collect());
    pool.restore(rows, now);
    Bench {
        pool,
        now,
        sites: bench.sites.clone(),
    }
}

#[test]
fn states_rests_and_counters_survive() {
    let mut bench = Bench::with(vec![("relay", &["a", "b", "c", "d"]), ("other", &["e"])]);
    bench.fail_with("a", limited(bench.now, 600, Basis::Stated));
    bench.fail("b", Cause::BalanceExhausted);
    bench.fail("c", Cause::InvalidKey);
    bench.fail("d", Cause::CannotAfford);
    bench.fail("e", Cause::Overloaded);
    bench.reset("c");
    let after = restart(&bench, bench.now);
    assert_eq!(after.pool.view(after.now), bench.pool.view(bench.now));
    assert_eq!(
        after.pool.view_sites(after.now),
        bench.pool.view_sites(bench.now)
    );
    assert_eq!(after.try_plan(MODEL), bench.try_plan(MODEL));
    assert_eq!(after.state("a"), KeyState::Cooling);
    assert_eq!(after.state("b"), KeyState::Exhausted);
    assert_eq!(after.state("c"), KeyState::HalfOpen);
}

#[test]
fn what_is_over_is_dropped_and_unknown_keys_are_ignored() {
    let mut bench = Bench::new(&["a", "b"]);
    bench.fail_with("a", limited(bench.now, 60, Basis::Stated));
    bench.fail("b", Cause::ModelUnavailable);
    let later = bench.now.plus_micros(50_000 * 1_000_000);
    let after = restart(&bench, later);
    assert_eq!(after.state("a"), KeyState::Active);
    assert_eq!(after.plan().len(), 2);

    let mut rows = bench.pool.snapshot();
    rows[0].key = Some("someone".into());
    let mut pool = Pool::new(Settings::bundled().unwrap());
    pool.configure(vec![SiteConfig::new("relay", [KeyConfig::new("a")])]);
    pool.restore(rows, bench.now);
    assert_eq!(pool.view(bench.now)[0].state, KeyState::Active);
}

#[test]
fn a_clock_that_jumped_back_between_runs_does_not_prolong_a_rest() {
    let mut bench = Bench::new(&["a", "b"]);
    (0..3).for_each(|_| drop(bench.fail("a", Cause::ServerError)));
    let before = bench.now.plus_micros(-30 * 86_400 * 1_000_000);
    let after = restart(&bench, before);
    assert_eq!(after.state("a"), KeyState::Cooling);
    assert!(after.wait("a") <= 300.0, "{}", after.wait("a"));
}

#[test]
fn an_edited_key_begins_anew_and_the_others_keep_what_is_known() {
    let mut bench = Bench::new(&["a", "b"]);
    bench.fail("a", Cause::InvalidKey);
    bench.fail("b", Cause::BalanceExhausted);
    let keys = ["edited", "b"].map(KeyConfig::new);
    bench.pool.configure(vec![SiteConfig::new("relay", keys)]);
    assert_eq!(bench.state("edited"), KeyState::Active);
    assert_eq!(bench.state("b"), KeyState::Exhausted);
}

#[test]
fn the_rows_of_a_key_name_what_they_are_about() {
    let mut bench = Bench::new(&["a", "b"]);
    bench.fail("a", Cause::Overloaded);
    bench.fail("a", Cause::ModelUnavailable);
    let rows = bench.pool.stored(&"relay".into(), &"a".into());
    let scopes: Vec<_> = rows.iter().map(|row| row.scope.to_string()).collect();
    assert_eq!(
        scopes,
        [
            format!("site_model:{MODEL}"),
            "key".to_owned(),
            format!("model:{MODEL}")
        ]
    );
    for scope in scopes {
        let read: StoredScope = serde_json::from_value(scope.clone().into()).unwrap();
        assert_eq!(read.to_string(), scope);
    }
    assert!(serde_json::from_str::<StoredScope>("\"planet:mars\"").is_err());
}
