//! Details at rest: those that are written together lie in one group, compressed together.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, params};

use crate::compress::{Compressor, not_sql};
use crate::number;

/// Largest group: reading one detail unpacks all of it.
const MOST_PARTS: usize = 64;
const MOST_BYTES: usize = 256 * 1024;

/// Places per group in the column `detail_at`.
const PLACES: i64 = 256;

/// Writes details; gives the place of each.
pub(crate) fn write(
    db: &Connection,
    compressor: &mut Compressor,
    details: &[&str],
) -> rusqlite::Result<Vec<i64>> {
    let mut places = Vec::with_capacity(details.len());
    let mut rest = details;
    while !rest.is_empty() {
        let (group, behind) = rest.split_at(group_length(rest));
        let data = pack(compressor, group)?;
        db.prepare_cached("INSERT INTO detail_group (parts, data) VALUES (?1, ?2)")?
            .execute(params![group.len() as i64, data])?;
        let id = db.last_insert_rowid();
        places.extend((0..group.len() as i64).map(|part| id * PLACES + part));
        rest = behind;
    }
    Ok(places)
}

/// Writes the detail of an exchange that runs, by itself: the group of its end cannot be known.
pub(crate) fn write_early(
    db: &Connection,
    compressor: &mut Compressor,
    seq: i64,
    detail: &str,
) -> rusqlite::Result<()> {
    let data = compressor.compress(detail.as_bytes())?;
    db.prepare_cached("INSERT OR REPLACE INTO detail (seq, data) VALUES (?1, ?2)")?
        .execute(params![seq, data])?;
    Ok(())
}

/// Removes what [`write_early`] wrote.
pub(crate) fn remove_early(db: &Connection, seq: i64) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM detail WHERE seq = ?1")?
        .execute([seq])?;
    Ok(())
}

/// How many of the first details make a group: one at least.
fn group_length(details: &[&str]) -> usize {
    let mut bytes = 0;
    let fitting = details.iter().take(MOST_PARTS).take_while(|detail| {
        bytes += detail.len();
        bytes <= MOST_BYTES
    });
    fitting.count().max(1)
}

/// Reads the detail at a place; `None` when it is gone.
pub(crate) fn read(db: &Connection, place: i64) -> rusqlite::Result<Option<String>> {
    let data: Option<Vec<u8>> = db
        .prepare_cached("SELECT data FROM detail_group WHERE id = ?1")?
        .query_row([place / PLACES], |row| row.get(0))
        .optional()?;
    let Some(data) = data else { return Ok(None) };
    let plain = zstd::stream::decode_all(&data[..]).map_err(not_sql)?;
    let part = unpack(&plain).nth((place % PLACES) as usize);
    Ok(part
        .filter(|part| !part.is_empty())
        .map(|part| String::from_utf8_lossy(part).into_owned()))
}

/// Removes the details at some places, and groups of which nothing is left.
pub(crate) fn remove(
    db: &Connection,
    compressor: &mut Compressor,
    places: &[i64],
) -> rusqlite::Result<()> {
    let mut groups: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
    for place in places {
        let parts = groups.entry(place / PLACES).or_default();
        parts.push((place % PLACES) as usize);
    }
    for (id, gone) in groups {
        let left: Option<i64> = db
            .prepare_cached("SELECT parts FROM detail_group WHERE id = ?1")?
            .query_row([id], |row| row.get(0))
            .optional()?;
        let Some(left) = left else { continue };
        if gone.len() as i64 >= left {
            db.prepare_cached("DELETE FROM detail_group WHERE id = ?1")?
                .execute([id])?;
        } else {
            let group = without(db, compressor, id, &gone)?;
            db.prepare_cached("UPDATE detail_group SET parts = ?2, data = ?3 WHERE id = ?1")?
                .execute(params![id, left - gone.len() as i64, group])?;
        }
    }
    Ok(())
}

/// A group without some of its parts. The others keep their places.
fn without(
    db: &Connection,
    compressor: &mut Compressor,
    id: i64,
    gone: &[usize],
) -> rusqlite::Result<Vec<u8>> {
    let data: Vec<u8> = db
        .prepare_cached("SELECT data FROM detail_group WHERE id = ?1")?
        .query_row([id], |row| row.get(0))?;
    let plain = zstd::stream::decode_all(&data[..]).map_err(not_sql)?;
    let mut parts: Vec<&[u8]> = unpack(&plain).collect();
    for part in gone {
        if let Some(part) = parts.get_mut(*part) {
            *part = &[];
        }
    }
    pack(compressor, &parts)
}

fn pack<T: AsRef<[u8]>>(compressor: &mut Compressor, parts: &[T]) -> rusqlite::Result<Vec<u8>> {
    let bytes: usize = parts.iter().map(|part| part.as_ref().len()).sum();
    let mut plain = Vec::with_capacity(bytes + 4 * parts.len() + 4);
    number::write(&mut plain, parts.len() as u64);
    for part in parts {
        number::write(&mut plain, part.as_ref().len() as u64);
    }
    for part in parts {
        plain.extend_from_slice(part.as_ref());
    }
    compressor.compress(&plain)
}

/// The parts of a group; a damaged one ends early.
fn unpack(mut plain: &[u8]) -> impl Iterator<Item = &[u8]> {
    let count = number::take(&mut plain).unwrap_or(0).min(PLACES as u64);
    let lengths: Vec<u64> = (0..count).map_while(|_| number::take(&mut plain)).collect();
    lengths.into_iter().map_while(move |length| {
        let (part, rest) = plain.split_at_checked(usize::try_from(length).ok()?)?;
        plain = rest;
        Some(part)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn parts_survive(parts in proptest::collection::vec(".{0,40}", 0..70)) {
            let packed = pack(&mut Compressor::default(), &parts).unwrap();
            let plain = zstd::stream::decode_all(&packed[..]).unwrap();
            let found: Vec<_> = unpack(&plain).map(|part| std::str::from_utf8(part).unwrap()).collect();
            prop_assert_eq!(found, parts);
        }

        #[test]
        fn groups_are_neither_empty_nor_large(sizes in proptest::collection::vec(0usize..200_000, 1..200)) {
            let texts: Vec<String> = sizes.iter().map(|size| "x".repeat(*size)).collect();
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            let length = group_length(&texts);
            prop_assert!((1..=MOST_PARTS).contains(&length) && length <= texts.len());
            let bytes: usize = sizes[..length].iter().sum();
            prop_assert!(bytes <= MOST_BYTES || length == 1);
        }

        #[test]
        fn damage_is_no_panic(plain in proptest::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(unpack(&plain).map(<[u8]>::len).sum::<usize>() <= plain.len());
        }
    }
}
