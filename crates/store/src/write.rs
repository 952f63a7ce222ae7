//! Writing, in batches.

use rusqlite::{Connection, params};

use crate::body::{self, NewBody};
use crate::error::StoreError;
use crate::exchange::{DROPPED, EXPIRED, Exchange};
use crate::open::Store;

/// One thing to write. `B` is whatever holds bytes.
#[derive(Clone, Debug)]
pub enum Change<B> {
    /// A request has arrived: if nothing else follows, it was interrupted.
    Started(Box<Exchange>),
    /// It is over. `detail` is JSON text.
    Finished {
        /// The final row.
        exchange: Box<Exchange>,
        /// JSON with everything that lists do not show.
        detail: String,
        /// The bodies that are kept.
        bodies: Vec<NewBody<B>>,
    },
}

impl Store {
    /// Writes a batch in one transaction: all of it, or nothing.
    pub fn write<B: AsRef<[u8]>>(&self, batch: &[Change<B>]) -> Result<(), StoreError> {
        let mut db = self.writer();
        let transaction = db.transaction()?;
        for change in batch {
            match change {
                Change::Started(exchange) => {
                    upsert(&transaction, exchange)?;
                }
                Change::Finished {
                    exchange,
                    detail,
                    bodies,
                } => {
                    let seq = upsert(&transaction, exchange)?;
                    let data = body::compress(detail.as_bytes())
                        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
                    transaction
                        .prepare_cached(
                            "INSERT OR REPLACE INTO detail (seq, data) VALUES (?1, ?2)",
                        )?
                        .execute(params![seq, data])?;
                    for body in bodies {
                        body::write(&transaction, seq, body)?;
                    }
                }
            }
        }
        transaction.commit()?;
        Ok(())
    }
}

const UPSERT: &str = "INSERT INTO exchange (id, started_us, outcome, project, session, client, \
     dialect, method, path, model, model_served, site, key_label, stream, status, input, cache_read, \
     cache_write_5m, cache_write_1h, cache_known, output, reasoning, tokens_basis, cost_nano_usd, \
     saved_nano_usd, cost_basis, head_us, first_token_us, last_token_us, duration_us, attempts, \
     error_code, error_message, loss, upstream_dialect, list_nano_usd) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, \
     ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31, ?32, ?33, ?34, ?35, ?36) \
     ON CONFLICT (id) DO UPDATE SET outcome = ?3, model_served = ?11, site = ?12, key_label = ?13, \
     status = ?15, input = ?16, cache_read = ?17, cache_write_5m = ?18, cache_write_1h = ?19, \
     cache_known = ?20, output = ?21, reasoning = ?22, tokens_basis = ?23, cost_nano_usd = ?24, \
     saved_nano_usd = ?25, cost_basis = ?26, head_us = ?27, first_token_us = ?28, last_token_us = ?29, \
     duration_us = ?30, attempts = ?31, error_code = ?32, error_message = ?33, loss = ?34, \
     upstream_dialect = ?35, list_nano_usd = ?36 \
     RETURNING seq";

fn upsert(db: &Connection, exchange: &Exchange) -> rusqlite::Result<i64> {
    use base::UsageBasis::{Estimated, Exact, Unknown};
    let usage = &exchange.usage;
    let count = |tokens: u64| (exchange.usage_basis != Unknown).then_some(tokens as i64);
    let time = |moment: Option<u64>| moment.map(|moment| moment as i64);
    let loss =
        i64::from(exchange.bodies_dropped) * DROPPED + i64::from(exchange.bodies_expired) * EXPIRED;
    let basis = match exchange.usage_basis {
        Exact => "exact",
        Estimated => "estimated",
        Unknown => "unknown",
    };
    db.prepare_cached(UPSERT)?.query_row(
        params![
            exchange.id,
            exchange.started_at.0,
            exchange.outcome,
            exchange.project,
            exchange.session,
            exchange.client,
            exchange.dialect,
            exchange.method,
            exchange.path,
            exchange.model,
            exchange.model_served,
            exchange.site,
            exchange.key_label,
            exchange.stream,
            exchange.status,
            count(usage.input),
            count(usage.cache_read),
            count(usage.cache_write_5m),
            count(usage.cache_write_1h),
            usage.cache_known,
            count(usage.output),
            usage.reasoning.map(|tokens| tokens as i64),
            basis,
            exchange.cost_usd.map(|cost| cost.0),
            exchange.saved_usd.map(|cost| cost.0),
            exchange.cost_basis,
            time(exchange.head_us),
            time(exchange.first_token_us),
            time(exchange.last_token_us),
            time(exchange.duration_us),
            exchange.attempts,
            exchange.error_code,
            exchange.error_message,
            loss,
            exchange.upstream_dialect,
            exchange.list_usd.map(|cost| cost.0),
        ],
        |row| row.get(0),
    )
}
