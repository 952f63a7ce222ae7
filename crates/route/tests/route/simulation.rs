//! Two hundred clients at once over five keys, with faults: no request is lost that a healthy key could have
//! served.
//!
//! Faults come in waves. In each at most two keys break, in every way that an upstream knows; between the
//! waves they are mended, and the user puts right what does not come back by itself.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use base::Timestamp;
use relayscope_route::{
    Allowance, Ask, Basis, Candidate, Cause, Course, KeyConfig, KeyState, Next, Pool, Progress,
    Report, SessionKey, Settings, SiteConfig, SiteId, Ticket, Until, Usage, Verdict, strategies,
};

const CLIENTS: usize = 200;
const REQUESTS: usize = 100;
const MODEL: &str = "claude-opus-5-5";

/// Random numbers that are the same every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

/// Five keys of which at most two are broken at any time.
struct Upstream {
    faults: [Option<Cause>; 5],
    dice: Dice,
}

impl Upstream {
    /// Breaks up to two keys.
    fn break_some(&mut self) {
        const KINDS: [Cause; 7] = [
            Cause::RateLimited,
            Cause::UsageWindow,
            Cause::ServerError,
            Cause::BalanceExhausted,
            Cause::Unauthorized,
            Cause::ModelUnavailable,
            Cause::ConnectionReset,
        ];
        for _ in 0..self.dice.roll(3) {
            let (key, kind) = (
                self.dice.roll(5) as usize,
                self.dice.roll(KINDS.len() as u64) as usize,
            );
            self.faults[key] = Some(KINDS[kind]);
        }
    }
}

/// A request on its way.
struct Request {
    client: usize,
    course: Course,
    ticket: Ticket,
    candidate: Candidate,
    /// What will come back: decided when it was sent.
    fate: Option<Cause>,
}

struct Simulation {
    pool: Pool,
    upstream: Upstream,
    sites: Vec<SiteId>,
    now: Timestamp,
    /// Moment, number and index of what ends next.
    ends: BinaryHeap<Reverse<(i64, usize)>>,
    requests: Vec<Option<Request>>,
    left: Vec<usize>,
    served: usize,
    lost: Vec<String>,
    most_attempts: usize,
}

impl Simulation {
    fn new(strategy: &str, seed: u64) -> Self {
        let mut pool = Pool::new(Settings::bundled().unwrap());
        let keys = (0..5).map(|at| KeyConfig::new(format!("{at}")));
        let site = SiteConfig::new("relay", keys).strategy(strategies::named(strategy).unwrap());
        pool.configure(vec![site]);
        Self {
            pool,
            upstream: Upstream {
                faults: [None; 5],
                dice: Dice(seed),
            },
            sites: vec!["relay".into()],
            now: Timestamp::parse("2026-11-20T12:00:00Z").unwrap(),
            ends: BinaryHeap::new(),
            requests: Vec::new(),
            left: vec![REQUESTS; CLIENTS],
            served: 0,
            lost: Vec::new(),
            most_attempts: 0,
        }
    }

    fn run(&mut self) {
        for client in 0..CLIENTS {
            self.start(client);
        }
        // A wave is 20 s of faults and 90 s of peace.
        let (mut wave, mut mended) = (self.now.plus_micros(5_000_000), false);
        while let Some(Reverse((at, index))) = self.ends.pop() {
            self.now = self.now.max(Timestamp(at));
            if self.now >= wave {
                self.upstream.break_some();
                (wave, mended) = (self.now.plus_micros(110_000_000), false);
            }
            if !mended && self.now >= wave.plus_micros(-90_000_000) {
                self.mend();
                mended = true;
            }
            let request = self.requests[index].take().unwrap();
            self.end(request);
        }
    }

    fn mend(&mut self) {
        self.upstream.faults = [None; 5];
        for view in self.pool.view(self.now) {
            let stuck = matches!(view.state, KeyState::Invalid | KeyState::Exhausted);
            if stuck || view.scope.is_some() {
                self.pool.reset(&view.site, &view.id, self.now);
            }
        }
    }

    fn start(&mut self, client: usize) {
        if self.left[client] == 0 {
            return;
        }
        self.left[client] -= 1;
        let allowance = Allowance::from(self.pool.settings());
        let course = Course::new(allowance, self.now);
        self.attempt(client, course, None);
    }

    fn attempt(&mut self, client: usize, mut course: Course, last: Option<Cause>) {
        let mut ask = Ask::new(&self.sites, MODEL);
        ask.session = SessionKey::new("local", "", &self.sites[0], &format!("session {client}"));
        ask.course = Some(&course);
        let random = self.upstream.dice.roll(u64::MAX);
        let plan = match self.pool.plan(&ask, self.now, random) {
            Ok(plan) => plan,
            Err(nobody) => return self.lose(client, &format!("{nobody} after {last:?}")),
        };
        let candidate = plan.candidates.into_iter().next().unwrap();
        let ticket = self.pool.begin(&candidate, self.now).unwrap();
        course.note(&candidate);
        let key: usize = candidate.key.as_str().parse().unwrap();
        let fate = self.upstream.faults[key];
        // Refusals are quick, answers are slow.
        let takes = match fate {
            Some(_) => 50_000 + self.upstream.dice.roll(400_000),
            None => 500_000 + self.upstream.dice.roll(8_000_000),
        };
        let end = self.now.0 + takes as i64;
        self.ends.push(Reverse((end, self.requests.len())));
        self.requests.push(Some(Request {
            client,
            course,
            ticket,
            candidate,
            fate,
        }));
    }

    fn end(&mut self, request: Request) {
        let random = self.upstream.dice.roll(u64::MAX);
        let Request {
            client,
            mut course,
            ticket,
            candidate,
            fate,
        } = request;
        self.most_attempts = self.most_attempts.max(course.attempts());
        // Now and then a client goes away.
        if self.upstream.dice.roll(50) == 0 {
            self.pool.release(ticket);
            self.served += 1;
            return self.start(client);
        }
        let Some(cause) = fate else {
            let report = Report::Succeeded(Usage { tokens: 900 });
            self.pool.report(ticket, &report, self.now, random);
            self.served += 1;
            return self.start(client);
        };
        let mut verdict = Verdict::of(cause);
        if cause == Cause::UsageWindow {
            let at = self.now.plus_micros(15_000_000);
            let basis = Basis::Window;
            verdict = verdict.until(Some(Until { at, basis }));
        }
        self.pool
            .report(ticket, &Report::Failed(verdict.clone()), self.now, random);
        match course.decide(&verdict, self.now, Progress::Nothing) {
            Next::PlanAgain => self.attempt(client, course, Some(cause)),
            Next::PassOn(stop) => {
                self.lose(
                    client,
                    &format!("{stop:?} after {} with {cause:?}", candidate.key),
                );
            }
        }
    }

    fn lose(&mut self, client: usize, why: &str) {
        self.lost
            .push(format!("{} client {client}: {why}", self.now));
        self.start(client);
    }
}

#[test]
fn no_request_is_lost_that_a_healthy_key_could_have_served() {
    for strategy in strategies::all() {
        for seed in 1..=4 {
            let mut simulation = Simulation::new(strategy.name(), seed);
            simulation.run();
            let lost = &simulation.lost;
            assert!(
                lost.is_empty(),
                "{strategy:?}, seed {seed}: {} lost, first {}",
                lost.len(),
                lost[0]
            );
            assert_eq!(simulation.served, CLIENTS * REQUESTS);
            assert!(simulation.most_attempts <= 3);
            assert!(simulation.most_attempts > 1, "faults were met");
            assert!(
                simulation
                    .pool
                    .view(simulation.now)
                    .iter()
                    .all(|view| view.in_flight == 0)
            );
        }
    }
}
