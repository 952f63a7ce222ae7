//! Exact multipliers: of a relay, of a service tier, and of one currency to another.

use std::fmt;
use std::str::FromStr;

use crate::decimal;
use crate::error::Problem;

/// An exact number from 0 to below 1,000,000,000 with at most nine decimals, such as `1.1` or `7.3`.
/// Products of factors stay exact too, as fractions in lowest terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Factor {
    numerator: u64,
    denominator: u64,
}

impl Factor {
    /// Changes nothing.
    pub const ONE: Self = Self {
        numerator: 1,
        denominator: 1,
    };

    /// The decimal number that a person wrote into a setting which is kept as a float: `7.3` is
    /// exactly 73/10. `None` for numbers that are negative, not finite, too large or too fine.
    pub fn from_setting(number: f64) -> Option<Self> {
        number.to_string().parse().ok()
    }

    /// Both factors one after the other; `None` when the fraction does not fit.
    pub(crate) fn then(self, other: Self) -> Option<Self> {
        Self::lowest(
            self.numerator.checked_mul(other.numerator)?,
            self.denominator.checked_mul(other.denominator)?,
        )
    }

    pub(crate) fn numerator(self) -> i128 {
        i128::from(self.numerator)
    }

    pub(crate) fn denominator(self) -> i128 {
        i128::from(self.denominator)
    }

    fn lowest(numerator: u64, denominator: u64) -> Option<Self> {
        let divisor = common_divisor(numerator, denominator);
        Some(Self {
            numerator: numerator.checked_div(divisor)?,
            denominator: denominator.checked_div(divisor)?,
        })
    }
}

impl Default for Factor {
    fn default() -> Self {
        Self::ONE
    }
}

impl FromStr for Factor {
    type Err = Problem;

    fn from_str(text: &str) -> Result<Self, Problem> {
        decimal::billionths(text)
            .and_then(|billionths| Self::lowest(billionths, 1_000_000_000))
            .ok_or_else(|| Problem::NotADecimal(text.to_owned()))
    }
}

/// The decimal number, or the fraction where it has no finite decimals within nine places.
impl fmt::Display for Factor {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let billionths = i128::from(self.numerator) * 1_000_000_000;
        let denominator = i128::from(self.denominator);
        match i64::try_from(billionths / denominator) {
            Ok(whole) if billionths % denominator == 0 => base::Nanos(whole).fmt(out),
            _ => write!(out, "{}/{}", self.numerator, self.denominator),
        }
    }
}

fn common_divisor(mut left: u64, mut right: u64) -> u64 {
    while right != 0 {
        (left, right) = (right, left % right);
    }
    left
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_is_the_decimal_that_was_written() {
        let rate = Factor::from_setting(7.3).unwrap();
        assert_eq!((rate.numerator, rate.denominator), (73, 10));
        assert_eq!(rate.to_string(), "7.3");
        for bad in [-1.0, f64::NAN, f64::INFINITY, 1e12, 1e-12] {
            assert_eq!(Factor::from_setting(bad), None, "{bad}");
        }
    }

    #[test]
    fn factors_multiply_exactly() {
        let regional: Factor = "1.1".parse().unwrap();
        let fast: Factor = "2".parse().unwrap();
        assert_eq!(regional.then(fast).unwrap().to_string(), "2.2");
        assert_eq!(Factor::ONE.then(regional), Some(regional));
    }

    #[test]
    fn zero_is_a_factor() {
        assert_eq!("0".parse::<Factor>().unwrap().to_string(), "0");
    }
}
