//! Money as integers: a cached token of a cheap model costs less than a millionth of a dollar.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A currency that prices are quoted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Currency {
    /// US dollar.
    #[serde(rename = "USD")]
    Usd,
    /// Renminbi.
    #[serde(rename = "CNY")]
    Cny,
}

/// An amount in billionths (nanos) of a currency's unit; the currency stands in the name of the variable.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Nanos(pub i64);

impl Nanos {
    /// Billionths in one unit.
    pub const PER_UNIT: i64 = 1_000_000_000;

    /// For display only: never compute with the result.
    pub fn to_f64(self) -> f64 {
        self.0 as f64 / Self::PER_UNIT as f64
    }
}

impl std::ops::Add for Nanos {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl std::iter::Sum for Nanos {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self(0), |sum, amount| sum + amount)
    }
}

/// Decimal places of a billionth.
const DECIMALS: usize = 9;

/// Letters of the longest amount: a sign, 19 digits and a point.
const LONGEST: usize = 21;

/// The exact decimal number without needless zeros: `0.0123`, `-1.5`, `0`.
impl fmt::Display for Nanos {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Written once with every answer: digits from the right, then one piece of text.
        let mut text = [b'0'; LONGEST];
        let mut start = LONGEST;
        let mut rest = self.0.unsigned_abs();
        for place in 0.. {
            if place == DECIMALS {
                start -= 1;
                text[start] = b'.';
            }
            if place > DECIMALS && rest == 0 {
                break;
            }
            start -= 1;
            text[start] = b'0' + (rest % 10) as u8;
            rest /= 10;
        }
        if self.0 < 0 {
            start -= 1;
            text[start] = b'-';
        }
        let text = std::str::from_utf8(&text[start..]).map_err(|_| fmt::Error)?;
        out.write_str(text.trim_end_matches('0').trim_end_matches('.'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_exact_decimals() {
        for (nanos, text) in [
            (0, "0"),
            (1, "0.000000001"),
            (12_300_000, "0.0123"),
            (-1_500_000_000, "-1.5"),
            (2_000_000_000, "2"),
            (i64::MIN, "-9223372036.854775808"),
        ] {
            assert_eq!(Nanos(nanos).to_string(), text);
        }
    }
}
