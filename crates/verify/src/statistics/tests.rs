use super::*;
use crate::random::Random;

fn close(got: f64, expected: f64, within: f64) {
    assert!(
        (got - expected).abs() <= within,
        "got {got}, expected {expected}"
    );
}

/// NIST/SEMATECH handbook, table 1.3.6.7.4 (upper critical values of χ²).
#[test]
fn chi_squared_is_as_tabled() {
    close(chi_squared_tail(3.841, 1.0), 0.05, 1e-4);
    close(chi_squared_tail(24.996, 15.0), 0.05, 1e-4);
    close(chi_squared_tail(30.578, 15.0), 0.01, 1e-4);
    close(chi_squared_tail(124.342, 100.0), 0.05, 1e-4);
    assert_eq!(chi_squared_tail(0.0, 15.0), 1.0);
}

/// Spaces before the last brace in 1,840 recorded frames: χ² 8.9 with 15 degrees of freedom, p 0.88.
#[test]
fn recorded_padding_is_uniform() {
    let counts = [
        129, 113, 125, 106, 122, 105, 119, 112, 109, 122, 106, 103, 116, 111, 115, 127,
    ];
    let (statistic, p) = uniform_chi_squared(&counts);
    close(statistic, 8.9, 0.1);
    close(p, 0.88, 0.01);
}

/// Brown, Cai, DasGupta (2001) and the usual worked example: 10 of 50.
#[test]
fn wilson_is_as_published() {
    let (low, high) = wilson_interval(10, 50, 1.96);
    close(low, 0.1124, 5e-4);
    close(high, 0.3304, 5e-4);
    assert_eq!(wilson_interval(0, 0, 1.96), (0.0, 1.0));
}

/// Jeffreys' interval for 1 of 10: Beta(1.5, 9.5), 0.0110 to 0.3813 (Brown, Cai, DasGupta).
#[test]
fn jeffreys_is_as_published() {
    let (low, high) = beta_interval(1.5, 9.5, 0.95);
    close(low, 0.0110, 5e-4);
    close(high, 0.3813, 5e-4);
}

/// 60 or more heads in 100 fair tosses: 0.028444.
#[test]
fn binomial_tail_is_exact() {
    close(binomial_upper_tail(60, 100, 0.5), 0.028_443_97, 1e-7);
    close(binomial_upper_tail(1, 3, 0.5), 0.875, 1e-12);
    assert_eq!(binomial_upper_tail(4, 3, 0.5), 0.0);
}

/// Distance by hand; p by the asymptotic series: Q(1.3581) = 0.05 (Smirnov's table).
#[test]
fn kolmogorov_smirnov_finds_the_largest_step() {
    let one: Vec<f64> = (0..200).map(f64::from).collect();
    let same = kolmogorov_smirnov(&one, &one).unwrap();
    assert_eq!(same, (0.0, 1.0));
    let shifted: Vec<f64> = one.iter().map(|value| value + 40.0).collect();
    let (distance, p) = kolmogorov_smirnov(&one, &shifted).unwrap();
    close(distance, 0.2, 1e-12);
    assert!(p < 0.001, "{p}");
    assert!(kolmogorov_smirnov(&[], &one).is_none());
}

#[test]
fn percentiles_interpolate() {
    let values = [4.0, 1.0, 3.0, 2.0];
    assert_eq!(median(&values), Some(2.5));
    assert_eq!(percentile(&values, 1.0), Some(4.0));
    assert_eq!(percentile(&[], 0.5), None);
}

fn answers(random: &mut Random, words: &[&str], count: usize) -> Vec<String> {
    let mut one = || words[random.below(words.len() as u64) as usize];
    (0..count)
        .map(|_| format!("{} {} {}", one(), one(), one()))
        .collect()
}

/// Under one distribution p-values are spread over 0 to 1; under two they are small.
#[test]
fn equal_models_pass_and_different_ones_do_not() {
    let mut random = Random::new(5);
    let mut small = 0;
    for _ in 0..40 {
        let prompts: Vec<_> = (0..4)
            .map(|_| {
                let words = ["red", "green", "blue", "grey"];
                (
                    answers(&mut random, &words, 8),
                    answers(&mut random, &words, 8),
                )
            })
            .collect();
        let found = maximum_mean_discrepancy(&prompts, 99, &mut random).unwrap();
        small += usize::from(found.p_value <= 0.05);
    }
    assert!(
        small <= 6,
        "{small} of 40 equal pairs were told apart at 5 %"
    );
    let prompts: Vec<_> = (0..4)
        .map(|_| {
            let one = answers(&mut random, &["red", "green"], 8);
            (one, answers(&mut random, &["blue", "grey"], 8))
        })
        .collect();
    let found = maximum_mean_discrepancy(&prompts, 199, &mut random).unwrap();
    assert!(found.p_value < 0.02, "{found:?}");
    assert!(maximum_mean_discrepancy(&[], 10, &mut random).is_none());
}

#[test]
fn a_jump_is_noticed_and_noise_is_not() {
    let mut random = Random::new(3);
    let mut drift = Drift::default();
    let mut alarms = 0;
    for _ in 0..200 {
        alarms += usize::from(drift.take(500.0 + 20.0 * random.unit()));
    }
    assert!(alarms <= 4, "{alarms} false alarms");
    let found = (0..8).any(|_| drift.take(560.0 + 20.0 * random.unit()));
    assert!(found);
}
