//! Writing, in batches.

use rusqlite::Connection;
use xxhash_rust::xxh3::xxh3_128;

use crate::body::{self, NewBody, Uses};
use crate::detail;
use crate::error::StoreError;
use crate::exchange::Exchange;
use crate::memory::Memory;
use crate::open::{Store, Writer};
use crate::rows::Rows;

/// One thing to write. `B` is whatever holds bytes.
#[derive(Clone, Debug)]
pub enum Change<B> {
    /// A request has arrived: if nothing else follows, it was interrupted.
    Started(Box<Exchange>),
    /// It runs on: what was asked. Without its start it is left out; its end overwrites it.
    Asked {
        /// Whose it is.
        id: String,
        /// JSON with what is known already.
        detail: String,
        /// The body of the request.
        bodies: Vec<NewBody<B>>,
    },
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
        let mut writer = self.writer();
        let Writer { db, memory } = &mut *writer;
        let result = db.transaction().and_then(|transaction| {
            let more = write(&transaction, memory, batch)?;
            transaction.commit()?;
            Ok(more)
        });
        match result {
            Ok(more) => self.count(more),
            // It remembers what has been rolled back.
            Err(_) => memory.forget(),
        }
        result?;
        Ok(())
    }
}

/// Gives how many exchanges there are more.
fn write<B: AsRef<[u8]>>(
    db: &Connection,
    memory: &mut Memory,
    batch: &[Change<B>],
) -> rusqlite::Result<i64> {
    let details = batch.iter().filter_map(|change| match change {
        Change::Finished { detail, .. } => Some(detail.as_str()),
        Change::Started(_) | Change::Asked { .. } => None,
    });
    let mut places =
        detail::write(db, &mut memory.compressor, &details.collect::<Vec<_>>())?.into_iter();
    let mut rows = Rows::new(db)?;
    let mut uses = Uses::default();
    for change in batch {
        match change {
            Change::Started(exchange) => {
                let seq = rows.add(exchange, None, memory, &mut uses)?;
                memory.started(&exchange.id, seq);
            }
            Change::Asked { id, detail, bodies } => {
                let Some(seq) = memory.asks(id) else { continue };
                detail::write_early(db, &mut memory.compressor, seq, detail)?;
                for body in bodies {
                    body::write(db, memory, &mut uses, seq, body)?;
                    memory.asked(id, body.side, xxh3_128(body.kept.as_ref()));
                }
            }
            Change::Finished {
                exchange, bodies, ..
            } => {
                let place = places.next();
                let (seq, asked) = match memory.ended(&exchange.id) {
                    Some((seq, asked)) if rows.end(seq, exchange, place)? => (seq, asked),
                    _ => (rows.add(exchange, place, memory, &mut uses)?, None),
                };
                if asked.is_some() {
                    detail::remove_early(db, seq)?;
                }
                let early = asked.flatten();
                for body in bodies {
                    if let Some((side, hash)) = early
                        && side == body.side
                    {
                        if hash == xxh3_128(body.kept.as_ref()) {
                            continue;
                        }
                        body::remove_side(db, &mut uses, seq, side)?;
                    }
                    body::write(db, memory, &mut uses, seq, body)?;
                }
            }
        }
    }
    if uses.write(db)? {
        memory.forget();
    }
    rows.tally.write(db)
}
