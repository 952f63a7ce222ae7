//! Whoever wants to know.

use std::sync::Arc;

use base::{Timestamp, Usage};

use crate::exchange::Exchange;
use crate::finish::Finish;

/// What a usage costs, as header text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CostText {
    /// US dollars, a decimal number.
    pub usd: String,
    /// Renminbi, a decimal number.
    pub cny: String,
}

/// Is told of every exchange, on the task that carries it: must return at once.
pub trait Observer: Send + Sync + 'static {
    /// A request has arrived whole.
    fn started(&self, exchange: &Arc<Exchange>);

    /// It is over.
    fn finished(&self, exchange: &Arc<Exchange>, finish: Box<Finish>);

    /// What a usage costs at a site; `None` for a model without a price.
    fn cost(
        &self,
        site: Option<&str>,
        model: &str,
        usage: &Usage,
        at: Timestamp,
    ) -> Option<CostText>;
}
