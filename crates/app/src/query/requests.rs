//! The list of exchanges.

use std::time::Duration;

use serde::Serialize;
use store::{Filter, Search};

use super::{Queries, QueryError};
use crate::live::row;
use crate::view::ExchangeRow;

/// Longest search for one page; the answer says where to go on.
const SEARCH_TIME: Duration = Duration::from_millis(1_500);

/// Part of the list, newest first.
#[derive(Clone, Debug, Serialize)]
pub struct RequestPage {
    /// The rows.
    pub requests: Vec<ExchangeRow>,
    /// Where to go on; `None` at the end.
    pub next: Option<String>,
}

impl Queries {
    /// Part of the list, narrowed by a filter and a text in rows or bodies.
    pub async fn requests(
        &self,
        filter: Filter,
        text: Option<String>,
        before: Option<i64>,
        limit: usize,
    ) -> Result<RequestPage, QueryError> {
        self.blocking(move |queries| {
            let (exchanges, next) = match text.as_deref().filter(|text| !text.is_empty()) {
                None => {
                    let page = queries.store.page(&filter, before, limit)?;
                    (page.exchanges, page.next)
                }
                Some(text) => {
                    let search = Search {
                        text,
                        filter: &filter,
                        before,
                        limit,
                        time: SEARCH_TIME,
                    };
                    let found = queries.store.search(&search, &super::replay::answer_text)?;
                    (found.exchanges, found.next)
                }
            };
            Ok(RequestPage {
                requests: exchanges
                    .iter()
                    .map(|exchange| queries.row_of(exchange))
                    .collect(),
                next: next.map(|next| next.to_string()),
            })
        })
        .await
    }

    /// One line of the list, wherever it is.
    pub async fn request(&self, id: String) -> Result<ExchangeRow, QueryError> {
        self.blocking(move |queries| queries.find_row(&id)).await
    }

    pub(super) fn find_row(&self, id: &str) -> Result<ExchangeRow, QueryError> {
        if let Some(row) = self.live.row(id) {
            return Ok(row);
        }
        let kept = self.store.exchange(id)?.ok_or(QueryError::NotFound)?;
        Ok(row::kept(&kept, &self.pricing, 0))
    }

    /// A kept row; one that still runs as it is now.
    fn row_of(&self, exchange: &store::Exchange) -> ExchangeRow {
        let live = (exchange.outcome == "running")
            .then(|| self.live.row(&exchange.id))
            .flatten();
        live.unwrap_or_else(|| row::kept(exchange, &self.pricing, 0))
    }

    /// Deletes everything of a project; gives the number of exchanges.
    pub async fn delete_project(&self, project: String) -> Result<u64, QueryError> {
        self.blocking(move |queries| {
            let deleted = queries.store.delete_project(&project)?;
            queries.live.forget_project(&project);
            queries.cache.clear();
            Ok(deleted)
        })
        .await
    }

    /// Deletes every exchange that is over; gives their number.
    pub async fn delete_all(&self) -> Result<u64, QueryError> {
        self.blocking(move |queries| {
            queries.cache.clear();
            Ok(queries.store.delete_all()?)
        })
        .await
    }
}
