//! The proxy's observer: live list and recorder.

use std::sync::Arc;

use base::{Timestamp, Usage};
use proxy::{CostText, Exchange, Finish, Observer};

use crate::live::Live;
use crate::pricing::Pricing;
use crate::record::Recorder;
use crate::verify::Watch;

/// Passes on what happens.
pub(crate) struct Observe {
    pub(crate) live: Arc<Live>,
    pub(crate) recorder: Arc<Recorder>,
    pub(crate) pricing: Pricing,
    pub(crate) watch: Watch,
}

impl Observer for Observe {
    fn started(&self, exchange: &Arc<Exchange>) {
        self.live.started(exchange);
        self.recorder.started(exchange);
    }

    fn finished(&self, exchange: &Arc<Exchange>, finish: Box<Finish>) {
        self.watch.finished(exchange, &finish);
        self.recorder.finished(exchange, finish);
    }

    fn cost(
        &self,
        site: Option<&str>,
        model: &str,
        usage: &Usage,
        at: Timestamp,
    ) -> Option<CostText> {
        self.pricing.text(site, model, usage, at)
    }
}
