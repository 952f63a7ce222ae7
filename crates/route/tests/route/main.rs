//! Routing as its callers see it.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

mod answers;
mod failover;
mod invariants;
mod persistence;
mod rules;
mod sessions;
mod simulation;
mod states;
mod strategies;

use base::Timestamp;
use relayscope_route::{
    Ask, Basis, Candidate, Cause, Change, KeyConfig, KeyId, KeyState, Nobody, Plan, Pool, Report,
    Settings, SiteConfig, SiteId, Ticket, Until, Usage, Verdict,
};

const MODEL: &str = "claude-opus-5-5";
const OTHER_MODEL: &str = "gpt-6.2-sol";

/// A pool, a clock that only moves when told, and the short words of the tests.
struct Bench {
    pool: Pool,
    now: Timestamp,
    sites: Vec<SiteId>,
}

impl Bench {
    /// One site named `relay` with these keys.
    fn new(keys: &[&str]) -> Self {
        Self::with(vec![("relay", keys)])
    }

    fn with(sites: Vec<(&str, &[&str])>) -> Self {
        let mut pool = Pool::new(Settings::bundled().unwrap());
        let names = sites.iter().map(|(site, _)| SiteId::from(*site)).collect();
        let config = sites.iter().map(|(site, keys)| {
            SiteConfig::new(*site, keys.iter().map(|key| KeyConfig::new(*key)))
        });
        pool.configure(config.collect());
        Self {
            pool,
            now: Timestamp::parse("2026-11-20T12:00:00Z").unwrap(),
            sites: names,
        }
    }

    fn pass(&mut self, seconds: i64) {
        self.now = self.now.plus_micros(seconds * 1_000_000);
    }

    fn try_plan(&self, model: &str) -> Result<Plan, Nobody> {
        self.pool.plan(&Ask::new(&self.sites, model), self.now, 7)
    }

    fn plan(&self) -> Vec<Candidate> {
        self.try_plan(MODEL).unwrap().candidates
    }

    /// The keys of the plan, in order.
    fn order(&self) -> Vec<String> {
        let plan = self.plan();
        plan.iter().map(|it| it.key.to_string()).collect()
    }

    /// A candidate for one key, however it stands in the plan.
    fn candidate(&self, key: &str, model: &str) -> Candidate {
        let plan = self.try_plan(model).unwrap();
        let found = plan.candidates.iter().find(|it| it.key.as_str() == key);
        found
            .unwrap_or_else(|| panic!("{key} is not in {plan:?}"))
            .clone()
    }

    fn begin(&mut self, key: &str) -> Ticket {
        let candidate = self.candidate(key, MODEL);
        self.pool.begin(&candidate, self.now).unwrap()
    }

    fn report(&mut self, ticket: Ticket, verdict: Verdict) -> Change {
        self.pool
            .report(ticket, &Report::Failed(verdict), self.now, 7)
    }

    fn succeed(&mut self, ticket: Ticket) -> Change {
        let report = Report::Succeeded(Usage { tokens: 10 });
        self.pool.report(ticket, &report, self.now, 7)
    }

    /// An attempt that begins in a millisecond and ends one later.
    fn fail(&mut self, key: &str, cause: Cause) -> Change {
        self.fail_with(key, Verdict::of(cause))
    }

    fn fail_with(&mut self, key: &str, verdict: Verdict) -> Change {
        self.now = self.now.plus_micros(1_000);
        let ticket = self.begin(key);
        self.now = self.now.plus_micros(1_000);
        self.report(ticket, verdict)
    }

    fn work(&mut self, key: &str) -> Change {
        self.now = self.now.plus_micros(1_000);
        let ticket = self.begin(key);
        self.now = self.now.plus_micros(1_000);
        self.succeed(ticket)
    }

    fn state(&self, key: &str) -> KeyState {
        let view = self.pool.view(self.now);
        view.iter()
            .find(|view| view.id.as_str() == key)
            .unwrap()
            .state
    }

    /// Seconds until the key's state changes by itself.
    fn wait(&self, key: &str) -> f64 {
        let view = self.pool.view(self.now);
        let view = view.iter().find(|view| view.id.as_str() == key).unwrap();
        (view.until.unwrap().0 - self.now.0) as f64 / 1e6
    }

    fn reset(&mut self, key: &str) -> Change {
        self.pool
            .reset(&"relay".into(), &KeyId::from(key), self.now)
    }
}

/// A 429 that says when it ends.
fn limited(now: Timestamp, seconds: i64, basis: Basis) -> Verdict {
    let at = now.plus_micros(seconds * 1_000_000);
    Verdict::of(Cause::RateLimited).until(Some(Until { at, basis }))
}
