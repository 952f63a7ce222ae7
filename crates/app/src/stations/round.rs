//! A round over many sites: progress, cancelling, and no failing site stops the rest.

use std::sync::Arc;

use base::Timestamp;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::book::{Stations, held};
use super::error::StationError;
use super::problem;
use crate::view::{ErrorView, RoundSite, RoundView};

/// Sites that are asked at the same time.
const AT_ONCE: usize = 4;

/// A round that goes on, or the last one.
pub(super) struct Round {
    number: u64,
    view: RoundView,
    cancel: CancellationToken,
}

impl Stations {
    /// Begins a round over some sites, or over all that are enabled. One that goes on is told instead.
    pub async fn refresh_all(
        self: &Arc<Self>,
        ids: Option<Vec<String>>,
    ) -> Result<RoundView, StationError> {
        let chosen = self.blocking(move |it| it.chosen(ids)).await?;
        let (number, cancel) = {
            let mut round = held(&self.round);
            if let Some(going) = round.as_ref().filter(|round| round.view.running) {
                return Ok(going.view.clone());
            }
            let number = round.as_ref().map_or(0, |round| round.number) + 1;
            let cancel = self.end.child_token();
            let (site, now) = (round_site, self.now());
            *round = Some(Round {
                number,
                view: begun(chosen.iter().map(site).collect(), now),
                cancel: cancel.clone(),
            });
            (number, cancel)
        };
        self.changed();
        let stations = self.clone();
        let ids = chosen.into_iter().map(|(id, _)| id).collect();
        tokio::spawn(async move { stations.go_round(number, ids, cancel).await });
        let view = self.round_view();
        view.ok_or(StationError::Lost)
    }

    /// Cancels the round that goes on: what has not been asked yet is not.
    pub fn cancel_round(&self) -> Option<RoundView> {
        if let Some(round) = held(&self.round).as_mut().filter(|it| it.view.running) {
            round.cancel.cancel();
            round.view.cancelled = true;
        }
        self.round_view()
    }

    /// The round that goes on, or the last one.
    pub fn round_view(&self) -> Option<RoundView> {
        held(&self.round).as_ref().map(|round| round.view.clone())
    }

    fn chosen(&self, ids: Option<Vec<String>>) -> Result<Vec<(String, String)>, StationError> {
        let sites = match ids {
            Some(ids) => ids
                .iter()
                .map(|id| self.site(id))
                .collect::<Result<Vec<_>, _>>()?,
            None => {
                let mut sites = self.store().sites()?;
                sites.retain(|site| site.enabled);
                sites
            }
        };
        Ok(sites.into_iter().map(|it| (it.id, it.name)).collect())
    }

    async fn go_round(self: Arc<Self>, number: u64, ids: Vec<String>, cancel: CancellationToken) {
        let turns = Arc::new(Semaphore::new(AT_ONCE));
        let mut tasks = JoinSet::new();
        for id in ids {
            let (stations, turns, cancel) = (self.clone(), turns.clone(), cancel.clone());
            tasks.spawn(async move {
                let outcome = tokio::select! {
                    () = cancel.cancelled() => None,
                    outcome = stations.one_of_round(number, &id, &turns) => Some(outcome),
                };
                let (state, error) = match outcome {
                    None => ("skipped", None),
                    Some(None) => ("done", None),
                    Some(Some(error)) => ("failed", Some(error)),
                };
                stations.mark(number, &id, state, error);
            });
        }
        // A task that panicked has told nobody: its site stays as it was, and the round still ends.
        while tasks.join_next().await.is_some() {}
        if let Some(round) = held(&self.round)
            .as_mut()
            .filter(|round| round.number == number)
        {
            round.view.running = false;
        }
        self.changed();
    }

    /// Asks one site when its turn comes; what went wrong.
    async fn one_of_round(
        self: &Arc<Self>,
        number: u64,
        id: &str,
        turns: &Semaphore,
    ) -> Option<ErrorView> {
        let _turn = turns.acquire().await.ok()?;
        self.mark(number, id, "running", None);
        match self.query(id).await {
            Ok(queried) => queried.problem.as_ref().map(problem::view),
            Err(error) => Some(ErrorView {
                code: error.code().to_owned(),
                params: error.params(),
                message: None,
            }),
        }
    }

    fn mark(&self, number: u64, id: &str, state: &str, error: Option<ErrorView>) {
        let mut round = held(&self.round);
        let Some(round) = round.as_mut().filter(|round| round.number == number) else {
            return;
        };
        let view = &mut round.view;
        if let Some(site) = view.sites.iter_mut().find(|site| site.site == id) {
            state.clone_into(&mut site.state);
            site.error = error;
        }
        let count = |state: &str| view.sites.iter().filter(|it| it.state == state).count() as u32;
        view.failed = count("failed");
        view.done = count("done") + view.failed;
    }
}

fn round_site((id, name): &(String, String)) -> RoundSite {
    RoundSite {
        site: id.clone(),
        name: name.clone(),
        state: "waiting".to_owned(),
        error: None,
    }
}

fn begun(sites: Vec<RoundSite>, now: Timestamp) -> RoundView {
    RoundView {
        running: true,
        cancelled: false,
        started_at: now.to_string(),
        sites,
        done: 0,
        failed: 0,
    }
}
