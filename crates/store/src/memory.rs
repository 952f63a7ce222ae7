//! What the writing connection remembers of what it wrote, so that it need not look.
//!
//! It may forget everything at any time, and must when rows were rolled back or deleted: ids are
//! given anew then.

use std::collections::{HashMap, VecDeque};

use crate::body::Side;
use crate::compress::Compressor;

/// Running exchanges that are remembered.
const MOST_RUNNING: usize = 20_000;

/// Pieces that are remembered.
const MOST_PIECES: usize = 8_000;

/// Bodies that are remembered: how many, how large each, how large together.
const MOST_BODIES: usize = 16;
const LARGEST_BODY: usize = 1024 * 1024;
const MOST_BYTES: usize = 2 * 1024 * 1024;

/// Bytes of prefixes that are compared at once.
const BLOCK: usize = 4096;

/// Bytes behind a piece that may have had a say in where it ends: the cutter looks one byte further,
/// and treats the very end of a body in its own way.
const BEYOND: usize = 64;

/// What is remembered, and the tool for compressing, which only the writing connection needs.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    pub(crate) compressor: Compressor,
    running: HashMap<String, Running>,
    pieces: HashMap<u128, i64>,
    /// The oldest first.
    bodies: VecDeque<Known>,
}

/// The body of a request that was written before the end of its exchange: which, and its hash.
pub(crate) type Early = (Side, u128);

/// The row of an exchange that runs. `asked`: whether its request was written too, and its body, if it has one.
#[derive(Debug)]
struct Running {
    seq: i64,
    asked: Option<Option<Early>>,
}

/// A body that was written.
#[derive(Debug)]
struct Known {
    bytes: Vec<u8>,
    chunks: Vec<Chunk>,
}

/// Which remembered body begins most like another, and how many bytes of it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Like {
    place: usize,
    common: usize,
}

/// A piece in a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Chunk {
    /// Where it ends.
    pub(crate) end: usize,
    /// The piece.
    pub(crate) piece: i64,
}

impl Memory {
    /// Everything is forgotten.
    pub(crate) fn forget(&mut self) {
        *self = Self {
            compressor: std::mem::take(&mut self.compressor),
            ..Self::default()
        };
    }

    /// The start of an exchange was written, as that row.
    pub(crate) fn started(&mut self, id: &str, seq: i64) {
        if self.running.len() >= MOST_RUNNING {
            self.running.clear();
        }
        self.running
            .insert(id.to_owned(), Running { seq, asked: None });
    }

    /// Its row, if its start is remembered; its request is being written, for the first time.
    pub(crate) fn asks(&mut self, id: &str) -> Option<i64> {
        let running = self.running.get_mut(id)?;
        let is_first = running.asked.replace(None).is_none();
        is_first.then_some(running.seq)
    }

    /// The body of that request was written.
    pub(crate) fn asked(&mut self, id: &str, side: Side, hash: u128) {
        if let Some(running) = self.running.get_mut(id) {
            running.asked = Some(Some((side, hash)));
        }
    }

    /// Its row, if its start is remembered, and what [`Memory::asked`] was told; it is over now.
    pub(crate) fn ended(&mut self, id: &str) -> Option<(i64, Option<Option<Early>>)> {
        let running = self.running.remove(id)?;
        Some((running.seq, running.asked))
    }

    /// The piece of a hash.
    pub(crate) fn piece(&self, hash: u128) -> Option<i64> {
        self.pieces.get(&hash).copied()
    }

    /// A piece is there.
    pub(crate) fn add_piece(&mut self, hash: u128, piece: i64) {
        if self.pieces.len() >= MOST_PIECES {
            self.pieces.clear();
        }
        self.pieces.insert(hash, piece);
    }

    /// The remembered body that begins most like this one.
    pub(crate) fn like(&self, body: &[u8]) -> Like {
        let known = self.bodies.iter().enumerate();
        let like = known.map(|(place, known)| Like {
            place,
            common: common_prefix(&known.bytes, body),
        });
        like.max_by_key(|like| like.common).unwrap_or_default()
    }

    /// The first pieces of a body: those that lie wholly in what it has in common with that one.
    pub(crate) fn prefix(&self, like: Like) -> Vec<Chunk> {
        let chunks = self.bodies.get(like.place).map(|known| &known.chunks[..]);
        let same = chunks.unwrap_or_default().iter();
        same.take_while(|chunk| chunk.end + BEYOND <= like.common)
            .copied()
            .collect()
    }

    /// A body was written. The one that it continues is forgotten.
    pub(crate) fn add_body(&mut self, like: Like, bytes: &[u8], chunks: Vec<Chunk>) {
        let old = self.bodies.get(like.place).map(|known| known.bytes.len());
        let continued = old.is_some_and(|length| like.common >= length / 4 * 3);
        let before = if continued {
            self.bodies.remove(like.place).map(|known| known.bytes)
        } else {
            None
        };
        if bytes.len() > LARGEST_BODY || chunks.len() < 2 {
            return;
        }
        let bytes = match before {
            // Only the end has to be copied.
            Some(mut before) => {
                before.truncate(like.common);
                before.extend_from_slice(&bytes[like.common..]);
                before
            }
            None => bytes.to_vec(),
        };
        self.bodies.push_back(Known { bytes, chunks });
        let size = |bodies: &VecDeque<Known>| -> usize {
            bodies.iter().map(|known| known.bytes.capacity()).sum()
        };
        while self.bodies.len() > MOST_BODIES || size(&self.bodies) > MOST_BYTES {
            self.bodies.pop_front();
        }
    }
}

/// Length of the common beginning.
fn common_prefix(one: &[u8], other: &[u8]) -> usize {
    let mut same = 0;
    for block in [BLOCK, BLOCK / 64] {
        let blocks = one[same..].chunks_exact(block);
        let blocks = blocks.zip(other[same..].chunks_exact(block));
        same += blocks.take_while(|(one, other)| one == other).count() * block;
    }
    let rest = one[same..].iter().zip(&other[same..]);
    same + rest.take_while(|(one, other)| one == other).count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn finds_the_common_beginning(length in 0usize..20_000, at in 0usize..20_000, more in 0usize..600) {
            let one: Vec<u8> = (0..length).map(|at| (at % 251) as u8).collect();
            let mut other = one.clone();
            if let Some(byte) = other.get_mut(at) {
                *byte ^= 1;
            }
            other.extend(std::iter::repeat_n(7, more));
            prop_assert_eq!(common_prefix(&one, &other), at.min(length));
            prop_assert_eq!(common_prefix(&other, &one), at.min(length));
        }
    }

    #[test]
    fn stays_small() {
        let mut memory = Memory::default();
        let chunk = |end| Chunk { end, piece: 1 };
        for number in 0..100u8 {
            let body = vec![number; 300_000];
            memory.add_body(memory.like(&body), &body, vec![chunk(1), chunk(300_000)]);
        }
        let bytes: usize = memory
            .bodies
            .iter()
            .map(|known| known.bytes.capacity())
            .sum();
        assert!(bytes <= MOST_BYTES);
        let large = vec![1; LARGEST_BODY + 1];
        memory.add_body(memory.like(&large), &large, vec![chunk(1), chunk(2)]);
        let last = memory.bodies.back().map(|known| known.bytes[0]);
        assert_eq!(last, Some(99));
        for number in 0..100_000u32 {
            memory.add_piece(u128::from(number), 1);
            memory.started(&number.to_string(), 1);
        }
        assert!(memory.pieces.len() <= MOST_PIECES && memory.running.len() <= MOST_RUNNING);
    }
}
