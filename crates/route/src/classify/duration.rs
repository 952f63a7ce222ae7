//! Durations as the vendors write them.

use std::time::Duration;

/// Units, longest spelling first so that none is taken for another.
const UNITS: &[(&str, f64)] = &[
    ("milliseconds", 0.001),
    ("seconds", 1.0),
    ("minutes", 60.0),
    ("second", 1.0),
    ("minute", 60.0),
    ("hours", 3600.0),
    ("hour", 3600.0),
    ("days", 86400.0),
    ("day", 86400.0),
    ("min", 60.0),
    ("sec", 1.0),
    ("ms", 0.001),
    ("µs", 0.000_001),
    ("us", 0.000_001),
    ("ns", 0.000_000_001),
    ("秒", 1.0),
    ("分钟", 60.0),
    ("小时", 3600.0),
    ("天", 86400.0),
    ("s", 1.0),
    ("m", 60.0),
    ("h", 3600.0),
    ("d", 86400.0),
];

/// `6m0s`, `12ms`, `1h2m3.5s`, `38s`: the whole text has to be one.
pub(super) fn whole(text: &str) -> Option<Duration> {
    let (duration, rest) = leading(text)?;
    rest.trim().is_empty().then_some(duration)
}

/// The duration that a text begins with (`5 days 22 hours 11 minutes.`), and what follows.
pub(super) fn leading(text: &str) -> Option<(Duration, &str)> {
    let (mut seconds, mut rest, mut found) = (0.0, text.trim_start(), false);
    loop {
        let length = rest.find(|sign: char| !sign.is_ascii_digit() && sign != '.');
        let (number, after) = rest.split_at(length.unwrap_or(rest.len()));
        let Ok(number) = number.parse::<f64>() else {
            break;
        };
        let after = after.trim_start();
        let Some((unit, factor)) = UNITS.iter().find(|(unit, _)| after.starts_with(unit)) else {
            break;
        };
        seconds += number * factor;
        rest = after[unit.len()..].trim_start_matches([' ', ',']);
        found = true;
    }
    found.then_some(())?;
    Duration::try_from_secs_f64(seconds)
        .ok()
        .map(|duration| (duration, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_go_durations_and_words() {
        for (text, millis) in [
            ("6m0s", 360_000),
            ("12ms", 12),
            ("1h2m3.5s", 3_723_500),
            ("38s", 38_000),
            ("9m38.016s", 578_016),
            ("5 days 22 hours 11 minutes", 511_860_000),
            ("30秒", 30_000),
            ("0s", 0),
        ] {
            assert_eq!(whole(text), Some(Duration::from_millis(millis)), "{text}");
        }
        for bad in ["", "s", "-5s", "5", "5 parsecs", "1e9s", "nan"] {
            assert_eq!(whole(bad), None, "{bad}");
        }
    }
}
