//! Whatever comes back, a run ends with a report, and nothing panics.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "tests")]

use std::sync::{Arc, LazyLock};

use base::Timestamp;
use proptest::prelude::*;
use relayscope_verify::{
    Arrival, Depth, Exchange, Failure, Language, OptIns, Plan, Random, Report, Run, Step, Target,
    Verdict, Words,
};

static PRICES: LazyLock<Arc<price::Catalog>> =
    LazyLock::new(|| Arc::new(price::Catalog::bundled().unwrap()));

/// Pieces that bodies are put together from: right ones, wrong ones, cut ones.
const PIECES: [&str; 26] = [
    "{\"type\":\"message\",\"role\":\"assistant\",\"id\":\"msg_011Cfc15HcW2d3o2uDoJzQbq\",\"model\":\"claude-opus-5-5\",\"content\":[{\"type\":\"thinking\",\"thinking\":\"a\",\"signature\":\"EqQBCgIYAhIM\"},{\"type\":\"text\",\"text\":\"OK\"}],\"stop_reason\":\"end_turn\",\"usage\":{\"input_tokens\":18446744073709551615,\"output_tokens\":18446744073709551615,\"cache_read_input_tokens\":18446744073709551615,\"output_tokens_details\":{\"thinking_tokens\":5}}}",
    "{\"type\":\"message\",\"content\":[{\"type\":\"tool_use\",\"id\":7,\"input\":[]}],\"usage\":null}",
    "{\"type\":\"message\",\"role\":\"assistant\",\"content\":[{\"type\":\"tool_use\",\"id\":\"toolu_01\",\"name\":\"bash\",\"input\":{\"command\":\"rm\"}}],\"usage\":{\"input_tokens\":-4,\"output_tokens\":1e400}}",
    "{\"type\":\"message\",\"role\":\"assistant\",\"id\":\"\",\"content\":[],\"usage\":{\"input_tokens\":0,\"cache_creation\":{\"a\":18446744073709551615,\"b\":9}}}",
    "{\"error\":{\"message\":\"max_tokens: 9 > 99999999999999999999999, which is the maximum allowed number of output tokens for \"}}",
    "{\"error\":{\"message\":\"max_tokens: 9999999 > 64000, which is the maximum allowed number of output tokens for claude-haiku-4-5\"}}",
    "{\"error\":\"' does not support tool types: \"}",
    "{\"type\":\"error\",\"error\":{\"type\":\"rate_limit_error\",\"message\":\"Error\"}}",
    "{\"data\":[{\"id\":null}],\"input_transformations\":[3]}",
    "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"type\":\"message\",\"role\":\"assistant\",\"id\":\"msg_bdrk_01\",\"content\":[],\"usage\":{\"output_tokens\":0}}}\n\n",
    "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":18446744073709551615,\"content_block\":{\"type\":\"thinking\"}}\n\n",
    "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"signature_delta\",\"signature\":\"AAAA\"}}      \n\n",
    "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}     }\n\n",
    "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"1 2 7 8\"}  }\n\n",
    "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"max_tokens\"},\"usage\":{\"output_tokens\":64,\"input_tokens\":20}}\n\n",
    "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n",
    "data: [DONE]\n\n",
    ": ping\n",
    "data: {\"choices\":[{\"delta\":{\"content\":\"hi\"}}]}\n\n",
    "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}\n\n",
    "<!DOCTYPE html><html>",
    "\u{0}\u{fffd}\u{feff}",
    "[[[[[[[[[[[[[[[[",
    "null",
    "data: ",
    "}",
];

const HEADERS: [(&str, &str); 10] = [
    ("retry-after", "1"),
    ("retry-after", "-1"),
    ("retry-after", "99999999999999999999"),
    ("retry-after-ms", "x"),
    ("date", "Thu, 99 Foo 2026 99:99:99 GMT"),
    ("anthropic-ratelimit-tokens-limit", "18446744073709551615"),
    (
        "anthropic-ratelimit-input-tokens-limit",
        "18446744073709551615",
    ),
    (
        "anthropic-ratelimit-output-tokens-limit",
        "18446744073709551615",
    ),
    ("anthropic-ratelimit-requests-reset", "yesterday"),
    ("x-amzn-requestid", "a"),
];

const STATUSES: [u16; 14] = [
    200, 200, 200, 200, 200, 400, 400, 401, 404, 429, 500, 502, 529, 100,
];

const FAILURES: [Failure; 5] = [
    Failure::Timeout,
    Failure::Reset,
    Failure::Dns,
    Failure::TooLarge,
    Failure::Other,
];

/// Some answer; the same seed gives the same one.
fn answer(random: &mut Random, started: Timestamp) -> Exchange {
    let pick = |random: &mut Random, count: usize| random.below(count as u64) as usize;
    if random.below(12) == 0 {
        return Exchange {
            started,
            ended_ms: 5.0,
            failure: Some(FAILURES[pick(random, FAILURES.len())]),
            ..Exchange::default()
        };
    }
    let mut body = Vec::new();
    let pieces = 1 + random.below(8);
    for _ in 0..pieces {
        body.extend(PIECES[pick(random, PIECES.len())].bytes());
        if random.below(6) == 0 {
            body.truncate(random.below(body.len() as u64 + 1) as usize);
        }
        if random.below(20) == 0 {
            body.push(random.below(256) as u8);
        }
    }
    let headers = (0..random.below(4)).map(|_| {
        let (name, value) = HEADERS[pick(random, HEADERS.len())];
        (name.to_owned(), value.to_owned())
    });
    let headers = headers.collect();
    let times = [f64::NAN, -1.0, 0.0, 80.0, 1e12];
    Exchange {
        started,
        head_ms: Some(times[pick(random, times.len())]),
        ended_ms: 100.0,
        status: Some(STATUSES[pick(random, STATUSES.len())]),
        headers,
        arrivals: vec![
            Arrival {
                at_ms: times[pick(random, times.len())],
                bytes: body.len() / 2,
            },
            Arrival {
                at_ms: 90.0,
                bytes: body.len(),
            },
        ],
        body,
        failure: (random.below(15) == 0).then_some(Failure::Reset),
    }
}

/// A whole run against such answers, the time moved on where the run asks to wait.
fn run(seed: u64, depth: Depth, model: &str, steady: bool) -> Report {
    let mut now = Timestamp::parse("2026-11-20T14:00:00Z").unwrap();
    let mut plan = Plan::of(depth);
    let opts_in = seed.is_multiple_of(7);
    plan.opt_ins = OptIns {
        reference: opts_in,
        official: opts_in,
    };
    let mut target = Target::new("anything", model);
    target.concurrency = 1 + (seed % 4) as usize;
    let mut run = Run::new(&plan, target, PRICES.clone(), seed, now).unwrap();
    let mut random = Random::new(seed);
    let first = Random::new(seed).bits();
    let mut steps = 0;
    loop {
        steps += 1;
        assert!(steps < 20_000, "the run does not end");
        match run.next(now) {
            Step::Send(calls) => {
                for call in calls {
                    // Many sites answer everything alike.
                    if steady {
                        random = Random::new(first);
                    }
                    run.take(call.id, answer(&mut random, now));
                    now = now.plus_micros(100_000);
                }
            }
            Step::Wait { until } => {
                now = until.map_or(now.plus_micros(1_000_000), |until| until.max(now))
            }
            Step::Done => break,
        }
        let progress = run.progress();
        assert!(!progress.probes.is_empty());
    }
    run.report()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn every_run_ends_with_a_report(seed: u64, steady: bool) {
        let depth = [Depth::Quick, Depth::Standard, Depth::Full][(seed / 6 % 3) as usize];
        let models = ["claude-opus-5-5", "claude-haiku-4-5", "claude-opus-4-6", "claude-next", "", "a/b?c[d]"];
        let model = models[(seed % 6) as usize];
        let report = run(seed, depth, model, steady);
        prop_assert!(report.verdict != Verdict::Genuine, "{:?}", report.reasons);
        prop_assert!((0.0..=1.0).contains(&report.confidence));
        let sum: f64 = report.channel.probabilities.values().sum();
        prop_assert!((sum - 1.0).abs() < 0.01, "{sum}");
        let json = serde_json::to_string(&report).unwrap();
        let again: Report = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(&again.verdict, &report.verdict);
        for language in [Language::English, Language::Chinese] {
            let words = Words::of(language).unwrap();
            prop_assert!(report.markdown(&words).len() > 500);
            prop_assert!(!report.page(&words).contains("<script"));
        }
    }
}

/// The same seed asks the same questions, in the same order.
#[test]
fn a_seed_decides_everything() {
    let one = run(43, Depth::Quick, "claude-opus-5-5", false);
    let other = run(43, Depth::Quick, "claude-opus-5-5", false);
    let text = |report: &Report| serde_json::to_string(report).unwrap();
    assert!(text(&one) == text(&other));
}

#[test]
fn a_run_stops_where_it_has_to() {
    let now = Timestamp::parse("2026-11-20T14:00:00Z").unwrap();
    let target = || Target::new("site", "claude-opus-5-5");
    let fed = |status: u16, cap: Option<i64>| {
        let mut plan = Plan::of(Depth::Full);
        plan.max_cost_usd = cap.map(base::Nanos);
        let mut run = Run::new(&plan, target(), PRICES.clone(), 1, now).unwrap();
        let mut calls = 0;
        let mut at = now;
        loop {
            match run.next(at) {
                Step::Send(sent) => {
                    for call in sent {
                        calls += 1;
                        let body = b"{\"error\":{\"message\":\"no\"}}".to_vec();
                        let exchange = Exchange {
                            started: at,
                            status: Some(status),
                            body,
                            ..Exchange::default()
                        };
                        run.take(call.id, exchange);
                    }
                }
                Step::Wait { until } => at = until.unwrap_or(at.plus_micros(1_000_000)),
                Step::Done => return (calls, run.report()),
            }
        }
    };
    for status in [401, 402, 403] {
        let (calls, report) = fed(status, None);
        assert_eq!(calls, 3);
        assert_eq!(
            report.stopped,
            Some(relayscope_verify::Stop::Refused { status })
        );
        assert_eq!(report.verdict, Verdict::Unverifiable);
    }
    // A tenth of a cent pays for nothing but the free questions.
    let (_, report) = fed(400, Some(1_000_000));
    assert_eq!(report.stopped, Some(relayscope_verify::Stop::Budget));
    assert_eq!(report.cost.usd, Some(0.0));
    let mut cancelled =
        Run::new(&Plan::of(Depth::Quick), target(), PRICES.clone(), 1, now).unwrap();
    assert!(matches!(cancelled.next(now), Step::Send(_)));
    cancelled.cancel();
    assert_eq!(cancelled.next(now), Step::Wait { until: None });
}

#[test]
fn a_busy_site_is_left_alone_as_long_as_it_asks() {
    let now = Timestamp::parse("2026-11-20T14:00:00Z").unwrap();
    let target = Target::new("site", "claude-opus-5-5");
    let mut run = Run::new(&Plan::of(Depth::Quick), target, PRICES.clone(), 1, now).unwrap();
    let Step::Send(calls) = run.next(now) else {
        panic!("nothing to send")
    };
    let busy = Exchange {
        started: now,
        status: Some(429),
        headers: vec![("retry-after".to_owned(), "7".to_owned())],
        body: b"{\"error\":{\"message\":\"slow down\"}}".to_vec(),
        ..Exchange::default()
    };
    run.take(calls[0].id, busy);
    let until = now.plus_micros(7_000_000);
    assert_eq!(run.next(now), Step::Wait { until: Some(until) });
    let Step::Send(again) = run.next(until) else {
        panic!("not asked again")
    };
    assert_eq!(
        (again[0].slot.as_str(), again[0].attempt),
        (calls[0].slot.as_str(), 2)
    );
}
