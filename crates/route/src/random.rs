//! Random numbers from a seed that the caller brings.

use std::time::Duration;

/// The next number of the splitmix64 sequence after `seed`, so that one seed serves several draws.
pub(crate) fn mix(seed: u64, draw: u64) -> u64 {
    let mut value = seed.wrapping_add((draw.wrapping_add(1)).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// A duration between the two, evenly spread.
pub(crate) fn between(random: u64, low: Duration, high: Duration) -> Duration {
    let width = high.saturating_sub(low).as_millis() as u64;
    low + Duration::from_millis(mix(random, 0) % (width + 1))
}
