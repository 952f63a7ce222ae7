//! Layers that change headers.

use crate::personas::chance::Chance;
use crate::personas::claude::ids;
use crate::personas::site::{Layer, after};

/// Passes no header of the backend on.
pub(crate) fn strips_headers() -> Box<dyn Layer> {
    after(|_, answered| answered.keep_headers(|name| name == "date"))
}

/// Takes away what tells of subscriptions, as their proxies do.
pub(crate) fn keeps_rate_headers(keep: bool) -> Box<dyn Layer> {
    after(move |_, answered| answered.keep_headers(|name| keep || !name.contains("ratelimit")))
}

/// What relay software and the server before it write.
pub(crate) fn relay_headers() -> Box<dyn Layer> {
    let chance = Chance::named("relay headers");
    after(move |_, answered| {
        let id = ids::letters(ids::BASE62, 30, &mut chance.dice());
        answered.set_header("server", "nginx");
        answered.set_header("x-oneapi-request-id", id);
        answered.set_header("x-new-api-version", "v0.11.4");
    })
}

/// Makes up the headers of the first party, always the same figures.
pub(crate) fn forges_headers() -> Box<dyn Layer> {
    let chance = Chance::named("forged headers");
    after(move |_, answered| {
        let id = ids::letters(ids::BASE62, 24, &mut chance.dice());
        answered.keep_headers(|name| name == "date");
        answered.set_header("request-id", format!("req_{id}"));
        answered.set_header(
            "anthropic-organization-id",
            "3f1c2a70-9b1d-4a53-8c55-6a52e1d0c0de",
        );
        for (name, limit, left) in [
            ("requests", "4000", "3999"),
            ("tokens", "300000", "299000"),
            ("input-tokens", "300000", "299000"),
            ("output-tokens", "80000", "79000"),
        ] {
            answered.set_header(&format!("anthropic-ratelimit-{name}-limit"), limit);
            answered.set_header(&format!("anthropic-ratelimit-{name}-remaining"), left);
            answered.set_header(
                &format!("anthropic-ratelimit-{name}-reset"),
                "2026-01-01T00:00:00Z",
            );
        }
        answered.set_header("server", "cloudflare");
    })
}
