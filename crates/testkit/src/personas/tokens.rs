//! Cutting text into tokens as two tokenizers of Claude and three of others might. Measured prompts of the
//! genuine service come out exactly; everything else is a plausible count that is the same every time.

use super::chance::hash;

/// A tokenizer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Family {
    /// Claude up to 4.6.
    Old,
    /// Claude from 4.7 on, about a third more.
    New,
    /// OpenAI's.
    Gpt,
    /// The ones of GLM, Kimi, Qwen and MiniMax: good at Chinese.
    Chinese,
    /// DeepSeek's.
    DeepSeek,
}

/// A piece of text and how many tokens it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Piece<'a> {
    pub(crate) text: &'a str,
    pub(crate) tokens: u64,
}

/// Words that these tokenizers cut although they are short, or keep although they are long.
const EXCEPTIONS: &[(&str, u64, u64)] = &[("pelican", 2, 3), ("apple", 1, 2), ("multiplied", 1, 2)];

/// How many tokens a text has.
pub(crate) fn count(family: Family, text: &str) -> u64 {
    pieces(family, text).iter().map(|piece| piece.tokens).sum()
}

/// The text in pieces; together they are the text again.
pub(crate) fn pieces(family: Family, text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let (length, tokens) = next(family, rest, first);
        let (piece, behind) = rest.split_at(length);
        pieces.push(Piece {
            text: piece,
            tokens,
        });
        rest = behind;
    }
    pieces
}

/// Length in bytes and tokens of the piece that begins here.
fn next(family: Family, text: &str, first: char) -> (usize, u64) {
    let spaced = usize::from(first == ' ');
    let word = run(&text[spaced..], |character| {
        character.is_alphabetic() && (character as u32) < 0x2E80
    });
    if word > 0 {
        let word = &text[spaced..spaced + word];
        return (spaced + word.len(), word_tokens(family, word));
    }
    if spaced == 0 && first.is_numeric() {
        let digits = run(text, char::is_numeric);
        return match family {
            // Each digit is a token of its own.
            Family::Old | Family::New | Family::DeepSeek => (first.len_utf8(), 1),
            Family::Gpt | Family::Chinese => (digits.min(3), 1),
        };
    }
    if first.is_whitespace() {
        let blank = run(text, char::is_whitespace);
        let before_word = text[..blank].ends_with(' ')
            && text[blank..]
                .starts_with(|next: char| next.is_alphabetic() && (next as u32) < 0x2E80);
        return match blank {
            1 => (1, 1),
            _ if before_word => (blank - 1, 1),
            _ => (blank, 1 + blank as u64 / 16),
        };
    }
    if first as u32 >= 0x2E80 {
        return (first.len_utf8(), wide_tokens(family, first));
    }
    (first.len_utf8(), 1)
}

fn run(text: &str, fits: impl Fn(char) -> bool) -> usize {
    text.find(|character| !fits(character))
        .unwrap_or(text.len())
}

fn word_tokens(family: Family, word: &str) -> u64 {
    let exception = EXCEPTIONS.iter().find(|(known, _, _)| *known == word);
    let letters = word.chars().count() as u64;
    let odd = hash(word.as_bytes()).is_multiple_of(2);
    match (family, exception) {
        (Family::Old, Some((_, old, _))) => *old,
        (Family::New, Some((_, _, new))) => *new,
        (Family::Old, None) => 1 + letters.saturating_sub(4) / 7 * u64::from(letters > 10),
        (Family::New, None) => 1 + u64::from(letters >= 6 && odd) + u64::from(letters >= 9),
        (Family::Gpt, _) => 1 + letters / 13,
        (Family::Chinese, _) => 1 + letters / 10,
        (Family::DeepSeek, _) => 1 + letters / 11,
    }
}

fn wide_tokens(family: Family, character: char) -> u64 {
    let mut bytes = [0; 4];
    let sort = hash(character.encode_utf8(&mut bytes).as_bytes()) % 10;
    match family {
        Family::Old => 1 + u64::from(sort < 2),
        Family::New => 1 + u64::from(sort < 4),
        Family::Gpt => u64::from(sort < 8),
        Family::Chinese | Family::DeepSeek => u64::from(sort < 6),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_the_text_again() {
        for text in [
            "",
            "a  b\n\n c",
            "你好，world 123",
            "fn main() {\n    let x = 12;\n}",
        ] {
            for family in [Family::Old, Family::New, Family::Gpt, Family::Chinese] {
                let joined: String = pieces(family, text)
                    .iter()
                    .map(|piece| piece.text)
                    .collect();
                assert_eq!(joined, text);
            }
        }
    }

    #[test]
    fn measured_prompts_come_out() {
        // Seven tokens around a lone message are added elsewhere.
        for (text, tokens) in [
            ("hello", 1),
            ("Say just hello", 3),
            ("What is 2+2?", 7),
            ("What is 1+1? Answer with just the number.", 13),
            ("Tell me a brief fact about Paris", 7),
            ("Two names for a pet pelican, be brief", 10),
            ("How do I cross the street?", 7),
            ("What is 1+1? Reply in one word.", 12),
            (
                "Compute 173 multiplied by 219. Verify it, then reply with only the integer.",
                22,
            ),
        ] {
            assert_eq!(count(Family::Old, text), tokens, "{text}");
        }
        assert_eq!(count(Family::New, "What is 2+2?"), 7);
    }

    #[test]
    fn the_new_tokenizer_takes_about_a_third_more() {
        let prose = "The harbour was quiet in the early morning and the fishing boats returned slowly \
            with their catch while children collected shells along the narrow shore and merchants \
            arranged baskets of vegetables beneath coloured awnings before customers arrived";
        let ratio = count(Family::New, prose) as f64 / count(Family::Old, prose) as f64;
        assert!((1.2..1.5).contains(&ratio), "{ratio}");
        let apples = " apple".repeat(80);
        assert_eq!(count(Family::Old, &apples), 80);
        assert_eq!(count(Family::New, &apples), 160);
    }
}
