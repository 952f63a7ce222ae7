//! Samples of numbers.

/// The value below which a share of the values lies, by linear interpolation; `None` without values.
pub fn percentile(values: &[f64], share: f64) -> Option<f64> {
    let mut sorted: Vec<f64> = values
        .iter()
        .copied()
        .filter(|value| value.is_finite())
        .collect();
    sorted.sort_by(f64::total_cmp);
    let last = sorted.len().checked_sub(1)?;
    let place = share.clamp(0.0, 1.0) * last as f64;
    let (below, above) = (place.floor() as usize, place.ceil() as usize);
    let (low, high) = (*sorted.get(below)?, *sorted.get(above)?);
    Some(low + (high - low) * (place - below as f64))
}

/// The middle value.
pub fn median(values: &[f64]) -> Option<f64> {
    percentile(values, 0.5)
}

/// Two-sample Kolmogorov–Smirnov: largest distance, and its p-value by the asymptotic distribution with the
/// correction of Stephens (1970).
pub fn kolmogorov_smirnov(one: &[f64], other: &[f64]) -> Option<(f64, f64)> {
    if one.is_empty() || other.is_empty() {
        return None;
    }
    let (mut one, mut other) = (one.to_vec(), other.to_vec());
    one.sort_by(f64::total_cmp);
    other.sort_by(f64::total_cmp);
    let share = |sorted: &[f64], value: f64| {
        sorted.partition_point(|known| *known <= value) as f64 / sorted.len() as f64
    };
    let values = one.iter().chain(&other);
    let distance = values
        .map(|value| (share(&one, *value) - share(&other, *value)).abs())
        .fold(0.0, f64::max);
    let (n, m) = (one.len() as f64, other.len() as f64);
    let effective = (n * m / (n + m)).sqrt();
    let lambda = (effective + 0.12 + 0.11 / effective) * distance;
    Some((distance, kolmogorov_tail(lambda)))
}

fn kolmogorov_tail(lambda: f64) -> f64 {
    if lambda < 0.2 {
        return 1.0;
    }
    let mut sum = 0.0;
    for term in 1..=100 {
        let k = f64::from(term);
        let part = (-2.0 * k * k * lambda * lambda).exp();
        sum += if term % 2 == 1 { part } else { -part };
        if part < 1e-16 {
            break;
        }
    }
    (2.0 * sum).clamp(0.0, 1.0)
}
