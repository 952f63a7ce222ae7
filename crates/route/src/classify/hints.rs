//! When a rate limit ends, as the body says.

use base::Timestamp;
use serde_json::Value;

use super::body::ErrorBody;
use super::duration;
use super::moment::{self, Moment};
use super::resets::Resets;

/// Words before a duration.
const BEFORE_DURATION: &[&str] = &[
    "try again in ",
    "retry after ",
    "retry in ",
    "reset after ",
    "resets in ",
];

/// Words before a date without a zone, which the vendors in China write in their own time.
const BEFORE_DATE: &[&str] = &["将在 ", "reset at "];

/// China's time is eight hours ahead, without summer time.
const CHINA_OFFSET_US: i64 = 8 * 3_600 * 1_000_000;

/// The end of a named window.
pub(super) fn window(resets: &Resets<'_>, body: &ErrorBody) -> Option<Timestamp> {
    let document = body.document.as_ref();
    // ChatGPT subscriptions: {"error":{"type":"usage_limit_reached","resets_in_seconds":…,"resets_at":…}}.
    let told = ["/error/resets_at", "/error/resets_in_seconds"]
        .iter()
        .find_map(|place| {
            let number = document?.pointer(place)?.as_f64()?;
            resets.ours(moment::read(&number.to_string())?)
        });
    told.or_else(|| {
        let at = BEFORE_DATE
            .iter()
            .find_map(|before| date_after(&body.words, before))?;
        resets.ours(Moment::At(at))
    })
}

/// A moment without a name.
pub(super) fn stated(resets: &Resets<'_>, body: &ErrorBody) -> Option<Timestamp> {
    let detail = body.document.as_ref().and_then(retry_delay);
    let words = BEFORE_DURATION.iter().find_map(|before| {
        let (_, rest) = body.words.split_once(before)?;
        Some(duration::leading(rest)?.0)
    });
    let wait = detail.max(words)?;
    resets.ours(Moment::In(wait))
}

/// Google's `RetryInfo`, also inside a message that quotes the whole answer.
fn retry_delay(document: &Value) -> Option<std::time::Duration> {
    let details = document.pointer("/error/details").and_then(Value::as_array);
    let mut told = details
        .into_iter()
        .flatten()
        .filter_map(|detail| detail.get("retryDelay")?.as_str());
    if let Some(text) = told.next() {
        return duration::whole(text);
    }
    let quoted = document.pointer("/error/message")?.as_str()?;
    let quoted: Value = serde_json::from_str(quoted).ok()?;
    quoted
        .pointer("/error/details")
        .is_some()
        .then(|| retry_delay(&quoted))?
}

/// `2026-08-25 07:41:44` after the words.
fn date_after(text: &str, before: &str) -> Option<Timestamp> {
    let (_, rest) = text.split_once(before)?;
    let date: jiff::civil::DateTime = rest.get(..19)?.parse().ok()?;
    let zoned = date.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    Some(Timestamp(
        zoned.timestamp().as_microsecond() - CHINA_OFFSET_US,
    ))
}
