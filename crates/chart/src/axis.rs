//! An axis of amounts: round steps of 1, 2 or 5, zero always on it.

/// Lowest and highest grid line and the distance between two.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Axis {
    pub(crate) low: f64,
    pub(crate) high: f64,
    pub(crate) step: f64,
}

impl Axis {
    /// An axis that holds zero and every value, with at most `lines` steps between its ends. Without any value, or
    /// with zeros only: 0 to 1.
    pub(crate) fn over(values: impl Iterator<Item = f64>, lines: u32) -> Self {
        let (mut low, mut high) = (0.0_f64, 0.0_f64);
        for value in values {
            low = low.min(value);
            high = high.max(value);
        }
        if high - low <= f64::MIN_POSITIVE {
            high = 1.0;
        }
        let mut step = round_up((high - low) / f64::from(lines.max(1)));
        loop {
            let axis = Self {
                low: (low / step).floor() * step,
                high: (high / step).ceil() * step,
                step,
            };
            // A range across zero may need one step more on either side.
            if axis.count() <= lines || low >= 0.0 || high <= 0.0 {
                return axis;
            }
            step = round_up(step * 1.5);
        }
    }

    fn count(&self) -> u32 {
        ((self.high - self.low) / self.step).round() as u32
    }

    /// The grid lines from the lowest up.
    pub(crate) fn lines(&self) -> Vec<f64> {
        (0..=self.count())
            .map(|index| {
                let line = self.low + f64::from(index) * self.step;
                if line.abs() < self.step / 1e6 {
                    0.0
                } else {
                    line
                }
            })
            .collect()
    }
}

/// The smallest of 1, 2, 5 × a power of ten that is not smaller.
fn round_up(rough: f64) -> f64 {
    let power = 10_f64.powf(rough.log10().floor());
    for factor in [1.0, 2.0, 5.0] {
        if factor * power >= rough * (1.0 - 1e-9) {
            return factor * power;
        }
    }
    10.0 * power
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn has_round_steps_from_zero() {
        let axis = Axis::over([3.0, 145.0].into_iter(), 4);
        assert_eq!(axis.lines(), [0.0, 50.0, 100.0, 150.0]);
        let axis = Axis::over([-3.0, 12.0].into_iter(), 4);
        assert_eq!(axis.lines(), [-5.0, 0.0, 5.0, 10.0, 15.0]);
        assert_eq!(Axis::over(std::iter::empty(), 4).lines(), [0.0, 0.5, 1.0]);
    }

    proptest! {
        #[test]
        fn holds_everything_in_few_lines(values in prop::collection::vec(-1e18..1e18_f64, 0..20), lines in 2u32..6) {
            let axis = Axis::over(values.iter().copied(), lines);
            prop_assert!(axis.lines().len() <= lines as usize + 1);
            prop_assert!(axis.low <= 0.0 && axis.high >= 0.0 && axis.high > axis.low);
            for value in values {
                prop_assert!(axis.low <= value && value <= axis.high);
            }
        }
    }
}
