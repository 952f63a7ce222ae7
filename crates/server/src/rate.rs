//! Requests per minute and client address.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Addresses that are remembered at once: a flood of them must not fill the memory.
const MOST_ADDRESSES: usize = 10_000;

/// A bucket per address that refills evenly.
#[derive(Debug, Default)]
pub(crate) struct RateLimit {
    buckets: Mutex<HashMap<IpAddr, (f64, Instant)>>,
}

impl RateLimit {
    /// Takes one request of an address; `Err` says how long to wait.
    pub(crate) fn take(
        &self,
        address: IpAddr,
        per_minute: u32,
        now: Instant,
    ) -> Result<(), Duration> {
        if per_minute == 0 {
            return Ok(());
        }
        let (full, per_second) = (f64::from(per_minute), f64::from(per_minute) / 60.0);
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let address = network(address);
        if buckets.len() >= MOST_ADDRESSES && !buckets.contains_key(&address) {
            // A full bucket is as good as none.
            buckets.retain(|_, (left, at)| {
                *left + now.duration_since(*at).as_secs_f64() * per_second < full
            });
            // All of them in use: any of them makes room.
            let any = buckets.keys().next().copied();
            if let Some(any) = any.filter(|_| buckets.len() >= MOST_ADDRESSES) {
                buckets.remove(&any);
            }
        }
        let (left, at) = buckets.entry(address).or_insert((full, now));
        *left = (*left + now.duration_since(*at).as_secs_f64() * per_second).min(full);
        *at = now;
        if *left < 1.0 {
            return Err(Duration::from_secs_f64((1.0 - *left) / per_second));
        }
        *left -= 1.0;
        Ok(())
    }
}

/// One customer has a whole /64 of IPv6.
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(six) => IpAddr::V6((six.to_bits() >> 64 << 64).into()),
        four => four,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refills_evenly() {
        let (limit, begin) = (RateLimit::default(), Instant::now());
        let here: IpAddr = "192.0.2.1".parse().unwrap();
        for _ in 0..60 {
            assert_eq!(limit.take(here, 60, begin), Ok(()));
        }
        assert_eq!(limit.take(here, 60, begin), Err(Duration::from_secs(1)));
        assert_eq!(
            limit.take("192.0.2.2".parse().unwrap(), 60, begin),
            Ok(()),
            "others are not held up"
        );
        assert_eq!(limit.take(here, 60, begin + Duration::from_secs(2)), Ok(()));
        assert_eq!(limit.take(here, 0, begin), Ok(()), "0 sets no limit");
    }

    #[test]
    fn a_flood_of_addresses_is_forgotten() {
        let (limit, now) = (RateLimit::default(), Instant::now());
        for number in 0..20_000u32 {
            let address = IpAddr::V4((0x0a00_0000 + number).into());
            assert_eq!(limit.take(address, 60, now), Ok(()));
        }
        assert_eq!(limit.buckets.lock().unwrap().len(), MOST_ADDRESSES);
    }
}
