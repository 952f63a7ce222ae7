//! The rows of exchanges, as they are written.

use rusqlite::{CachedStatement, Connection, OptionalExtension, ToSql, ffi};

use crate::body::{self, Uses};
use crate::detail;
use crate::exchange::{DROPPED, EXPIRED, Exchange};
use crate::memory::Memory;
use crate::tally::{Portion, Tally};

const INSERT: &str = "INSERT INTO exchange (id, started_us, outcome, project, session, client, \
     dialect, method, path, model, model_served, site, key_label, stream, status, input, cache_read, \
     cache_write_5m, cache_write_1h, cache_known, output, reasoning, tokens_basis, cost_nano_usd, \
     saved_nano_usd, cost_basis, head_us, first_token_us, last_token_us, duration_us, attempts, \
     error_code, error_message, loss, upstream_dialect, list_nano_usd, detail_at, seq) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, \
     ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31, ?32, ?33, ?34, ?35, ?36, ?37, ?38)";

/// What a start does not know yet.
const UPDATE: &str = "UPDATE exchange SET outcome = ?3, model_served = ?11, site = ?12, key_label = ?13, \
     status = ?15, input = ?16, cache_read = ?17, cache_write_5m = ?18, cache_write_1h = ?19, \
     cache_known = ?20, output = ?21, reasoning = ?22, tokens_basis = ?23, cost_nano_usd = ?24, \
     saved_nano_usd = ?25, cost_basis = ?26, head_us = ?27, first_token_us = ?28, last_token_us = ?29, \
     duration_us = ?30, attempts = ?31, error_code = ?32, error_message = ?33, loss = ?34, \
     upstream_dialect = ?35, list_nano_usd = ?36, detail_at = ?37 WHERE seq = ?38 AND id = ?1";

/// Writes rows, with statements that are looked up once.
pub(crate) struct Rows<'db> {
    db: &'db Connection,
    insert: CachedStatement<'db>,
    update: CachedStatement<'db>,
    portion: CachedStatement<'db>,
    pub(crate) tally: Tally,
}

impl<'db> Rows<'db> {
    pub(crate) fn new(db: &'db Connection) -> rusqlite::Result<Self> {
        let columns = Portion::columns();
        let portion = format!("SELECT {columns} FROM exchange WHERE seq = ?1 AND id = ?2");
        Ok(Self {
            db,
            insert: db.prepare_cached(INSERT)?,
            update: db.prepare_cached(UPDATE)?,
            portion: db.prepare_cached(&portion)?,
            tally: Tally::default(),
        })
    }

    /// Writes a row; gives its place in the order. One of that name that is there already is
    /// overwritten, and its detail and bodies are removed.
    pub(crate) fn add(
        &mut self,
        exchange: &Exchange,
        detail_at: Option<i64>,
        memory: &mut Memory,
        uses: &mut Uses,
    ) -> rusqlite::Result<i64> {
        match with_values(exchange, detail_at, None, |values| {
            self.insert.execute(values)
        }) {
            Ok(_) => {
                let seq = self.db.last_insert_rowid();
                self.tally.add_new(seq, exchange);
                return Ok(seq);
            }
            Err(error) if is_there(&error) => {}
            Err(error) => return Err(error),
        }
        let sql = "SELECT seq, detail_at FROM exchange WHERE id = ?1";
        let found: Option<(i64, Option<i64>)> = self
            .db
            .prepare_cached(sql)?
            .query_row([&exchange.id], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let (seq, before) = found.ok_or(rusqlite::Error::QueryReturnedNoRows)?;
        body::remove(self.db, uses, seq)?;
        detail::remove_early(self.db, seq)?;
        detail::remove(self.db, &mut memory.compressor, before.as_slice())?;
        self.end(seq, exchange, detail_at)?;
        Ok(seq)
    }

    /// Writes the end of an exchange into the row of its start; `false`: that is not there.
    pub(crate) fn end(
        &mut self,
        seq: i64,
        exchange: &Exchange,
        detail_at: Option<i64>,
    ) -> rusqlite::Result<bool> {
        let start = self
            .portion
            .query_row((seq, &exchange.id), |row| Portion::of_row(row, 0))
            .optional()?;
        let Some(start) = start else { return Ok(false) };
        with_values(exchange, detail_at, Some(seq), |values| {
            self.update.execute(values)
        })?;
        self.tally.add(seq, start.at_end(exchange));
        self.tally.remove(start);
        Ok(true)
    }
}

fn is_there(error: &rusqlite::Error) -> bool {
    let code = error.sqlite_error().map(|error| error.extended_code);
    code == Some(ffi::SQLITE_CONSTRAINT_UNIQUE)
}

/// Hands the values of a row over, in the order of the statements.
fn with_values<T>(
    exchange: &Exchange,
    detail_at: Option<i64>,
    seq: Option<i64>,
    run: impl FnOnce(&[&dyn ToSql]) -> rusqlite::Result<T>,
) -> rusqlite::Result<T> {
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
    run(&[
        &exchange.id,
        &exchange.started_at.0,
        &exchange.outcome,
        &exchange.project,
        &exchange.session,
        &exchange.client,
        &exchange.dialect,
        &exchange.method,
        &exchange.path,
        &exchange.model,
        &exchange.model_served,
        &exchange.site,
        &exchange.key_label,
        &exchange.stream,
        &exchange.status,
        &count(usage.input),
        &count(usage.cache_read),
        &count(usage.cache_write_5m),
        &count(usage.cache_write_1h),
        &usage.cache_known,
        &count(usage.output),
        &usage.reasoning.map(|tokens| tokens as i64),
        &basis,
        &exchange.cost_usd.map(|cost| cost.0),
        &exchange.saved_usd.map(|cost| cost.0),
        &exchange.cost_basis,
        &time(exchange.head_us),
        &time(exchange.first_token_us),
        &time(exchange.last_token_us),
        &time(exchange.duration_us),
        &exchange.attempts,
        &exchange.error_code,
        &exchange.error_message,
        &loss,
        &exchange.upstream_dialect,
        &exchange.list_usd.map(|cost| cost.0),
        &detail_at,
        &seq,
    ])
}
