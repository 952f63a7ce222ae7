use super::*;
use crate::reading::{Finding, Integrity};

const NEW: &str = "claude-opus-5-5";
const OLD: &str = "claude-haiku-4-5";

/// Counts of the old tokenizer, by slot.
fn tokens(slot: &str) -> u64 {
    match slot.trim_start_matches("pinned-") {
        "hello" => 8,
        "say-just-hello" => 10,
        "two-plus-two" | "paris" => 14,
        "pelican" => 17,
        "one-plus-one" => 20,
        other => panic!("{other}"),
    }
}

fn has(reading: &Reading, kind: Integrity, finding: Finding) -> bool {
    reading.integrity.contains(&(kind, finding))
}

#[test]
fn known_prompts_cost_what_was_recorded() {
    let counted = |count: &dyn Fn(u64) -> u64| {
        read("pinned-prompts", OLD, |call| {
            say("hello", count(tokens(&call.slot)), 2)
        })
    };
    let genuine = counted(&|tokens| tokens);
    expect(&genuine, Outcome::Pass, "exact");
    assert!(has(&genuine, Integrity::PromptInjection, Finding::No));
    let injected = counted(&|tokens| tokens + 27);
    expect(&injected, Outcome::Warn, "surplus");
    assert!(has(&injected, Integrity::PromptInjection, Finding::Yes));
    expect(
        &counted(&|tokens| tokens + 3_200),
        Outcome::Warn,
        "surplus-large",
    );
    let inflated = counted(&|tokens| (tokens as f64 * 1.3).round() as u64);
    expect(&inflated, Outcome::Fail, "factor");
    assert!(has(&inflated, Integrity::UsageInflation, Finding::Yes));
    expect(
        &counted(&|tokens| tokens * 3 / 5 + tokens % 3),
        Outcome::Fail,
        "differs",
    );
}

#[test]
fn a_model_without_counts_is_held_to_a_range() {
    let counted = |more: u64| {
        read("pinned-prompts", NEW, |call| {
            let text = tokens(&call.slot) - 7;
            say("hello", 7 + text * 13 / 10 + more, 2)
        })
    };
    let genuine = counted(0);
    expect(&genuine, Outcome::Neutral, "");
    assert!(has(&genuine, Integrity::PromptInjection, Finding::No));
    let unsure = counted(12);
    assert!(unsure.integrity.is_empty(), "{:?}", unsure.integrity);
    expect(&counted(35), Outcome::Warn, "surplus-few");
}

#[test]
fn longer_texts_cost_as_much_more_as_with_claude() {
    let slope = |each: f64| {
        read("token-slope", NEW, |call| {
            let body = call.request.body.as_ref().unwrap();
            let text = body["messages"][0]["content"].as_str().unwrap();
            let factor = if call.slot.starts_with("chinese") {
                4.0
            } else {
                1.4
            };
            say(
                "OK",
                10 + (text.chars().count() as f64 * each * factor) as u64,
                2,
            )
        })
    };
    expect(&slope(0.25), Outcome::Pass, "in-band");
    expect(&slope(1.2), Outcome::Warn, "out-of-band");
}

#[test]
fn a_forced_tool_costs_its_own_words() {
    let forced = |more: u64| {
        read("tool-overhead", "claude-opus-5", |call| {
            say(
                "7",
                if call.slot == "tools-any" {
                    400 + more
                } else {
                    400
                },
                5,
            )
        })
    };
    let genuine = forced(120);
    expect(&genuine, Outcome::Pass, "exact");
    expect(&forced(92), Outcome::Fail, "other-model");
    expect(&forced(0), Outcome::Fail, "differs");
    expect(
        &read("tool-overhead", NEW, |_| say("7", 1, 1)),
        Outcome::Skipped,
        "",
    );
}

/// Prompt tokens of the pictures' slots.
fn pictures(small: u64, wide: u64, large: u64) -> impl Fn(&Call) -> Exchange {
    move |call| {
        let tokens = match call.slot.as_str() {
            "picture-280" => small,
            "picture-560" => wide,
            _ => large,
        };
        say("OK", tokens, 2)
    }
}

#[test]
fn pictures_cost_their_squares() {
    expect(
        &read("vision-arithmetic", NEW, pictures(112, 212, 0)),
        Outcome::Pass,
        "exact",
    );
    expect(
        &read("vision-arithmetic", NEW, pictures(97, 193, 0)),
        Outcome::Fail,
        "differs",
    );
    let dropped = read("vision-arithmetic", NEW, pictures(12, 12, 12));
    expect(&dropped, Outcome::Fail, "dropped");
    assert!(has(&dropped, Integrity::Truncation, Finding::Yes));
    expect(
        &read("vision-tier", NEW, pictures(112, 212, 2_703)),
        Outcome::Pass,
        "as-expected",
    );
    expect(
        &read("vision-tier", NEW, pictures(112, 212, 1_572)),
        Outcome::Fail,
        "other-tier",
    );
    expect(
        &read("vision-tier", NEW, pictures(112, 212, 777)),
        Outcome::Warn,
        "no-tier",
    );
    expect(
        &read("vision-tier", OLD, pictures(112, 212, 1_572)),
        Outcome::Pass,
        "as-expected",
    );
}

/// An answer with prompt tokens: fresh, written to the cache, read from it.
fn cached(input: u64, written: u64, read: u64) -> Exchange {
    let mut usage = usage(input, 4);
    usage["cache_creation_input_tokens"] = written.into();
    usage["cache_read_input_tokens"] = read.into();
    let content = json!([{ "type": "text", "text": "OK" }]);
    exchange(200, message(content, "end_turn", usage).to_string())
}

#[test]
fn the_shortest_cached_prompt_tells_models_apart() {
    let threshold = |model: &str, short: u64, long: u64| {
        read("cache-threshold", model, |call| match call.slot.as_str() {
            "cache-short" => cached(800 - short, short, 0),
            _ => cached(3_000 - long, long, 0),
        })
    };
    expect(&threshold(NEW, 790, 2_990), Outcome::Pass, "as-expected");
    expect(&threshold(NEW, 0, 2_990), Outcome::Fail, "other-minimum");
    expect(&threshold(NEW, 0, 0), Outcome::Warn, "never");
    expect(&threshold(OLD, 0, 0), Outcome::Neutral, "below");
    expect(&threshold(OLD, 790, 2_990), Outcome::Fail, "other-minimum");
    expect(
        &threshold("claude-opus-4-8", 0, 2_990),
        Outcome::Pass,
        "as-expected",
    );
}

#[test]
fn what_is_written_to_the_cache_is_read_from_it() {
    let cycle = |first: Exchange, second: Exchange| {
        read("cache-cycle", NEW, |call| {
            if call.slot == "cache-long" {
                first.clone()
            } else {
                second.clone()
            }
        })
    };
    expect(
        &cycle(cached(10, 2_990, 0), cached(10, 0, 2_990)),
        Outcome::Pass,
        "as-expected",
    );
    expect(
        &cycle(cached(10, 2_990, 0), cached(10, 2_990, 0)),
        Outcome::Neutral,
        "",
    );
    expect(
        &cycle(cached(10, 2_990, 0), cached(900, 0, 2_990)),
        Outcome::Warn,
        "sums-differ",
    );
    expect(
        &cycle(cached(10, 0, 2_990), cached(10, 0, 2_990)),
        Outcome::Fail,
        "read-before-written",
    );
    expect(
        &cycle(cached(3_000, 0, 0), cached(3_000, 0, 0)),
        Outcome::Neutral,
        "",
    );
}

#[test]
fn equal_requests_are_counted_alike() {
    expect(
        &read("repeatability", NEW, |_| say("Pacific", 15, 3)),
        Outcome::Pass,
        "equal",
    );
    let jitter = read("repeatability", NEW, |call| {
        say("Pacific", 15 + u64::from(call.id.0) * 3, 3)
    });
    expect(&jitter, Outcome::Warn, "jitter");
    assert!(has(&jitter, Integrity::UsageInflation, Finding::Yes));
}

#[test]
fn a_cut_answer_is_as_long_as_it_was_cut() {
    let cut = |words: usize, tokens: u64, stop: &str| {
        let content = json!([{ "type": "text", "text": "light ".repeat(words) }]);
        let message = message(content, stop, usage(40, tokens));
        read("output-limit", NEW, |call| {
            if call.request.stream {
                stream(&message, |_| 0)
            } else {
                exchange(200, message.to_string())
            }
        })
    };
    expect(&cut(50, 64, "max_tokens"), Outcome::Pass, "exact");
    expect(&cut(400, 480, "end_turn"), Outcome::Warn, "ignored");
    let more = cut(50, 83, "max_tokens");
    expect(&more, Outcome::Fail, "more-billed");
    assert!(has(&more, Integrity::UsageInflation, Finding::Yes));
}

#[test]
fn figures_that_no_answer_can_have_settle_the_matter() {
    let mut usage = usage(20, 10);
    usage["output_tokens_details"] = json!({ "thinking_tokens": 400 });
    let content = json!([{ "type": "text", "text": "hm" }]);
    let impossible = exchange(200, message(content, "end_turn", usage).to_string());
    let reading = read_along("usage-schema", NEW, vec![impossible]);
    expect(&reading, Outcome::Fail, "impossible");
    assert_eq!(reading.contradictions.len(), 1);
    expect(
        &read_along("usage-schema", NEW, vec![say("hi", 8, 2)]),
        Outcome::Pass,
        "geo-named",
    );
    let bare = json!({ "input_tokens": 8, "output_tokens": 2 });
    let content = json!([{ "type": "text", "text": "hi" }]);
    let bare = exchange(200, message(content, "end_turn", bare).to_string());
    expect(
        &read_along("usage-schema", NEW, vec![bare]),
        Outcome::Warn,
        "sparse",
    );
    expect(
        &read_along("usage-schema", NEW, vec![refuse("no")]),
        Outcome::Neutral,
        "",
    );
}
