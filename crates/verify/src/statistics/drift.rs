//! A sudden change in a stream of figures: exponentially weighted moving average (Roberts 1959) with the usual
//! control limits.

use serde::{Deserialize, Serialize};

/// Weight of the newest value. 0.2 with three standard deviations: a shift of one standard deviation is found
/// after about ten values, a false alarm comes about every 560 (Lucas & Saccucci 1990).
const WEIGHT: f64 = 0.2;

/// Standard deviations of the average at which it counts as changed.
const LIMIT: f64 = 3.0;

/// Values from which the ordinary level is learned.
const LEARNING: u64 = 20;

/// An exponentially weighted moving average that begins at 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Average(f64);

impl Average {
    /// Takes the next value; the average with it.
    pub fn take(&mut self, value: f64) -> f64 {
        self.0 = WEIGHT * value + (1.0 - WEIGHT) * self.0;
        self.0
    }
}

/// Watches one figure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Drift {
    seen: u64,
    mean: f64,
    /// Sum of squared distances from the mean (Welford).
    squares: f64,
    average: f64,
}

impl Drift {
    /// Takes the next value; whether the figure has changed from its ordinary level.
    pub fn take(&mut self, value: f64) -> bool {
        if !value.is_finite() {
            return false;
        }
        if self.seen < LEARNING {
            self.seen += 1;
            let before = value - self.mean;
            self.mean += before / self.seen as f64;
            self.squares += before * (value - self.mean);
            self.average = self.mean;
            return false;
        }
        self.average = WEIGHT * value + (1.0 - WEIGHT) * self.average;
        (self.average - self.mean).abs() > self.limit()
    }

    /// The ordinary level; `None` while it is being learned.
    pub fn level(&self) -> Option<f64> {
        (self.seen >= LEARNING).then_some(self.mean)
    }

    fn limit(&self) -> f64 {
        let deviation = (self.squares / (LEARNING - 1) as f64).sqrt();
        // A figure that never moved may move by a thousandth of itself before that is news.
        let least = self.mean.abs() * 1e-3 + 1e-9;
        LIMIT * deviation.max(least) * (WEIGHT / (2.0 - WEIGHT)).sqrt()
    }
}
