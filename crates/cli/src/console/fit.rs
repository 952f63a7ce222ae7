//! Text in cells: what a terminal needs two columns for (Chinese, emoji) counts as two.

use ratatui::style::Style;
use ratatui::text::Span;

/// Stands where text was cut.
const CUT: &str = "…";

/// Columns that a text takes.
pub(crate) fn width(text: &str) -> usize {
    Span::raw(text).width()
}

/// What is shown of a text: at most so many columns, `…` at the end when cut, no control characters.
pub(crate) fn shorten(text: &str, columns: usize) -> String {
    let clean = clean(text);
    if width(&clean) <= columns {
        return clean;
    }
    let room = columns.saturating_sub(width(CUT));
    let mut short = beginning(&clean, room);
    if columns > 0 {
        short.push_str(CUT);
    }
    short
}

/// Shortened or filled with spaces at the right to exactly so many columns.
pub(crate) fn left(text: &str, columns: usize) -> String {
    let text = shorten(text, columns);
    let space = columns - width(&text).min(columns);
    text + &" ".repeat(space)
}

/// Shortened or filled with spaces at the left to exactly so many columns.
pub(crate) fn right(text: &str, columns: usize) -> String {
    let text = shorten(text, columns);
    let space = columns - width(&text).min(columns);
    " ".repeat(space) + &text
}

/// Lines of at most so many columns, broken at spaces where there are some.
pub(crate) fn wrap(text: &str, columns: usize) -> Vec<String> {
    let mut lines = Vec::new();
    if columns < 2 {
        return lines;
    }
    for paragraph in text.lines() {
        let mut rest = clean(paragraph);
        while width(&rest) > columns {
            let piece = beginning(&rest, columns);
            let at_space = piece.rfind(' ').filter(|at| *at > piece.len() / 2);
            // A letter that is wider than the line goes in whole: something has to.
            let least = rest.chars().next().map_or(rest.len(), char::len_utf8);
            let end = at_space.unwrap_or(piece.len()).max(least);
            lines.push(rest[..end].to_owned());
            rest = rest[end..].trim_start().to_owned();
        }
        lines.push(rest);
    }
    lines
}

/// The first whole letters that fit.
fn beginning(text: &str, columns: usize) -> String {
    let mut kept = String::new();
    let mut used = 0;
    let span = Span::raw(text);
    for letter in span.styled_graphemes(Style::new()) {
        used += width(letter.symbol);
        if used > columns {
            break;
        }
        kept.push_str(letter.symbol);
    }
    kept
}

/// Without control characters and writing-direction marks: a model name must not move the cursor, nor
/// turn around what stands beside it.
pub(crate) fn clean(text: &str) -> String {
    let turns = |letter: char| matches!(letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars()
        .map(|letter| if letter == '\t' { ' ' } else { letter })
        .filter(|letter| !letter.is_control() && !turns(*letter))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_counted_not_letters() {
        let check = |text, columns, expected: &str| {
            let fitted = left(text, columns);
            assert_eq!(fitted, expected);
            assert_eq!(width(&fitted), columns);
        };
        check("abc", 5, "abc  ");
        check("abcdef", 5, "abcd…");
        check("站点余额", 5, "站点…");
        check("站点余额", 6, "站点… ");
        check("站点", 4, "站点");
        check("e\u{301}", 2, "e\u{301} ");
        check("abc", 0, "");
        check("abc", 1, "…");
        assert_eq!(right("42", 5), "   42");
    }

    #[test]
    fn control_characters_go() {
        assert_eq!(shorten("a\u{1b}[2Jb\r\n\u{202e}c", 20), "a[2Jbc");
    }

    #[test]
    fn lines_break_at_spaces() {
        assert_eq!(wrap("the upstream broke", 13), ["the upstream", "broke"]);
        assert_eq!(wrap("连接上游失败", 5), ["连接", "上游", "失败"]);
        assert_eq!(wrap("one\ntwo", 9), ["one", "two"]);
        assert_eq!(wrap("上游", 1), Vec::<String>::new());
    }
}
