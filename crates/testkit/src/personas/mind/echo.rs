//! What shall be said again, word for word.

use super::Solved;
use super::quoted::{after, quotations};

const VERBS: &[&str] = &[
    "repeat",
    "echo",
    "reply with",
    "respond with",
    "answer with",
    "output",
    "print",
    "write",
    "say",
    "return",
    "type",
    "include",
    "copy",
    "begin with",
    "start with",
    "end with",
];
/// What follows a verb without being what shall be said.
const ABOUT: &[&str] = &[
    "number",
    "integer",
    "result",
    "answer",
    "word",
    "digit",
    "letter",
    "json",
    "code",
    "value",
    "sum",
    "product",
    "a ",
    "an ",
    "in ",
    "one ",
    "your ",
    "each",
    "all ",
    "total",
    "them",
    "it ",
    "about",
    "two ",
    "three ",
    "no ",
    "nothing",
    "yes or no",
    "sentence",
    "name",
    "story",
    "essay",
];

/// The payload of a question, if it asks for one. What was already worked out is not said twice.
pub(crate) fn payload(question: &str, solved: &[Solved]) -> Option<Solved> {
    let at = after(question, VERBS)?;
    let say = |text: &str| {
        let text = text.trim();
        (!text.is_empty()).then(|| Solved {
            at,
            value: text.to_owned(),
            hard: false,
        })
    };
    if let Some(code) = codes(question).first()
        && !solved
            .iter()
            .any(|one| one.value.eq_ignore_ascii_case(code))
    {
        // A worked-out string stands for the code that it was made of.
        let made_of = solved
            .iter()
            .any(|one| one.value.len() == code.len() && one.value.chars().rev().eq(code.chars()));
        return if made_of { None } else { say(code) };
    }
    if solved.is_empty() {
        if let Some(quotation) = quotations(&question[at..]).first() {
            return say(quotation.text);
        }
        let rest = question[at..].trim_start();
        let rest = [
            "exactly",
            "only",
            "just",
            "the single",
            "this",
            "the following",
            "back",
            "to me",
        ]
        .iter()
        .fold(rest, |rest, word| {
            rest.strip_prefix(word).unwrap_or(rest).trim_start()
        });
        if let Some((_, behind)) = rest.split_once(':') {
            let line = behind.trim_start().lines().next().unwrap_or_default();
            return say(line);
        }
        let rest = rest.strip_prefix("the word ").unwrap_or(rest);
        let lower = rest.to_lowercase();
        let lower = lower.strip_prefix("the ").unwrap_or(&lower);
        if ABOUT.iter().any(|word| lower.starts_with(word)) {
            return None;
        }
        let end = rest.find(['.', '\n', ',', ';']).unwrap_or(rest.len());
        let words = &rest[..end];
        return (words.split(' ').count() <= 6)
            .then(|| say(words))
            .flatten();
    }
    None
}

/// Words that look like codes: capitals or letters mixed with digits.
pub(crate) fn codes(text: &str) -> Vec<String> {
    let part = |letter: char| letter.is_ascii_alphanumeric() || letter == '-' || letter == '_';
    let mut found: Vec<String> = Vec::new();
    for word in text.split(|letter| !part(letter)) {
        let word = word.trim_matches(['-', '_']);
        let digits = word.bytes().filter(u8::is_ascii_digit).count();
        let letters = word.bytes().filter(u8::is_ascii_alphabetic).count();
        let changes = word
            .as_bytes()
            .windows(2)
            .filter(|two| two[0].is_ascii_lowercase() && two[1].is_ascii_uppercase())
            .count();
        let shouted = word.len() >= 6
            && word.contains('-')
            && word.bytes().filter(u8::is_ascii_uppercase).count() >= letters.max(1)
            && letters >= 4;
        let mixed = word.len() >= 6 && digits >= 2 && letters >= 1
            || word.len() >= 8 && digits + changes >= 2 && letters >= 2;
        let long_number = digits >= 8 && letters == 0 && !word.contains('-');
        if (shouted || mixed || long_number) && !found.iter().any(|had| had == word) {
            found.push(word.to_owned());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(question: &str, expected: Option<&str>) {
        let said = payload(question, &[]).map(|one| one.value);
        assert_eq!(said.as_deref(), expected, "{question}");
    }

    #[test]
    fn what_shall_be_repeated() {
        check("Say just hello", Some("hello"));
        check("Repeat exactly: the tide is high", Some("the tide is high"));
        check(
            "Reply with the word \"amber\" and nothing else.",
            Some("amber"),
        );
        check("Echo this code: k3Jf82LmQ0xZpp17", Some("k3Jf82LmQ0xZpp17"));
        check("Reply with only the number.", None);
        check("Write a story about a lighthouse", None);
        check(
            "Reply with the token QX-7731-ZEBRA and nothing else",
            Some("QX-7731-ZEBRA"),
        );
    }
}
