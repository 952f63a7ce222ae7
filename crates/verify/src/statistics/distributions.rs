//! Distribution functions: gamma and beta by series and continued fractions (Numerical Recipes, 3rd ed., 6.1–6.4).

/// Relative change at which a series has converged.
const CONVERGED: f64 = 1e-14;

/// Steps after which a series is given up; all used here need below a hundred.
const MOST_STEPS: usize = 2_000;

/// Smallest divisor in continued fractions.
const TINY: f64 = 1e-300;

/// Natural logarithm of the gamma function for positive numbers (Lanczos, g = 7, n = 9).
pub(super) fn ln_gamma(value: f64) -> f64 {
    const LANCZOS: [f64; 9] = [
        0.999_999_999_999_809_9,
        676.520_368_121_885_1,
        -1_259.139_216_722_402_8,
        771.323_428_777_653_1,
        -176.615_029_162_140_6,
        12.507_343_278_686_905,
        -0.138_571_095_265_720_12,
        9.984_369_578_019_572e-6,
        1.505_632_735_149_311_6e-7,
    ];
    let shifted = value - 1.0;
    let mut sum = LANCZOS[0];
    for (place, factor) in LANCZOS.iter().enumerate().skip(1) {
        sum += factor / (shifted + place as f64);
    }
    let base = shifted + 7.5;
    0.5 * (2.0 * std::f64::consts::PI).ln() + (shifted + 0.5) * base.ln() - base + sum.ln()
}

/// Upper regularised gamma function Q(a, x).
fn gamma_upper(shape: f64, value: f64) -> f64 {
    if value <= 0.0 {
        return 1.0;
    }
    let front = (shape * value.ln() - value - ln_gamma(shape)).exp();
    if value < shape + 1.0 {
        let (mut term, mut sum, mut at) = (1.0 / shape, 1.0 / shape, shape);
        for _ in 0..MOST_STEPS {
            at += 1.0;
            term *= value / at;
            sum += term;
            if term.abs() < sum.abs() * CONVERGED {
                break;
            }
        }
        return (1.0 - front * sum).clamp(0.0, 1.0);
    }
    let mut b = value + 1.0 - shape;
    let mut c = 1.0 / TINY;
    let mut d = 1.0 / b;
    let mut fraction = d;
    for step in 1..MOST_STEPS {
        let step = step as f64;
        let an = -step * (step - shape);
        b += 2.0;
        d = 1.0 / guard(an * d + b);
        c = guard(b + an / c);
        let change = d * c;
        fraction *= change;
        if (change - 1.0).abs() < CONVERGED {
            break;
        }
    }
    (front * fraction).clamp(0.0, 1.0)
}

fn guard(value: f64) -> f64 {
    if value.abs() < TINY { TINY } else { value }
}

/// Probability that a χ² with so many degrees of freedom is at least this large.
pub fn chi_squared_tail(statistic: f64, degrees: f64) -> f64 {
    if !statistic.is_finite() || degrees <= 0.0 {
        return 0.0;
    }
    gamma_upper(degrees / 2.0, statistic / 2.0)
}

/// χ² of counts against equal shares, and its p-value.
pub fn uniform_chi_squared(counts: &[u64]) -> (f64, f64) {
    let total: u64 = counts.iter().sum();
    if total == 0 || counts.len() < 2 {
        return (0.0, 1.0);
    }
    let expected = total as f64 / counts.len() as f64;
    let parts = counts
        .iter()
        .map(|count| (*count as f64 - expected).powi(2) / expected);
    let statistic = parts.sum();
    (
        statistic,
        chi_squared_tail(statistic, (counts.len() - 1) as f64),
    )
}

/// Regularised incomplete beta function I_x(a, b).
fn beta_lower(a: f64, b: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    let front =
        (ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b) + a * x.ln() + b * (1.0 - x).ln()).exp();
    if x < (a + 1.0) / (a + b + 2.0) {
        front * beta_fraction(a, b, x) / a
    } else {
        1.0 - front * beta_fraction(b, a, 1.0 - x) / b
    }
}

fn beta_fraction(a: f64, b: f64, x: f64) -> f64 {
    let mut c = 1.0;
    let mut d = 1.0 / guard(1.0 - (a + b) * x / (a + 1.0));
    let mut fraction = d;
    for step in 1..MOST_STEPS {
        let m = step as f64;
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / guard(1.0 + even * d);
        c = guard(1.0 + even / c);
        fraction *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / guard(1.0 + odd * d);
        c = guard(1.0 + odd / c);
        let change = d * c;
        fraction *= change;
        if (change - 1.0).abs() < CONVERGED {
            break;
        }
    }
    fraction
}

/// The middle interval of a beta distribution that holds this share of it.
pub fn beta_interval(a: f64, b: f64, share: f64) -> (f64, f64) {
    let tail = (1.0 - share) / 2.0;
    (beta_quantile(a, b, tail), beta_quantile(a, b, 1.0 - tail))
}

/// By bisection: 60 halvings are finer than an f64 near 1.
fn beta_quantile(a: f64, b: f64, probability: f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..60 {
        let middle = (low + high) / 2.0;
        if beta_lower(a, b, middle) < probability {
            low = middle;
        } else {
            high = middle;
        }
    }
    (low + high) / 2.0
}

/// Wilson's score interval of a share, 95 % for `z` 1.96.
pub fn wilson_interval(successes: u64, trials: u64, z: f64) -> (f64, f64) {
    if trials == 0 {
        return (0.0, 1.0);
    }
    let (n, share) = (trials as f64, successes as f64 / trials as f64);
    let z2 = z * z;
    let middle = (share + z2 / (2.0 * n)) / (1.0 + z2 / n);
    let half = z / (1.0 + z2 / n) * (share * (1.0 - share) / n + z2 / (4.0 * n * n)).sqrt();
    ((middle - half).max(0.0), (middle + half).min(1.0))
}

/// Probability of at least so many successes.
pub fn binomial_upper_tail(successes: u64, trials: u64, probability: f64) -> f64 {
    if successes == 0 {
        return 1.0;
    }
    if successes > trials {
        return 0.0;
    }
    beta_lower(
        successes as f64,
        (trials - successes) as f64 + 1.0,
        probability,
    )
}
