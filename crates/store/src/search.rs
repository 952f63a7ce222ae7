//! Searching in bodies.
//!
//! Every distinct piece is read once per search, however many bodies share it, and a match across the
//! seam of two pieces is found too. A search stops after its time and says where to go on.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use rusqlite::Connection;

use crate::body::{self, piece_ids};
use crate::error::StoreError;
use crate::exchange::{Exchange, Filter};
use crate::list;
use crate::open::Store;

/// What to look for.
#[derive(Clone, Debug)]
pub struct Search<'a> {
    /// The text, any case (of Latin letters).
    pub text: &'a str,
    /// What the list is narrowed to.
    pub filter: &'a Filter,
    /// From below this place in the order on.
    pub before: Option<i64>,
    /// Hits that are enough.
    pub limit: usize,
    /// Time that is enough.
    pub time: Duration,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// The exchanges, newest first.
    pub exchanges: Vec<Exchange>,
    /// Where to go on; `None` when everything has been looked at.
    pub next: Option<i64>,
}

/// Reads what a stored answer says, for streams whose raw text splits it: bytes, `content-type` and
/// `content-encoding` in, text out.
pub type ReadAnswer<'a> = &'a dyn Fn(&[u8], Option<&str>, Option<&str>) -> Option<Vec<u8>>;

/// Exchanges that are looked at per step.
const STEP: usize = 200;

impl Store {
    /// Exchanges whose rows or bodies hold a text. `read_answer` turns an answer that is not plain
    /// text (a stream, a compressed body) into the text that it stands for.
    pub fn search(
        &self,
        search: &Search<'_>,
        read_answer: ReadAnswer<'_>,
    ) -> Result<Found, StoreError> {
        let begin = Instant::now();
        let needles = needles(search.text);
        self.read(|db| {
            let mut found = Found::default();
            let mut memory = Pieces {
                needles: &needles,
                seen: HashMap::new(),
            };
            let mut before = search.before;
            loop {
                let rows = list::rows(db, search.filter, before, STEP)?;
                if rows.is_empty() {
                    found.next = None;
                    return Ok(found);
                }
                for (seq, exchange) in rows {
                    before = Some(seq);
                    // It is the longest work there is: a request that comes need not wait for its end.
                    std::thread::yield_now();
                    let hit = in_row(&exchange, &needles)
                        || in_bodies(db, seq, &mut memory, read_answer)?;
                    if hit {
                        found.exchanges.push(exchange);
                    }
                    let enough = found.exchanges.len() >= search.limit;
                    if enough || begin.elapsed() > search.time {
                        found.next = before;
                        return Ok(found);
                    }
                }
            }
        })
    }
}

/// The text as it may stand in JSON: as it is, with its quotes escaped, with everything that is not
/// ASCII escaped.
fn needles(text: &str) -> Vec<Vec<u8>> {
    let plain = text.to_ascii_lowercase();
    let quoted = serde_json::to_string(&plain).unwrap_or_default();
    let quoted = quoted.trim_matches('"').to_owned();
    let mut escaped = String::new();
    for unit in quoted.encode_utf16() {
        match u8::try_from(unit) {
            Ok(byte) if byte.is_ascii() => escaped.push(byte as char),
            _ => escaped.push_str(&format!("\\u{unit:04x}")),
        }
    }
    let mut needles = vec![
        plain.into_bytes(),
        quoted.into_bytes(),
        escaped.into_bytes(),
    ];
    needles.dedup();
    needles
}

fn holds(text: &[u8], needles: &[Vec<u8>]) -> bool {
    let lower = text.to_ascii_lowercase();
    needles
        .iter()
        .any(|needle| memchr::memmem::find(&lower, needle).is_some())
}

fn in_row(exchange: &Exchange, needles: &[Vec<u8>]) -> bool {
    let texts = [
        Some(&exchange.id),
        Some(&exchange.path),
        exchange.project.as_ref(),
        exchange.model.as_ref(),
        exchange.model_served.as_ref(),
        exchange.site.as_ref(),
        exchange.client.as_ref(),
        exchange.error_message.as_ref(),
    ];
    texts
        .into_iter()
        .flatten()
        .any(|text| holds(text.as_bytes(), needles))
}

fn in_bodies(
    db: &Connection,
    seq: i64,
    memory: &mut Pieces<'_>,
    read_answer: ReadAnswer<'_>,
) -> rusqlite::Result<bool> {
    let mut query =
        db.prepare_cached("SELECT pieces, content_type, encoding FROM body WHERE seq = ?1")?;
    let bodies: Vec<(Vec<u8>, Option<String>, Option<String>)> = query
        .query_map([seq], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<Result<_, _>>()?;
    for (pieces, content_type, encoding) in bodies {
        let plain = encoding.is_none()
            && !content_type
                .as_deref()
                .is_some_and(|kind| kind.contains("event-stream"));
        if memory.hold(db, &pieces)? {
            return Ok(true);
        }
        if !plain {
            let mut whole = Vec::new();
            for id in piece_ids(&pieces) {
                whole.extend_from_slice(&body::read_piece(db, id)?);
            }
            let text = read_answer(&whole, content_type.as_deref(), encoding.as_deref());
            if text.is_some_and(|text| holds(&text, memory.needles)) {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// What is known of pieces in one search.
struct Pieces<'a> {
    needles: &'a [Vec<u8>],
    seen: HashMap<i64, Seen>,
}

struct Seen {
    hit: bool,
    /// First and last bytes, one less than the longest needle each, for matches across a seam.
    head: Vec<u8>,
    tail: Vec<u8>,
}

impl Pieces<'_> {
    fn hold(&mut self, db: &Connection, pieces: &[u8]) -> rusqlite::Result<bool> {
        let edge = self
            .needles
            .iter()
            .map(Vec::len)
            .max()
            .unwrap_or(0)
            .saturating_sub(1);
        let mut tail: Vec<u8> = Vec::new();
        for id in piece_ids(pieces) {
            if !self.seen.contains_key(&id) {
                let piece = body::read_piece(db, id)?;
                let seen = Seen {
                    hit: holds(&piece, self.needles),
                    head: piece[..piece.len().min(edge)].to_vec(),
                    tail: piece[piece.len().saturating_sub(edge)..].to_vec(),
                };
                self.seen.insert(id, seen);
            }
            let Some(seen) = self.seen.get(&id) else {
                continue;
            };
            if seen.hit {
                return Ok(true);
            }
            let mut seam = std::mem::take(&mut tail);
            seam.extend_from_slice(&seen.head);
            if holds(&seam, self.needles) {
                return Ok(true);
            }
            tail.clone_from(&seen.tail);
        }
        Ok(false)
    }
}
