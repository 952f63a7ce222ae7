//! Bodies at rest: cut where their content says so, each piece stored once and compressed.
//!
//! Coding agents resend the whole conversation with every step. Pieces are cut at places that the
//! bytes themselves determine (FastCDC), so an unchanged prefix gives the same pieces again.

use std::cell::RefCell;

use fastcdc::v2020::FastCDC;
use rusqlite::{Connection, OptionalExtension, params};
use xxhash_rust::xxh3::xxh3_128;

/// Piece sizes: small enough to find a prefix, large enough to compress and to keep lists short.
const SMALLEST: usize = 2 * 1024;
const USUAL: usize = 8 * 1024;
const LARGEST: usize = 32 * 1024;

/// zstd level: with pieces stored once, speed is worth more than the last tenth of the size.
const LEVEL: i32 = 1;

thread_local! {
    /// A compressor's tables are over a megabyte: made once per thread, not once per piece.
    static COMPRESSOR: RefCell<Option<zstd::bulk::Compressor<'static>>> = const { RefCell::new(None) };
}

/// Compresses with this thread's compressor.
pub(crate) fn compress(plain: &[u8]) -> std::io::Result<Vec<u8>> {
    COMPRESSOR.with_borrow_mut(|compressor| match compressor {
        Some(compressor) => compressor.compress(plain),
        None => compressor
            .insert(zstd::bulk::Compressor::new(LEVEL)?)
            .compress(plain),
    })
}

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

/// Stores a body; its pieces that are there already are only counted.
pub(crate) fn write<B: AsRef<[u8]>>(
    db: &Connection,
    seq: i64,
    body: &NewBody<B>,
) -> rusqlite::Result<()> {
    let kept = body.kept.as_ref();
    let mut pieces = Vec::new();
    for chunk in FastCDC::new(kept, SMALLEST, USUAL, LARGEST) {
        let piece = &kept[chunk.offset..chunk.offset + chunk.length];
        leb128(&mut pieces, write_piece(db, piece)? as u64);
    }
    let arrivals = (!body.arrivals.is_empty()).then(|| pack_arrivals(&body.arrivals));
    db.prepare_cached(
        "INSERT OR REPLACE INTO body (seq, side, bytes, kept, content_type, encoding, pieces, arrivals)
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

fn write_piece(db: &Connection, piece: &[u8]) -> rusqlite::Result<i64> {
    let hash = xxh3_128(piece).to_be_bytes();
    let known = db
        .prepare_cached("UPDATE piece SET uses = uses + 1 WHERE hash = ?1 RETURNING id")?
        .query_row([&hash[..]], |row| row.get(0))
        .optional()?;
    if let Some(id) = known {
        return Ok(id);
    }
    let data = compress(piece).map_err(not_sql)?;
    db.prepare_cached("INSERT INTO piece (hash, size, uses, data) VALUES (?1, ?2, 1, ?3)")?
        .execute(params![&hash[..], piece.len() as i64, data])?;
    Ok(db.last_insert_rowid())
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

/// Gives up the uses of some bodies' pieces and deletes those that nobody uses any more.
pub(crate) fn release(db: &Connection, pieces: &[u8]) -> rusqlite::Result<()> {
    for id in piece_ids(pieces) {
        db.prepare_cached("UPDATE piece SET uses = uses - 1 WHERE id = ?1")?
            .execute([id])?;
        db.prepare_cached("DELETE FROM piece WHERE id = ?1 AND uses <= 0")?
            .execute([id])?;
    }
    Ok(())
}

/// The ids in a `pieces` column.
pub(crate) fn piece_ids(packed: &[u8]) -> impl Iterator<Item = i64> + '_ {
    numbers(packed).map(|number| number as i64)
}

fn pack_arrivals(arrivals: &[(u64, u64)]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(arrivals.len() * 4);
    let mut last = (0, 0);
    for &(end, at_us) in arrivals {
        leb128(&mut plain, end.saturating_sub(last.0));
        leb128(&mut plain, at_us.saturating_sub(last.1));
        last = (end, at_us);
    }
    compress(&plain).unwrap_or_default()
}

fn unpack_arrivals(packed: &[u8]) -> Vec<(u64, u64)> {
    let plain = zstd::stream::decode_all(packed).unwrap_or_default();
    let steps: Vec<u64> = numbers(&plain).collect();
    let mut last = (0, 0);
    steps
        .chunks_exact(2)
        .map(|step| {
            last = (last.0 + step[0], last.1 + step[1]);
            last
        })
        .collect()
}

fn leb128(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

fn numbers(packed: &[u8]) -> impl Iterator<Item = u64> + '_ {
    let mut bytes = packed.iter();
    std::iter::from_fn(move || {
        let mut number = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = *bytes.next()?;
            number |= u64::from(byte & 0x7F) << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    })
}

fn not_sql(error: std::io::Error) -> rusqlite::Error {
    rusqlite::Error::ToSqlConversionFailure(Box::new(error))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn numbers_survive(numbers_in in proptest::collection::vec(any::<u64>(), 0..50)) {
            let mut packed = Vec::new();
            numbers_in.iter().for_each(|number| leb128(&mut packed, *number));
            prop_assert_eq!(numbers(&packed).collect::<Vec<_>>(), numbers_in);
        }
    }

    #[test]
    fn arrivals_survive() {
        let arrivals = vec![(10, 1_000), (10, 1_500), (300, 2_000_000)];
        assert_eq!(unpack_arrivals(&pack_arrivals(&arrivals)), arrivals);
    }
}
