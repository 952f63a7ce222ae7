//! Headers around the genuine service's answers.

use jiff::{SignedDuration, Timestamp};

use super::platform::Platform;
use crate::dice::Dice;

/// How much an account may use per minute.
const REQUESTS: u64 = 4_000;
const INPUT: u64 = 2_000_000;
const OUTPUT: u64 = 400_000;

/// What an account has used lately.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Used {
    pub(crate) requests: u64,
    pub(crate) input: u64,
    pub(crate) output: u64,
}

/// The headers of one answer.
pub(crate) fn headers(
    platform: Platform,
    organisation: &str,
    request_id: &str,
    used: Used,
    dice: &mut Dice,
) -> Vec<(String, String)> {
    let now = Timestamp::now();
    let mut headers = vec![(
        "date".to_owned(),
        now.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string(),
    )];
    match platform {
        Platform::FirstParty | Platform::Subscription => {
            headers.extend(owned(&[
                ("request-id", request_id),
                ("anthropic-organization-id", organisation),
                ("server", "cloudflare"),
                ("cf-cache-status", "DYNAMIC"),
                ("x-robots-tag", "none"),
                (
                    "strict-transport-security",
                    "max-age=31536000; includeSubDomains; preload",
                ),
                (
                    "content-security-policy",
                    "default-src 'none'; frame-ancestors 'none'",
                ),
                ("vary", "Accept-Encoding"),
            ]));
            let milliseconds = dice.between(300, 2_400);
            headers.push(("cf-ray".to_owned(), format!("{:016x}-SJC", dice.number())));
            headers.push((
                "server-timing".to_owned(),
                format!("x-originResponse;dur={milliseconds}"),
            ));
            headers.push((
                "x-envoy-upstream-service-time".to_owned(),
                milliseconds.to_string(),
            ));
            headers.extend(match platform {
                Platform::Subscription => unified(now, used),
                _ => limits(now, used),
            });
        }
        Platform::Bedrock => {
            headers.push(("x-amzn-requestid".to_owned(), dice.uuid()));
            headers.push((
                "x-amzn-bedrock-invocation-latency".to_owned(),
                dice.between(400, 3_000).to_string(),
            ));
            headers.push((
                "x-amzn-bedrock-input-token-count".to_owned(),
                used.input.to_string(),
            ));
        }
        Platform::Vertex => {
            headers.extend(owned(&[
                ("request-id", request_id),
                ("via", "1.1 google"),
                ("x-goog-ext-525050384-bin", "CgA="),
                ("server", "scaffolding on HTTPServer2"),
                ("vary", "Origin"),
            ]));
        }
    }
    headers
}

fn limits(now: Timestamp, used: Used) -> Vec<(String, String)> {
    let reset = (now + SignedDuration::from_secs(1 + (used.requests % 20) as i64))
        .strftime("%Y-%m-%dT%H:%M:%SZ")
        .to_string();
    // Told in thousands.
    let left = |limit: u64, used: u64| (limit.saturating_sub(used)) / 1_000 * 1_000;
    let (input, output) = (left(INPUT, used.input), left(OUTPUT, used.output));
    let mut headers = Vec::new();
    for (name, limit, remaining) in [
        ("requests", REQUESTS, REQUESTS.saturating_sub(used.requests)),
        ("input-tokens", INPUT, input),
        ("output-tokens", OUTPUT, output),
        ("tokens", INPUT + OUTPUT, input + output),
    ] {
        let name = format!("anthropic-ratelimit-{name}");
        headers.push((format!("{name}-limit"), limit.to_string()));
        headers.push((format!("{name}-remaining"), remaining.to_string()));
        headers.push((format!("{name}-reset"), reset.clone()));
    }
    headers
}

fn unified(now: Timestamp, used: Used) -> Vec<(String, String)> {
    let reset = (now.as_second() + 9_000).to_string();
    let share = format!("{:.2}", used.input as f64 / 4_000_000.0);
    let mut headers = owned(&[
        ("anthropic-ratelimit-unified-status", "allowed"),
        (
            "anthropic-ratelimit-unified-representative-claim",
            "five_hour",
        ),
    ]);
    headers.push((
        "anthropic-ratelimit-unified-reset".to_owned(),
        reset.clone(),
    ));
    headers.push(("anthropic-ratelimit-unified-5h-reset".to_owned(), reset));
    headers.push((
        "anthropic-ratelimit-unified-5h-utilization".to_owned(),
        share,
    ));
    headers
}

fn owned(headers: &[(&str, &str)]) -> Vec<(String, String)> {
    headers
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}
