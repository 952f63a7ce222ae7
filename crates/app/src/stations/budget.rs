//! How many calls an address gets: stations count calls by our address, over all keys.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use station::Bucket;

/// New-API's critical bucket takes 20 calls in 20 minutes, logging in among them: five are left to people.
const CRITICAL: Limit = Limit {
    calls: 15,
    within: Duration::from_secs(20 * 60),
};

/// The general buckets take hundreds in three minutes; nobody needs as many.
const GENERAL: Limit = Limit {
    calls: 90,
    within: Duration::from_secs(180),
};

/// Addresses that are remembered; the longest untouched go first.
const MOST_ORIGINS: usize = 1_000;

#[derive(Clone, Copy)]
struct Limit {
    calls: usize,
    within: Duration,
}

/// The calls of the last minutes.
#[derive(Debug, Default)]
pub(super) struct Budget {
    made: Mutex<HashMap<(String, bool), VecDeque<Instant>>>,
}

impl Budget {
    /// Takes a call out of an address's budget, or tells how long there is none.
    pub(super) fn take(&self, origin: &str, bucket: Bucket, now: Instant) -> Result<(), Duration> {
        let is_critical = bucket == Bucket::Critical;
        let limit = if is_critical { CRITICAL } else { GENERAL };
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if made.len() >= MOST_ORIGINS {
            made.retain(|_, calls| {
                let last = calls.back();
                last.is_some_and(|last| now.saturating_duration_since(*last) < CRITICAL.within)
            });
        }
        let calls = made.entry((origin.to_owned(), is_critical)).or_default();
        while let Some(first) = calls.front()
            && now.saturating_duration_since(*first) >= limit.within
        {
            calls.pop_front();
        }
        match calls.front() {
            Some(first) if calls.len() >= limit.calls => Err(limit
                .within
                .saturating_sub(now.saturating_duration_since(*first))),
            _ => {
                calls.push_back(now);
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_is_shared_by_all_keys_of_an_address_and_fills_again() {
        let (budget, begin) = (Budget::default(), Instant::now());
        let take = |origin: &str, bucket, seconds| {
            budget.take(origin, bucket, begin + Duration::from_secs(seconds))
        };
        for second in 0..15 {
            assert_eq!(take("https://a.example", Bucket::Critical, second), Ok(()));
        }
        let wait = take("https://a.example", Bucket::Critical, 60);
        assert_eq!(wait, Err(Duration::from_secs(1_140)));
        assert_eq!(take("https://a.example", Bucket::General, 60), Ok(()));
        assert_eq!(take("https://b.example", Bucket::Critical, 60), Ok(()));
        assert_eq!(take("https://a.example", Bucket::Critical, 1_200), Ok(()));
        assert!(take("https://a.example", Bucket::Critical, 1_200).is_err());
    }
}
