//! The demo's traffic as one task.

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::book::{Book, BookError};
use super::request::Due;
use super::schedule::Schedule;
use super::traffic;

/// Made-up clients that call a proxy until they are stopped.
#[derive(Clone, Debug)]
pub struct Script {
    base_url: String,
    seed: u64,
}

/// Why a demo cannot begin.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The proxy's address is none.
    #[error("no address of a proxy: {0}")]
    Address(String),
    /// The sessions cannot be read.
    #[error("demo book: {0}")]
    Book(#[from] BookError),
}

impl Script {
    /// Clients that call `base_url` (`http://127.0.0.1:PORT`). The same seed sends the same requests.
    pub fn new(base_url: &str, seed: u64) -> Result<Self, DemoError> {
        let base_url = base_url.trim_end_matches('/');
        let is_http = base_url
            .strip_prefix("http://")
            .is_some_and(|rest| !rest.is_empty());
        if !is_http || base_url.parse::<http::Uri>().is_err() {
            return Err(DemoError::Address(base_url.to_owned()));
        }
        // The book is read here as well, so that a fault in it is an error and not silence.
        Book::read()?;
        Ok(Self {
            base_url: base_url.to_owned(),
            seed,
        })
    }

    /// Sends requests until `stop` fires: about 25 within two seconds, then about ten a minute. Requests
    /// that run at that moment are broken off.
    pub async fn run(self, stop: CancellationToken) {
        let Some(book) = Book::shared() else { return };
        let connections = traffic::connections();
        let mut running = JoinSet::new();
        for planned in Schedule::new(book, self.seed) {
            tokio::select! {
                () = tokio::time::sleep(planned.pause) => {}
                () = stop.cancelled() => return,
            }
            let connections = connections.clone();
            let base = self.base_url.clone();
            running.spawn(async move {
                let due = Due {
                    book,
                    session: &book.sessions[planned.session],
                    turn: planned.turn,
                };
                traffic::send(&connections, &base, due, &planned.conversation).await;
            });
            while running.try_join_next().is_some() {}
        }
    }
}
