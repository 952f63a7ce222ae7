//! What a call costs: tokens as the answer told them, times ratios.

use serde::Deserialize;
use serde_json::Value;

use super::state::{Row, RowType, State};
use crate::script::{Script, Step};

/// What a model costs, as New-API counts: a ratio of 1 is $2 per million input tokens at 500,000 quota a dollar.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ratios {
    /// Beginning of the model's name.
    pub name: String,
    /// Fresh input.
    pub ratio: f64,
    /// Output, in terms of input.
    pub completion: f64,
    /// Read from the cache, in terms of input.
    pub cache: f64,
    /// Written to the cache, in terms of input.
    pub cache_write: f64,
    /// How often it is asked in the made-up past, in hundredths.
    pub share: u32,
}

/// Tokens that an answer told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// Neither read from a cache nor written to it.
    pub fresh: u64,
    /// Read from the cache.
    pub cache_read: u64,
    /// Written to the cache.
    pub cache_write: u64,
    /// Generated.
    pub output: u64,
}

impl Told {
    /// Reads the usage out of an answer that is about to be written. The last value of each member holds; streams
    /// repeat them. Nothing told: nothing charged.
    pub fn of(script: &Script) -> Self {
        let mut told = Counts::default();
        for step in &script.steps {
            if let Step::Write(bytes) = step {
                told.read(&String::from_utf8_lossy(bytes));
            }
        }
        let cached = told.cached.unwrap_or(0);
        Self {
            fresh: match (told.input, told.prompt) {
                (Some(input), _) if told.cached.is_some() => input.saturating_sub(cached),
                (Some(input), _) => input,
                (None, Some(prompt)) => prompt.saturating_sub(cached),
                (None, None) => 0,
            },
            cache_read: told.cache_read.unwrap_or(cached),
            cache_write: told.cache_write.unwrap_or(0),
            output: told.output.unwrap_or(0),
        }
    }
}

#[derive(Default)]
struct Counts {
    /// Anthropic's `input_tokens` leaves out the cache, that of Responses holds it.
    input: Option<u64>,
    prompt: Option<u64>,
    cache_read: Option<u64>,
    cache_write: Option<u64>,
    cached: Option<u64>,
    output: Option<u64>,
}

impl Counts {
    fn read(&mut self, text: &str) {
        let take = |place: &mut Option<u64>, member: &str| {
            if let Some(count) = last_count(text, member) {
                *place = Some(count);
            }
        };
        take(&mut self.input, "\"input_tokens\"");
        take(&mut self.prompt, "\"prompt_tokens\"");
        take(&mut self.cache_read, "\"cache_read_input_tokens\"");
        take(&mut self.cache_write, "\"cache_creation_input_tokens\"");
        take(&mut self.cached, "\"cached_tokens\"");
        take(&mut self.output, "\"output_tokens\"");
        take(&mut self.output, "\"completion_tokens\"");
    }
}

fn last_count(text: &str, member: &str) -> Option<u64> {
    let behind = &text[text.rfind(member)? + member.len()..];
    let behind = behind.trim_start().strip_prefix(':')?.trim_start();
    let digits: String = behind.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

impl State {
    /// What a model costs; one that has no ratios costs as much as the first.
    pub(super) fn ratios(&self, model: &str) -> Ratios {
        let models = &self.settings.models;
        let found = models.iter().find(|ratios| model.starts_with(&ratios.name));
        found.or(models.first()).cloned().unwrap_or(Ratios {
            name: String::new(),
            ratio: 1.0,
            completion: 5.0,
            cache: 0.1,
            cache_write: 1.25,
            share: 0,
        })
    }

    /// Quota that a call costs by the ratios.
    pub fn price(&self, model: &str, told: Told) -> i64 {
        let ratios = self.ratios(model);
        let weighed = told.fresh as f64
            + told.cache_read as f64 * ratios.cache
            + told.cache_write as f64 * ratios.cache_write
            + told.output as f64 * ratios.completion;
        (weighed * ratios.ratio * self.settings.group_ratio).round() as i64
    }

    /// Takes a call's cost off key, windows, plan and wallet, and writes a row.
    pub fn charge(&mut self, key: &str, mut row: Row) {
        self.served += 1;
        if let Some(overbilling) = self.settings.overbilling
            && self.served.is_multiple_of(overbilling.every)
        {
            row.quota = (row.quota as f64 * overbilling.factor).round() as i64;
        }
        let quota = row.quota;
        if let Some(key) = self.keys.iter_mut().find(|had| had.name == key) {
            key.used += quota;
            key.left = key.left.map(|left| left - quota);
            key.windows
                .iter_mut()
                .for_each(|window| window.used += quota);
        }
        self.account.used += quota;
        match &mut self.account.plan {
            Some(plan) => plan.used.iter_mut().for_each(|used| *used += quota),
            None => self.account.left -= quota,
        }
        row.row_type = RowType::Consume;
        self.rows.push(row);
    }
}

/// Model that a request asks for, and whether it wants a stream.
pub(super) fn asked_model(body: &[u8]) -> (String, bool) {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let model = body["model"].as_str().unwrap_or_default();
    (model.to_owned(), body["stream"] == true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, fresh: u64, cache_read: u64, cache_write: u64, output: u64) {
        let told = Told::of(&Script::write(text.to_owned()));
        let expected = Told {
            fresh,
            cache_read,
            cache_write,
            output,
        };
        assert_eq!(told, expected);
    }

    #[test]
    fn usage_is_found_in_every_dialect() {
        check(
            r#"{"usage":{"input_tokens":10,"cache_creation_input_tokens":5,"cache_read_input_tokens":7,"output_tokens":1}} … {"usage":{"output_tokens":42}}"#,
            10,
            7,
            5,
            42,
        );
        check(
            r#"{"usage":{"prompt_tokens": 30,"completion_tokens": 4,"prompt_tokens_details":{"cached_tokens": 20}}}"#,
            10,
            20,
            0,
            4,
        );
        check(
            r#"{"usage":{"input_tokens":30,"input_tokens_details":{"cached_tokens":20},"output_tokens":4}}"#,
            10,
            20,
            0,
            4,
        );
        check("nothing", 0, 0, 0, 0);
    }
}
