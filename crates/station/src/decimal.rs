//! Decimal numbers read from the text they were sent as, so that no float touches money.

use std::fmt;

use base::Nanos;
use serde::{Deserialize, Serialize};

/// Digits before the point: more is no amount of anything.
const WHOLE_DIGITS: usize = 19;
/// Digits kept behind the point. Servers that print floats send up to 17 significant ones.
const DECIMALS: usize = 18;

/// An exact decimal number: `digits` / 10^`scale`, without needless zeros at the end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Decimal {
    digits: i128,
    scale: u32,
}

impl Decimal {
    /// Nothing.
    pub const ZERO: Self = Self {
        digits: 0,
        scale: 0,
    };

    /// Reads `12`, `-0.0123`, `1e8`, `1.5E-3`. Digits after the eighteenth decimal are cut off. `None` for
    /// anything else: `1,000` (thousand or one?), `NaN`, `$5`, numbers of more than 19 whole digits.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (negative, text) = match text.as_bytes().first()? {
            b'-' => (true, &text[1..]),
            b'+' => (false, &text[1..]),
            _ => (false, text),
        };
        let (mantissa, exponent) = match text.find(['e', 'E']) {
            Some(at) => (&text[..at], exponent(&text[at + 1..])?),
            None => (text, 0),
        };
        let (whole, decimals) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !is_digits(whole) || !is_digits(decimals) {
            return None;
        }
        if mantissa.ends_with('.') {
            return None;
        }
        let written = format!("{whole}{decimals}");
        let significant = written.trim_start_matches('0');
        let leading = written.len() - significant.len();
        let point = whole.len() as i64 - leading as i64 + exponent;
        let digits = place(significant, point)?;
        Some(Self::new(
            if negative { -digits } else { digits },
            DECIMALS as u32,
        ))
    }

    /// A whole number.
    pub fn whole(number: i64) -> Self {
        Self::new(i128::from(number), 0)
    }

    /// An amount of money.
    pub fn of(amount: Nanos) -> Self {
        Self::new(i128::from(amount.0), 9)
    }

    fn new(mut digits: i128, mut scale: u32) -> Self {
        while scale > 0 && digits % 10 == 0 {
            digits /= 10;
            scale -= 1;
        }
        Self { digits, scale }
    }

    /// Billionths, a half going to the even neighbour; `None` where they do not fit.
    pub fn nanos(self) -> Option<Nanos> {
        product(&[self], &[])
    }

    /// The number where it is a whole one that fits.
    pub fn to_i64(self) -> Option<i64> {
        if self.scale > 0 {
            return None;
        }
        i64::try_from(self.digits).ok()
    }

    /// The whole part, towards zero; `None` where it does not fit.
    pub fn floor_i64(self) -> Option<i64> {
        i64::try_from(self.digits / 10_i128.pow(self.scale)).ok()
    }

    /// The sum; `None` where it does not fit.
    pub fn plus(self, other: Self) -> Option<Self> {
        let scale = self.scale.max(other.scale);
        let raised = |number: Self| {
            number
                .digits
                .checked_mul(10_i128.checked_pow(scale - number.scale)?)
        };
        Some(Self::new(raised(self)?.checked_add(raised(other)?)?, scale))
    }

    /// The product; `None` where it does not fit.
    pub fn times(self, other: Self) -> Option<Self> {
        let digits = self.digits.checked_mul(other.digits)?;
        Some(Self::new(digits, self.scale.checked_add(other.scale)?))
    }

    /// Whether it is 0.
    pub fn is_zero(self) -> bool {
        self.digits == 0
    }

    /// Whether it is less than 0.
    pub fn is_negative(self) -> bool {
        self.digits < 0
    }

    /// Whether it is greater than 0.
    pub fn is_positive(self) -> bool {
        self.digits > 0
    }

    /// For display and for comparing with a tolerance only.
    pub fn to_f64(self) -> f64 {
        self.digits as f64 / 10_f64.powi(self.scale as i32)
    }
}

/// The product of some numbers over the product of others, in nanos, rounded once, a half to the even
/// neighbour. `None` where it does not fit or a divisor is 0.
pub fn product(factors: &[Decimal], divisors: &[Decimal]) -> Option<Nanos> {
    let (mut above, mut below) = (i128::from(Nanos::PER_UNIT), 1_i128);
    for factor in factors {
        (above, below) = times(
            above,
            below,
            factor.digits,
            10_i128.checked_pow(factor.scale)?,
        )?;
    }
    for divisor in divisors {
        if divisor.digits == 0 {
            return None;
        }
        (above, below) = times(
            above,
            below,
            10_i128.checked_pow(divisor.scale)?,
            divisor.digits,
        )?;
    }
    if below < 0 {
        (above, below) = (-above, -below);
    }
    round(above, below)
}

fn times(above: i128, below: i128, by: i128, over: i128) -> Option<(i128, i128)> {
    let (left, right) = (shared(above, over), shared(by, below));
    Some((
        (above / left).checked_mul(by / right)?,
        (below / right).checked_mul(over / left)?,
    ))
}

/// The greatest common divisor, at least 1.
fn shared(one: i128, other: i128) -> i128 {
    let (mut one, mut other) = (one.unsigned_abs(), other.unsigned_abs());
    while other != 0 {
        (one, other) = (other, one % other);
    }
    i128::try_from(one).unwrap_or(1).max(1)
}

fn round(above: i128, below: i128) -> Option<Nanos> {
    let down = above.div_euclid(below);
    let rest = above.rem_euclid(below);
    let up = match rest.cmp(&(below - rest)) {
        std::cmp::Ordering::Less => false,
        std::cmp::Ordering::Equal => down % 2 != 0,
        std::cmp::Ordering::Greater => true,
    };
    i64::try_from(down + i128::from(up)).ok().map(Nanos)
}

/// The exponent behind `e`. One that needs more digits than a number of this world is held at the edge.
fn exponent(text: &str) -> Option<i64> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let size = digits.parse::<i64>().unwrap_or(i64::MAX).min(1_000_000);
    Some(if negative { -size } else { size })
}

/// `significant` with its point after `point` digits, as a count of 10^-18.
fn place(significant: &str, point: i64) -> Option<i128> {
    if significant.is_empty() {
        return Some(0);
    }
    if point > WHOLE_DIGITS as i64 {
        return None;
    }
    let wanted = point + DECIMALS as i64;
    if wanted <= 0 {
        return Some(0);
    }
    let wanted = wanted as usize;
    let kept = &significant[..significant.len().min(wanted)];
    let missing = (wanted - kept.len()) as u32;
    kept.parse::<i128>()
        .ok()?
        .checked_mul(10_i128.checked_pow(missing)?)
}

/// The exact number without needless zeros.
impl fmt::Display for Decimal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.digits < 0 { "-" } else { "" };
        let digits = self.digits.unsigned_abs();
        if self.scale == 0 {
            return write!(out, "{sign}{digits}");
        }
        let per = 10_u128.pow(self.scale);
        let width = self.scale as usize;
        write!(out, "{sign}{}.{:0width$}", digits / per, digits % per)
    }
}

/// As text: JSON numbers are floats to most readers.
impl Serialize for Decimal {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("not a decimal number"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, printed: Option<&str>) {
        let read = Decimal::parse(text).map(|number| number.to_string());
        assert_eq!(read.as_deref(), printed, "{text}");
    }

    #[test]
    fn reads_every_spelling_of_a_number() {
        check("12", Some("12"));
        check("-0.0123", Some("-0.0123"));
        check(" 750.0 ", Some("750"));
        check("1e8", Some("100000000"));
        check("1.5E-3", Some("0.0015"));
        check("-1.25e+2", Some("-125"));
        check("0e999999999999999999999", Some("0"));
        check("1e-999999999999999999999", Some("0"));
        check("0.000000000000000001", Some("0.000000000000000001"));
        check("0.0000000000000000019", Some("0.000000000000000001"));
        check(
            "9999999999999999999.999999999999999999",
            Some("9999999999999999999.999999999999999999"),
        );
    }

    #[test]
    fn refuses_what_may_mean_two_things() {
        for text in [
            "",
            " ",
            "-",
            ".",
            "5.",
            ".5",
            "1,000",
            "1_000",
            "NaN",
            "inf",
            "$5",
            "1e",
            "1e1.5",
            "٣",
            "--1",
            "0x10",
            "1e20",
            "12345678901234567890",
        ] {
            check(text, None);
        }
    }

    #[test]
    fn products_are_exact_and_rounded_once() {
        let number = |text: &str| Decimal::parse(text).unwrap();
        let quota = product(&[number("6250000")], &[number("500000")]);
        assert_eq!(quota, Some(Nanos(12_500_000_000)));
        // A third of a dollar, times three currencies: rounded at the end, not twice.
        let third = product(&[number("1"), number("3")], &[number("3")]);
        assert_eq!(third, Some(Nanos(1_000_000_000)));
        assert_eq!(product(&[number("1")], &[Decimal::ZERO]), None);
        assert_eq!(product(&[number("9999999999")], &[]), None);
        assert_eq!(number("0.0000000005").nanos(), Some(Nanos(0)));
        assert_eq!(number("0.0000000015").nanos(), Some(Nanos(2)));
        assert_eq!(number("-0.0000000015").nanos(), Some(Nanos(-2)));
    }
}
