//! A past that was not lived through here: the demo's.

use base::{Nanos, Timestamp};
use store::sites::{Sample, Spent};

use super::book::Stations;
use super::error::StationError;

/// A balance of the past, and what was called since the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PastBalance {
    /// When.
    pub at: Timestamp,
    /// Credit left, US dollars.
    pub usd: Nanos,
    /// Calls since the balance before, at list price, US dollars.
    pub cost_usd: Nanos,
    /// How many these were.
    pub calls: u32,
}

impl Stations {
    /// Puts balances of the past into a site's series.
    pub fn put_past(&self, site: &str, past: &[PastBalance]) -> Result<(), StationError> {
        let site = self.site(site)?;
        let samples: Vec<Sample> = past.iter().map(sample).collect();
        self.store().put_samples(&site.id, &samples)?;
        self.changed();
        Ok(())
    }
}

fn sample(past: &PastBalance) -> Sample {
    Sample {
        at: past.at,
        usd: Some(past.usd),
        spent: Spent {
            cost: past.cost_usd,
            exchanges: past.calls,
            unpriced: 0,
        },
        ..Sample::default()
    }
}
