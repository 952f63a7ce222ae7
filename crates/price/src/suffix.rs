//! What may be taken off the end of a name without making it another model.

use jiff::civil::Date;

use crate::names::Names;
use crate::resolve::Rule;

/// The name without its last harmless part, and the rule that took it off. An unknown word is never
/// harmless: `-mini`, `-fast`, `-audio` and a version number all name another model.
pub(crate) fn shorten<'a>(names: &Names, name: &'a str) -> Option<(&'a str, Rule)> {
    if names.is_own_model(name) {
        return None;
    }
    if let Some(rest) = without_date(name) {
        return Some((rest, Rule::Suffix));
    }
    let (rest, word) = name.rsplit_once('-')?;
    if names.is_effort(word) {
        return Some((rest, Rule::Suffix));
    }
    if names.is_ending(word) {
        return Some((rest, Rule::Release));
    }
    // A budget of thinking tokens: `-thinking-8192`.
    let budget = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
    let rest = rest.strip_suffix("-thinking").filter(|_| budget)?;
    Some((rest, Rule::Suffix))
}

/// The name without a date: `2025-11-01`, `20251101`, `251101`, `11-2025`, `11-01` or `1101`, each
/// only when it is one.
fn without_date(name: &str) -> Option<&str> {
    let (rest, last) = name.rsplit_once('-')?;
    let number = digits(last)?;
    match last.len() {
        8 => is_date(number / 10_000, number / 100 % 100, number % 100).then_some(rest),
        6 => is_date(2_000 + number / 10_000, number / 100 % 100, number % 100).then_some(rest),
        4 => match two_digits(rest) {
            Some((rest, month)) if is_date(number, month, 1) => Some(rest),
            _ => is_date(LEAP_YEAR, number / 100, number % 100).then_some(rest),
        },
        2 => {
            let (rest, month) = two_digits(rest)?;
            let year = rest.rsplit_once('-').filter(|(_, year)| year.len() == 4);
            let year = year.and_then(|(rest, year)| Some((rest, digits(year)?)));
            match year {
                Some((rest, year)) => is_date(year, month, number).then_some(rest),
                None => is_date(LEAP_YEAR, month, number).then_some(rest),
            }
        }
        _ => None,
    }
}

/// Any leap year: dates without a year may be the 29th of February.
const LEAP_YEAR: u32 = 2024;

fn two_digits(name: &str) -> Option<(&str, u32)> {
    let (rest, last) = name.rsplit_once('-')?;
    (last.len() == 2).then_some((rest, digits(last)?))
}

fn digits(text: &str) -> Option<u32> {
    let all = text.bytes().all(|byte| byte.is_ascii_digit());
    all.then(|| text.parse().ok()).flatten()
}

/// Whether it is a day on which a model of these vendors could have come out.
fn is_date(year: u32, month: u32, day: u32) -> bool {
    let date = || {
        Date::new(
            year.try_into().ok()?,
            month.try_into().ok()?,
            day.try_into().ok()?,
        )
        .ok()
    };
    (2020..2100).contains(&year) && date().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_go_and_versions_stay() {
        for (name, rest) in [
            ("gpt-4o-2024-08-06", Some("gpt-4o")),
            ("claude-opus-4-5-20251101", Some("claude-opus-4-5")),
            ("claude-opus-4-5-251101", Some("claude-opus-4-5")),
            (
                "gemini-2.5-flash-preview-09-2025",
                Some("gemini-2.5-flash-preview"),
            ),
            (
                "gemini-2.5-pro-preview-05-06",
                Some("gemini-2.5-pro-preview"),
            ),
            ("grok-code-fast-1-0825", Some("grok-code-fast-1")),
            ("claude-opus-4-5-20251301", None),
            ("claude-opus-4-5-20250230", None),
            ("claude-opus-4-9", None),
            ("gpt-5-1", None),
            ("model-9999", None),
            ("model-2024-13-06", None),
            ("model-99-99", None),
            ("0825", None),
            ("", None),
        ] {
            assert_eq!(without_date(name), rest, "{name}");
        }
    }
}
