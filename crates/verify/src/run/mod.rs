//! A run: which call comes next, and what its answer means for the rest. It does no IO: a driver sends what
//! [`Run::next`] gives and brings back what came with [`Run::take`].

mod budget;
mod material;
mod progress;
mod queue;
mod stop;

use std::collections::BTreeMap;
use std::sync::Arc;

use base::Timestamp;

use crate::call::{Call, CallId, Door, Request};
use crate::context::Context;
use crate::exchange::Exchange;
use crate::observe::Observation;
use crate::plan::{Estimate, Plan};
use crate::preset::{CLAUDE_CODE, PLAIN, Preset};
use crate::probe::{OptIn, Probe};
use crate::probes;
use crate::reading::Reading;
use crate::report::Report;
use crate::tables::{Likelihoods, TableError, Tables};
use crate::target::Target;
use crate::verdict;

use budget::Budget;
pub(crate) use material::Material;
pub use progress::{Phase, ProbeProgress, Progress};
use queue::Queue;
pub use stop::Stop;
use stop::{Course, Sighted};

/// What a driver has to do now.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// Send these, all at once; more may follow while they are under way.
    Send(Vec<Call>),
    /// Nothing to send now: wait for an answer, or until the time.
    Wait {
        /// When to ask again without an answer; `None` if only an answer helps.
        until: Option<Timestamp>,
    },
    /// Everything is answered.
    Done,
}

/// A probe under way.
pub(crate) struct Running {
    pub(crate) probe: &'static dyn Probe,
    pub(crate) phase: Phase,
    /// Its calls, shared ones too, in the order of asking.
    pub(crate) calls: Vec<CallId>,
    /// Calls that it waits for.
    pub(crate) waiting: usize,
    /// What it made of the answers, once it has no more questions.
    pub(crate) reading: Option<Reading>,
}

/// A run from its first call to its report.
pub struct Run {
    context: Context,
    estimate: Estimate,
    presets: Vec<Preset>,
    preset: &'static str,
    probes: Vec<Running>,
    queue: Queue,
    seen: BTreeMap<CallId, Observation>,
    budget: Budget,
    course: Course,
    last: Timestamp,
}

impl Run {
    /// A run that has sent nothing yet. The same plan, target and seed ask the same questions.
    ///
    /// # Errors
    /// When the tables that are compiled in cannot be read.
    pub fn new(
        plan: &Plan,
        target: Target,
        prices: Arc<price::Catalog>,
        seed: u64,
        now: Timestamp,
    ) -> Result<Self, TableError> {
        let context = Context {
            tables: Arc::new(Tables::bundled()?),
            depth: plan.depth,
            opt_ins: plan.opt_ins,
            seed,
            started: now,
            target,
        };
        Self::with_context(plan, context, prices)
    }

    /// The same with other tables.
    ///
    /// # Errors
    /// When the presets that are compiled in cannot be read.
    pub fn with_context(
        plan: &Plan,
        context: Context,
        prices: Arc<price::Catalog>,
    ) -> Result<Self, TableError> {
        let chosen = probes::all().iter().copied().filter(|probe| {
            let about = probe.about();
            let allowed = match about.opt_in {
                None => true,
                Some(OptIn::Reference) => plan.opt_ins.reference,
                Some(OptIn::Official) => plan.opt_ins.official,
            };
            let is_deep_enough = about.depth <= plan.depth || about.opt_in.is_some();
            let is_named = plan.only.is_empty() || plan.only.iter().any(|id| id == about.id);
            allowed && is_deep_enough && is_named
        });
        let probes: Vec<Running> = chosen
            .map(|probe| Running {
                probe,
                phase: Phase::Waiting,
                calls: Vec::new(),
                waiting: 0,
                reading: None,
            })
            .collect();
        let budget = Budget::new(prices, &context, plan.max_cost_usd);
        let estimate = budget.estimate(&context, probes.iter().map(|one| one.probe.about()));
        Ok(Self {
            presets: Preset::bundled()?,
            preset: PLAIN,
            queue: Queue::default(),
            seen: BTreeMap::new(),
            course: Course::default(),
            last: context.started,
            context,
            estimate,
            probes,
            budget,
        })
    }

    /// What it will cost, before it starts.
    pub fn estimate(&self) -> &Estimate {
        &self.estimate
    }

    /// What a driver has to do now. Ask again after every answer and after every wait.
    pub fn next(&mut self, now: Timestamp) -> Step {
        self.last = self.last.max(now);
        if self.course.stopped.is_some() {
            self.queue.clear();
            if self.queue.in_flight() > 0 {
                return Step::Wait { until: None };
            }
            return Step::Done;
        }
        if let Some(until) = self.course.cooling_until.filter(|until| *until > now) {
            return Step::Wait { until: Some(until) };
        }
        self.course.cooling_until = None;
        let room = self.context.target.concurrency.max(1);
        let mut calls = Vec::new();
        while self.queue.in_flight() < room {
            self.ask_more(now);
            let Some(next) = self.queue.pop(now) else {
                break;
            };
            if !self.budget.allows(&next, self.queue.promised()) {
                self.course.stopped = Some(Stop::Budget);
                self.queue.clear();
                break;
            }
            calls.push(self.queue.send(next));
        }
        if !calls.is_empty() {
            return Step::Send(calls);
        }
        if self.queue.in_flight() > 0 || !self.queue.is_empty() {
            return Step::Wait {
                until: self.queue.earliest(),
            };
        }
        Step::Done
    }

    /// Takes the answer to a call. One that was not asked for is ignored.
    pub fn take(&mut self, id: CallId, exchange: Exchange) {
        self.last = self.last.max(exchange.ended());
        let Some(asked) = self.queue.returned(id) else {
            return;
        };
        let seen = Observation::new(asked.call.clone(), exchange);
        self.budget.spend(&seen);
        let gate = self.context.tables.phrases.gate(&seen).is_some();
        let can_change = gate && asked.call.preset == PLAIN;
        if can_change {
            self.change_preset();
        }
        match self.course.sight(&seen, can_change, self.last) {
            Sighted::Again if self.course.stopped.is_none() => {
                let (presets, seed, name) = (&self.presets, self.context.seed, self.preset);
                self.queue
                    .again(asked, name, |request| shape(presets, name, request, seed));
            }
            _ => self.deliver(&asked.owners),
        }
        self.seen.insert(id, seen);
        self.read_finished();
    }

    /// Ends the run: nothing more is sent, answers under way are still taken.
    pub fn cancel(&mut self) {
        self.course.stopped.get_or_insert(Stop::Cancelled);
        self.queue.clear();
    }

    /// Why the run was ended early.
    pub fn stopped(&self) -> Option<Stop> {
        self.course.stopped
    }

    /// How far it is.
    pub fn progress(&self) -> Progress {
        progress::of(self)
    }

    /// Weighs what was seen with other likelihoods: how much a verdict hangs on these numbers.
    pub fn reweigh(&mut self, likelihoods: Likelihoods) {
        Arc::make_mut(&mut self.context.tables).likelihoods = likelihoods;
    }

    /// What it found. May be asked before the end too.
    pub fn report(&self) -> Report {
        verdict::report(&self.material())
    }
}

// === the inside ===

impl Run {
    /// The refusal itself is evidence; everything is asked in the other shape from now on.
    fn change_preset(&mut self) {
        self.preset = CLAUDE_CODE;
        self.course.forget_refusals();
        let (presets, seed) = (&self.presets, self.context.seed);
        self.queue.reshape(CLAUDE_CODE, |request| {
            shape(presets, CLAUDE_CODE, request, seed)
        });
    }

    /// Asks probes for questions until one can be sent now.
    fn ask_more(&mut self, now: Timestamp) {
        for index in 0..self.probes.len() {
            if self.queue.has_ready(now) {
                return;
            }
            self.advance(index, now);
        }
    }

    /// Asks one probe, if nothing of its questions is open.
    fn advance(&mut self, index: usize, now: Timestamp) {
        let Some(running) = self.probes.get(index) else {
            return;
        };
        if running.phase == Phase::Done || running.waiting > 0 {
            return;
        }
        let own: Vec<&Observation> = self.own(&running.calls);
        let asks = running.probe.ask(&self.context, &own);
        if asks.is_empty() {
            self.finish(index);
            return;
        }
        let about = running.probe.about();
        let mut calls = Vec::new();
        let mut waiting = 0;
        for ask in asks {
            if ask.is_shared
                && let Some(id) = self.queue.find_shared(&ask.slot)
            {
                calls.push(id);
                if self.queue.join(id, index) {
                    waiting += 1;
                }
                continue;
            }
            let request = if ask.door == Door::Site {
                shape(
                    &self.presets,
                    self.preset,
                    ask.request.clone(),
                    self.context.seed,
                )
            } else {
                ask.request.clone()
            };
            calls.push(
                self.queue
                    .add(about.id, ask, request, self.preset, index, now),
            );
            waiting += 1;
        }
        if let Some(running) = self.probes.get_mut(index) {
            running.calls.extend(calls);
            running.waiting = waiting;
            running.phase = Phase::Running;
        }
    }

    fn own(&self, calls: &[CallId]) -> Vec<&Observation> {
        calls
            .iter()
            .filter_map(|id| self.seen.get(&self.queue.last_of(*id)))
            .collect()
    }

    fn deliver(&mut self, owners: &[usize]) {
        for owner in owners {
            if let Some(running) = self.probes.get_mut(*owner) {
                running.waiting = running.waiting.saturating_sub(1);
            }
        }
    }

    fn finish(&mut self, index: usize) {
        let Some(running) = self.probes.get(index) else {
            return;
        };
        let reading = self.read(running);
        if let Some(running) = self.probes.get_mut(index) {
            running.phase = Phase::Done;
            running.reading = Some(reading);
        }
    }

    /// Probes whose last answer has come are asked on, so that progress shows what they found.
    fn read_finished(&mut self) {
        for index in 0..self.probes.len() {
            let is_answered = self
                .probes
                .get(index)
                .is_some_and(|one| one.phase == Phase::Running && one.waiting == 0);
            if is_answered && self.course.stopped.is_none() {
                self.advance(index, self.last);
            }
        }
    }

    fn read(&self, running: &Running) -> Reading {
        let own = self.own(&running.calls);
        let all: Vec<&Observation> = self.site_answers().collect();
        running.probe.read(&self.context, &own, &all)
    }

    /// Answers of the tested site, refusals at the gate included.
    fn site_answers(&self) -> impl Iterator<Item = &Observation> {
        let of_site = |seen: &&Observation| seen.call.door == Door::Site;
        self.seen.values().filter(of_site)
    }

    /// Every probe reads anew, so that it sees everything that came after its own answers too.
    fn material(&self) -> Material<'_> {
        let readings = self.probes.iter().map(|running| {
            let is_idle = running.phase == Phase::Waiting;
            let is_active = running.probe.about().cost.requests > 0;
            let reading = if is_idle && (is_active || self.seen.is_empty()) {
                Reading::skipped(crate::claim::Claim::new("skip.not-reached"))
            } else {
                self.read(running)
            };
            let calls = running.calls.iter().map(|id| self.queue.last_of(*id));
            (running.probe, calls.collect(), reading)
        });
        Material {
            readings: readings.collect(),
            context: &self.context,
            estimate: &self.estimate,
            preset: self.preset,
            stopped: self.course.stopped,
            ended: self.last,
            spent: self.budget.spent(&self.seen),
            seen: &self.seen,
        }
    }
}

/// A request in the shape of the preset with this name.
fn shape(presets: &[Preset], name: &str, request: Request, seed: u64) -> Request {
    match presets.iter().find(|preset| preset.name == name) {
        Some(preset) => preset.shape(request, seed),
        None => request,
    }
}
