//! What stands between quotation marks of any kind.

/// A quotation and where it begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Quoted<'a> {
    pub(crate) at: usize,
    pub(crate) text: &'a str,
}

/// Pairs of marks; an apostrophe counts only where a word does not go on.
const MARKS: &[(char, char)] = &[
    ('"', '"'),
    ('`', '`'),
    ('“', '”'),
    ('「', '」'),
    ('\'', '\''),
    ('<', '>'),
];

/// All quotations in order.
pub(crate) fn quotations(text: &str) -> Vec<Quoted<'_>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        let length = first.len_utf8();
        let opens = MARKS.iter().find(|(open, _)| *open == first);
        let inside_word = first == '\'' && text[..at].ends_with(char::is_alphanumeric);
        if let Some((_, close)) = opens.filter(|_| !inside_word) {
            // Three backticks and a language name open a block.
            let fence = text[at..].starts_with("```");
            let from = if fence {
                text[at..].find('\n').map_or(at + 3, |line| at + line + 1)
            } else {
                at + length
            };
            let end = if fence {
                text[from..].find("```")
            } else {
                text[from..].find(*close)
            };
            if let Some(end) =
                end.filter(|end| *end > 0 && (fence || !text[from..from + end].contains('\n')))
            {
                let inner = text[from..from + end].trim_end_matches('\n');
                found.push(Quoted {
                    at: from,
                    text: inner,
                });
                at = from + end + if fence { 3 } else { close.len_utf8() };
                continue;
            }
        }
        at += length;
    }
    found
}

/// Where one of these phrases ends, whatever its case; the earliest one.
pub(crate) fn after(text: &str, phrases: &[&str]) -> Option<usize> {
    let lower = text.to_ascii_lowercase();
    phrases
        .iter()
        .filter_map(|phrase| lower.find(phrase).map(|at| at + phrase.len()))
        .min()
}

/// Numbers of a text with their places, thousands' commas read.
pub(crate) fn numbers(text: &str) -> Vec<(usize, i128)> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if !bytes[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let start = at;
        let mut digits = String::new();
        while at < bytes.len() {
            let thousands = bytes[at] == b','
                && text
                    .get(at + 1..at + 4)
                    .is_some_and(|three| three.bytes().all(|one| one.is_ascii_digit()))
                && !bytes.get(at + 4).is_some_and(u8::is_ascii_digit);
            if bytes[at].is_ascii_digit() {
                digits.push(char::from(bytes[at]));
            } else if !thousands {
                break;
            }
            at += 1;
        }
        let within =
            start > 0 && (bytes[start - 1].is_ascii_alphanumeric() || bytes[start - 1] == b'.');
        let goes_on = bytes
            .get(at)
            .is_some_and(|next| next.is_ascii_alphabetic() || *next == b'_');
        if let (false, false, Ok(number)) = (within, goes_on, digits.parse()) {
            found.push((start, number));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_of_all_kinds() {
        let texts = |text| {
            quotations(text)
                .iter()
                .map(|one| one.text.to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(
            texts("the letter 'r' in \"strawberry\", don't"),
            ["r", "strawberry"]
        );
        assert_eq!(texts("run ```sh\nls -l\n``` and `pwd`"), ["ls -l", "pwd"]);
    }

    #[test]
    fn numbers_with_commas() {
        let values: Vec<i128> = numbers("1,234 and 5, 678 x7 8k 12.5")
            .iter()
            .map(|(_, value)| *value)
            .collect();
        assert_eq!(values, [1234, 5, 678, 12]);
    }
}
