//! Refusals that are about size: a context that is full, an output limit that is too large.

use std::sync::LazyLock;

use serde::Deserialize;

use super::told::Told;

const TEXT: &str = include_str!("../../../../config/translation/phrases.toml");

/// The table of `config/translation/phrases.toml`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Phrases {
    context: Vec<String>,
    context_size: Vec<String>,
    output_limit: Vec<String>,
    overloaded: Vec<String>,
    spent: Vec<String>,
}

static PHRASES: LazyLock<Phrases> = LazyLock::new(|| toml::from_str(TEXT).unwrap_or_default());

/// A number below this is no count of tokens that anything is limited to, but a code or a version.
const SMALLEST: u64 = 256;

/// A full context, in tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TooLong {
    /// The prompt alone is too long.
    Prompt {
        /// Tokens of the prompt and of the context, where they are told.
        sizes: Option<(u64, u64)>,
    },
    /// The prompt would fit, but not with the output limit.
    WithOutput {
        /// Tokens of the prompt.
        prompt: u64,
        /// Output limit that was asked for.
        output: u64,
        /// Size of the context.
        context: u64,
    },
}

/// An output limit above the model's own, in tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OutputTooLarge {
    /// What the model allows.
    pub(crate) limit: u64,
}

/// What is compared: lower case, white space as one space, codes behind the words.
fn normal(told: &Told) -> String {
    let words = format!("{} {}", told.message, told.codes.join(" ")).to_lowercase();
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn says(text: &str, phrases: &[String]) -> bool {
    phrases.iter().any(|phrase| text.contains(phrase.as_str()))
}

/// Whether the upstream is only busy.
pub(crate) fn is_overloaded(told: &Told) -> bool {
    says(&normal(told), &PHRASES.overloaded)
}

/// Whether money has run out.
pub(crate) fn is_spent(told: &Told) -> bool {
    says(&normal(told), &PHRASES.spent)
}

/// Whether and how the context is full.
pub(crate) fn too_long(told: &Told) -> Option<TooLong> {
    let text = normal(told);
    if !says(&text, &PHRASES.context) {
        return None;
    }
    if let Some(sizes) = told.sizes {
        return Some(TooLong::Prompt { sizes: Some(sizes) });
    }
    let numbers = numbers(&text);
    let context = PHRASES.context_size.iter().find_map(|phrase| {
        let behind = text.find(phrase.as_str())? + phrase.len();
        let next = numbers.iter().find(|number| number.at >= behind)?;
        (next.at - behind <= 12).then_some(next.value)
    });
    let Some(context) = context.or_else(|| second_largest(&numbers)) else {
        return Some(TooLong::Prompt { sizes: None });
    };
    if let Some((prompt, output)) = parts(&text, &numbers)
        && prompt < context
        && prompt.saturating_add(output) > context
    {
        return Some(TooLong::WithOutput {
            prompt,
            output,
            context,
        });
    }
    let prompt = numbers.iter().map(|number| number.value).max();
    let sizes = prompt
        .filter(|prompt| *prompt > context)
        .map(|prompt| (prompt, context));
    Some(TooLong::Prompt { sizes })
}

/// Tokens of prompt and output, where a message tells them apart.
fn parts(text: &str, numbers: &[Number]) -> Option<(u64, u64)> {
    let before = |phrase: &str| {
        text.match_indices(phrase).find_map(|(at, _)| {
            let found = numbers.iter().rev().find(|number| number.at < at)?;
            (at - found.end <= 2).then_some(found.value)
        })
    };
    let after = |phrase: &str| {
        let behind = text.find(phrase)? + phrase.len();
        let found = numbers.iter().find(|number| number.at >= behind)?;
        (found.at - behind <= 2).then_some(found.value)
    };
    let prompt = before("in the messages")
        .or_else(|| before("of text input"))
        .or_else(|| before("input tokens"))
        .or_else(|| before("`inputs` tokens"))
        .or_else(|| after("exceed context limit:"))?;
    let output = before("in the completion")
        .or_else(|| before("in the output"))
        .or_else(|| after("is too large:"))
        .or_else(|| before("`max_new_tokens`"))
        .or_else(|| before("output tokens"))
        .or_else(|| after("+"))?;
    Some((prompt, output))
}

/// Whether an output limit was too large.
pub(crate) fn output_too_large(told: &Told) -> Option<OutputTooLarge> {
    let text = normal(told);
    let numbers = numbers(&text);
    let claude = text
        .find("maximum allowed number of output tokens for")
        .and_then(|at| {
            let before = numbers.iter().rev().find(|number| number.at < at)?;
            text.contains("max_tokens").then_some(before.value)
        });
    let limit = claude.or_else(|| {
        PHRASES.output_limit.iter().find_map(|phrase| {
            let behind = text.find(phrase.as_str())? + phrase.len();
            let next = numbers.iter().find(|number| number.at >= behind)?;
            (next.at - behind <= 24).then_some(next.value)
        })
    })?;
    Some(OutputTooLarge { limit })
}

/// A number in a text.
#[derive(Clone, Copy, Debug)]
struct Number {
    value: u64,
    at: usize,
    end: usize,
}

/// The numbers that may be counts of tokens; `128,000` is one.
fn numbers(text: &str) -> Vec<Number> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if !bytes[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let start = at;
        let mut value = 0u64;
        while let Some(byte) = bytes.get(at) {
            let grouped = || {
                at + 3 < bytes.len()
                    && bytes[at + 1..at + 4].iter().all(u8::is_ascii_digit)
                    && !bytes.get(at + 4).is_some_and(u8::is_ascii_digit)
            };
            match byte {
                b'0'..=b'9' => {
                    value = value
                        .saturating_mul(10)
                        .saturating_add(u64::from(byte - b'0'));
                }
                b',' if grouped() => {}
                _ => break,
            }
            at += 1;
        }
        let in_word =
            start > 0 && (bytes[start - 1].is_ascii_alphabetic() || bytes[start - 1] == b'_');
        if value >= SMALLEST && !in_word {
            found.push(Number {
                value,
                at: start,
                end: at,
            });
        }
    }
    found
}

fn second_largest(numbers: &[Number]) -> Option<u64> {
    let mut values: Vec<u64> = numbers.iter().map(|number| number.value).collect();
    values.sort_unstable();
    values.dedup();
    values
        .len()
        .checked_sub(2)
        .and_then(|at| values.get(at))
        .copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(message: &str) -> Told {
        Told {
            message: message.to_owned(),
            ..Told::default()
        }
    }

    #[test]
    fn the_table_can_be_read() {
        toml::from_str::<Phrases>(TEXT).unwrap();
    }

    #[test]
    fn full_contexts() {
        let prompt = |sizes| Some(TooLong::Prompt { sizes });
        for (message, wanted) in [
            (
                "This model's maximum context length is 128000 tokens. However, your messages resulted in 214321 tokens. Please reduce the length of the messages.",
                prompt(Some((214_321, 128_000))),
            ),
            (
                "This model's maximum context length is 65536 tokens. However, you requested 70000 tokens (62000 in the messages, 8000 in the completion).",
                Some(TooLong::WithOutput {
                    prompt: 62_000,
                    output: 8_000,
                    context: 65_536,
                }),
            ),
            (
                "This model's maximum context length is 65536 tokens. However, you requested 90000 tokens (82000 in the messages, 8000 in the completion).",
                prompt(Some((90_000, 65_536))),
            ),
            (
                "This endpoint's maximum context length is 200000 tokens. However, you requested about 250000 tokens (240000 of text input, 10000 of tool input).",
                prompt(Some((250_000, 200_000))),
            ),
            (
                "'max_tokens' or 'max_completion_tokens' is too large: 32000. This model's maximum context length is 32768 tokens and your request has 5000 input tokens (32000 > 32768 - 5000).",
                Some(TooLong::WithOutput {
                    prompt: 5_000,
                    output: 32_000,
                    context: 32_768,
                }),
            ),
            (
                "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
                prompt(Some((1_200_000, 1_048_576))),
            ),
            (
                "Invalid request: Your request exceeded model token limit: 131072",
                prompt(None),
            ),
            (
                "This model's maximum prompt length is 131072 but the request contains 537812 tokens.",
                prompt(Some((537_812, 131_072))),
            ),
            ("Range of input length should be [1, 129024]", prompt(None)),
            ("Input is too long for requested model.", prompt(None)),
            (
                "invalid params, context window exceeds limit (2013)",
                prompt(None),
            ),
            (
                "prompt is too long: 214,321 tokens > 200,000 maximum",
                prompt(Some((214_321, 200_000))),
            ),
            (
                "input length and `max_tokens` exceed context limit: 190000 + 32000 > 200000, decrease input length or `max_tokens` and try again",
                Some(TooLong::WithOutput {
                    prompt: 190_000,
                    output: 32_000,
                    context: 200_000,
                }),
            ),
            (
                "`inputs` tokens + `max_new_tokens` must be <= 4096. Given: 3000 `inputs` tokens and 2000 `max_new_tokens`",
                Some(TooLong::WithOutput {
                    prompt: 3_000,
                    output: 2_000,
                    context: 4_096,
                }),
            ),
            (
                "Rate limit reached for gpt-4o: limit 30000, requested 40000",
                None,
            ),
            (
                "max_tokens is too large: 32000. This model supports at most 16384 completion tokens",
                None,
            ),
        ] {
            assert_eq!(too_long(&told(message)), wanted, "{message}");
        }
        let llama = Told::read(
            br#"{"error":{"code":400,"message":"the request exceeds the available context size","n_prompt_tokens":9000,"n_ctx":8192}}"#,
        );
        assert_eq!(too_long(&llama), prompt(Some((9_000, 8_192))));
        let coded = Told::read(br#"{"error":{"code":"context_length_exceeded","message":"no"}}"#);
        assert_eq!(too_long(&coded), prompt(None));
    }

    #[test]
    fn output_limits() {
        for (message, wanted) in [
            (
                "max_tokens is too large: 32000. This model supports at most 16384 completion tokens, whereas you provided 32000.",
                Some(16_384),
            ),
            (
                "Invalid max_tokens value, the valid range of max_tokens is [1, 8192]",
                Some(8_192),
            ),
            (
                "<400> InternalError.Algo.InvalidParameter: Range of max_tokens should be [1, 16384]",
                Some(16_384),
            ),
            (
                "`max_tokens` must be less than or equal to `32768`, the maximum value for `max_tokens` is less than the `context_window`",
                Some(32_768),
            ),
            (
                "max_tokens: 32000 > 8192, which is the maximum allowed number of output tokens for claude-3-5-haiku",
                Some(8_192),
            ),
            ("This model's maximum context length is 128000 tokens", None),
        ] {
            assert_eq!(
                output_too_large(&told(message)).map(|found| found.limit),
                wanted,
                "{message}"
            );
        }
    }
}
