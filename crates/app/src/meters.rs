//! What was counted since the start, by vendor's interface and model: for monitoring systems, which ask for it now
//! and then. Recorder and askers share it; no request waits for it.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use base::{Nanos, UsageBasis};

/// Models with figures of their own; the others count as [`OTHER`]. Each has some 1.5 KB.
const MOST_MODELS: usize = 200;

/// The model of all that are too many.
const OTHER: &str = "other";

/// Upper bounds of histograms, as the OpenTelemetry GenAI conventions advise them
/// (<https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-metrics>).
const TOKENS: &[f64] = &[
    1.0,
    4.0,
    16.0,
    64.0,
    256.0,
    1024.0,
    4096.0,
    16_384.0,
    65_536.0,
    262_144.0,
    1_048_576.0,
    4_194_304.0,
    16_777_216.0,
    67_108_864.0,
];
const DURATION_S: &[f64] = &[
    0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92,
];
const FIRST_TOKEN_S: &[f64] = &[
    0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0,
];
const OUTPUT_TOKEN_S: &[f64] = &[
    0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1.0, 2.5,
];

/// Whose figures they are.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Subject {
    /// The interface that was spoken upstream: `anthropic` or `openai`.
    pub provider: &'static str,
    /// The model that was asked for; `unknown` where none was named.
    pub model: String,
}

/// How often values fell below bounds.
#[derive(Clone, Debug)]
pub struct Histogram {
    /// Upper bounds, ascending.
    pub bounds: &'static [f64],
    /// Values in each bucket, not added up; the last one holds what is above all bounds.
    pub counts: Vec<u64>,
    /// Sum of all values.
    pub sum: f64,
}

impl Histogram {
    fn new(bounds: &'static [f64]) -> Self {
        Self {
            bounds,
            counts: vec![0; bounds.len() + 1],
            sum: 0.0,
        }
    }

    fn add(&mut self, value: f64) {
        let bucket = self.bounds.partition_point(|bound| *bound < value);
        if let Some(count) = self.counts.get_mut(bucket) {
            *count += 1;
            self.sum += value;
        }
    }
}

/// Figures of one subject.
#[derive(Clone, Debug)]
pub struct Figures {
    /// Tokens of prompts, cached ones included; only where the upstream told them.
    pub input_tokens: Histogram,
    /// Generated tokens; only where the upstream told them.
    pub output_tokens: Histogram,
    /// Seconds from arrival to the end, by code of the error; empty for those without.
    pub durations: BTreeMap<String, Histogram>,
    /// Seconds from arrival to the first token of a stream.
    pub first_token: Histogram,
    /// Seconds between output tokens after the first.
    pub output_token: Histogram,
    /// What they cost.
    pub cost: Nanos,
    /// How many have no price.
    pub unpriced: u64,
}

impl Default for Figures {
    fn default() -> Self {
        Self {
            input_tokens: Histogram::new(TOKENS),
            output_tokens: Histogram::new(TOKENS),
            durations: BTreeMap::new(),
            first_token: Histogram::new(FIRST_TOKEN_S),
            output_token: Histogram::new(OUTPUT_TOKEN_S),
            cost: Nanos::default(),
            unpriced: 0,
        }
    }
}

impl Figures {
    fn add(&mut self, row: &store::Exchange) {
        let seconds = |us: u64| us as f64 / 1e6;
        if let Some(us) = row.duration_us {
            let error = row.error_code.clone().unwrap_or_default();
            let of_error = self.durations.entry(error);
            let of_error = of_error.or_insert_with(|| Histogram::new(DURATION_S));
            of_error.add(seconds(us));
        }
        if row.usage_basis == UsageBasis::Exact {
            self.input_tokens.add(row.usage.prompt() as f64);
            self.output_tokens.add(row.usage.output as f64);
        }
        if let (true, Some(first)) = (row.stream, row.first_token_us) {
            self.first_token.add(seconds(first));
            let (last, output) = (row.last_token_us, row.usage.output);
            if let (Some(last), true) = (last.filter(|last| *last > first), output > 1) {
                let each = seconds(last - first) / (output - 1) as f64;
                self.output_token.add(each);
            }
        }
        if let Some(cost) = row.cost_usd {
            self.cost = Nanos(self.cost.0.saturating_add(cost.0));
        }
        self.unpriced += u64::from(row.cost_basis == "unpriced");
    }
}

/// All figures since the start.
#[derive(Debug, Default)]
pub struct Meters {
    figures: Mutex<BTreeMap<Subject, Figures>>,
}

impl Meters {
    /// Counts an exchange that has ended.
    pub(crate) fn add(&self, row: &store::Exchange) {
        let spoken = row.upstream_dialect.as_deref().unwrap_or(&row.dialect);
        let provider = match spoken {
            "anthropic" => "anthropic",
            "openai-chat" | "openai-responses" => "openai",
            _ => return,
        };
        let model = row.model.as_deref().unwrap_or("unknown").to_owned();
        let mut figures = self.figures.lock().unwrap_or_else(PoisonError::into_inner);
        let mut subject = Subject { provider, model };
        if figures.len() >= MOST_MODELS && !figures.contains_key(&subject) {
            OTHER.clone_into(&mut subject.model);
        }
        figures.entry(subject).or_default().add(row);
    }

    /// The figures as they are now.
    pub fn now(&self) -> Vec<(Subject, Figures)> {
        let figures = self.figures.lock().unwrap_or_else(PoisonError::into_inner);
        figures
            .iter()
            .map(|(subject, figures)| (subject.clone(), figures.clone()))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_fall_into_the_bucket_whose_bound_they_do_not_exceed() {
        let mut histogram = Histogram::new(&[1.0, 4.0]);
        for value in [0.0, 1.0, 1.5, 4.0, 9.0] {
            histogram.add(value);
        }
        assert_eq!(histogram.counts, [2, 2, 1]);
        assert!((histogram.sum - 15.5).abs() < 1e-9);
    }
}
