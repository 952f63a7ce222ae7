//! The tests that run, and the questions about all of them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ::verify::{CallRecord, Claim, Comparison, Language, Progress, Report, Words};
use tokio_util::sync::CancellationToken;

use super::error::VerifyError;
use super::passive::Standings;
use crate::sites::Sites;
use crate::view::{VerifyDetail, VerifyRun};

/// Runs tests and keeps what they find.
pub struct Tester {
    pub(super) sites: Arc<Sites>,
    pub(super) active: Mutex<Vec<Arc<Active>>>,
    pub(super) standings: Standings,
}

/// A test under way.
pub(super) struct Active {
    pub(super) run: VerifyRun,
    pub(super) progress: Mutex<Option<Progress>>,
    pub(super) cancelled: CancellationToken,
}

impl Tester {
    pub(crate) fn new(sites: Arc<Sites>) -> Self {
        Self {
            sites,
            active: Mutex::default(),
            standings: Standings::default(),
        }
    }

    pub(super) fn active(&self) -> MutexGuard<'_, Vec<Arc<Active>>> {
        self.active.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn find(&self, id: &str) -> Option<Arc<Active>> {
        self.active().iter().find(|it| it.run.id == id).cloned()
    }

    /// Tests of a site (id or name) or of all: those that run first, then the newest.
    pub fn runs(&self, site: Option<&str>) -> Result<Vec<VerifyRun>, VerifyError> {
        let site = site.map(|site| self.sites.site(site)).transpose()?;
        let site = site.as_ref().map(|site| &site.id[..]);
        let fits = |run: &VerifyRun| site.is_none_or(|site| run.site_id == site);
        let active: Vec<VerifyRun> = self.active().iter().map(|it| it.now()).collect();
        let mut runs: Vec<VerifyRun> = active.into_iter().filter(fits).collect();
        for summary in self.sites.store().verify_runs(site)? {
            match serde_json::from_str::<VerifyRun>(&summary) {
                Ok(run) if !runs.iter().any(|known| known.id == run.id) => runs.push(run),
                Ok(_) => {}
                Err(error) => tracing::warn!(%error, "a kept test cannot be read"),
            }
        }
        Ok(runs)
    }

    /// One test: how far it is, or what it found. The calls of a report are left out.
    pub fn detail(&self, id: &str) -> Result<VerifyDetail, VerifyError> {
        if let Some(active) = self.find(id) {
            return Ok(VerifyDetail {
                run: active.now(),
                progress: active.progress(),
                report: None,
            });
        }
        let (run, mut report) = self.kept(id)?;
        report.calls.clear();
        Ok(VerifyDetail {
            run,
            progress: None,
            report: Some(report),
        })
    }

    /// The whole report of a test, all calls included.
    pub fn report(&self, id: &str) -> Result<Report, VerifyError> {
        match self.find(id) {
            Some(_) => Err(VerifyError::NotOver),
            None => Ok(self.kept(id)?.1),
        }
    }

    /// One call of a report.
    pub fn call(&self, id: &str, call: u32) -> Result<CallRecord, VerifyError> {
        let report = self.report(id)?;
        let found = report.calls.into_iter().find(|it| it.id.0 == call);
        found.ok_or_else(|| VerifyError::NoSuchRun(format!("{id}/{call}")))
    }

    /// A report as a document: `md`, `html` or `json`. Without `named`, the site is not named.
    pub fn document(
        &self,
        id: &str,
        format: &str,
        language: &str,
        named: bool,
    ) -> Result<String, VerifyError> {
        let mut report = self.report(id)?;
        let words = Words::of(Language::of(language))?;
        if !named {
            report.site = words.say(&Claim::new("report.some-site"));
        }
        match format {
            "md" => Ok(report.markdown(&words)),
            "html" => Ok(report.page(&words)),
            "json" => serde_json::to_string_pretty(&report)
                .map_err(|error| VerifyError::Unreadable(error.to_string())),
            other => Err(VerifyError::BadFormat(other.to_owned())),
        }
    }

    /// What differs between two reports.
    pub fn compare(&self, one: &str, other: &str) -> Result<Comparison, VerifyError> {
        Ok(Comparison::of(&self.report(one)?, &self.report(other)?))
    }

    /// Ends a test early. What it found so far is kept.
    pub fn cancel(&self, id: &str) -> Result<VerifyRun, VerifyError> {
        let missing = || VerifyError::NoSuchRun(id.to_owned());
        let active = self.find(id).ok_or_else(missing)?;
        active.cancelled.cancel();
        Ok(active.now())
    }

    /// Forgets a test. One that runs is cancelled instead.
    pub fn remove(&self, id: &str) -> Result<(), VerifyError> {
        if let Some(active) = self.find(id) {
            active.cancelled.cancel();
            return Ok(());
        }
        match self.sites.store().remove_verify_run(id)? {
            true => Ok(()),
            false => Err(VerifyError::NoSuchRun(id.to_owned())),
        }
    }

    fn kept(&self, id: &str) -> Result<(VerifyRun, Report), VerifyError> {
        let found = self.sites.store().verify_run(id)?;
        let (summary, report) = found.ok_or_else(|| VerifyError::NoSuchRun(id.to_owned()))?;
        let unreadable = |error: serde_json::Error| VerifyError::Unreadable(error.to_string());
        let run = serde_json::from_str(&summary).map_err(unreadable)?;
        let report = serde_json::from_str(&report).map_err(unreadable)?;
        Ok((run, report))
    }
}

impl Active {
    fn progress(&self) -> Option<Progress> {
        let progress = self.progress.lock();
        progress.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The test in short, with the cost so far.
    pub(super) fn now(&self) -> VerifyRun {
        let mut run = self.run.clone();
        if let Some(progress) = self.progress() {
            run.cost_usd = progress.cost.usd;
            run.requests = u32::try_from(progress.cost.requests).unwrap_or(u32::MAX);
            run.stopped = progress.stopped;
        }
        run
    }

    pub(super) fn tell(&self, progress: Progress) {
        let mut told = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        *told = Some(progress);
    }
}
