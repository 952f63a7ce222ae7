//! Repeatable random numbers: a run with the same seed asks the same questions.

/// SplitMix64 (Steele, Lea, Flood 2014): small, and good enough for nonces and permutations. Nothing
/// secret is made from it.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// Starts from a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// An independent sequence for a name, so that one probe more does not change the others.
    pub fn named(seed: u64, name: &str) -> Self {
        let mut state = Self(seed ^ 0x517c_c1b7_2722_0a95);
        for byte in name.bytes() {
            state.0 = state.bits() ^ u64::from(byte);
        }
        state
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Below `end`; 0 if that is 0.
    pub fn below(&mut self, end: u64) -> u64 {
        // The remainder's bias is below 2^-40 for every range used here.
        self.bits().checked_rem(end).unwrap_or(0)
    }

    /// From 0 to below 1.
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Letters and digits that are hard to confuse, for nonces and canaries.
    pub fn letters(&mut self, count: usize) -> String {
        const LETTERS: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";
        (0..count)
            .map(|_| LETTERS[self.below(LETTERS.len() as u64) as usize] as char)
            .collect()
    }

    /// Decimal digits, the first not 0.
    pub fn digits(&mut self, count: usize) -> String {
        (0..count)
            .map(|place| {
                let digit = if place == 0 {
                    1 + self.below(9)
                } else {
                    self.below(10)
                };
                char::from(b'0' + digit as u8)
            })
            .collect()
    }

    /// Puts items in a random order (Fisher–Yates).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = self.below(last as u64 + 1) as usize;
            items.swap(last, other);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// First outputs of the reference implementation for seed 1234567.
    #[test]
    fn gives_the_published_sequence() {
        let mut random = Random::new(1_234_567);
        let got: Vec<u64> = (0..3).map(|_| random.bits()).collect();
        assert_eq!(
            got,
            [
                6_457_827_717_110_365_317,
                3_203_168_211_198_807_973,
                9_817_491_932_198_370_423
            ]
        );
    }

    #[test]
    fn names_have_sequences_of_their_own() {
        assert_ne!(Random::named(1, "a").bits(), Random::named(1, "b").bits());
        assert_eq!(
            Random::named(1, "a").digits(9),
            Random::named(1, "a").digits(9)
        );
        assert_ne!(Random::named(1, "a").digits(3).as_bytes()[0], b'0');
    }
}
