//! Wrong access keys per client address: who guesses is not heard for a while.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::rate::network;

/// Wrong keys of one address within [`WINDOW`] before it is not heard any more.
const MOST: u32 = 20;

/// Counted from an address's first wrong key; then everything about it is forgotten.
const WINDOW: Duration = Duration::from_secs(60);

/// Addresses that are remembered at once: a flood of them must not fill the memory.
const MOST_ADDRESSES: usize = 10_000;

/// Counts wrong keys.
#[derive(Debug, Default)]
pub(crate) struct WrongKeys {
    /// Per address: how many, and when the first one came.
    counts: Mutex<HashMap<IpAddr, (u32, Instant)>>,
    /// Addresses in `counts`: nobody takes the lock while there are none.
    addresses: AtomicUsize,
}

impl WrongKeys {
    /// Whether an address is heard; `Err` says how long it is not.
    pub(crate) fn check(&self, address: IpAddr, now: Instant) -> Result<(), Duration> {
        if self.addresses.load(Ordering::Relaxed) == 0 {
            return Ok(());
        }
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let address = network(address);
        let Some(&(wrong, first)) = counts.get(&address) else {
            return Ok(());
        };
        let left = WINDOW.saturating_sub(now.duration_since(first));
        if left.is_zero() {
            counts.remove(&address);
            self.addresses.store(counts.len(), Ordering::Relaxed);
        }
        match wrong >= MOST && !left.is_zero() {
            true => Err(left),
            false => Ok(()),
        }
    }

    /// An address showed a wrong key.
    pub(crate) fn count(&self, address: IpAddr, now: Instant) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let address = network(address);
        if counts.len() >= MOST_ADDRESSES && !counts.contains_key(&address) {
            counts.retain(|_, (_, first)| now.duration_since(*first) < WINDOW);
            // All of this minute: any of them makes room.
            let any = counts.keys().next().copied();
            if let Some(any) = any.filter(|_| counts.len() >= MOST_ADDRESSES) {
                counts.remove(&any);
            }
        }
        let (wrong, first) = counts.entry(address).or_insert((0, now));
        if now.duration_since(*first) >= WINDOW {
            (*wrong, *first) = (0, now);
        }
        *wrong = wrong.saturating_add(1);
        self.addresses.store(counts.len(), Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));

    #[test]
    fn the_rest_of_the_minute_is_counted_from_the_first() {
        let (keys, begin) = (WrongKeys::default(), Instant::now());
        let later = |seconds| begin + Duration::from_secs(seconds);
        for second in 0..20 {
            assert_eq!(keys.check(HERE, later(second)), Ok(()));
            keys.count(HERE, later(second));
        }
        assert_eq!(
            keys.check(HERE, later(20)),
            Err(Duration::from_secs(40)),
            "the twentieth was one too many"
        );
        assert_eq!(keys.check("192.0.2.2".parse().unwrap(), later(20)), Ok(()));
        assert_eq!(keys.check(HERE, later(60)), Ok(()));
        assert_eq!(keys.addresses.load(Ordering::Relaxed), 0, "forgotten");
        keys.count(HERE, later(61));
        assert_eq!(keys.check(HERE, later(61)), Ok(()), "it begins anew");
    }

    #[test]
    fn one_network_of_ipv6_is_one_address() {
        let (keys, now) = (WrongKeys::default(), Instant::now());
        for last in 0..20 {
            keys.count(format!("2001:db8::{last:x}").parse().unwrap(), now);
        }
        assert!(keys.check("2001:db8::ffff".parse().unwrap(), now).is_err());
        assert!(keys.check("2001:db8:0:1::1".parse().unwrap(), now).is_ok());
    }

    #[test]
    fn a_flood_of_addresses_is_forgotten() {
        let (keys, now) = (WrongKeys::default(), Instant::now());
        for number in 0..20_000u32 {
            keys.count(IpAddr::V4((0x0a00_0000 + number).into()), now);
        }
        assert_eq!(keys.addresses.load(Ordering::Relaxed), MOST_ADDRESSES);
    }
}
