//! Real answers of vendors and relays, and what they are taken for.

use std::collections::BTreeMap;

use base::Timestamp;
use http::{HeaderMap, HeaderName, HeaderValue};
use relayscope_route::{Answer, Attempt, Basis, Cause, Classifier, Retry, Scope, Verdict};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    answer: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    who: String,
    status: u16,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    body: String,
    cause: Cause,
    scope: Option<Scope>,
    retry: Option<Retry>,
    wait_s: Option<f64>,
    basis: Option<Basis>,
}

fn now() -> Timestamp {
    Timestamp::parse("2026-11-20T12:00:00Z").unwrap()
}

fn header_map(headers: &BTreeMap<String, String>) -> HeaderMap {
    let pair = |(name, value): (&String, &String)| {
        let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
        (name, HeaderValue::from_str(value).unwrap())
    };
    headers.iter().map(pair).collect()
}

fn judge(status: u16, headers: &HeaderMap, body: &[u8]) -> Option<Verdict> {
    let answer = Answer {
        status,
        headers,
        body,
    };
    Classifier::bundled()
        .unwrap()
        .judge(&Attempt::Answered(answer), now())
}

#[test]
fn every_answer_is_taken_for_what_it_is() {
    let file: File = toml::from_str(include_str!("../fixtures/answers.toml")).unwrap();
    assert!(file.answer.len() >= 80);
    let mut wrong = Vec::new();
    for row in &file.answer {
        let headers = header_map(&row.headers);
        let Some(verdict) = judge(row.status, &headers, row.body.as_bytes()) else {
            wrong.push(format!(
                "{} {}: no verdict\n  {}",
                row.who, row.status, row.body
            ));
            continue;
        };
        let usual = Verdict::of(row.cause);
        let wait = verdict
            .until
            .map(|until| (until.at.0 - now().0) as f64 / 1e6);
        let basis = verdict.until.map(|until| until.basis);
        let expected_basis = row.wait_s.map(|_| row.basis.unwrap_or(Basis::Stated));
        if verdict.cause != row.cause
            || row.scope.is_some_and(|scope| scope != verdict.scope)
            || verdict.retry != row.retry.unwrap_or(usual.retry)
            || row.wait_s.is_some() && (wait != row.wait_s || basis != expected_basis)
        {
            wrong.push(format!(
                "{} {}: {:?} {:?} {:?} {wait:?} {basis:?}, not {:?}\n  {}",
                row.who,
                row.status,
                verdict.cause,
                verdict.scope,
                verdict.retry,
                row.cause,
                row.body
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn good_answers_are_never_judged() {
    let headers = HeaderMap::new();
    for body in [
        "",
        "{\"type\":\"message\",\"content\":[{\"type\":\"text\",\"text\":\"余额不足, overloaded_error\"}]}",
        "{\"object\":\"response\",\"error\":null,\"status\":\"completed\"}",
        "event: message_start\ndata: {\"type\":\"message_start\"}\n\n",
        "data: {\"choices\":[{\"delta\":{\"content\":\"insufficient_quota\"}}]}\n\n",
        "data: [DONE]\n\n",
        "{\"id\":\"1\",\"base_resp\":{\"status_code\":0,\"status_msg\":\"success\"}}",
        "insufficient balance",
    ] {
        assert_eq!(judge(200, &headers, body.as_bytes()), None, "{body}");
    }
}

#[test]
fn the_upstreams_words_are_kept_without_keys() {
    let body = "{\"error\":{\"message\":\"Incorrect API key provided: sk-proj-0123456789abcdefXYZ1.\",\
                \"code\":\"invalid_api_key\"}}";
    let said = judge(401, &HeaderMap::new(), body.as_bytes())
        .unwrap()
        .said
        .unwrap();
    assert_eq!(said.code.as_deref(), Some("invalid_api_key"));
    assert!(
        !said.message.contains("0123456789abcdef"),
        "{}",
        said.message
    );
}

#[test]
fn a_body_that_was_cut_still_tells_its_code() {
    let mut body = "{\"error\":{\"code\":\"insufficient_quota\",\"message\":\"".to_owned();
    body.push_str(&"x".repeat(9_000));
    let verdict = judge(429, &HeaderMap::new(), body.as_bytes()).unwrap();
    assert_eq!(verdict.cause, Cause::BalanceExhausted);
}

fn wait_of(pairs: &[(&str, &str)]) -> Option<f64> {
    let headers = pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let headers = header_map(&headers.collect());
    let until = judge(429, &headers, b"").unwrap().until;
    until.map(|until| (until.at.0 - now().0) as f64 / 1e6)
}

#[test]
fn every_form_of_a_reset_is_read() {
    for (value, wait) in [
        ("0", Some(0.0)),
        ("7", Some(7.0)),
        ("1.5", Some(1.5)),
        ("2m30s", Some(150.0)),
        ("12ms", Some(0.012)),
        ("2026-11-20T12:00:30Z", Some(30.0)),
        ("2026-11-20T20:00:30+08:00", Some(30.0)),
        ("Fri, 20 Nov 2026 12:01:00 GMT", Some(60.0)),
        ("1795176060", Some(60.0)),
        ("1795176060.5", Some(60.5)),
        ("1795176060500", Some(60.5)),
        // 32 days are believed, a second more is not.
        ("2764800", Some(2_764_800.0)),
        ("2764801", None),
        ("-5", None),
        ("2026-11-20T11:59:59Z", None),
        ("NaN", None),
        ("inf", None),
        ("soon", None),
        ("", None),
    ] {
        assert_eq!(wait_of(&[("retry-after", value)]), wait, "{value}");
    }
}

#[test]
fn headers_are_weighed_against_each_other() {
    for (headers, wait) in [
        (&[("retry-after-ms", "1500")][..], Some(1.5)),
        // A bucket that is not empty says nothing.
        (
            &[
                ("x-ratelimit-remaining-requests", "5"),
                ("x-ratelimit-reset-requests", "6m0s"),
            ],
            None,
        ),
        (
            &[
                ("x-ratelimit-remaining-requests", "0"),
                ("x-ratelimit-reset-requests", "6m0s"),
            ],
            Some(360.0),
        ),
        // OpenRouter: milliseconds since 1970.
        (
            &[
                ("x-ratelimit-remaining", "0"),
                ("x-ratelimit-reset", "1795176030000"),
            ],
            Some(30.0),
        ),
        // The latest counts.
        (
            &[
                ("retry-after", "3"),
                ("anthropic-ratelimit-tokens-remaining", "0"),
                ("anthropic-ratelimit-tokens-reset", "2026-11-20T12:00:40Z"),
            ],
            Some(40.0),
        ),
        // A clock that is ten minutes ahead of ours.
        (
            &[
                ("date", "Fri, 20 Nov 2026 12:10:00 GMT"),
                ("retry-after", "Fri, 20 Nov 2026 12:10:20 GMT"),
            ],
            Some(20.0),
        ),
        (
            &[
                ("date", "Fri, 20 Nov 2026 12:10:00 GMT"),
                ("retry-after", "Fri, 20 Nov 2026 12:05:00 GMT"),
            ],
            None,
        ),
        (&[("date", "yesterday"), ("retry-after", "9")], Some(9.0)),
    ] {
        assert_eq!(wait_of(headers), wait, "{headers:?}");
    }
}

proptest::proptest! {
    #[test]
    fn no_body_and_no_header_breaks_it(
        status in 100u16..700,
        body in proptest::collection::vec(0u8..=255, 0..400),
        value in "[ -~]{0,40}",
    ) {
        let headers = header_map(&BTreeMap::from([
            ("retry-after".to_owned(), value.clone()),
            ("date".to_owned(), value.clone()),
            ("anthropic-ratelimit-unified-5h-status".to_owned(), "rejected".to_owned()),
            ("anthropic-ratelimit-unified-5h-reset".to_owned(), value),
        ]));
        let verdict = judge(status, &headers, &body);
        if let Some(until) = verdict.and_then(|verdict| verdict.until) {
            let wait = until.at.0 - now().0;
            proptest::prop_assert!((0..=2_764_800_000_000).contains(&wait));
        }
    }
}
