//! When an answer was made: OpenAI's answers tell it, and an exchange's id holds it.

/// Bits of a version 7 UUID below its milliseconds.
const BELOW_TIME: u32 = 80;
const VERSION: u128 = 7;

/// Seconds since 1970 from the id of an exchange (`req_` and a version 7 UUID); 0 for another seed.
pub(in crate::translate) fn seconds(seed: &str) -> u64 {
    let digits = seed
        .strip_prefix("req_")
        .filter(|digits| digits.len() == 32);
    let bits = digits.and_then(|digits| u128::from_str_radix(digits, 16).ok());
    let bits = bits.filter(|bits| (bits >> 76) & 0xf == VERSION);
    bits.map_or(0, |bits| {
        u64::try_from((bits >> BELOW_TIME) / 1_000).unwrap_or(0)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_moment_stands_in_the_id() {
        assert_eq!(
            seconds("req_019aa1c0b1f07abc8def0123456789ab"),
            1_763_650_351
        );
        assert_eq!(
            seconds("req_019aa1c0b1f04abc8def0123456789ab"),
            0,
            "another version"
        );
        for seed in ["", "req_1", "seed"] {
            assert_eq!(seconds(seed), 0);
        }
    }
}
