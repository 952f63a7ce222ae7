//! What stations mean by their words; the words are data.

use serde::Deserialize;

use crate::problem::Problem;

/// See the file.
const PHRASES: &str = include_str!("../../../config/stations/phrases.toml");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    phrase: Vec<Phrase>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Phrase {
    about: About,
    words: Vec<String>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum About {
    KeyExhausted,
    KeyExpired,
    KeyDisabled,
    KeyInvalid,
    AccountBanned,
    AccountExhausted,
    AddressNotAllowed,
    CheckedIn,
    CheckInOff,
    NeedsBrowser,
}

/// What a refusal says about key or account, if it is known. Only refusals are looked up, so the small file
/// is read anew each time.
pub(crate) fn meaning(code: &str, message: &str) -> Option<Problem> {
    let said = format!("{code} {message}").to_lowercase();
    let file: File = toml::from_str(PHRASES).ok()?;
    let phrase = file.phrase.into_iter().find(|phrase| {
        phrase
            .words
            .iter()
            .any(|words| said.contains(words.as_str()))
    })?;
    Some(match phrase.about {
        About::KeyExhausted => Problem::KeyExhausted,
        About::KeyExpired => Problem::KeyExpired,
        About::KeyDisabled => Problem::KeyDisabled,
        About::KeyInvalid => Problem::KeyInvalid,
        About::AccountBanned => Problem::AccountBanned,
        About::AccountExhausted => Problem::AccountExhausted,
        About::AddressNotAllowed => Problem::AddressNotAllowed,
        About::CheckedIn => Problem::CheckedIn,
        About::CheckInOff => Problem::CheckInOff,
        About::NeedsBrowser => Problem::NeedsBrowser,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_have_meanings() {
        for (code, message, expected) in [
            (
                "",
                "该令牌额度已用尽 TokenStatusExhausted[sk-abc***xyz]",
                Some(Problem::KeyExhausted),
            ),
            ("", "该令牌已过期", Some(Problem::KeyExpired)),
            (
                "",
                "This token status is unavailable",
                Some(Problem::KeyDisabled),
            ),
            (
                "INVALID_API_KEY",
                "Invalid API key",
                Some(Problem::KeyInvalid),
            ),
            ("INSUFFICIENT_BALANCE", "", Some(Problem::AccountExhausted)),
            ("", "今日已签到", Some(Problem::CheckedIn)),
            ("", "签到功能未启用", Some(Problem::CheckInOff)),
            ("", "Turnstile token 为空", Some(Problem::NeedsBrowser)),
            ("", "something else", None),
        ] {
            assert_eq!(meaning(code, message), expected, "{code} {message}");
        }
    }

    #[test]
    fn the_file_is_in_lower_case() {
        let file: File = toml::from_str(PHRASES).unwrap();
        for word in file.phrase.iter().flat_map(|phrase| &phrase.words) {
            assert_eq!(*word, word.to_lowercase());
        }
    }
}
