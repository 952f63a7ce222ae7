//! Beginning a test: what it will ask, what it will cost, whom it calls.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use ::verify::{Depth, Estimate, OptIns, Plan, Run, Target};
use base::Nanos;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::drive::{Drive, Outlets};
use super::error::VerifyError;
use super::keep;
use super::send::Outlet;
use super::tester::Active;
use crate::app::App;
use crate::sites::Line;
use crate::view::{VerifyAsk, VerifyRun};

/// Most calls at once, whoever asks for more.
const MOST_AT_ONCE: u32 = 8;

/// How a test comes about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Begun {
    /// Somebody asked for it.
    ByHand,
    /// The schedule did.
    ByClock,
}

impl App {
    /// What a test would cost at most.
    pub fn verify_estimate(&self, site: &str, ask: &VerifyAsk) -> Result<Estimate, VerifyError> {
        let line = self.sites().line(site, Some(&ask.key))?;
        Ok(self.new_run(&line, ask)?.estimate().clone())
    }

    /// Begins a test. It goes on by itself; one at a time for each site.
    pub fn verify(self: &Arc<Self>, site: &str, ask: &VerifyAsk) -> Result<VerifyRun, VerifyError> {
        self.begin_test(site, ask, Begun::ByHand)
    }

    pub(crate) fn begin_test(
        self: &Arc<Self>,
        site: &str,
        ask: &VerifyAsk,
        begun: Begun,
    ) -> Result<VerifyRun, VerifyError> {
        let line = self.sites().line(site, Some(&ask.key))?;
        let run = self.new_run(&line, ask)?;
        let outlet = |line: Line| Outlet {
            client: self.sites().client_of(&line),
            line,
        };
        let other = |name: &str| -> Result<Option<Outlet>, VerifyError> {
            match name.trim() {
                "" => Ok(None),
                name => Ok(Some(outlet(self.sites().line(name, None)?))),
            }
        };
        let outlets = Outlets {
            official: other(&ask.official_site)?,
            reference: other(&ask.reference_site)?,
            site: outlet(line.clone()),
        };
        let summary = VerifyRun {
            id: crate::sites::new_id("test")?,
            site_id: line.site_id().to_owned(),
            site: line.site_name().to_owned(),
            model: ask.model.trim().to_owned(),
            depth: self.depth(ask),
            state: "running".to_owned(),
            error: None,
            started: self.clock().now().to_jiff().to_string(),
            ended: None,
            verdict: None,
            confidence: None,
            channel: None,
            served: None,
            cost_usd: None,
            max_cost_usd: self.most(ask),
            requests: 0,
            stopped: None,
            key: line.key.as_ref().map(|key| key.label.clone()),
            scheduled: begun == Begun::ByClock,
        };
        let active = Arc::new(Active {
            run: summary.clone(),
            progress: Mutex::default(),
            cancelled: CancellationToken::new(),
        });
        {
            let mut all = self.tester().active();
            if all.iter().any(|it| it.run.site_id == summary.site_id) {
                return Err(VerifyError::Running(summary.site));
            }
            all.push(active.clone());
        }
        let drive = Drive {
            run,
            outlets,
            clock: self.shared_clock(),
            cancelled: active.cancelled.clone(),
            calls: JoinSet::new(),
            under_way: HashMap::new(),
        };
        let app = self.clone();
        self.spawn(async move {
            let report = drive.finish(|progress| active.tell(progress)).await;
            keep::finished(&app, &active, report).await;
        });
        Ok(summary)
    }

    /// A run that has sent nothing yet.
    fn new_run(&self, line: &Line, ask: &VerifyAsk) -> Result<Run, VerifyError> {
        let model = ask.model.trim();
        if model.is_empty() {
            return Err(VerifyError::NoModel);
        }
        let most = self.most(ask);
        if most.is_some_and(|usd| !usd.is_finite() || usd <= 0.0) {
            return Err(VerifyError::BadCost);
        }
        let settings = self.settings();
        let at_once = ask.concurrency.unwrap_or(settings.verify.concurrency);
        let reference = Some(ask.reference_model.trim().to_owned());
        let target = Target {
            concurrency: at_once.clamp(1, MOST_AT_ONCE) as usize,
            multiplier: line.multiplier().parse().unwrap_or(1.0),
            reference_model: reference.filter(|model| !model.is_empty()),
            ..Target::new(line.site_name(), model)
        };
        let plan = Plan {
            depth: self.depth(ask),
            opt_ins: OptIns {
                reference: !ask.reference_site.trim().is_empty(),
                official: !ask.official_site.trim().is_empty(),
            },
            // Rounded down: a cap is a promise.
            max_cost_usd: most.map(|usd| Nanos((usd.min(1e6) * 1e9) as i64)),
            only: Vec::new(),
        };
        let seed = self.sites().random();
        let now = self.clock().now();
        Ok(Run::new(
            &plan,
            target,
            self.pricing().shared_catalog(),
            seed,
            now,
        )?)
    }

    fn depth(&self, ask: &VerifyAsk) -> Depth {
        ask.depth.unwrap_or_else(|| self.settings().verify.depth())
    }

    fn most(&self, ask: &VerifyAsk) -> Option<f64> {
        Some(
            ask.max_cost_usd
                .unwrap_or(self.settings().verify.max_cost_usd),
        )
    }
}
