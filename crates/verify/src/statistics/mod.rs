//! Statistics, checked against published values.

mod distributions;
mod drift;
mod kernel;
mod samples;

pub use distributions::{
    beta_interval, binomial_upper_tail, chi_squared_tail, uniform_chi_squared, wilson_interval,
};
pub use drift::{Average, Drift};
pub use kernel::{Equality, maximum_mean_discrepancy};
pub use samples::{kolmogorov_smirnov, median, percentile};

#[cfg(test)]
mod tests;
