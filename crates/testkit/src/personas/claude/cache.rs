//! The prompt cache: what was read before costs less, from a least length on.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::measure::Portion;
use crate::personas::chance::hash;

/// Entries of all accounts.
#[derive(Debug, Default)]
pub(crate) struct Cache {
    entries: Mutex<HashMap<u64, Instant>>,
}

/// How a prompt was paid for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Paid {
    pub(crate) fresh: u64,
    pub(crate) read: u64,
    pub(crate) written_5m: u64,
    pub(crate) written_1h: u64,
}

impl Cache {
    /// Looks a prompt up and writes what is new; `owner` keeps accounts and models apart.
    pub(crate) fn pay(&self, owner: &str, minimum: u64, portions: &[Portion]) -> Paid {
        let total: u64 = portions.iter().map(|portion| portion.tokens).sum();
        let now = Instant::now();
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let mut key = hash(owner.as_bytes());
        let (mut length, mut read, mut written, mut minutes) = (0, 0, 0, 5);
        for portion in portions {
            key = key.rotate_left(7) ^ hash(portion.text.as_bytes());
            length += portion.tokens;
            let Some(lifetime) = portion.cached_for.filter(|_| length >= minimum) else {
                continue;
            };
            if entries.get(&key).is_some_and(|until| *until > now) {
                read = length;
            }
            (written, minutes) = (length, lifetime);
            entries.insert(key, now + Duration::from_secs(60 * lifetime));
        }
        let new = written - read.min(written);
        Paid {
            fresh: total - written.max(read),
            read,
            written_5m: if minutes == 5 { new } else { 0 },
            written_1h: if minutes == 5 { 0 } else { new },
        }
    }
}

impl Paid {
    pub(crate) fn written(self) -> u64 {
        self.written_5m + self.written_1h
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prompt(tokens: u64) -> Vec<Portion> {
        let portion = |tokens, cached_for| Portion {
            tokens,
            text: tokens.to_string(),
            cached_for,
        };
        vec![portion(tokens, Some(5)), portion(12, None)]
    }

    #[test]
    fn written_once_and_read_afterwards() {
        let cache = Cache::default();
        let first = cache.pay("a", 1024, &prompt(2000));
        assert_eq!((first.fresh, first.read, first.written()), (12, 0, 2000));
        let second = cache.pay("a", 1024, &prompt(2000));
        assert_eq!((second.fresh, second.read, second.written()), (12, 2000, 0));
        assert_eq!(cache.pay("b", 1024, &prompt(2000)).read, 0);
    }

    #[test]
    fn short_prompts_are_not_kept() {
        let cache = Cache::default();
        for _ in 0..2 {
            assert_eq!(cache.pay("a", 1024, &prompt(900)).fresh, 912);
        }
    }
}
