//! The memory that answers are kept in while they run: so much for each, and so much for all together.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Bytes that all running answers hold.
#[derive(Debug, Default)]
pub(crate) struct Budget {
    taken: AtomicUsize,
}

/// What one answer may hold, in bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Allowance {
    /// At most.
    pub(crate) limit: usize,
    /// All answers together.
    pub(crate) together: usize,
    /// So much in any case.
    pub(crate) sure: usize,
}

/// The beginning of one answer, or all of it. Its bytes come from the budget and go back to it.
#[derive(Debug)]
pub(crate) struct Kept {
    bytes: Vec<u8>,
    /// Bytes taken from the budget: what the buffer has room for.
    taken: usize,
    /// Something was left out: what comes after it would not belong to the rest.
    cut: bool,
    allowance: Allowance,
    budget: Arc<Budget>,
}

impl Budget {
    /// Takes bytes, unless there would be more than `together`.
    fn take(&self, bytes: usize, together: usize) -> bool {
        let before = self.taken.fetch_add(bytes, Ordering::Relaxed);
        let fits = before + bytes <= together;
        if !fits {
            self.give_back(bytes);
        }
        fits
    }

    fn give_back(&self, bytes: usize) {
        self.taken.fetch_sub(bytes, Ordering::Relaxed);
    }
}

impl Kept {
    pub(crate) fn new(budget: Arc<Budget>, allowance: Allowance) -> Self {
        Self {
            bytes: Vec::new(),
            taken: 0,
            cut: false,
            allowance,
            budget,
        }
    }

    /// Keeps a piece, or as much of it as may be kept.
    pub(crate) fn keep(&mut self, piece: &[u8]) {
        if self.cut {
            return;
        }
        let end = self.bytes.len() + piece.len();
        if end > self.taken {
            self.grow(end);
        }
        let room = self.taken - self.bytes.len();
        self.cut = piece.len() > room;
        self.bytes
            .extend_from_slice(&piece[..piece.len().min(room)]);
    }

    /// Makes room up to `end`, and as much again: the budget is asked a few times per answer, not per piece.
    fn grow(&mut self, end: usize) {
        let Allowance {
            limit,
            together,
            sure,
        } = self.allowance;
        let mut size = end.max(2 * self.taken).min(limit);
        if !self.budget.take(size - self.taken, together) {
            size = size.min(sure).max(self.taken);
            self.budget
                .taken
                .fetch_add(size - self.taken, Ordering::Relaxed);
        }
        self.taken = size;
        self.bytes.reserve_exact(size - self.bytes.len());
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Hands the bytes over to somebody who answers for their memory.
    pub(crate) fn hand_over(&mut self) -> Vec<u8> {
        self.budget.give_back(std::mem::take(&mut self.taken));
        self.cut = true;
        std::mem::take(&mut self.bytes)
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        self.budget.give_back(self.taken);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALLOWANCE: Allowance = Allowance {
        limit: 1_000,
        together: 1_500,
        sure: 100,
    };

    fn taken(budget: &Budget) -> usize {
        budget.taken.load(Ordering::Relaxed)
    }

    #[test]
    fn each_has_its_limit() {
        let budget = Arc::new(Budget::default());
        let mut kept = Kept::new(budget.clone(), ALLOWANCE);
        for number in 0..=255 {
            kept.keep(&[number; 7]);
        }
        assert_eq!(kept.bytes().len(), 1_000);
        assert!(
            kept.bytes()
                .chunks(7)
                .enumerate()
                .all(|(number, piece)| { piece.iter().all(|byte| usize::from(*byte) == number) })
        );
        assert_eq!(taken(&budget), 1_000);
        assert_eq!(kept.hand_over().len(), 1_000);
        assert_eq!(taken(&budget), 0);
        kept.keep(b"late");
        drop(kept);
        assert_eq!(taken(&budget), 0, "given back once");
    }

    #[test]
    fn what_all_hold_is_limited_but_for_the_sure_part() {
        let budget = Arc::new(Budget::default());
        let mut all: Vec<Kept> = (0..10)
            .map(|_| Kept::new(budget.clone(), ALLOWANCE))
            .collect();
        for _ in 0..20 {
            all.iter_mut().for_each(|kept| kept.keep(&[b'x'; 50]));
        }
        assert!(taken(&budget) <= 1_500 + 10 * 100, "{}", taken(&budget));
        assert!(all.iter().all(|kept| kept.bytes().len() >= 100));
        assert!(all.iter().all(|kept| kept.bytes.capacity() == kept.taken));
        all.clear();
        assert_eq!(taken(&budget), 0);
        let mut next = Kept::new(budget, ALLOWANCE);
        (0..20).for_each(|_| next.keep(&[b'x'; 50]));
        assert_eq!(next.bytes().len(), 1_000, "there is room again");
    }

    #[test]
    fn nothing_is_kept_behind_a_gap() {
        let budget = Arc::new(Budget::default());
        let mut first = Kept::new(budget.clone(), ALLOWANCE);
        first.keep(&[b'a'; 1_000]);
        let mut second = Kept::new(budget, ALLOWANCE);
        second.keep(&[b'b'; 600]);
        assert_eq!(second.bytes().len(), 100);
        drop(first);
        second.keep(&[b'c'; 10]);
        assert_eq!(second.bytes(), [b'b'; 100]);
    }
}
