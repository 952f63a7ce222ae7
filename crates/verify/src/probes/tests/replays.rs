use super::*;
use crate::call::Door;
use crate::reading::{Contradiction, Finding, Integrity};
use crate::signature::tests::signed;

const NEW: &str = "claude-opus-5-5";

const INVALID: &str = "messages.1.content.0: Invalid `signature` in `thinking` block";

fn changed(what: &str) -> String {
    format!(
        "{INVALID}. The block is bound to a different conversation. The {what} differs from the one this block was created with."
    )
}

/// The first turn, signed like this.
fn turn(signature: &str) -> Exchange {
    let content = json!([
        { "type": "thinking", "thinking": "173 × 219 = 37887", "signature": signature },
        { "type": "tool_use", "id": "toolu_01AbCdEfGhJkLmNpQrStUvWx", "name": "record_result",
          "input": { "value": 37_887 }, "caller": { "type": "direct" } },
    ]);
    let mut usage = usage(700, 180);
    usage["output_tokens_details"] = json!({ "thinking_tokens": 120 });
    stream(&message(content, "tool_use", usage), |number| number % 16)
}

fn fresh(model: &str) -> String {
    signed(model, 120 * 4 + 16, now().millis() as u64 / 1_000, 0)
}

/// Whether a replay carries this signature.
fn carries(call: &Call, signature: &str) -> bool {
    call.request
        .body
        .as_ref()
        .unwrap()
        .to_string()
        .contains(signature)
}

fn is_first(call: &Call) -> bool {
    call.slot.starts_with("thinking-turn")
}

#[test]
fn only_keys_tell_a_tampered_block_from_an_untouched_one() {
    let signature = fresh(NEW);
    let genuine = read("tampered-signature", NEW, |call| match () {
        () if is_first(call) => turn(&signature),
        () if carries(call, &signature) => say("OK", 1_000, 2),
        () => refuse(INVALID),
    });
    expect(&genuine, Outcome::Pass, "told-apart");
    let mending = read("tampered-signature", NEW, |call| {
        if is_first(call) {
            turn(&signature)
        } else {
            say("OK", 1_000, 2)
        }
    });
    expect(&mending, Outcome::Neutral, "");
    let parrot = read("tampered-signature", NEW, |call| {
        if is_first(call) {
            turn(&signature)
        } else {
            refuse(INVALID)
        }
    });
    expect(&parrot, Outcome::Warn, "all-refused");
    let other = read("tampered-signature", NEW, |_| say("37887", 700, 5));
    expect(&other, Outcome::Neutral, "");
}

#[test]
fn another_system_prompt_is_named() {
    let signature = fresh(NEW);
    let genuine = read("prefix-binding", NEW, |call| match call.slot.as_str() {
        slot if slot.starts_with("edited") => refuse(&changed("`system` prompt")),
        _ if is_first(call) => turn(&signature),
        _ => say("OK", 1_000, 2),
    });
    expect(&genuine, Outcome::Pass, "names-system");
    let deaf = read("prefix-binding", NEW, |call| {
        if is_first(call) {
            turn(&signature)
        } else {
            say("OK", 1_000, 2)
        }
    });
    expect(&deaf, Outcome::Warn, "taken");
    expect(
        &read("prefix-binding", "claude-haiku-4-5", |_| turn(&signature)),
        Outcome::Skipped,
        "",
    );
}

#[test]
fn an_untouched_replay_shows_who_changes_prompts() {
    let signature = fresh(NEW);
    let replay = |answer: &dyn Fn() -> Exchange| {
        read("untouched-replay", NEW, |call| {
            if is_first(call) {
                turn(&signature)
            } else {
                answer()
            }
        })
    };
    expect(&replay(&|| say("OK", 1_000, 2)), Outcome::Pass, "taken");
    let injected = replay(&|| refuse(&changed("`system` prompt")));
    expect(&injected, Outcome::Fail, "changed");
    assert!(
        injected
            .integrity
            .contains(&(Integrity::PromptInjection, Finding::Yes))
    );
    let mut pooled = message(
        json!([{ "type": "text", "text": "OK" }]),
        "end_turn",
        usage(880, 2),
    );
    pooled["input_transformations"] =
        json!([{ "type": "thinking_dropped", "reason": "organization_binding_mismatch" }]);
    expect(
        &replay(&|| exchange(200, pooled.to_string())),
        Outcome::Warn,
        "rotates",
    );
    expect(&replay(&|| refuse(INVALID)), Outcome::Warn, "invalid");
}

#[test]
fn hidden_thinking_is_billed_to_the_token() {
    let signature = fresh(NEW);
    let ledger = |with: u64| {
        read("thinking-ledger", NEW, |call| match call.slot.as_str() {
            "without-thinking" => say("OK", 900, 2),
            _ if is_first(call) => turn(&signature),
            _ => say("OK", with, 2),
        })
    };
    expect(&ledger(1_020), Outcome::Pass, "exact");
    expect(&ledger(1_022), Outcome::Pass, "exact");
    expect(&ledger(901), Outcome::Neutral, "");
    expect(&ledger(960), Outcome::Warn, "unrelated");
}

#[test]
fn signatures_name_model_place_and_time() {
    let content = |signature: &str| read("signature-content", NEW, |_| turn(signature));
    let seconds = now().millis() as u64 / 1_000;
    expect(
        &content(&fresh(NEW)),
        Outcome::Pass,
        "names-claimed-anthropic",
    );
    expect(
        &content(&signed(NEW, 500, seconds, 1)),
        Outcome::Pass,
        "names-claimed-aws",
    );
    expect(
        &content(&signed(NEW, 500, seconds, 2)),
        Outcome::Pass,
        "names-claimed-google",
    );
    let cheap = content(&fresh("claude-haiku-4-5-20251001"));
    expect(&cheap, Outcome::Fail, "names-other");
    assert!(matches!(
        &cheap.contradictions[0],
        Contradiction::OtherModel { .. }
    ));
    expect(
        &content(&signed(NEW, 500, seconds - 86_400, 0)),
        Outcome::Fail,
        "stale",
    );
    expect(&content("sig: signed by glm!"), Outcome::Fail, "not-base64");
    expect(&content("AAAAAAAAAAAAAAAAAAAAAAAA"), Outcome::Neutral, "");
    expect(
        &content(&format!("claude#{}", fresh(NEW))),
        Outcome::Warn,
        "wrapped",
    );
    let bare =
        json!([{ "type": "thinking", "thinking": "hm" }, { "type": "text", "text": "37887" }]);
    let bare = stream(&message(bare, "end_turn", usage(500, 90)), |_| 0);
    expect(
        &read("signature-content", NEW, |_| bare.clone()),
        Outcome::Fail,
        "unsigned",
    );
    expect(
        &read("signature-content", NEW, |_| say("37887", 500, 9)),
        Outcome::Warn,
        "no-thinking",
    );
}

#[test]
fn signatures_are_as_long_as_their_thinking() {
    let length = |cipher: usize| {
        let signature = signed(NEW, cipher, now().millis() as u64 / 1_000, 0);
        read("signature-length", NEW, |_| turn(&signature))
    };
    expect(
        &length("173 × 219 = 37887".len() + 16),
        Outcome::Pass,
        "exact",
    );
    expect(&length(120 * 3 + 16), Outcome::Pass, "plausible");
    expect(&length(5_000), Outcome::Fail, "off");
}

#[test]
fn several_accounts_are_a_pool() {
    let answers = |models: &[&str]| {
        let seconds = now().millis() as u64 / 1_000;
        models
            .iter()
            .map(|model| turn(&signed(model, 100, seconds, 0)))
            .collect::<Vec<_>>()
    };
    let one = read_along("account-pool", NEW, answers(&[NEW; 5]));
    expect(&one, Outcome::Pass, "resold");
    assert_eq!(one.figures, [("accounts".to_owned(), 1.0)]);
    expect(
        &read_along("account-pool", NEW, vec![say("hi", 8, 2)]),
        Outcome::Neutral,
        "",
    );
}

#[test]
fn old_models_hide_thinking_on_the_documented_string() {
    let hidden = message(
        json!([{ "type": "redacted_thinking", "data": "EqQB" }]),
        "end_turn",
        usage(92, 40),
    );
    let old = "claude-sonnet-4-5";
    expect(
        &read("redacted-thinking", old, |_| {
            exchange(200, hidden.to_string())
        }),
        Outcome::Pass,
        "redacted",
    );
    expect(
        &read("redacted-thinking", old, |_| say("What is this?", 92, 5)),
        Outcome::Warn,
        "ignored",
    );
    expect(
        &read("redacted-thinking", NEW, |_| say("?", 9, 5)),
        Outcome::Skipped,
        "",
    );
}

#[test]
fn anthropic_itself_knows_what_it_signed() {
    let signature = fresh(NEW);
    let ask = |official: &dyn Fn(&Call) -> Exchange| {
        read("own-key-replay", NEW, |call| {
            if call.door == Door::Official {
                official(call)
            } else {
                turn(&signature)
            }
        })
    };
    let genuine = ask(&|call| {
        say(
            "OK",
            if call.slot == "official-with" {
                1_020
            } else {
                900
            },
            2,
        )
    });
    expect(&genuine, Outcome::Pass, "counted");
    expect(&ask(&|_| say("OK", 900, 2)), Outcome::Neutral, "");
    let forged = ask(&|_| refuse(INVALID));
    expect(&forged, Outcome::Fail, "unsigned");
    assert_eq!(forged.contradictions, [Contradiction::Unsigned]);
    let injected = ask(&|_| refuse(&changed("`system` prompt")));
    expect(&injected, Outcome::Fail, "changed");
    assert!(
        injected
            .integrity
            .contains(&(Integrity::PromptInjection, Finding::Yes))
    );
}
