//! What an answer says about the site. Pure: from what was heard to findings.

use std::time::Duration;

use base::{Timestamp, UsageBasis};
use http::{HeaderMap, StatusCode};
use route::{Answer, Attempt, Classifier, Kind};
use serde_json::Value;
use wire::{Dialect, Fold, sse};

use super::asked::Asked;
use super::stream::{Arrival, arrival};
use super::{found, found_with, steps};
use crate::sites::call::{Heard, Unheard};
use crate::sites::{Line, code_of};
use crate::view::{ErrorView, PingEndpoint, PingKey};

/// Longest piece of an upstream's words that is shown, characters.
const LONGEST: usize = 200;

/// Most arrivals that are shown.
const MOST_CHUNKS: usize = 2_000;

/// The way to the first byte with a key, and what the site says to it.
pub(super) fn way(
    line: &Line,
    heard: &Result<Heard, Unheard>,
    classifier: &Classifier,
    now: Timestamp,
) -> PingKey {
    let key = line.key.as_ref();
    let mut way = PingKey {
        id: key.map(|key| key.id.clone()),
        label: key.map(|key| key.label.clone()).unwrap_or_default(),
        state: "err".to_owned(),
        status: None,
        dns_ms: None,
        connect_ms: None,
        tls_ms: None,
        first_byte_ms: None,
        total_ms: 0.0,
        found: found("unknown"),
    };
    let heard = match heard {
        Ok(heard) => heard,
        Err(unheard) => {
            way.total_ms = millis(unheard.after);
            way.found = unheard_as_found(line, unheard);
            return way;
        }
    };
    way.total_ms = millis(heard.whole);
    way.status = Some(heard.status.as_u16());
    if let Some(facts) = &heard.facts {
        let tls = facts.tls().unwrap_or_default();
        let opening = facts.dns() + facts.connect() + tls;
        way.dns_ms = Some(millis(facts.dns()));
        way.connect_ms = Some(millis(facts.connect()));
        way.tls_ms = facts.tls().map(millis);
        way.first_byte_ms = Some(millis(heard.head.saturating_sub(opening)));
    }
    let ids = model_ids(heard);
    let (state, what) = match (refusal(line, heard, classifier, now), ids) {
        (Some(refusal), _) => (refusal.state, refusal.found),
        (None, Some(ids)) => ("ok", steps::listed(ids.len())),
        (None, None) => ("err", other_shape(line, heard)),
    };
    // Many relays of one vendor's interface have no list: that says nothing about the key.
    (way.state, way.found) = match &what.code[..] {
        "not_offered" => ("ok".to_owned(), found("models_not_offered")),
        _ => (state.to_owned(), what),
    };
    way
}

/// What one endpoint answered.
pub(super) fn endpoint(
    line: &Line,
    asked: &Asked,
    heard: &Result<Heard, Unheard>,
    classifier: &Classifier,
    now: Timestamp,
) -> PingEndpoint {
    let mut endpoint = PingEndpoint {
        path: asked.path.to_owned(),
        stream: asked.stream,
        dialect: asked.dialect.name().to_owned(),
        state: "err".to_owned(),
        status: None,
        found: found("unknown"),
        ttft_ms: None,
        total_ms: None,
        chunks_ms: Vec::new(),
        model: None,
        input_tokens: None,
        output_tokens: None,
    };
    let heard = match heard {
        Ok(heard) => heard,
        Err(unheard) => {
            endpoint.total_ms = Some(millis(unheard.after));
            endpoint.found = unheard_as_found(line, unheard);
            return endpoint;
        }
    };
    endpoint.status = Some(heard.status.as_u16());
    endpoint.total_ms = Some(millis(heard.whole));
    if let Some(refusal) = refusal(line, heard, classifier, now) {
        endpoint.state = refusal.state.to_owned();
        endpoint.found = refusal.found;
        return endpoint;
    }
    if asked.dialect == Dialect::Other {
        return count(line, heard, endpoint);
    }
    completion(line, asked, heard, endpoint)
}

fn count(line: &Line, heard: &Heard, mut endpoint: PingEndpoint) -> PingEndpoint {
    let json: Option<Value> = serde_json::from_slice(&heard.body()).ok();
    let tokens = json.and_then(|json| json.get("input_tokens")?.as_u64());
    (endpoint.state, endpoint.found) = match tokens {
        Some(tokens) => {
            endpoint.input_tokens = u32::try_from(tokens).ok();
            let said = [("tokens", tokens.to_string())];
            ("ok".to_owned(), found_with("counted", &said))
        }
        None => ("err".to_owned(), other_shape(line, heard)),
    };
    endpoint
}

/// Whether the site counts a prompt as it charges it: the same prompt was counted and answered.
pub(super) fn compare_counts(endpoints: &mut [PingEndpoint]) {
    let answered =
        |it: &&PingEndpoint| it.dialect == Dialect::Anthropic.name() && it.state != "err";
    let used = endpoints
        .iter()
        .filter(answered)
        .find_map(|it| it.input_tokens);
    let counts = endpoints.iter_mut().find(|it| it.found.code == "counted");
    let (Some(used), Some(counts)) = (used, counts) else {
        return;
    };
    let tokens = counts.input_tokens.unwrap_or_default();
    let mut said = vec![("tokens", tokens.to_string())];
    if tokens == used {
        counts.found = found_with("counts_match", &said);
    } else {
        said.push(("used", used.to_string()));
        counts.state = "warn".to_owned();
        counts.found = found_with("counts_differ", &said);
    }
}

fn completion(
    line: &Line,
    asked: &Asked,
    heard: &Heard,
    mut endpoint: PingEndpoint,
) -> PingEndpoint {
    let mut fold = Fold::new(asked.dialect);
    let mut contents = Vec::new();
    if heard.is_stream() {
        let mut parser = sse::Parser::new();
        for piece in &heard.pieces {
            parser.feed(&piece.bytes, &mut |event| {
                if fold.event(&event).is_some() {
                    contents.push(piece.at);
                }
            });
        }
    } else {
        fold.answer(&heard.body());
    }
    let (usage, basis) = fold.usage();
    if basis == UsageBasis::Exact {
        endpoint.input_tokens = u32::try_from(usage.prompt()).ok();
        endpoint.output_tokens = u32::try_from(usage.output).ok();
    }
    endpoint.model.clone_from(&fold.model);
    endpoint.ttft_ms = contents.first().copied().map(millis);
    let shown = contents.iter().copied().take(MOST_CHUNKS);
    endpoint.chunks_ms = shown.map(millis).collect();
    let says = |state: &str, what: ErrorView| (state.to_owned(), what);
    (endpoint.state, endpoint.found) = if let Some(error) = &fold.error {
        let said = [("says", beginning(line, error.message.as_bytes()))];
        says("err", found_with("error_inside", &said))
    } else if !fold.has_content && fold.model.is_none() {
        says("err", other_shape(line, heard))
    } else if let Some(code) = heard.end.code() {
        says("err", found(code))
    } else if asked.stream && !heard.is_stream() {
        says("warn", found("one_document"))
    } else if heard.is_stream() && !fold.ended {
        says("warn", found("answer_truncated"))
    } else {
        fine(asked, &fold, &contents)
    };
    endpoint
}

/// An answer without faults: how it came, and from whom.
fn fine(asked: &Asked, fold: &Fold, contents: &[Duration]) -> (String, ErrorView) {
    let chunks = ("chunks", contents.len().to_string());
    let arrived = arrival(contents);
    if asked.stream && arrived == Arrival::OneBurst {
        return ("warn".to_owned(), found_with("buffered", &[chunks]));
    }
    if let Some(answered) = fold
        .model
        .as_deref()
        .filter(|it| !same_model(it, &asked.model))
    {
        let said = [
            ("asked", asked.model.clone()),
            ("answered", answered.to_owned()),
        ];
        return ("warn".to_owned(), found_with("other_model", &said));
    }
    let what = match arrived {
        _ if !asked.stream && fold.knows_usage() => found("complete"),
        _ if !asked.stream => found("no_usage"),
        Arrival::OverTime { gap } => {
            let gap = ("gap", format!("{:.2}", gap.as_secs_f64()));
            found_with("streams", &[chunks, gap])
        }
        _ => found_with("too_quick", &[chunks]),
    };
    ("ok".to_owned(), what)
}

/// Whether two names are one model: a date at the end and a vendor before a slash make no difference.
fn same_model(left: &str, right: &str) -> bool {
    bare(left) == bare(right)
}

fn bare(model: &str) -> &str {
    let name = model.rsplit('/').next().unwrap_or(model);
    let name = name.strip_suffix("-latest").unwrap_or(name);
    match name.rsplit_once('-') {
        Some((name, date)) if date.len() == 8 && date.bytes().all(|it| it.is_ascii_digit()) => name,
        _ => name,
    }
}

struct Refused {
    state: &'static str,
    found: ErrorView,
}

fn refusal(line: &Line, heard: &Heard, classifier: &Classifier, now: Timestamp) -> Option<Refused> {
    let (status, headers) = (heard.status, &heard.headers);
    refused(line, status, headers, &heard.body(), classifier, now)
}

/// What an answer refuses with; `None` when it does not refuse.
pub(crate) fn refusal_of(
    line: &Line,
    status: StatusCode,
    headers: &HeaderMap,
    body: &[u8],
    classifier: &Classifier,
    now: Timestamp,
) -> Option<ErrorView> {
    refused(line, status, headers, body, classifier, now).map(|refused| refused.found)
}

fn refused(
    line: &Line,
    status: StatusCode,
    headers: &HeaderMap,
    body: &[u8],
    classifier: &Classifier,
    now: Timestamp,
) -> Option<Refused> {
    if status.is_success() {
        let page = body.trim_ascii_start().starts_with(b"<");
        let found = found("upstream_not_json");
        return page.then_some(Refused {
            state: "err",
            found,
        });
    }
    let status = status.as_u16();
    let answer = Answer {
        status,
        headers,
        body,
    };
    let verdict = classifier.judge(&Attempt::Answered(answer), now);
    let cause = verdict.as_ref().map(|verdict| code_of(verdict.cause));
    let mut code = cause.unwrap_or_else(|| "upstream_status".to_owned());
    let mut state = "err";
    if verdict.is_some_and(|verdict| verdict.kind() == Kind::RateLimited) {
        state = "warn";
    }
    // 404 for a path; a model that is not there has a cause of its own.
    if code == "not_found" || matches!(status, 405 | 501) {
        (state, code) = ("off", "not_offered".to_owned());
    }
    let params = [
        ("status", status.to_string()),
        ("says", beginning(line, &words(body))),
    ];
    let found = found_with(&code, &params);
    Some(Refused { state, found })
}

/// The message of an error body, or the body.
fn words(body: &[u8]) -> Vec<u8> {
    let json: Option<Value> = serde_json::from_slice(body).ok();
    let said = json.as_ref().and_then(|json| {
        let error = json.get("error").unwrap_or(json);
        error.get("message").or(Some(error))?.as_str()
    });
    said.map_or_else(|| body.to_vec(), |said| said.as_bytes().to_vec())
}

fn unheard_as_found(line: &Line, unheard: &Unheard) -> ErrorView {
    let says = unheard.says.as_deref().unwrap_or_default();
    let says = [("says", line.without_key(says))];
    found_with(&unheard.code(), &says)
}

fn other_shape(line: &Line, heard: &Heard) -> ErrorView {
    let body = heard.body();
    if body.trim_ascii().is_empty() {
        return found("empty_answer");
    }
    found_with("other_shape", &[("says", beginning(line, &body))])
}

/// Ids in `{"data":[{"id":…}]}`, or in a bare list.
pub(super) fn model_ids(heard: &Heard) -> Option<Vec<String>> {
    if !heard.status.is_success() {
        return None;
    }
    let json: Value = serde_json::from_slice(&heard.body()).ok()?;
    let list = json.get("data").unwrap_or(&json).as_array()?;
    let id = |it: &Value| it.get("id")?.as_str().map(str::to_owned);
    Some(list.iter().filter_map(id).collect())
}

/// What an answer begins with, without secrets.
fn beginning(line: &Line, body: &[u8]) -> String {
    let text = String::from_utf8_lossy(&body[..body.len().min(LONGEST * 8)]);
    let plain = line.without_key(text.trim());
    plain.chars().take(LONGEST).collect()
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_vendors_make_no_other_model() {
        assert!(same_model("claude-haiku-4-5-20251001", "claude-haiku-4-5"));
        assert!(same_model("anthropic/claude-opus-5-5", "claude-opus-5-5"));
        assert!(!same_model("glm-5.3", "claude-opus-5-5"));
        assert!(!same_model("claude-haiku-4-5", "claude-opus-4-5"));
    }
}
