//! The rows of the list, newest first.

use std::sync::Arc;

use app::view::{ExchangeRow, Phase, Progress};

/// Rows, newest first (ids sort by time of arrival). Cheap to clone: a paused panel holds a copy.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rows(Vec<Arc<ExchangeRow>>);

impl Rows {
    /// Everything anew.
    pub(crate) fn replace(&mut self, rows: Vec<ExchangeRow>) {
        self.0 = rows.into_iter().map(Arc::new).collect();
        self.0.sort_by(|one, other| other.id.cmp(&one.id));
    }

    /// A row that is new, or its next state.
    pub(crate) fn put(&mut self, row: ExchangeRow) {
        match self.place(&row.id) {
            Ok(place) => self.0[place] = Arc::new(row),
            Err(place) => self.0.insert(place, Arc::new(row)),
        }
    }

    /// What changed in a row that runs.
    pub(crate) fn advance(&mut self, progress: Progress) {
        let Ok(place) = self.place(&progress.id) else {
            return;
        };
        let row = Arc::make_mut(&mut self.0[place]);
        if row.phase == Phase::Finished {
            return;
        }
        row.phase = progress.phase;
        row.status = progress.status;
        row.timing.ttfb_ms = progress.ttfb_ms;
        row.timing.ttft_ms = progress.ttft_ms;
        row.tokens = progress.tokens;
        row.cost = progress.cost;
        row.speed = progress.speed;
        row.model_served = progress.model_served;
    }

    /// Keeps the newest finished ones, at most so many, and what runs.
    pub(crate) fn trim(&mut self, finished: usize) {
        let mut seen = 0;
        self.0.retain(|row| {
            seen += usize::from(row.phase == Phase::Finished);
            row.phase != Phase::Finished || seen <= finished
        });
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// How many run.
    pub(crate) fn running(&self) -> usize {
        let running = self.0.iter().filter(|row| row.phase != Phase::Finished);
        running.count()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &ExchangeRow> {
        self.0.iter().map(|row| &**row)
    }

    /// The row at a place, 0 is the newest.
    pub(crate) fn at(&self, place: usize) -> Option<&ExchangeRow> {
        self.0.get(place).map(|row| &**row)
    }

    /// Where a row stands.
    pub(crate) fn position(&self, id: &str) -> Option<usize> {
        self.place(id).ok()
    }

    fn place(&self, id: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|row| id.cmp(&row.id))
    }
}
