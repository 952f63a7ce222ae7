//! What commands write on stdout: one JSON document, sentences, or tables.

use std::io::{ErrorKind, Write};

use serde::Serialize;

use crate::console::fit;
use crate::failure::Failure;

/// Space between two columns.
const GAP: &str = "  ";

/// Widest cell: what an upstream says can be long.
const WIDEST: usize = 60;

/// Writes a text and ends the line. A reader that has seen enough (`| head`) is no failure.
pub(crate) fn say(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => Ok(written?),
    }
}

/// Writes a document.
pub(crate) fn document(document: &impl Serialize) -> Result<(), Failure> {
    say(&serde_json::to_string_pretty(document)?)
}

/// Says something about the work that goes on, on stderr.
#[expect(clippy::print_stderr, reason = "progress, apart from the answer")]
pub(crate) fn progress(text: &str) {
    eprintln!("{text}");
}

/// How a column stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// Aligned columns under their headings; columns in which nothing stands are left out.
pub(crate) fn table<const N: usize>(headings: [(&str, Side); N], rows: &[[String; N]]) -> String {
    let shown = |text: &str| fit::shorten(text, WIDEST);
    let mut lines = vec![String::new(); rows.len() + 1];
    for (number, (heading, side)) in headings.into_iter().enumerate() {
        let cells: Vec<String> = rows.iter().map(|row| shown(&row[number])).collect();
        let widest = cells.iter().map(|cell| fit::width(cell)).max();
        let Some(widest @ 1..) = widest else { continue };
        let columns = widest.max(fit::width(heading));
        let cells = std::iter::once(heading).chain(cells.iter().map(String::as_str));
        for (line, cell) in lines.iter_mut().zip(cells) {
            if !line.is_empty() {
                line.push_str(GAP);
            }
            line.push_str(&match side {
                Side::Left => fit::left(cell, columns),
                Side::Right => fit::right(cell, columns),
            });
        }
    }
    let lines: Vec<&str> = lines.iter().map(|line| line.trim_end()).collect();
    lines.join("\n")
}

/// `1 key`, `2 keys`.
pub(crate) fn count(number: usize, one: &str) -> String {
    match number {
        1 => format!("1 {one}"),
        number => format!("{number} {one}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_below_each_other() {
        let cells = |row: [&str; 4]| row.map(str::to_owned);
        let rows = [
            cells(["摸鱼公益站", "", "3", "ok"]),
            cells(["b", "", "120", ""]),
        ];
        let headings = [
            ("SITE", Side::Left),
            ("TAGS", Side::Left),
            ("KEYS", Side::Right),
            ("HEALTH", Side::Left),
        ];
        assert_eq!(
            table(headings, &rows),
            "SITE        KEYS  HEALTH\n摸鱼公益站     3  ok\nb            120"
        );
    }
}
