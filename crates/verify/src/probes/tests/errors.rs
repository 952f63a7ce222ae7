use super::*;
use crate::reading::{Contradiction, Who};

const NEW: &str = "claude-opus-5-5";
const OLD: &str = "claude-haiku-4-5";

fn overflow(limit: u64, model: &str) -> String {
    format!(
        "max_tokens: 9999999 > {limit}, which is the maximum allowed number of output tokens for {model}"
    )
}

#[test]
fn the_limit_names_the_model() {
    let genuine = read("max-tokens-overflow", NEW, |_| {
        refuse(&overflow(128_000, NEW))
    });
    expect(&genuine, Outcome::Pass, "names-claimed");
    assert_eq!(genuine.marks[0].who, Who::Claimed);
    let cheap = read("max-tokens-overflow", NEW, |_| {
        refuse(&overflow(64_000, "claude-haiku-4-5-20251001"))
    });
    expect(&cheap, Outcome::Fail, "names-other");
    let served = OLD.to_owned();
    assert_eq!(cheap.contradictions, [Contradiction::OtherModel { served }]);
    let renamed = read("max-tokens-overflow", NEW, |_| {
        refuse(&overflow(64_000, NEW))
    });
    expect(&renamed, Outcome::Fail, "limit-differs");
    let foreign = read("max-tokens-overflow", NEW, |_| {
        refuse(&overflow(8_192, "glm-5"))
    });
    expect(&foreign, Outcome::Fail, "names-foreign");
}

#[test]
fn a_limit_that_says_nothing_is_asked_again_as_a_stream() {
    let reading = read("max-tokens-overflow", NEW, |call| {
        if call.request.body.as_ref().unwrap()["stream"] == json!(true) {
            refuse(&overflow(128_000, NEW))
        } else {
            refuse("streaming is required for long answers")
        }
    });
    expect(&reading, Outcome::Pass, "names-claimed");
    let sanitised = read("max-tokens-overflow", NEW, |_| {
        exchange(500, r#"{"error":"E011"}"#)
    });
    expect(&sanitised, Outcome::Neutral, "");
    let page = read("max-tokens-overflow", NEW, |_| {
        exchange(200, "<!DOCTYPE html><p>hi")
    });
    expect(&page, Outcome::Neutral, "");
    expect(
        &read("max-tokens-overflow", NEW, |_| say("Hello", 8, 4)),
        Outcome::Warn,
        "accepted",
    );
}

#[test]
fn a_tool_type_names_the_model() {
    let text = |model: &str| {
        format!(
            "'{model}' does not support tool types: computer_20250124. Did you mean one of bash_20250124?"
        )
    };
    expect(
        &read("unsupported-tool-type", NEW, |_| refuse(&text(NEW))),
        Outcome::Pass,
        "names-claimed",
    );
    let other = read("unsupported-tool-type", NEW, |_| {
        refuse(&text("claude-sonnet-5-5"))
    });
    expect(&other, Outcome::Fail, "names-other");
    expect(
        &read("unsupported-tool-type", NEW, |_| say("Hi", 8, 2)),
        Outcome::Neutral,
        "",
    );
}

#[test]
fn ways_to_think_pin_the_generation() {
    let genuine = |call: &Call| {
        let mode = call.request.body.as_ref().unwrap()["thinking"]["type"]
            .as_str()
            .unwrap()
            .to_owned();
        refuse(&format!(
            "\"thinking.type.{mode}\" is not supported for this model. Use \"thinking.type.adaptive\""
        ))
    };
    let reading = read("thinking-modes", NEW, genuine);
    expect(&reading, Outcome::Pass, "as-documented");
    assert!(reading.fits.as_ref().unwrap().iter().any(|id| id == NEW));
    assert!(!reading.fits.as_ref().unwrap().iter().any(|id| id == OLD));
    expect(
        &read("thinking-modes", NEW, |_| say("hello", 12, 3)),
        Outcome::Warn,
        "accepted",
    );
    let old = read("thinking-modes", OLD, |_| {
        refuse("adaptive thinking is not supported on this model")
    });
    expect(&old, Outcome::Pass, "as-documented");
}

#[test]
fn sampling_and_prefill_are_locked_on_new_models() {
    let locked = read("sampling-lock", NEW, |_| {
        refuse("`temperature` may only be set to 1")
    });
    expect(&locked, Outcome::Pass, "refused");
    expect(
        &read("sampling-lock", NEW, |_| say("hello", 9, 1)),
        Outcome::Warn,
        "accepted",
    );
    let refusal = "This model does not support assistant message prefill. The conversation must end with a user message.";
    expect(
        &read("prefill", NEW, |_| refuse(refusal)),
        Outcome::Pass,
        "refused",
    );
    expect(
        &read("prefill", NEW, |_| say("4 5 6", 40, 6)),
        Outcome::Warn,
        "accepted",
    );
    expect(
        &read("prefill", OLD, |_| say(" 4 5 6", 40, 6)),
        Outcome::Pass,
        "continued",
    );
    expect(
        &read("prefill", OLD, |_| say("1 2 3 4 5 6", 40, 6)),
        Outcome::Warn,
        "dropped",
    );
    expect(
        &read("prefill", OLD, |_| refuse(refusal)),
        Outcome::Fail,
        "refused-wrongly",
    );
}

#[test]
fn forced_tools_are_refused_where_documented() {
    let always = "tool_choice: type \"tool\" and \"any\" are not supported for this model.";
    expect(
        &read("forced-tool", NEW, |_| refuse(always)),
        Outcome::Pass,
        "refused",
    );
    expect(
        &read("forced-tool", NEW, |_| say("ok", 500, 9)),
        Outcome::Warn,
        "accepted",
    );
    expect(
        &read("forced-tool", "claude-opus-5", |_| say("ok", 500, 9)),
        Outcome::Pass,
        "allowed",
    );
    expect(
        &read("forced-tool", "claude-opus-5", |_| refuse(always)),
        Outcome::Fail,
        "refused-wrongly",
    );
    let thinking = "Thinking may not be enabled when tool_choice forces tool use.";
    expect(
        &read("forced-tool", OLD, |_| refuse(thinking)),
        Outcome::Pass,
        "refused",
    );
}

#[test]
fn unknown_things_are_refused_in_their_own_words() {
    let effort = "This model does not support effort level 'bogus'. Supported levels: high, low, max, medium.";
    expect(
        &read("effort-levels", NEW, |_| refuse(effort)),
        Outcome::Pass,
        "refused",
    );
    expect(
        &read("effort-levels", NEW, |_| say("hello", 9, 1)),
        Outcome::Neutral,
        "",
    );
    expect(
        &read("unknown-field", NEW, |_| {
            refuse("foo: Extra inputs are not permitted")
        }),
        Outcome::Pass,
        "refused",
    );
    expect(
        &read("unknown-field", NEW, |_| say("hello", 9, 1)),
        Outcome::Warn,
        "accepted",
    );
    let missing = json!({
        "type": "error",
        "error": { "type": "not_found_error", "message": "model: claude-nonexistent-x" },
        "request_id": "req_011CfgPgb5Hb65NsZbSeNHb5",
    });
    expect(
        &read("unknown-model", NEW, |_| exchange(404, missing.to_string())),
        Outcome::Pass,
        "as-documented",
    );
    let relay = json!({ "error": { "message": "无可用渠道", "type": "new_api_error" } });
    expect(
        &read("unknown-model", NEW, |_| exchange(503, relay.to_string())),
        Outcome::Neutral,
        "",
    );
    expect(
        &read("unknown-model", NEW, |_| say("hello", 9, 1)),
        Outcome::Warn,
        "answered",
    );
}

#[test]
fn clouds_refuse_what_only_anthropic_has() {
    expect(
        &read("first-party-only", NEW, |_| say("hello", 9, 1)),
        Outcome::Pass,
        "echoed",
    );
    let cloud = refuse("inference_geo: Extra inputs are not permitted");
    expect(
        &read("first-party-only", NEW, |_| cloud.clone()),
        Outcome::Pass,
        "refused",
    );
    expect(
        &read("first-party-only", OLD, |_| cloud.clone()),
        Outcome::Pass,
        "refused-by-age",
    );
}

#[test]
fn the_list_of_models_is_anthropics_or_a_relays() {
    let entry = json!({
        "id": NEW, "type": "model", "display_name": "Claude Opus 5.5", "created_at": "2026-09-22T00:00:00Z",
        "max_tokens": 128_000, "capabilities": {},
    });
    expect(
        &read("models-api", NEW, |_| exchange(200, entry.to_string())),
        Outcome::Pass,
        "complete",
    );
    let relay = json!({ "id": NEW, "object": "model", "owned_by": "custom" });
    expect(
        &read("models-api", NEW, |_| exchange(200, relay.to_string())),
        Outcome::Neutral,
        "",
    );
}
