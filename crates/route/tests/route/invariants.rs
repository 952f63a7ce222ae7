//! The eight invariants, held against random histories. (Invariant 6, the shares of the weighted strategy,
//! is held in `strategies`.)

use std::collections::{HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

use base::Timestamp;
use proptest::prelude::*;
use relayscope_route::{
    Ask, Basis, Cause, KeyConfig, KeyId, KeyState, Kind, Pool, Report, Scope, Settings, SharedPool,
    SiteConfig, SiteId, StoredState, Ticket, Until, Usage, Verdict, strategies,
};

const MODELS: [&str; 3] = ["claude-opus-5-5", "claude-haiku-5-5", "gpt-6.2-sol"];

const CAUSES: [Cause; 15] = [
    Cause::BadRequest,
    Cause::ClientLeft,
    Cause::NameNotFound,
    Cause::InvalidKey,
    Cause::Unauthorized,
    Cause::BalanceExhausted,
    Cause::CannotAfford,
    Cause::RateLimited,
    Cause::UsageWindow,
    Cause::PoolBusy,
    Cause::Overloaded,
    Cause::ModelUnavailable,
    Cause::ServerError,
    Cause::ConnectFailed,
    Cause::UpstreamTimeout,
];

#[derive(Clone, Debug)]
enum Step {
    /// Plans for a model and begins the candidate at that place.
    Begin {
        model: usize,
        place: usize,
    },
    /// Ends the running attempt at that place.
    Succeed(usize),
    Fail {
        which: usize,
        cause: usize,
        wait_s: Option<i64>,
        family: bool,
    },
    Release(usize),
    Pass(i64),
    Reset(usize),
    Enable(usize, bool),
    Restart,
}

fn step() -> impl Strategy<Value = Step> {
    let wait = proptest::option::of(1..200_000i64);
    let fail = (any::<usize>(), 0..CAUSES.len(), wait, any::<bool>());
    prop_oneof![
        8 => (0..MODELS.len(), 0..3usize).prop_map(|(model, place)| Step::Begin { model, place }),
        4 => any::<usize>().prop_map(Step::Succeed),
        6 => fail.prop_map(|(which, cause, wait_s, family)| Step::Fail { which, cause, wait_s, family }),
        2 => any::<usize>().prop_map(Step::Release),
        4 => (0..120_000i64).prop_map(Step::Pass),
        1 => (0..4_000_000i64).prop_map(Step::Pass),
        1 => any::<usize>().prop_map(Step::Reset),
        1 => (any::<usize>(), any::<bool>()).prop_map(|(key, on)| Step::Enable(key, on)),
        1 => Just(Step::Restart),
    ]
}

/// The pool under test, and what the model of it remembers.
struct History {
    pool: Pool,
    now: Timestamp,
    sites: Vec<SiteId>,
    config: Vec<SiteConfig>,
    running: Vec<Ticket>,
    /// Attempts that were let through to a key that was coming back.
    trials: HashMap<KeyId, usize>,
    /// When a key was seen to begin its present rest, and the end of that rest.
    cooled: HashMap<KeyId, (Timestamp, Timestamp)>,
    settings: Settings,
    random: u64,
}

impl History {
    fn new(keys: usize, strategy: usize) -> Self {
        let settings = Settings::bundled().unwrap();
        let strategy = strategies::all()[strategy];
        let name = |at: usize| KeyConfig::new(format!("key-{at}")).weight(at as u32 % 4);
        let (first, second): (Vec<_>, Vec<_>) = (0..keys).partition(|at| at % 3 != 2);
        let config = vec![
            SiteConfig::new("relay", first.into_iter().map(name)).strategy(strategy),
            SiteConfig::new("other", second.into_iter().map(name)).strategy(strategy),
        ];
        let mut pool = Pool::new(settings.clone());
        pool.configure(config.clone());
        Self {
            pool,
            now: Timestamp::parse("2026-11-20T12:00:00Z").unwrap(),
            sites: vec!["relay".into(), "other".into()],
            config,
            running: Vec::new(),
            trials: HashMap::new(),
            cooled: HashMap::new(),
            settings,
            random: 1,
        }
    }

    fn run(&mut self, step: &Step) -> Result<(), TestCaseError> {
        self.now = self.now.plus_micros(1_000);
        self.random = self
            .random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        match step {
            Step::Begin { model, place } => self.begin(MODELS[*model], *place)?,
            Step::Succeed(which) => self.succeed(*which)?,
            Step::Fail {
                which,
                cause,
                wait_s,
                family,
            } => {
                self.fail(*which, CAUSES[*cause], *wait_s, *family)?;
            }
            Step::Release(which) => {
                if let Some(ticket) = self.take(*which) {
                    self.pool.release(ticket);
                }
            }
            Step::Pass(millis) => self.now = self.now.plus_micros(millis * 1_000),
            Step::Reset(which) => {
                if let Some((site, key)) = self.key(*which) {
                    self.pool.reset(&site, &key, self.now);
                }
            }
            Step::Enable(which, on) => {
                if let Some((site, key)) = self.key(*which) {
                    self.pool.set_enabled(&site, &key, *on, self.now);
                    for site in &mut self.config {
                        let keys = site.keys.iter_mut().filter(|config| config.id == key);
                        keys.for_each(|config| config.enabled = *on);
                    }
                }
            }
            Step::Restart => self.restart()?,
        }
        self.check()
    }

    fn key(&self, which: usize) -> Option<(SiteId, KeyId)> {
        let view = self.pool.view(self.now);
        let view = view.get(which % view.len().max(1))?;
        Some((view.site.clone(), view.id.clone()))
    }

    fn state(&self, key: &KeyId) -> (KeyState, Option<Timestamp>) {
        let view = self.pool.view(self.now);
        let view = view.iter().find(|view| view.id == *key).unwrap();
        match view.scope {
            // A rest of some models only.
            Some(_) => (KeyState::Active, None),
            None => (view.state, view.until),
        }
    }

    fn begin(&mut self, model: &str, place: usize) -> Result<(), TestCaseError> {
        let Ok(plan) = self
            .pool
            .plan(&Ask::new(&self.sites, model), self.now, self.random)
        else {
            return Ok(());
        };
        let candidate = &plan.candidates[place % plan.candidates.len()];
        let ticket = self.pool.begin(candidate, self.now);
        prop_assert!(
            ticket.is_ok(),
            "a fresh candidate can be begun: {candidate:?} {ticket:?}"
        );
        let ticket = ticket.unwrap();
        if self.state(&candidate.key).0 == KeyState::HalfOpen {
            // 3: one attempt at a time while a key is coming back.
            let trials = self.trials.entry(candidate.key.clone()).or_default();
            *trials += 1;
            prop_assert!(*trials <= 1, "{candidate:?}");
        }
        self.running.push(ticket);
        Ok(())
    }

    /// Takes a running attempt; if it was a key's trial, that is over.
    fn take(&mut self, which: usize) -> Option<Ticket> {
        if self.running.is_empty() {
            return None;
        }
        let ticket = self.running.swap_remove(which % self.running.len());
        let half_open = self.state(ticket.key()).0 == KeyState::HalfOpen;
        let of_now = !self
            .running
            .iter()
            .any(|other| other.key() == ticket.key() && other.generation() > ticket.generation());
        if half_open && of_now {
            self.trials.remove(ticket.key());
        }
        Some(ticket)
    }

    fn succeed(&mut self, which: usize) -> Result<(), TestCaseError> {
        let Some(ticket) = self.take(which) else {
            return Ok(());
        };
        let (key, started) = (ticket.key().clone(), ticket.started_at());
        let before = self.state(&key);
        let cooled = self.cooled.get(&key).copied();
        let report = Report::Succeeded(Usage { tokens: 5 });
        self.pool.report(ticket, &report, self.now, self.random);
        // 4: a success that began before the rest does not end it.
        if let (KeyState::Cooling, Some((since, _))) = (before.0, cooled)
            && started <= since
        {
            prop_assert_eq!(self.state(&key), before);
        }
        Ok(())
    }

    fn fail(
        &mut self,
        which: usize,
        cause: Cause,
        wait_s: Option<i64>,
        family: bool,
    ) -> Result<(), TestCaseError> {
        let Some(ticket) = self.take(which) else {
            return Ok(());
        };
        let (site, key) = (ticket.site().clone(), ticket.key().clone());
        let mut verdict = Verdict::of(cause);
        if cause.kind() == Kind::RateLimited {
            let at = wait_s.map(|wait| self.now.plus_micros(wait * 1_000_000));
            let basis = if cause == Cause::UsageWindow {
                Basis::Window
            } else {
                Basis::Stated
            };
            verdict = verdict.until(at.map(|at| Until { at, basis }));
            verdict.scope = if family { Scope::KeyFamily } else { Scope::Key };
        }
        let before = self.state(&key).0;
        self.pool
            .report(ticket, &Report::Failed(verdict), self.now, self.random);
        let after = self.state(&key).0;
        if after == KeyState::Cooling && before != KeyState::Cooling && cause.kind().is_transient()
        {
            let view = self.pool.view(self.now);
            let mut others = view
                .iter()
                .filter(|view| view.site == site && view.id != key);
            let usable = |view: &relayscope_route::KeyView| {
                view.state == KeyState::Active || view.scope.is_some()
            };
            prop_assert!(
                others.any(usable),
                "the last usable key was cooled for {cause:?}"
            );
        }
        Ok(())
    }

    /// 7: after a restart the same keys are chosen in the same order.
    fn restart(&mut self) -> Result<(), TestCaseError> {
        for ticket in self.running.drain(..) {
            self.pool.release(ticket);
        }
        self.trials.clear();
        let text = serde_json::to_string(&self.pool.snapshot()).unwrap();
        let rows: Vec<StoredState> = serde_json::from_str(&text).unwrap();
        let mut again = Pool::new(self.settings.clone());
        again.configure(self.config.clone());
        again.restore(rows, self.now);
        for model in MODELS {
            for random in 0..3 {
                let plan = |pool: &Pool| {
                    let plan = pool.plan(&Ask::new(&self.sites, model), self.now, random);
                    plan.ok().map(|plan| {
                        plan.candidates
                            .into_iter()
                            .map(|it| it.key)
                            .collect::<Vec<_>>()
                    })
                };
                // Tokens of the last minute are not kept, so this one may start anew.
                if self.config[0].strategy.name() == "least_used" {
                    let set = |keys: Vec<KeyId>| keys.into_iter().collect::<HashSet<_>>();
                    prop_assert_eq!(plan(&again).map(set), plan(&self.pool).map(set));
                } else {
                    prop_assert_eq!(plan(&again), plan(&self.pool));
                }
            }
        }
        self.pool = again;
        Ok(())
    }

    fn check(&mut self) -> Result<(), TestCaseError> {
        let view = self.pool.view(self.now);
        for model in MODELS {
            let plan = self
                .pool
                .plan(&Ask::new(&self.sites, model), self.now, self.random);
            // 1: keys that are switched off or refused are never chosen.
            for candidate in plan.iter().flat_map(|plan| &plan.candidates) {
                let state = view
                    .iter()
                    .find(|view| view.id == candidate.key)
                    .unwrap()
                    .state;
                prop_assert!(!matches!(state, KeyState::Disabled | KeyState::Invalid));
            }
            // 2: with an active key there is always a choice.
            let active = |view: &relayscope_route::KeyView| view.state == KeyState::Active;
            prop_assert!(
                plan.is_ok() || !view.iter().any(active),
                "{model}: {view:?}"
            );
        }
        // 5: nothing rests longer than its cause allows.
        let ahead = |until: Timestamp| (until.0 - self.now.0) as i128;
        let cap = |cause: Cause| self.settings.longest(cause.kind()).as_micros() as i128;
        for key in &view {
            let whole = key.until.zip(key.cause);
            let parts = key.resting.iter().map(|rest| (rest.until, rest.cause));
            for (until, cause) in whole.into_iter().chain(parts) {
                prop_assert!(ahead(until) <= cap(cause), "{key:?}");
            }
        }
        for rest in self
            .pool
            .view_sites(self.now)
            .iter()
            .flat_map(|site| &site.resting)
        {
            prop_assert!(ahead(rest.until) <= cap(rest.cause), "{rest:?}");
        }
        for key in &view {
            let running = self.running.iter().filter(|ticket| *ticket.key() == key.id);
            prop_assert_eq!(key.in_flight as usize, running.count());
            let (state, until) = self.state(&key.id);
            match until.filter(|_| state == KeyState::Cooling) {
                Some(until) => {
                    let known = self
                        .cooled
                        .get(&key.id)
                        .is_some_and(|(_, end)| *end == until);
                    if !known {
                        self.cooled.insert(key.id.clone(), (self.now, until));
                    }
                }
                // A key that is switched off keeps its rest.
                None if state == KeyState::Disabled => {}
                None => drop(self.cooled.remove(&key.id)),
            }
            if state != KeyState::HalfOpen {
                self.trials.remove(&key.id);
            }
        }
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn every_history_keeps_the_invariants(
        keys in 1..=5usize,
        strategy in 0..5usize,
        steps in proptest::collection::vec(step(), 1..120),
    ) {
        let mut history = History::new(keys, strategy);
        for step in &steps {
            history.run(step)?;
        }
    }

    #[test]
    fn the_same_calls_give_the_same_answers(steps in proptest::collection::vec(step(), 1..60)) {
        let (mut one, mut two) = (History::new(4, 3), History::new(4, 3));
        for step in &steps {
            one.run(step)?;
            two.run(step)?;
            prop_assert_eq!(one.pool.view(one.now), two.pool.view(two.now));
        }
    }
}

/// 8: a permit comes back on every way out.
#[test]
fn permits_come_back_on_every_way_out() {
    let mut pool = Pool::new(Settings::bundled().unwrap());
    pool.configure(vec![SiteConfig::new(
        "relay",
        ["a", "b"].map(KeyConfig::new),
    )]);
    let pool = SharedPool::new(pool);
    let sites = [SiteId::from("relay")];
    let mut now = Timestamp::parse("2026-11-20T12:00:00Z").unwrap();
    let candidate = |now| {
        let plan = pool
            .with(|pool| pool.plan(&Ask::new(&sites, MODELS[0]), now, 0))
            .unwrap();
        plan.candidates
            .into_iter()
            .find(|it| it.key.as_str() == "a")
            .unwrap()
    };
    let permit = pool.begin(&candidate(now), now).unwrap();
    permit.report(&Report::Failed(Verdict::of(Cause::RateLimited)), now, 0);
    now = now.plus_micros(10_000_000);
    let state = || pool.with(|pool| pool.view(now)[0].clone());
    for way in 0..4 {
        let permit = pool.begin(&candidate(now), now).unwrap();
        assert_eq!(state().in_flight, 1);
        match way {
            0 => drop(permit),
            1 => {
                let panicked = catch_unwind(AssertUnwindSafe(|| {
                    let _held = permit;
                    panic!("on purpose");
                }));
                assert!(panicked.is_err());
            }
            2 => drop(permit.report(&Report::Failed(Verdict::of(Cause::ClientLeft)), now, 0)),
            _ => drop(permit.report(&Report::Failed(Verdict::of(Cause::BadRequest)), now, 0)),
        }
        assert_eq!((state().in_flight, state().state), (0, KeyState::HalfOpen));
    }
}
