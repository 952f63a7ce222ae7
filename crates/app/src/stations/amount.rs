//! Amounts and dates as people write them.

use base::{Currency, Nanos, Timestamp};
use station::Decimal;

use super::error::StationError;

/// Largest amount that is believed, in whole units: a slip of the keyboard is no fortune.
const LARGEST: i64 = 1_000_000_000;

/// An amount; `None` for an empty text. `1,000` is refused: it is a thousand to some and one to others.
pub(super) fn amount(text: &str) -> Result<Option<Nanos>, StationError> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let bad = || StationError::BadAmount(text.to_owned());
    let nanos = Decimal::parse(text)
        .and_then(Decimal::nanos)
        .ok_or_else(bad)?;
    if nanos.0.unsigned_abs() > LARGEST.unsigned_abs() * 1_000_000_000 {
        return Err(bad());
    }
    Ok(Some(nanos))
}

/// `CNY` or `USD`; renminbi for an empty text.
pub(super) fn currency(text: &str) -> Result<Currency, StationError> {
    match text.trim().to_ascii_uppercase().as_str() {
        "" | "CNY" | "RMB" | "¥" => Ok(Currency::Cny),
        "USD" | "$" => Ok(Currency::Usd),
        _ => Err(StationError::BadCurrency(text.to_owned())),
    }
}

/// A day of local time (its noon) or RFC 3339; `now` for an empty text.
pub(super) fn date(text: &str, now: Timestamp) -> Result<Timestamp, StationError> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(now);
    }
    read_date(text).ok_or_else(|| StationError::BadDate(text.to_owned()))
}

/// The same without a default: also `2026-11-12 08:00:00` of local time.
pub(super) fn read_date(text: &str) -> Option<Timestamp> {
    let time = Timestamp::parse(text).or_else(|| local(text))?;
    // 2000 to 2100: what lies outside is a mistake.
    let plausible = 946_684_800_000_000..4_102_444_800_000_000;
    plausible.contains(&time.0).then_some(time)
}

fn local(text: &str) -> Option<Timestamp> {
    let zone = jiff::tz::TimeZone::system();
    let time = match text.parse::<jiff::civil::Date>() {
        Ok(day) if text.len() <= 10 => day.at(12, 0, 0, 0),
        _ => text.parse::<jiff::civil::DateTime>().ok()?,
    };
    let zoned = time.to_zoned(zone).ok()?;
    Some(Timestamp(zoned.timestamp().as_microsecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_that_may_mean_two_things_are_refused() {
        assert_eq!(amount("12.50").unwrap(), Some(Nanos(12_500_000_000)));
        assert_eq!(amount(" ").unwrap(), None);
        for bad in ["1,000", "$5", "NaN", "1e30", "ten", "9999999999", "--1"] {
            assert!(
                matches!(amount(bad), Err(StationError::BadAmount(_))),
                "{bad}"
            );
        }
    }

    #[test]
    fn days_and_moments_are_read() {
        let now = Timestamp(1);
        assert_eq!(date("", now).unwrap(), now);
        assert_eq!(
            date("2026-11-12T08:00:00Z", now).unwrap().to_string(),
            "2026-11-12T08:00:00.000Z"
        );
        assert!(date("2026-11-12", now).is_ok() && date("2026-11-12 08:00:00", now).is_ok());
        for bad in [
            "12.11.2026",
            "56000-01-01",
            "1970-01-01",
            "2026-13-01",
            "soon",
        ] {
            assert!(
                matches!(date(bad, now), Err(StationError::BadDate(_))),
                "{bad}"
            );
        }
    }

    #[test]
    fn currencies_are_few() {
        assert_eq!(currency("usd").unwrap(), Currency::Usd);
        assert_eq!(currency("").unwrap(), Currency::Cny);
        assert!(currency("EUR").is_err());
    }
}
