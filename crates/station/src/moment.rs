//! Times as stations write them: seconds, milliseconds or text, and signs for "never".

use base::Timestamp;

use crate::json::Json;

/// Above this a number counts milliseconds: seconds reach it in the year 5138.
const SMALLEST_MILLIS: i64 = 100_000_000_000;
/// Above this a number counts microseconds, above a thousand times as much nanoseconds.
const SMALLEST_MICROS: i64 = 100_000_000_000_000;
/// Moments that are believed, in seconds: 2015 to 2200. Relay software is younger, keys do not live longer.
const BELIEVED: std::ops::Range<i64> = 1_420_070_400..7_258_118_400;

/// When something ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// It does not end, or the station says nothing.
    Never,
    /// At this moment.
    At(Timestamp),
    /// The station wrote something that is no moment of our time.
    Unreadable,
}

/// A moment in any spelling; `None` where it is none of our time.
pub(crate) fn moment(json: &Json) -> Option<Timestamp> {
    let time = match json.text().filter(|text| json_is_not_number(text)) {
        Some(text) => written(text.trim())?,
        None => counted(json.integer()?)?,
    };
    BELIEVED
        .contains(&time.0.div_euclid(1_000_000))
        .then_some(time)
}

/// The end of something: null, 0, -1 and an empty text say "never".
pub(crate) fn ending(json: &Json) -> Ending {
    let never = json.is_null()
        || json.text().is_some_and(|text| text.trim().is_empty())
        || matches!(json.integer(), Some(0 | -1));
    if never {
        return Ending::Never;
    }
    moment(json).map_or(Ending::Unreadable, Ending::At)
}

fn json_is_not_number(text: &str) -> bool {
    crate::decimal::Decimal::parse(text).is_none()
}

/// RFC 3339, also with a space in place of `T`; without an offset UTC is meant.
fn written(text: &str) -> Option<Timestamp> {
    let text = text.replacen(' ', "T", 1);
    Timestamp::parse(&text).or_else(|| Timestamp::parse(&format!("{text}Z")))
}

fn counted(number: i64) -> Option<Timestamp> {
    let size = number.checked_abs()?;
    let micros = if size >= SMALLEST_MICROS * 1_000 {
        Some(number / 1_000)
    } else if size >= SMALLEST_MICROS {
        Some(number)
    } else if size >= SMALLEST_MILLIS {
        number.checked_mul(1_000)
    } else {
        number.checked_mul(1_000_000)
    };
    micros.map(Timestamp)
}

impl Ending {
    /// The moment, where there is one.
    pub(crate) fn at(self) -> Option<Timestamp> {
        match self {
            Self::At(time) => Some(time),
            Self::Never | Self::Unreadable => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(json: &str, expected: Ending) {
        assert_eq!(
            ending(&Json::read(json.as_bytes()).unwrap()),
            expected,
            "{json}"
        );
    }

    #[test]
    fn every_spelling_of_a_time_is_read() {
        let new_year = Timestamp::from_millis(1_798_761_600_000);
        for json in [
            "1798761600",
            "1798761600000",
            "1798761600000000",
            "1798761600000000000",
            "1798761600.0",
            "\"1798761600\"",
            "\"2027-01-01T00:00:00Z\"",
            "\"2027-01-01T08:00:00+08:00\"",
            "\"2027-01-01 00:00:00\"",
        ] {
            check(json, Ending::At(new_year));
        }
    }

    #[test]
    fn never_is_not_the_same_as_nonsense() {
        for json in ["null", "0", "-1", "\"\"", "\"0\""] {
            check(json, Ending::Never);
        }
        // Milliseconds taken for seconds are the year 56000; the year 1 is Go's empty time.
        for json in [
            "99999999999",
            "\"0001-01-01T00:00:00Z\"",
            "\"soon\"",
            "true",
            "1",
            "-62135596800",
            "9223372036854775807",
            "-9223372036854775808",
        ] {
            check(json, Ending::Unreadable);
        }
    }
}
