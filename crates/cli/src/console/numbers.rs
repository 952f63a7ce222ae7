//! Numbers as everywhere in Relayscope: unknown is a dash, an estimate has a tilde, a no-break space
//! stands before the unit.

use app::view::{CostBasis, CostView, TokenBasis};
use base::Timestamp;
use jiff::tz::TimeZone;

/// What is not known. Never `0`.
pub(crate) const MISSING: &str = "—";

/// The space before a unit.
const NBSP: char = '\u{a0}';

/// What three decimals would round to zero, in US dollars.
const LEAST_SHOWN: f64 = 0.0005;

/// Tokens in tables: `412`, `58.4k`, `148k`, `8.41M`.
pub(crate) fn tokens(count: Option<u32>) -> String {
    // The bounds are where rounding would add a digit: 99,950 is 100k, 999,500 is 1.00M.
    match count {
        None => MISSING.to_owned(),
        Some(count @ 0..1_000) => count.to_string(),
        Some(count @ 1_000..99_950) => format!("{:.1}k", f64::from(count) / 1e3),
        Some(count @ 99_950..999_500) => format!("{:.0}k", f64::from(count) / 1e3),
        Some(count) => format!("{:.2}M", f64::from(count) / 1e6),
    }
}

/// The same with a tilde where it is an estimate.
pub(crate) fn told_tokens(count: Option<u32>, basis: TokenBasis) -> String {
    let tilde = count.is_some() && basis == TokenBasis::Estimated;
    format!("{}{}", if tilde { "~" } else { "" }, tokens(count))
}

/// Tokens in the detail: `58,410`.
pub(crate) fn exact(count: Option<u32>) -> String {
    count.map_or_else(|| MISSING.to_owned(), |count| grouped(&count.to_string()))
}

/// Cost of one request: `$0.057`, `~$0.067`, `$0.000` when nothing was used, `—` without a price.
pub(crate) fn cost(cost: &CostView) -> String {
    let Some(usd) = cost.usd else {
        let nothing = cost.basis == CostBasis::None;
        return if nothing { "$0.000" } else { MISSING }.to_owned();
    };
    match cost.basis {
        CostBasis::None => "$0.000".to_owned(),
        CostBasis::Unpriced | CostBasis::Unknown => MISSING.to_owned(),
        CostBasis::Exact => three_decimals('$', usd),
        CostBasis::Estimate => format!("~{}", three_decimals('$', usd)),
    }
}

/// An amount of one request as a number: `$0.019`, `¥0.416`, `<$0.001`.
pub(crate) fn three_decimals(currency: char, amount: f64) -> String {
    if amount > 0.0 && amount < LEAST_SHOWN {
        format!("<{currency}0.001")
    } else {
        format!("{currency}{amount:.3}")
    }
}

/// Totals: `$128.40`, `$1,024.00`.
pub(crate) fn dollars(usd: f64) -> String {
    format!("${}", grouped(&format!("{usd:.2}")))
}

/// Totals: `¥62.90`; no decimals from 1,000 on: `¥1,526`.
pub(crate) fn renminbi(cny: f64) -> String {
    let text = if cny < 1_000.0 {
        format!("{cny:.2}")
    } else {
        format!("{cny:.0}")
    };
    format!("¥{}", grouped(&text))
}

/// Price of a million tokens: `$3`, `$0.30`, `$0.003`.
pub(crate) fn price(usd: f64) -> String {
    if usd.fract() == 0.0 {
        format!("${usd:.0}")
    } else if usd < 0.1 {
        format!("${usd:.3}")
    } else {
        format!("${usd:.2}")
    }
}

/// Time to first token: `1.18 s`.
pub(crate) fn first_token(ms: Option<f64>) -> String {
    ms.map_or_else(
        || MISSING.to_owned(),
        |ms| format!("{:.2}{NBSP}s", ms / 1e3),
    )
}

/// `0.97 s`, `23.3 s`, `1m 26s`, `2h 05m`.
pub(crate) fn duration(ms: Option<f64>) -> String {
    let Some(ms) = ms else {
        return MISSING.to_owned();
    };
    // The bounds are where rounding would reach the next form.
    if ms < 995.0 {
        return format!("{:.2}{NBSP}s", ms / 1e3);
    }
    if ms < 59_950.0 {
        return format!("{:.1}{NBSP}s", ms / 1e3);
    }
    let seconds = (ms / 1e3).round() as u64;
    if seconds < 3_600 {
        return format!("{}m{NBSP}{}s", seconds / 60, seconds % 60);
    }
    format!("{}h{NBSP}{:02}m", seconds / 3_600, seconds / 60 % 60)
}

/// Network phases: `504 ms`, `0.4 ms`.
pub(crate) fn phase(ms: Option<f64>) -> String {
    match ms {
        None => MISSING.to_owned(),
        Some(ms) if ms < 9.95 => format!("{ms:.1}{NBSP}ms"),
        Some(ms) => format!("{ms:.0}{NBSP}ms"),
    }
}

/// Output tokens per second: `84`.
pub(crate) fn speed(tokens_per_second: Option<f64>) -> String {
    tokens_per_second.map_or_else(|| MISSING.to_owned(), |speed| format!("{speed:.0}"))
}

/// A share between 0 and 1: `94%`.
pub(crate) fn percent(share: Option<f64>) -> String {
    share.map_or_else(
        || MISSING.to_owned(),
        |share| format!("{:.0}%", share * 100.0),
    )
}

/// 24 h with seconds: `14:32:20`.
pub(crate) fn clock(at: &str, zone: &TimeZone) -> String {
    let Some(at) = Timestamp::parse(at) else {
        return MISSING.to_owned();
    };
    let at = at.to_jiff().to_zoned(zone.clone());
    format!("{:02}:{:02}:{:02}", at.hour(), at.minute(), at.second())
}

/// Commas between thousands.
fn grouped(number: &str) -> String {
    let whole = number.find('.').unwrap_or(number.len());
    let (whole, rest) = number.split_at(whole);
    let mut text = String::with_capacity(number.len() + whole.len() / 3);
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(given: impl IntoIterator<Item = String>, expected: &[&str]) {
        let shown: Vec<String> = given
            .into_iter()
            .map(|text| text.replace(NBSP, " "))
            .collect();
        assert_eq!(shown, expected);
    }

    #[test]
    fn tokens_in_tables() {
        let counts = [
            0, 412, 999, 1_000, 58_410, 99_900, 99_960, 148_000, 999_400, 999_700, 8_410_000,
        ];
        check(
            counts.map(|count| tokens(Some(count))),
            &[
                "0", "412", "999", "1.0k", "58.4k", "99.9k", "100k", "148k", "999k", "1.00M",
                "8.41M",
            ],
        );
        check(
            [
                tokens(None),
                told_tokens(Some(412), TokenBasis::Estimated),
                told_tokens(None, TokenBasis::Estimated),
                told_tokens(Some(412), TokenBasis::Exact),
            ],
            &["—", "~412", "—", "412"],
        );
    }

    #[test]
    fn tokens_in_the_detail() {
        let counts = [None, Some(7), Some(1_000), Some(58_410), Some(8_410_000)];
        check(
            counts.map(exact),
            &["—", "7", "1,000", "58,410", "8,410,000"],
        );
    }

    #[test]
    fn cost_of_one_request() {
        let shown = |basis, usd| {
            cost(&CostView {
                usd,
                cny: None,
                basis,
            })
        };
        check(
            [
                shown(CostBasis::Exact, Some(0.0567)),
                shown(CostBasis::Estimate, Some(0.067)),
                shown(CostBasis::None, None),
                shown(CostBasis::None, Some(0.3)),
                shown(CostBasis::Exact, Some(0.0004)),
                shown(CostBasis::Estimate, Some(0.0004)),
                shown(CostBasis::Exact, Some(0.0)),
                shown(CostBasis::Unpriced, None),
                shown(CostBasis::Unpriced, Some(0.3)),
                shown(CostBasis::Estimate, None),
            ],
            &[
                "$0.057", "~$0.067", "$0.000", "$0.000", "<$0.001", "~<$0.001", "$0.000", "—", "—",
                "—",
            ],
        );
    }

    #[test]
    fn totals_and_prices() {
        check(
            [
                dollars(128.4),
                dollars(1_024.0),
                renminbi(62.9),
                renminbi(1_526.4),
            ],
            &["$128.40", "$1,024.00", "¥62.90", "¥1,526"],
        );
        check(
            [3.0, 0.3, 18.75, 0.028].map(price),
            &["$3", "$0.30", "$18.75", "$0.028"],
        );
    }

    #[test]
    fn times() {
        check(
            [first_token(Some(1_184.0)), first_token(None)],
            &["1.18 s", "—"],
        );
        let ms = [
            970.0,
            994.0,
            996.0,
            23_300.0,
            59_949.0,
            59_960.0,
            86_000.0,
            3_725_000.0,
        ];
        check(
            ms.map(|ms| duration(Some(ms))),
            &[
                "0.97 s", "0.99 s", "1.0 s", "23.3 s", "59.9 s", "1m 0s", "1m 26s", "1h 02m",
            ],
        );
        check(
            [504.0, 0.4, 9.97].map(|ms| phase(Some(ms))),
            &["504 ms", "0.4 ms", "10 ms"],
        );
        let utc = TimeZone::UTC;
        check(
            [clock("2025-11-13T14:32:20.5Z", &utc), clock("never", &utc)],
            &["14:32:20", "—"],
        );
    }

    #[test]
    fn speed_and_percent() {
        check(
            [
                speed(Some(84.2)),
                speed(None),
                percent(Some(0.94)),
                percent(None),
            ],
            &["84", "—", "94%", "—"],
        );
    }
}
