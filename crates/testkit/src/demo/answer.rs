//! What the fake upstream says to the demo's clients, at the pace of the model that they asked.

use std::time::Duration;

use super::book::{Book, Trouble, Turn};
use crate::answer::{Answer, Usage};
use crate::delivery::events_of;
use crate::dialect::{Dialect, Failure};
use crate::dice::Dice;
use crate::scenarios::{Call, at_a_pace, failure, first_half, paced_stream};
use crate::script::{Script, Step};

/// How fast models are: beginning of the name, first token in ms, tokens per second. The last fits all.
const PACES: &[(&str, u64, u64)] = &[
    ("claude-opus", 1_050, 62),
    ("claude-sonnet", 720, 78),
    ("claude-haiku", 340, 150),
    ("gpt-6", 880, 96),
    ("deepseek", 560, 58),
    ("glm", 640, 45),
    ("", 420, 38),
];

/// The book's answer to this conversation; `None` when the book does not know it.
pub(crate) fn answer(call: &Call) -> Option<Script> {
    let turn = Book::shared()?.turn_of(call.ask())?;
    let mut answer = call.answer(turn.blocks());
    answer.usage = usage(call, answer.seed);
    let (first, per_token) = pace(turn, &answer);
    let script = match turn.trouble {
        Some(Trouble::Overloaded) if is_first_try(call) => {
            failure(call, 529).after(Step::Wait(first))
        }
        Some(Trouble::RateLimited) if is_first_try(call) => {
            failure(call, 429).after(Step::Wait(first / 4))
        }
        Some(Trouble::ErrorEvent) if call.ask().stream => {
            let mut stream = begun(call, &answer, first, per_token);
            stream.write(
                Failure::usual(call.dialect(), 529)
                    .event(call.dialect())
                    .text(),
            );
            stream.finish()
        }
        Some(Trouble::Cut) if call.ask().stream => {
            begun(call, &answer, first, per_token).cut(Step::Close)
        }
        _ => at_a_pace(call, &answer, first, per_token),
    };
    Some(script)
}

fn begun(call: &Call, answer: &Answer, first: Duration, per_token: Duration) -> crate::Stream {
    let events = events_of(call, answer);
    paced_stream(call, first_half(&events), first, per_token)
}

fn is_first_try(call: &Call) -> bool {
    call.request
        .header("x-stainless-retry-count")
        .is_none_or(|count| count == "0")
}

fn pace(turn: &Turn, answer: &Answer) -> (Duration, Duration) {
    let mut dice = Dice::new(u64::from(answer.seed));
    let (_, first, rate) = PACES
        .iter()
        .find(|(beginning, ..)| answer.model.starts_with(beginning))
        .copied()
        .unwrap_or(("", 500, 40));
    let first = first * dice.between(70, 140) / 100;
    let rate = rate * dice.between(80, 120) / 100 / if turn.long { 2 } else { 1 };
    (
        Duration::from_millis(first),
        Duration::from_micros(1_000_000 / rate.max(1)),
    )
}

/// What was said before is read from the cache, what is new is written to it, where the vendor has one.
fn usage(call: &Call, seed: u32) -> Usage {
    let ask = call.ask();
    let none = Usage {
        fresh: ask.prompt_tokens,
        cache_read: 0,
        cache_write_5m: 0,
        cache_write_1h: 0,
        output: None,
    };
    match call.dialect() {
        Dialect::Messages if marks_cache(&call.request.body) => {
            let fresh = u64::from(3 + seed % 9);
            let write = ask.prompt_tokens.saturating_sub(ask.known_tokens + fresh);
            Usage {
                fresh,
                cache_read: ask.known_tokens,
                cache_write_5m: write,
                ..none
            }
        }
        Dialect::Messages => none,
        // OpenAI and those like it cache by themselves, in steps of 128 tokens from 1,024 on.
        Dialect::Chat | Dialect::Responses => {
            let read = if ask.known_tokens < 1_024 {
                0
            } else {
                ask.known_tokens / 128 * 128
            };
            Usage {
                fresh: ask.prompt_tokens - read,
                cache_read: read,
                ..none
            }
        }
    }
}

fn marks_cache(body: &[u8]) -> bool {
    let mark = b"\"cache_control\"";
    body.windows(mark.len()).any(|window| window == mark)
}
