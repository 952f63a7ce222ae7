//! Model Equality Testing (Gao, Liang, Guestrin, arXiv 2410.20247): are two sets of answers drawn from one
//! distribution? Maximum mean discrepancy with a Hamming kernel over characters, p-value by permutation.

use crate::random::Random;

/// Characters of an answer that are compared; the test is made for answers of about 50 tokens.
const LONGEST: usize = 300;

/// The result of a comparison.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Equality {
    /// Squared discrepancy, 0 for equal distributions; unbiased, so it may be slightly negative.
    pub discrepancy: f64,
    /// Share of permutations that differ at least as much.
    pub p_value: f64,
    /// Answers compared.
    pub samples: usize,
}

/// Compares answers to several prompts. Every entry is one prompt: answers of one side, of the other.
/// Permutes within prompts only. `None` if no prompt has two answers on each side.
pub fn maximum_mean_discrepancy(
    prompts: &[(Vec<String>, Vec<String>)],
    permutations: usize,
    random: &mut Random,
) -> Option<Equality> {
    let usable = prompts
        .iter()
        .filter(|(one, other)| one.len() >= 2 && other.len() >= 2);
    let groups: Vec<(Vec<Vec<f64>>, usize)> = usable
        .map(|(one, other)| {
            let all: Vec<Vec<char>> = one.iter().chain(other).map(|text| letters(text)).collect();
            (similarities(&all), one.len())
        })
        .collect();
    if groups.is_empty() {
        return None;
    }
    let in_order: Vec<Vec<usize>> = groups
        .iter()
        .map(|(kernel, _)| (0..kernel.len()).collect())
        .collect();
    let observed = mean_discrepancy(&groups, &in_order);
    let mut as_far = 1_usize;
    for _ in 0..permutations {
        let mut order = in_order.clone();
        order.iter_mut().for_each(|order| random.shuffle(order));
        if mean_discrepancy(&groups, &order) >= observed - 1e-12 {
            as_far += 1;
        }
    }
    Some(Equality {
        discrepancy: observed,
        p_value: as_far as f64 / (permutations + 1) as f64,
        samples: groups.iter().map(|(kernel, _)| kernel.len()).sum(),
    })
}

fn letters(text: &str) -> Vec<char> {
    text.chars().take(LONGEST).collect()
}

/// Share of places with the same character, the shorter text padded.
fn hamming(one: &[char], other: &[char]) -> f64 {
    let longest = one.len().max(other.len());
    if longest == 0 {
        return 1.0;
    }
    let same = one
        .iter()
        .zip(other)
        .filter(|(one, other)| one == other)
        .count();
    same as f64 / longest as f64
}

fn similarities(all: &[Vec<char>]) -> Vec<Vec<f64>> {
    let row = |one: &Vec<char>| all.iter().map(|other| hamming(one, other)).collect();
    all.iter().map(row).collect()
}

fn mean_discrepancy(groups: &[(Vec<Vec<f64>>, usize)], orders: &[Vec<usize>]) -> f64 {
    let parts = groups.iter().zip(orders).map(|((kernel, first), order)| {
        let (one, other) = order.split_at((*first).min(order.len()));
        within(kernel, one) + within(kernel, other) - 2.0 * between(kernel, one, other)
    });
    parts.sum::<f64>() / groups.len() as f64
}

fn entry(kernel: &[Vec<f64>], row: usize, column: usize) -> f64 {
    kernel
        .get(row)
        .and_then(|row| row.get(column))
        .copied()
        .unwrap_or(0.0)
}

/// Mean similarity of different members.
fn within(kernel: &[Vec<f64>], members: &[usize]) -> f64 {
    let count = members.len() as f64;
    let pairs = members
        .iter()
        .flat_map(|one| members.iter().map(move |other| (*one, *other)));
    let sum: f64 = pairs
        .filter(|(one, other)| one != other)
        .map(|(one, other)| entry(kernel, one, other))
        .sum();
    sum / (count * (count - 1.0))
}

fn between(kernel: &[Vec<f64>], one: &[usize], other: &[usize]) -> f64 {
    let pairs = one
        .iter()
        .flat_map(|row| other.iter().map(move |column| (*row, *column)));
    let sum: f64 = pairs.map(|(row, column)| entry(kernel, row, column)).sum();
    sum / (one.len() as f64 * other.len() as f64)
}
