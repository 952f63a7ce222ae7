//! Headers that the vendors put around every answer.

use jiff::{SignedDuration, Timestamp};

use super::Dialect;

/// The vendor's headers; `number` makes the request id and lets the rate limits go down.
pub(crate) fn vendor_headers(dialect: Dialect, number: u64) -> Vec<(String, String)> {
    let now = Timestamp::now();
    let date = now.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    let mut headers = vec![
        ("date".to_owned(), date),
        ("server".to_owned(), "cloudflare".to_owned()),
    ];
    let named = |(name, value): (&str, String)| (name.to_owned(), value);
    match dialect {
        Dialect::Messages => headers.extend(anthropic(number, now).map(named)),
        Dialect::Chat | Dialect::Responses => headers.extend(openai(number).map(named)),
    }
    headers
}

fn anthropic(number: u64, now: Timestamp) -> [(&'static str, String); 17] {
    let used = number % 40;
    let reset = (now + SignedDuration::from_secs(40))
        .strftime("%Y-%m-%dT%H:%M:%SZ")
        .to_string();
    [
        ("request-id", format!("req_011CTestkit{number:014}")),
        (
            "anthropic-organization-id",
            "5c0ffee5-0000-4000-8000-00000000feed".into(),
        ),
        ("anthropic-ratelimit-requests-limit", "4000".into()),
        (
            "anthropic-ratelimit-requests-remaining",
            (3_999 - used).to_string(),
        ),
        ("anthropic-ratelimit-requests-reset", reset.clone()),
        ("anthropic-ratelimit-input-tokens-limit", "2000000".into()),
        (
            "anthropic-ratelimit-input-tokens-remaining",
            (2_000_000 - used * 9_000).to_string(),
        ),
        ("anthropic-ratelimit-input-tokens-reset", reset.clone()),
        ("anthropic-ratelimit-output-tokens-limit", "400000".into()),
        (
            "anthropic-ratelimit-output-tokens-remaining",
            (400_000 - used * 800).to_string(),
        ),
        ("anthropic-ratelimit-output-tokens-reset", reset.clone()),
        ("anthropic-ratelimit-tokens-limit", "2400000".into()),
        (
            "anthropic-ratelimit-tokens-remaining",
            (2_400_000 - used * 9_800).to_string(),
        ),
        ("anthropic-ratelimit-tokens-reset", reset),
        ("via", "1.1 google".into()),
        ("cf-cache-status", "DYNAMIC".into()),
        ("x-robots-tag", "none".into()),
    ]
}

fn openai(number: u64) -> [(&'static str, String); 12] {
    let used = number % 40;
    [
        ("x-request-id", format!("req_{number:032x}")),
        ("openai-organization", "org-testkit-example".into()),
        ("openai-project", "proj_testkit_example".into()),
        ("openai-processing-ms", (180 + used * 7).to_string()),
        ("openai-version", "2020-10-01".into()),
        ("x-ratelimit-limit-requests", "10000".into()),
        ("x-ratelimit-limit-tokens", "30000000".into()),
        ("x-ratelimit-remaining-requests", (9_999 - used).to_string()),
        (
            "x-ratelimit-remaining-tokens",
            (30_000_000 - used * 9_000).to_string(),
        ),
        ("x-ratelimit-reset-requests", "6ms".into()),
        ("x-ratelimit-reset-tokens", "12ms".into()),
        (
            "set-cookie",
            "__cf_bm=testkit-made-up-cookie; path=/; HttpOnly; Secure".into(),
        ),
    ]
}
