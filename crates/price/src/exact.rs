//! Amounts as exact fractions of a nano, rounded once at the very end.

use base::Nanos;

use crate::factor::Factor;

/// An amount in nanos that has not been rounded. The denominator is positive.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Exact {
    numerator: i128,
    denominator: i128,
}

impl Exact {
    /// `units` over `per`, which is positive: tokens times nanos over a million, for example.
    pub(crate) fn new(units: i128, per: i128) -> Self {
        Self {
            numerator: units,
            denominator: per,
        }
    }

    /// The sum; `None` when it does not fit.
    pub(crate) fn plus(self, other: Self) -> Option<Self> {
        if self.denominator == other.denominator {
            let numerator = self.numerator.checked_add(other.numerator)?;
            return Some(Self::new(numerator, self.denominator));
        }
        let left = self.numerator.checked_mul(other.denominator)?;
        let right = other.numerator.checked_mul(self.denominator)?;
        let denominator = self.denominator.checked_mul(other.denominator)?;
        Some(Self::new(left.checked_add(right)?, denominator))
    }

    /// The product; `None` when it does not fit.
    pub(crate) fn times(self, factor: Factor) -> Option<Self> {
        let numerator = self.numerator.checked_mul(factor.numerator())?;
        let denominator = self.denominator.checked_mul(factor.denominator())?;
        Some(Self::new(numerator, denominator))
    }

    /// The quotient; `None` when it does not fit or the factor is 0.
    pub(crate) fn over(self, factor: Factor) -> Option<Self> {
        if factor.numerator() == 0 {
            return None;
        }
        let numerator = self.numerator.checked_mul(factor.denominator())?;
        let denominator = self.denominator.checked_mul(factor.numerator())?;
        Some(Self::new(numerator, denominator))
    }

    /// Whole nanos, a half going to the even neighbour; `None` when they do not fit.
    pub(crate) fn round(self) -> Option<Nanos> {
        let below = self.numerator.div_euclid(self.denominator);
        let rest = self.numerator.rem_euclid(self.denominator);
        let up = match rest.cmp(&(self.denominator - rest)) {
            std::cmp::Ordering::Less => false,
            std::cmp::Ordering::Equal => below % 2 != 0,
            std::cmp::Ordering::Greater => true,
        };
        let nanos = below + i128::from(up);
        i64::try_from(nanos).ok().map(Nanos)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_go_to_the_even_neighbour() {
        for (numerator, denominator, nanos) in [
            (5, 10, 0),
            (15, 10, 2),
            (25, 10, 2),
            (26, 10, 3),
            (24, 10, 2),
            (-5, 10, 0),
            (-15, 10, -2),
            (1, 3, 0),
            (2, 3, 1),
        ] {
            let rounded = Exact::new(numerator, denominator).round();
            assert_eq!(rounded, Some(Nanos(nanos)), "{numerator}/{denominator}");
        }
    }

    #[test]
    fn what_does_not_fit_is_nothing() {
        let largest = Exact::new(i128::MAX, 1);
        assert!(largest.plus(largest).is_none());
        assert!(largest.times("2".parse().unwrap()).is_none());
        assert!(largest.over("0".parse().unwrap()).is_none());
        assert!(largest.round().is_none());
    }
}
