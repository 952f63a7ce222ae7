//! The last evidence: the headers and the status alone.

use http::HeaderMap;

use super::body::ErrorBody;
use crate::cause::Cause;

/// What a status says when codes and words say nothing.
pub(super) fn cause(status: u16, headers: &HeaderMap, body: &ErrorBody) -> Cause {
    let challenged = headers
        .get("cf-mitigated")
        .is_some_and(|value| value == "challenge");
    if challenged || (matches!(status, 403 | 503) && is_challenge(&body.words)) {
        return Cause::BrowserChallenge;
    }
    match status {
        300..=399 => Cause::Redirected,
        401 => Cause::Unauthorized,
        402 => Cause::BalanceExhausted,
        403 => Cause::Forbidden,
        404 | 405 => Cause::NotFound,
        408 | 504 | 524 => Cause::UpstreamTimeout,
        413 => Cause::RequestTooLarge,
        429 => Cause::RateLimited,
        // Nginx's sign for a client that left; relays pass it on.
        499 => Cause::ClientLeft,
        400..=499 => Cause::BadRequest,
        529 => Cause::Overloaded,
        502 => Cause::BadGateway,
        503 => Cause::Unavailable,
        _ => Cause::ServerError,
    }
}

/// Cloudflare's page for browsers.
fn is_challenge(words: &str) -> bool {
    words.contains("just a moment")
        || words.contains("_cf_chl_opt")
        || words.contains("cdn-cgi/challenge-platform")
}
