//! Cutting text into pieces that stand for tokens, and guessing how many tokens a text has.

/// Longest piece of a word, in characters.
const PIECE: usize = 6;

/// The text as pieces: words with the space behind them, long words in parts, Chinese by two characters.
pub(crate) fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut start = 0;
    let mut held = 0;
    let mut wide = false;
    for (at, character) in text.char_indices() {
        let is_wide = character as u32 >= 0x2E80;
        let after_space = at > 0 && text[..at].ends_with([' ', '\n']);
        let is_new = held > 0
            && ((after_space && !character.is_whitespace())
                || is_wide != wide
                || held >= if wide { 2 } else { PIECE });
        if is_new {
            pieces.push(&text[start..at]);
            start = at;
            held = 0;
        }
        wide = is_wide;
        held += 1;
    }
    if start < text.len() {
        pieces.push(&text[start..]);
    }
    pieces
}

/// How many tokens a text may have: four bytes of ASCII or two thirds of a token for any other character.
pub(crate) fn estimate(text: &str) -> u64 {
    let ascii = text.bytes().filter(u8::is_ascii).count() as u64;
    let others = text
        .chars()
        .filter(|character| !character.is_ascii())
        .count() as u64;
    ascii / 4 + others * 2 / 3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_make_the_text_again() {
        for text in [
            "",
            "one two  three",
            "internationalisation\n\nyes",
            "你好，世界 and 更多",
            "🙂🙂",
        ] {
            assert_eq!(pieces(text).concat(), text);
        }
        assert_eq!(pieces("Hello brave world"), ["Hello ", "brave ", "world"]);
    }
}
