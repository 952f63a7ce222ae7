//! Answers to the doors' questions about exchanges.

mod answered;
mod cache;
mod curl;
mod detail;
mod export;
mod filter;
mod lines;
mod replay;
mod requests;
mod running;
mod shorten;

pub use filter::{FilterError, parse_filter};
pub use lines::{Form, Part};
pub use requests::RequestPage;

use std::sync::Arc;

use store::Store;

use crate::live::Live;
use crate::pricing::Pricing;
use crate::record::Recorder;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// There is no such exchange, or no such part of it.
    #[error("there is no such exchange, or it has no such part")]
    NotFound,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] store::StoreError),
    /// The reading task ended abnormally.
    #[error("the answer could not be put together")]
    Lost,
}

/// Reads exchanges: those that run from the live list, the others from the store.
#[derive(Clone)]
pub struct Queries {
    pub(crate) store: Arc<Store>,
    pub(crate) live: Arc<Live>,
    pub(crate) recorder: Arc<Recorder>,
    pub(crate) pricing: Pricing,
    cache: Arc<cache::Cache>,
}

impl Queries {
    /// Over these parts.
    pub fn new(
        store: Arc<Store>,
        live: Arc<Live>,
        recorder: Arc<Recorder>,
        pricing: Pricing,
    ) -> Self {
        Self {
            store,
            live,
            recorder,
            pricing,
            cache: Arc::default(),
        }
    }

    /// Runs something that blocks, after everything that has happened is written.
    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, QueryError> + Send + 'static,
    ) -> Result<T, QueryError> {
        self.recorder.settle().await;
        let queries = self.clone();
        let task = tokio::task::spawn_blocking(move || work(&queries));
        task.await.map_err(|_| QueryError::Lost)?
    }
}
