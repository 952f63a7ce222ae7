//! How often each key is picked.

use base::Timestamp;
use relayscope_route::{
    Ask, KeyConfig, Pool, Report, Settings, SiteConfig, SiteId, Usage, strategies,
};

const PICKS: usize = 100_000;

fn pool(strategy: &str, weights: &[u32]) -> Pool {
    let mut pool = Pool::new(Settings::bundled().unwrap());
    let keys = weights.iter().enumerate();
    let keys = keys.map(|(at, weight)| KeyConfig::new(format!("key-{at}")).weight(*weight));
    let site = SiteConfig::new("relay", keys).strategy(strategies::named(strategy).unwrap());
    pool.configure(vec![site]);
    pool
}

/// Share of each key in many picks that end at once.
fn shares(strategy: &str, weights: &[u32], picks: usize) -> Vec<f64> {
    let mut pool = pool(strategy, weights);
    let sites = [SiteId::from("relay")];
    let ask = Ask::new(&sites, "gpt-6");
    let mut counts = vec![0usize; weights.len()];
    for pick in 0..picks {
        let now = Timestamp(1_795_176_000_000_000 + pick as i64 * 1_000);
        let plan = pool.plan(&ask, now, pick as u64).unwrap();
        let first = &plan.candidates[0];
        let at: usize = first.key.as_str()["key-".len()..].parse().unwrap();
        counts[at] += 1;
        let ticket = pool.begin(first, now).unwrap();
        let report = Report::Succeeded(Usage { tokens: 100 });
        pool.report(ticket, &report, now, 0);
    }
    counts
        .iter()
        .map(|count| *count as f64 / picks as f64)
        .collect()
}

fn check(strategy: &str, weights: &[u32], expected: &[f64]) {
    let shares = shares(strategy, weights, PICKS);
    for (share, expected) in shares.iter().zip(expected) {
        assert!(
            (share - expected).abs() <= 0.02,
            "{strategy} {weights:?}: {shares:?}"
        );
    }
}

#[test]
fn shares_are_within_two_per_cent() {
    check("round_robin", &[1, 1, 1, 1, 1], &[0.2; 5]);
    check("round_robin", &[5, 1], &[0.5, 0.5]);
    check("weighted", &[1, 1, 1], &[1.0 / 3.0; 3]);
    check("weighted", &[5, 3, 2], &[0.5, 0.3, 0.2]);
    check("weighted", &[97, 2, 1], &[0.97, 0.02, 0.01]);
    check("random", &[9, 1, 1, 1], &[0.25; 4]);
    check("least_used", &[1, 1, 1, 1], &[0.25; 4]);
    check("fill_first", &[1, 1, 1], &[1.0, 0.0, 0.0]);
}

#[test]
fn weight_zero_means_only_when_there_is_no_other() {
    for strategy in strategies::all() {
        assert_eq!(
            shares(strategy.name(), &[0, 1], 500),
            [0.0, 1.0],
            "{strategy:?}"
        );
        assert_eq!(shares(strategy.name(), &[0], 500), [1.0], "{strategy:?}");
    }
}

#[test]
fn looking_at_the_order_changes_nothing() {
    for strategy in strategies::all() {
        let mut pool = pool(strategy.name(), &[3, 2, 1]);
        let sites = [SiteId::from("relay")];
        let ask = Ask::new(&sites, "gpt-6");
        let now = Timestamp(1_795_176_000_000_000);
        let first = pool.plan(&ask, now, 1).unwrap();
        for _ in 0..10 {
            assert_eq!(pool.plan(&ask, now, 1).unwrap(), first);
            pool.view(now);
        }
        let ticket = pool.begin(&first.candidates[0], now).unwrap();
        pool.release(ticket);
    }
}

#[test]
fn switching_one_key_off_does_not_shuffle_the_others() {
    let mut pool = pool("round_robin", &[1, 1, 1]);
    let sites = [SiteId::from("relay")];
    let ask = Ask::new(&sites, "gpt-6");
    let now = Timestamp(1_795_176_000_000_000);
    let pick = |pool: &mut Pool| {
        let plan = pool.plan(&ask, now, 0).unwrap();
        let ticket = pool.begin(&plan.candidates[0], now).unwrap();
        let key = ticket.key().to_string();
        pool.release(ticket);
        key
    };
    assert_eq!(pick(&mut pool), "key-0");
    pool.set_enabled(&"relay".into(), &"key-0".into(), false, now);
    assert_eq!(pick(&mut pool), "key-1");
    assert_eq!(pick(&mut pool), "key-2");
    pool.set_enabled(&"relay".into(), &"key-0".into(), true, now);
    assert_eq!(pick(&mut pool), "key-0");
    assert_eq!(pick(&mut pool), "key-1");
}

#[test]
fn least_used_prefers_the_idle_key() {
    let mut pool = pool("least_used", &[1, 1]);
    let sites = [SiteId::from("relay")];
    let ask = Ask::new(&sites, "gpt-6");
    let now = Timestamp(1_795_176_000_000_000);
    let plan = pool.plan(&ask, now, 0).unwrap();
    let _running = pool.begin(&plan.candidates[0], now).unwrap();
    for _ in 0..3 {
        let plan = pool.plan(&ask, now, 0).unwrap();
        assert_eq!(plan.candidates[0].key.as_str(), "key-1");
        let ticket = pool.begin(&plan.candidates[0], now).unwrap();
        pool.release(ticket);
    }
}

#[test]
fn an_unknown_strategy_is_named_together_with_the_known_ones() {
    let error = strategies::named("fastest").unwrap_err().to_string();
    assert!(
        error.contains("“fastest”") && error.contains("round_robin"),
        "{error}"
    );
}
