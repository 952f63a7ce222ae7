//! Decimal numbers read from text as integers, so that no float ever touches money.

use base::Nanos;

/// Digits after the point that a price or a factor may have.
const DECIMALS: usize = 9;

/// Digits before the point: more is a mistake, and less than this fits every type used here.
const WHOLE_DIGITS: usize = 9;

/// Reads `12`, `0.0123` and the like as billionths; no sign, no exponent, no bare point.
pub(crate) fn billionths(text: &str) -> Option<u64> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(decimals) {
        return None;
    }
    if whole.len() > WHOLE_DIGITS || decimals.len() > DECIMALS {
        return None;
    }
    let missing_zeros = (DECIMALS - decimals.len()) as u32;
    let whole: u64 = whole.parse().ok()?;
    let decimals: u64 = decimals.parse().ok()?;
    Some(whole * Nanos::PER_UNIT as u64 + decimals * 10_u64.pow(missing_zeros))
}

/// Reads an amount of money.
pub(crate) fn money(text: &str) -> Option<Nanos> {
    billionths(text).map(|nanos| Nanos(nanos as i64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_decimals_exactly() {
        for (text, nanos) in [
            ("0", 0),
            ("5", 5_000_000_000),
            ("0.003625", 3_625_000),
            ("37.5", 37_500_000_000),
            ("0.000000001", 1),
            ("999999999.999999999", 999_999_999_999_999_999),
        ] {
            assert_eq!(money(text), Some(Nanos(nanos)), "{text}");
        }
    }

    #[test]
    fn refuses_what_is_not_a_plain_decimal() {
        for text in [
            "",
            ".",
            "5.",
            ".5",
            "-1",
            "+1",
            "1e3",
            "1,5",
            " 1",
            "1_000",
            "٣",
            "0.0000000001",
            "1000000000",
            "1.2.3",
            "NaN",
        ] {
            assert_eq!(money(text), None, "{text}");
        }
    }
}
