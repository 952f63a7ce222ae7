//! What estimates are multiplied with, learnt from what upstreams really charged.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What a new figure counts for at least, once many have been seen.
const WEIGHT: f64 = 0.1;
/// Estimates below this say nothing: the overhead of a message outweighs its text.
const LEAST_ESTIMATE: u32 = 200;
/// A tokenizer that is further off than this is none; the figure is of something else.
const SMALLEST: f64 = 0.25;
const LARGEST: f64 = 4.0;
/// Claude's tokenizer gives 15–20 % more than `o200k` on English, and more on code.
const CLAUDE: f64 = 1.18;
/// Families that are remembered; names come from clients and may be anything.
const MOST_FAMILIES: usize = 256;
/// Bytes of a family's name.
const LONGEST_NAME: usize = 48;

/// The factor of one family of models: a moving average of real ÷ estimated tokens.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Correction {
    /// What an estimate is multiplied with, 0.25–4.
    pub factor: f64,
    /// Answers that it was learnt from.
    pub seen: u32,
}

impl Correction {
    /// Where nothing has been learnt: what is known of the family's tokenizer.
    pub fn untaught(family: &str) -> Self {
        let factor = if family.contains("claude") {
            CLAUDE
        } else {
            1.0
        };
        Self { factor, seen: 0 }
    }

    /// Takes in one answer: what was estimated for its request, and all prompt tokens that the
    /// upstream told (cached ones included). Early answers count for more.
    pub fn learn(&mut self, estimated: u32, real: u64) {
        if estimated < LEAST_ESTIMATE || real == 0 {
            return;
        }
        let ratio = (real as f64 / f64::from(estimated)).clamp(SMALLEST, LARGEST);
        // What is known beforehand counts as one answer.
        let weight = (1.0 / (f64::from(self.seen) + 2.0)).max(WEIGHT);
        self.factor = self.sound() + weight * (ratio - self.sound());
        self.seen = self.seen.saturating_add(1);
    }

    /// The corrected estimate.
    pub fn apply(&self, estimated: u32) -> u64 {
        (f64::from(estimated) * self.sound()).round() as u64
    }

    /// The factor, whatever was stored.
    fn sound(&self) -> f64 {
        if self.factor.is_finite() {
            self.factor.clamp(SMALLEST, LARGEST)
        } else {
            1.0
        }
    }
}

/// Corrections by family of models.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Corrections(BTreeMap<String, Correction>);

impl Corrections {
    /// The correction for a model.
    pub fn of(&self, model: &str) -> Correction {
        let family = family(model);
        let known = self.0.get(&family).copied();
        known.unwrap_or_else(|| Correction::untaught(&family))
    }

    /// Takes in one answer of a model. See [`Correction::learn`].
    pub fn learn(&mut self, model: &str, estimated: u32, real: u64) {
        let family = family(model);
        if self.0.len() >= MOST_FAMILIES && !self.0.contains_key(&family) {
            return;
        }
        let mut correction = self.of(model);
        let before = correction.seen;
        correction.learn(estimated, real);
        if correction.seen > before {
            self.0.insert(family, correction);
        }
    }
}

/// The models that share a tokenizer, as far as a name tells: without the vendor before a slash, up to
/// and with the first number. `anthropic/claude-sonnet-4-5` is `claude-sonnet-4`.
pub fn family(model: &str) -> String {
    let name = model.rsplit('/').next().unwrap_or(model).trim();
    let digit = name.bytes().position(|byte| byte.is_ascii_digit());
    let end = digit.map_or(name.len(), |start| {
        let more = name.bytes().skip(start).take_while(u8::is_ascii_digit);
        start + more.count()
    });
    let end = name.floor_char_boundary(end.min(LONGEST_NAME));
    name.get(..end).unwrap_or(name).to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_are_named_by_the_first_number() {
        for (model, wanted) in [
            ("anthropic/Claude-Sonnet-4-5-20250929", "claude-sonnet-4"),
            ("gpt-5.5-codex", "gpt-5"),
            ("o3-mini", "o3"),
            ("deepseek-chat", "deepseek-chat"),
            ("qwen3-coder:480b", "qwen3"),
            ("", ""),
            ("é".repeat(100).as_str(), "é".repeat(24).as_str()),
        ] {
            assert_eq!(family(model), wanted, "{model}");
        }
    }

    #[test]
    fn the_factor_comes_near_to_what_was_charged() {
        let mut corrections = Corrections::default();
        assert_eq!(corrections.of("claude-opus-4-8").apply(1_000), 1_180);
        assert_eq!(corrections.of("gpt-5").apply(1_000), 1_000);
        for _ in 0..40 {
            corrections.learn("claude-opus-4-8", 10_000, 14_000);
        }
        let learnt = corrections.of("claude-opus-4-9").apply(1_000);
        assert!((1_380..=1_400).contains(&learnt), "{learnt}");
        assert_eq!(corrections.of("gpt-5").seen, 0, "each family by itself");
    }

    #[test]
    fn nonsense_teaches_nothing() {
        let mut corrections = Corrections::default();
        corrections.learn("m", 100, 900);
        corrections.learn("m", 1_000, 0);
        assert_eq!(corrections, Corrections::default());
        corrections.learn("m", 1_000, u64::MAX);
        assert!(corrections.of("m").factor <= LARGEST);
        let broken = Correction {
            factor: f64::NAN,
            seen: 3,
        };
        assert_eq!(broken.apply(10), 10);
        for number in 0..1_000 {
            corrections.learn(&format!("model{number}"), 1_000, 1_000);
        }
        assert_eq!(corrections.0.len(), MOST_FAMILIES);
    }

    #[test]
    fn what_was_learnt_is_read_back() {
        let mut corrections = Corrections::default();
        corrections.learn("gpt-5", 1_000, 1_100);
        let text = serde_json::to_string(&corrections).unwrap_or_default();
        assert_eq!(
            serde_json::from_str(&text).ok(),
            Some(corrections),
            "{text}"
        );
    }
}
