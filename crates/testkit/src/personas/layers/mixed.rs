//! A site that is two sites.

use std::sync::Arc;

use crate::personas::chance::Chance;
use crate::personas::site::{Answered, Layer, Site, Visit};

/// Sends a share of requests somewhere else.
pub(crate) struct Mixed {
    other: Arc<dyn Site>,
    percent: usize,
    chance: Chance,
}

/// A layer that sends so many percent of requests to another site.
pub(crate) fn mixes(percent: usize, other: Arc<dyn Site>) -> Box<dyn Layer> {
    Box::new(Mixed {
        other,
        percent,
        chance: Chance::named("mixed"),
    })
}

impl Layer for Mixed {
    fn around(&self, visit: Visit, inner: &dyn Site) -> Answered {
        if self.chance.dice().below(100) < self.percent {
            return self.other.answer(&visit);
        }
        inner.answer(&visit)
    }
}
