//! From readings to a verdict.

mod decide;
mod posterior;
mod routing;
mod scores;
mod write;

pub(crate) use routing::routing;
pub(crate) use scores::{scores_so_far, tokens_of};
pub(crate) use write::report;

use crate::probe::{About, Forgeability};
use crate::reading::Reading;
use crate::tables::{Row, Tables};

/// A reading with its row of the likelihoods.
#[derive(Clone, Copy)]
pub(crate) struct Weighed<'a> {
    pub(crate) about: &'a About,
    pub(crate) reading: &'a Reading,
    pub(crate) row: &'a Row,
}

impl Weighed<'_> {
    /// What it takes to forge this result.
    pub(crate) fn forge(&self) -> Forgeability {
        self.row.forge.unwrap_or(self.about.forge)
    }
}

/// Readings that weigh something.
pub(crate) fn weighed<'a>(
    tables: &'a Tables,
    readings: impl Iterator<Item = (&'a About, &'a Reading)>,
) -> Vec<Weighed<'a>> {
    let rows = readings.filter_map(|(about, reading)| {
        let row = tables.likelihoods.row(about.id, &reading.result);
        debug_assert!(
            row.is_some() || reading.result.is_empty(),
            "no likelihoods for {} {}",
            about.id,
            reading.result
        );
        let row = row?;
        Some(Weighed {
            about,
            reading,
            row,
        })
    });
    rows.collect()
}
