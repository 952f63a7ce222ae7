//! When a rate limit ends, as the headers say.

use std::time::Duration;

use base::Timestamp;
use http::HeaderMap;

use super::moment::{self, Moment};

/// Pairs of headers: what is left, and when it is filled up again.
const BUCKETS: &[(&str, &str)] = &[
    (
        "anthropic-ratelimit-requests-remaining",
        "anthropic-ratelimit-requests-reset",
    ),
    (
        "anthropic-ratelimit-tokens-remaining",
        "anthropic-ratelimit-tokens-reset",
    ),
    (
        "anthropic-ratelimit-input-tokens-remaining",
        "anthropic-ratelimit-input-tokens-reset",
    ),
    (
        "anthropic-ratelimit-output-tokens-remaining",
        "anthropic-ratelimit-output-tokens-reset",
    ),
    (
        "x-ratelimit-remaining-requests",
        "x-ratelimit-reset-requests",
    ),
    ("x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens"),
    ("x-ratelimit-remaining", "x-ratelimit-reset"),
    ("ratelimit-remaining", "ratelimit-reset"),
];

/// The headers of an answer, and the moment it came.
pub(super) struct Resets<'a> {
    headers: &'a HeaderMap,
    now: Timestamp,
    /// What the upstream's clock showed: its dates are compared to this, not to our clock.
    theirs: Timestamp,
    longest: Duration,
}

impl<'a> Resets<'a> {
    pub(super) fn new(headers: &'a HeaderMap, now: Timestamp, longest_s: u64) -> Self {
        let date = headers.get("date").and_then(|value| value.to_str().ok());
        Self {
            headers,
            now,
            theirs: date.and_then(moment::http_date).unwrap_or(now),
            longest: Duration::from_secs(longest_s),
        }
    }

    /// Text of a header.
    pub(super) fn text(&self, name: &str) -> Option<&'a str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Names of the headers.
    pub(super) fn names(&self) -> impl Iterator<Item = &'a str> {
        self.headers.keys().map(http::HeaderName::as_str)
    }

    /// A moment by our clock. Not the past, and nothing further away than is believable.
    pub(super) fn ours(&self, moment: Moment) -> Option<Timestamp> {
        let wait = match moment {
            Moment::In(wait) => wait,
            Moment::At(at) => {
                Duration::from_micros(u64::try_from(at.0.checked_sub(self.theirs.0)?).ok()?)
            }
        };
        (wait <= self.longest).then(|| self.now.plus_micros(wait.as_micros() as i64))
    }

    /// The moment in a header, by our clock.
    pub(super) fn at(&self, name: &str) -> Option<Timestamp> {
        self.ours(moment::read(self.text(name)?)?)
    }

    /// What the headers state without naming a window: the latest of Retry-After and of the empty buckets.
    pub(super) fn stated(&self) -> Option<Timestamp> {
        let millis = self
            .text("retry-after-ms")
            .and_then(|text| text.trim().parse().ok());
        let millis = millis.and_then(|millis| self.ours(Moment::In(Duration::from_millis(millis))));
        let empty = BUCKETS.iter().filter(|(left, _)| self.is_empty(left));
        let resets = empty.filter_map(|(_, reset)| self.at(reset));
        self.at("retry-after")
            .into_iter()
            .chain(millis)
            .chain(resets)
            .max()
    }

    fn is_empty(&self, name: &str) -> bool {
        let left = self
            .text(name)
            .and_then(|text| text.trim().parse::<f64>().ok());
        left.is_some_and(|left| left <= 0.0)
    }
}
