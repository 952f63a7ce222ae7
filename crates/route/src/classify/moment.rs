//! Moments as headers write them.

use std::time::Duration;

use base::Timestamp;
use jiff::fmt::rfc2822;

use super::duration;

/// From here on a number is a moment in seconds: as a delay it would be thirty years.
const UNIX_SECONDS: f64 = 1e9;
/// From here on a number is a moment in milliseconds.
const UNIX_MILLIS: f64 = 1e12;

/// A moment, or how long until then.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Moment {
    /// From now.
    In(Duration),
    /// By the upstream's clock.
    At(Timestamp),
}

/// Reads seconds (whole or not), Unix seconds and milliseconds, RFC 3339, HTTP dates, Go durations.
pub(super) fn read(text: &str) -> Option<Moment> {
    let text = text.trim();
    if let Ok(number) = text.parse::<f64>() {
        return number_of(number);
    }
    if let Some(duration) = duration::whole(text) {
        return Some(Moment::In(duration));
    }
    Timestamp::parse(text)
        .or_else(|| http_date(text))
        .map(Moment::At)
}

/// `Sun, 06 Nov 1994 08:49:37 GMT`.
pub(super) fn http_date(text: &str) -> Option<Timestamp> {
    let time = rfc2822::DateTimeParser::new()
        .parse_timestamp(text.trim())
        .ok()?;
    Some(Timestamp(time.as_microsecond()))
}

fn number_of(number: f64) -> Option<Moment> {
    if !number.is_finite() || number < 0.0 {
        return None;
    }
    if number >= UNIX_MILLIS {
        return Some(Moment::At(Timestamp::from_millis(number as i64)));
    }
    if number >= UNIX_SECONDS {
        return Some(Moment::At(Timestamp::from_millis((number * 1000.0) as i64)));
    }
    Duration::try_from_secs_f64(number).ok().map(Moment::In)
}
