//! Bodies at rest: cut where their content says so, each piece stored once and compressed.
//!
//! Coding agents resend the whole conversation with every step. Pieces are cut at places that the
//! bytes themselves determine (FastCDC), so an unchanged prefix gives the same pieces again.

use std::collections::BTreeMap;

use fastcdc::v2020::FastCDC;
use rusqlite::{Connection, OptionalExtension, params};
use xxhash_rust::xxh3::xxh3_128;

use crate::compress::{Compressor, not_sql};
use crate::memory::{Chunk, Memory};
use crate::number;

/// Piece sizes: small enough to find a prefix, large enough to compress and to keep lists short.
const SMALLEST: usize = 2 * 1024;
const USUAL: usize = 8 * 1024;
const LARGEST: usize = 32 * 1024;

/// Longest piece of an answer.
const LARGEST_OF_ANSWER: usize = 256 * 1024;

/// Arrivals in fewer bytes are not compressed: a 0 says so, with which no zstd frame begins.
const FEW: usize = 64;

/// Which body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// What the client sent.
    Request = 0,
    /// What the upstream answered.
    Response = 1,
    /// What the upstream was sent, where the client's dialect had to be translated.
    Sent = 2,
}

/// A body to keep.
#[derive(Clone, Debug)]
pub struct NewBody<B> {
    /// Which one.
    pub side: Side,
    /// The bytes that are kept.
    pub kept: B,
    /// Bytes on the wire.
    pub bytes: u64,
    /// `content-type`.
    pub content_type: Option<String>,
    /// `content-encoding`.
    pub encoding: Option<String>,
    /// Arrival of each part: end offset in bytes, µs from the arrival of the request.
    pub arrivals: Vec<(u64, u64)>,
}

/// A kept body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Body {
    /// The kept bytes, as transferred.
    pub kept: Vec<u8>,
    /// Bytes on the wire.
    pub bytes: u64,
    /// `content-type`.
    pub content_type: Option<String>,
    /// `content-encoding`.
    pub encoding: Option<String>,
    /// See [`NewBody::arrivals`].
    pub arrivals: Vec<(u64, u64)>,
}

/// Uses of pieces that were won or lost, to be written at once.
#[derive(Debug, Default)]
pub(crate) struct Uses(BTreeMap<i64, i64>);

impl Uses {
    /// One more use of a piece.
    fn add(&mut self, piece: i64) {
        *self.0.entry(piece).or_default() += 1;
    }

    /// One use less of each piece of a body.
    pub(crate) fn release(&mut self, pieces: &[u8]) {
        for piece in piece_ids(pieces) {
            *self.0.entry(piece).or_default() -= 1;
        }
    }

    /// Writes them, and deletes the pieces that nobody uses any more; gives whether there were such.
    pub(crate) fn write(self, db: &Connection) -> rusqlite::Result<bool> {
        let mut deleted = false;
        for (piece, more) in self.0.into_iter().filter(|(_, more)| *more != 0) {
            if more < 0 && uses(db, piece)? + more <= 0 {
                db.prepare_cached("DELETE FROM piece WHERE id = ?1")?
                    .execute([piece])?;
                db.prepare_cached("DELETE FROM piece_use WHERE piece = ?1")?
                    .execute([piece])?;
                deleted = true;
                continue;
            }
            let known = db
                .prepare_cached("UPDATE piece_use SET more = more + ?2 WHERE piece = ?1")?
                .execute([piece, more])?;
            if known == 0 {
                db.prepare_cached("INSERT INTO piece_use (piece, more) VALUES (?1, ?2)")?
                    .execute([piece, more])?;
            }
        }
        Ok(deleted)
    }
}

fn uses(db: &Connection, piece: i64) -> rusqlite::Result<i64> {
    let sql = "SELECT uses + coalesce((SELECT more FROM piece_use WHERE piece = id), 0) FROM piece WHERE id = ?1";
    let uses = db.prepare_cached(sql)?.query_row([piece], |row| row.get(0));
    Ok(uses.optional()?.unwrap_or(0))
}

/// Stores a body; its pieces that are there already are only counted.
pub(crate) fn write<B: AsRef<[u8]>>(
    db: &Connection,
    memory: &mut Memory,
    uses: &mut Uses,
    seq: i64,
    body: &NewBody<B>,
) -> rusqlite::Result<()> {
    let kept = body.kept.as_ref();
    let grows = body.side != Side::Response;
    let like = grows.then(|| memory.like(kept));
    let mut chunks = like.map_or_else(Vec::new, |like| memory.prefix(like));
    chunks.iter().for_each(|chunk| uses.add(chunk.piece));
    let mut begin = chunks.last().map_or(0, |chunk| chunk.end);
    let ends: Vec<usize> = match body.side {
        Side::Response => even_cuts(kept).collect(),
        Side::Request | Side::Sent => cuts(kept, begin).collect(),
    };
    for end in ends {
        let piece = write_piece(db, memory, uses, &kept[begin..end])?;
        chunks.push(Chunk { end, piece });
        begin = end;
    }
    let mut pieces = Vec::with_capacity(chunks.len() * 3);
    for chunk in &chunks {
        number::write(&mut pieces, chunk.piece as u64);
    }
    if let Some(like) = like {
        memory.add_body(like, kept, chunks);
    }
    let arrivals = match &body.arrivals[..] {
        [] => None,
        arrivals => Some(pack_arrivals(&mut memory.compressor, arrivals)?),
    };
    db.prepare_cached(
        "INSERT INTO body (seq, side, bytes, kept, content_type, encoding, pieces, arrivals)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?
    .execute(params![
        seq,
        body.side as i64,
        body.bytes as i64,
        kept.len() as i64,
        body.content_type,
        body.encoding,
        pieces,
        arrivals
    ])?;
    Ok(())
}

/// Where the pieces of a body end, from the end of one of them on. What lies before does not matter.
fn cuts(kept: &[u8], begin: usize) -> impl Iterator<Item = usize> + '_ {
    FastCDC::new(&kept[begin..], SMALLEST, USUAL, LARGEST)
        .map(move |chunk| begin + chunk.offset + chunk.length)
}

/// Where the pieces of an answer end. Only a whole one comes again, not parts of it: few pieces cost the least,
/// and a slice of a long one is read without the rest.
fn even_cuts(kept: &[u8]) -> impl Iterator<Item = usize> {
    let length = kept.len();
    (0..length)
        .step_by(LARGEST_OF_ANSWER)
        .map(move |begin| length.min(begin + LARGEST_OF_ANSWER))
}

fn write_piece(
    db: &Connection,
    memory: &mut Memory,
    uses: &mut Uses,
    piece: &[u8],
) -> rusqlite::Result<i64> {
    let hash = xxh3_128(piece);
    let name = hash.to_be_bytes();
    let known = match memory.piece(hash) {
        Some(known) => Some(known),
        None => db
            .prepare_cached("SELECT id FROM piece WHERE hash = ?1")?
            .query_row([&name[..]], |row| row.get(0))
            .optional()?,
    };
    if let Some(id) = known {
        uses.add(id);
        memory.add_piece(hash, id);
        return Ok(id);
    }
    let data = memory.compressor.compress(piece)?;
    db.prepare_cached("INSERT INTO piece (hash, size, uses, data) VALUES (?1, ?2, 1, ?3)")?
        .execute(params![&name[..], piece.len() as i64, data])?;
    let id = db.last_insert_rowid();
    memory.add_piece(hash, id);
    Ok(id)
}

/// Reads a body.
pub(crate) fn read(db: &Connection, id: &str, side: Side) -> rusqlite::Result<Option<Body>> {
    let found = db
        .prepare_cached(
            "SELECT bytes, kept, content_type, encoding, pieces, arrivals FROM body
             JOIN exchange USING (seq) WHERE id = ?1 AND side = ?2",
        )?
        .query_row(params![id, side as i64], |row| {
            let kept: i64 = row.get(1)?;
            let pieces: Vec<u8> = row.get(4)?;
            let body = Body {
                kept: Vec::with_capacity(kept.max(0) as usize),
                bytes: row.get::<_, i64>(0)? as u64,
                content_type: row.get(2)?,
                encoding: row.get(3)?,
                arrivals: row
                    .get::<_, Option<Vec<u8>>>(5)?
                    .map_or_else(Vec::new, |packed| unpack_arrivals(&packed)),
            };
            Ok((body, pieces))
        })
        .optional()?;
    let Some((mut body, pieces)) = found else {
        return Ok(None);
    };
    for piece in piece_ids(&pieces) {
        body.kept.extend_from_slice(&read_piece(db, piece)?);
    }
    Ok(Some(body))
}

/// The plain bytes of a piece.
pub(crate) fn read_piece(db: &Connection, id: i64) -> rusqlite::Result<Vec<u8>> {
    let mut query = db.prepare_cached("SELECT size, data FROM piece WHERE id = ?1")?;
    let (size, data): (i64, Vec<u8>) =
        query.query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))?;
    zstd::bulk::decompress(&data, size.max(0) as usize).map_err(not_sql)
}

/// Gives up the bodies of an exchange; what became of their pieces is left to [`Uses::write`].
pub(crate) fn remove(db: &Connection, uses: &mut Uses, seq: i64) -> rusqlite::Result<()> {
    let pieces: Vec<Vec<u8>> = db
        .prepare_cached("SELECT pieces FROM body WHERE seq = ?1")?
        .query_map([seq], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    pieces.iter().for_each(|pieces| uses.release(pieces));
    db.prepare_cached("DELETE FROM body WHERE seq = ?1")?
        .execute([seq])?;
    Ok(())
}

/// The same of one body.
pub(crate) fn remove_side(
    db: &Connection,
    uses: &mut Uses,
    seq: i64,
    side: Side,
) -> rusqlite::Result<()> {
    let pieces: Option<Vec<u8>> = db
        .prepare_cached("DELETE FROM body WHERE seq = ?1 AND side = ?2 RETURNING pieces")?
        .query_row(params![seq, side as i64], |row| row.get(0))
        .optional()?;
    if let Some(pieces) = pieces {
        uses.release(&pieces);
    }
    Ok(())
}

/// The ids in a `pieces` column.
pub(crate) fn piece_ids(packed: &[u8]) -> impl Iterator<Item = i64> + '_ {
    number::all(packed).map(|number| number as i64)
}

fn pack_arrivals(
    compressor: &mut Compressor,
    arrivals: &[(u64, u64)],
) -> rusqlite::Result<Vec<u8>> {
    let mut plain = Vec::with_capacity(arrivals.len() * 4 + 1);
    plain.push(0);
    let mut last = (0, 0);
    for &(end, at_us) in arrivals {
        number::write(&mut plain, end.saturating_sub(last.0));
        number::write(&mut plain, at_us.saturating_sub(last.1));
        last = (end, at_us);
    }
    if plain.len() <= FEW {
        return Ok(plain);
    }
    compressor.compress(&plain[1..])
}

fn unpack_arrivals(packed: &[u8]) -> Vec<(u64, u64)> {
    let steps: Vec<u64> = match packed {
        [0, plain @ ..] => number::all(plain).collect(),
        packed => number::all(&zstd::stream::decode_all(packed).unwrap_or_default()).collect(),
    };
    let mut last = (0, 0);
    steps
        .chunks_exact(2)
        .map(|step| {
            last = (last.0 + step[0], last.1 + step[1]);
            last
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A conversation as it grows: pieces cut out, overwritten, added. Also with long runs, which are
    /// cut at the largest size.
    fn edit(mut body: Vec<u8>, at: usize, gone: usize, more: usize, seed: u8) -> Vec<u8> {
        let at = at.min(body.len());
        body.drain(at..(at + gone).min(body.len()));
        let mut state = u32::from(seed) + 1;
        let text = std::iter::repeat_with(|| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            if seed.is_multiple_of(4) {
                b' '
            } else {
                (state >> 24) as u8
            }
        });
        body.splice(at..at, text.take(more));
        body
    }

    proptest! {
        #[test]
        fn a_remembered_beginning_gives_the_same_pieces(
            edits in proptest::collection::vec((0usize..120_000, 0usize..9_000, 0usize..60_000, any::<u8>()), 1..8)
        ) {
            let (mut memory, mut body) = (Memory::default(), Vec::new());
            for (at, gone, more, seed) in edits {
                body = edit(body, at, gone, more, seed);
                let like = memory.like(&body);
                let mut chunks = memory.prefix(like);
                let begin = chunks.last().map_or(0, |chunk| chunk.end);
                chunks.extend(cuts(&body, begin).map(|end| Chunk { end, piece: 1 }));
                let ends: Vec<usize> = chunks.iter().map(|chunk| chunk.end).collect();
                let whole: Vec<usize> = cuts(&body, 0).collect();
                prop_assert_eq!(ends, whole);
                memory.add_body(like, &body, chunks);
            }
        }

        #[test]
        fn arrivals_survive(steps in proptest::collection::vec((0u64..100_000, 0u64..1_000_000), 0..60)) {
            let mut last = (0, 0);
            let arrivals: Vec<(u64, u64)> = steps.iter().map(|step| {
                last = (last.0 + step.0, last.1 + step.1);
                last
            }).collect();
            let mut compressor = Compressor::default();
            let packed = pack_arrivals(&mut compressor, &arrivals).unwrap();
            prop_assert_eq!(unpack_arrivals(&packed), arrivals.clone());
            let older = if packed[0] == 0 { compressor.compress(&packed[1..]).unwrap() } else { packed };
            prop_assert_eq!(unpack_arrivals(&older), arrivals);
        }
    }
}
