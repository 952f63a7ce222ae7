//! Chance that many requests share: equal for an equal seed and an equal order of calls.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::dice::Dice;

/// A source of numbers behind a shared reference.
#[derive(Debug)]
pub(crate) struct Chance {
    seed: u64,
    rolled: AtomicU64,
}

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            seed,
            rolled: AtomicU64::new(0),
        }
    }

    /// From a name, so that two personas roll differently.
    pub(crate) fn named(name: &str) -> Self {
        Self::new(hash(name.as_bytes()))
    }

    /// Dice for one request.
    pub(crate) fn dice(&self) -> Dice {
        let number = self.rolled.fetch_add(1, Ordering::Relaxed);
        Dice::new(self.seed ^ number.wrapping_mul(0xA24B_AED4_963E_E407))
    }
}

/// FNV-1a, for seeds and choices; nothing depends on its strength.
pub(crate) fn hash(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xCBF2_9CE4_8422_2325, |state, byte| {
        (state ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01B3)
    })
}
