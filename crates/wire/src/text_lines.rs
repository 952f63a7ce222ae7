//! A body as numbered lines, so that a window of lines costs no more than the window.

mod indent;

use memchr::{memchr, memmem};

pub(crate) use indent::indent;

/// Characters after which a line is broken: a browser does not lay out a line of a megabyte.
pub const LINE_LIMIT: usize = 4_000;
/// Lines that `find` names at most.
pub const FOUND_LIMIT: usize = 1_000;

/// A text and where its lines begin.
#[derive(Clone, Debug, Default)]
pub struct Lines {
    text: String,
    /// Byte offset of each line. `u32`, as bodies are far below 4 GB; what lies beyond is one last line.
    starts: Vec<u32>,
    /// Indices of those that continue the one above, because it is longer than `LINE_LIMIT`; ascending.
    continuing: Vec<u32>,
}

/// Lines that hold a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Their indices, ascending, at most `FOUND_LIMIT`.
    pub lines: Vec<u32>,
    /// How often it begins in each of them, without overlaps.
    pub times: Vec<u32>,
    /// Whether there are more lines.
    pub more: bool,
}

impl Lines {
    /// The body as indented JSON; as it is when it is not JSON. Invalid UTF-8 is replaced.
    pub fn pretty(body: &[u8]) -> Self {
        let text = String::from_utf8_lossy(body);
        let json = text.strip_prefix('\u{feff}').unwrap_or(&text);
        match serde_json::from_str::<serde::de::IgnoredAny>(json) {
            Ok(_) => Self::new(indent(json)),
            Err(_) => Self::new(text.into_owned()),
        }
    }

    /// The body as it is. Invalid UTF-8 is replaced.
    pub fn exact(body: &[u8]) -> Self {
        Self::new(String::from_utf8_lossy(body).into_owned())
    }

    fn new(text: String) -> Self {
        let (starts, continuing) = line_starts(&text);
        Self {
            text,
            starts,
            continuing,
        }
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Number of lines, parts of long ones counted each. A line break at the end begins no further line; an
    /// empty text has none.
    pub fn total(&self) -> usize {
        self.starts.len()
    }

    /// Which line of the text the one at `index` is, from 1; `None` if it continues the one above.
    pub fn number(&self, index: usize) -> Option<u32> {
        let index = u32::try_from(index).ok()?;
        let continued = self.continuing.partition_point(|it| *it < index);
        if self.continuing.get(continued) == Some(&index) {
            return None;
        }
        Some(index + 1 - u32::try_from(continued).unwrap_or(index))
    }

    /// Number of lines that the text has, however long they are.
    pub fn numbered(&self) -> usize {
        self.starts.len() - self.continuing.len()
    }

    /// Bytes of the whole text.
    pub fn bytes(&self) -> usize {
        self.text.len()
    }

    /// Up to `count` lines from index `from`, without their line breaks.
    pub fn slice(&self, from: usize, count: usize) -> Vec<&str> {
        let to = from.saturating_add(count).min(self.starts.len());
        (from..to).filter_map(|index| self.line(index)).collect()
    }

    fn line(&self, index: usize) -> Option<&str> {
        let start = *self.starts.get(index)? as usize;
        let end = self
            .starts
            .get(index + 1)
            .map_or(self.text.len(), |end| *end as usize);
        let line = self.text.get(start..end)?;
        let Some(line) = line.strip_suffix('\n') else {
            return Some(line);
        };
        Some(line.strip_suffix('\r').unwrap_or(line))
    }

    /// Lines in which `needle` begins, ignoring the case of ASCII letters.
    pub fn find(&self, needle: &str) -> Found {
        let mut found = Found::default();
        if needle.is_empty() {
            return found;
        }
        // A lower-case copy lets the linear search of memchr do the work.
        let text = self.text.to_ascii_lowercase();
        let needle = needle.to_ascii_lowercase();
        let finder = memmem::Finder::new(needle.as_bytes());
        let mut from = 0;
        while let Some(at) = text
            .as_bytes()
            .get(from..)
            .and_then(|rest| finder.find(rest))
        {
            let at = from + at;
            from = at + needle.len();
            let line = self
                .starts
                .partition_point(|start| *start as usize <= at)
                .saturating_sub(1);
            let line = u32::try_from(line).unwrap_or(u32::MAX);
            if found.lines.last() == Some(&line) {
                if let Some(times) = found.times.last_mut() {
                    *times += 1;
                }
                continue;
            }
            if found.lines.len() == FOUND_LIMIT {
                found.more = true;
                break;
            }
            found.lines.push(line);
            found.times.push(1);
        }
        found
    }
}

/// Where lines begin, and the indices of those that only continue one.
fn line_starts(text: &str) -> (Vec<u32>, Vec<u32>) {
    let (mut starts, mut continuing) = (Vec::new(), Vec::new());
    let mut at = 0;
    while at < text.len() {
        let Ok(start) = u32::try_from(at) else { break };
        starts.push(start);
        let rest = text.get(at..).unwrap_or_default();
        let length = memchr(b'\n', rest.as_bytes()).map_or(rest.len(), |end| end + 1);
        let first = starts.len();
        break_line(rest.get(..length).unwrap_or_default(), at, &mut starts);
        let parts = (first..starts.len()).filter_map(|index| u32::try_from(index).ok());
        continuing.extend(parts);
        at += length;
    }
    (starts, continuing)
}

/// Further starts inside a line that is too long. The line break does not count as a character.
fn break_line(line: &str, at: usize, starts: &mut Vec<u32>) {
    let line = line.strip_suffix('\n').unwrap_or(line);
    if line.len() <= LINE_LIMIT {
        return;
    }
    let breaks = line.char_indices().step_by(LINE_LIMIT).skip(1);
    starts.extend(breaks.filter_map(|(offset, _)| u32::try_from(at + offset).ok()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_those_of_the_text() {
        let lines = Lines::exact(b"one\r\ntwo\n\nfour");
        assert_eq!(lines.slice(0, 10), ["one", "two", "", "four"]);
        assert_eq!(lines.slice(2, 1), [""]);
        assert_eq!(lines.slice(4, 1), Vec::<&str>::new());
        assert_eq!(lines.slice(1, usize::MAX), ["two", "", "four"]);
        assert_eq!(Lines::exact(b"a\n").total(), 1);
        assert_eq!(Lines::exact(b"").total(), 0);
    }

    #[test]
    fn a_long_line_is_broken_at_characters() {
        let long = "漢".repeat(9_000);
        let lines = Lines::exact(format!("{long}\nend").as_bytes());
        let lengths: Vec<_> = lines
            .slice(0, 9)
            .iter()
            .map(|line| line.chars().count())
            .collect();
        assert_eq!(lengths, [4_000, 4_000, 1_000, 3]);
        assert_eq!(lines.slice(0, 3).concat(), long);
        let numbers: Vec<_> = (0..4).map(|index| lines.number(index)).collect();
        assert_eq!(numbers, [Some(1), None, None, Some(2)]);
        assert_eq!((lines.total(), lines.numbered()), (4, 2));
        assert_eq!(Lines::exact("x".repeat(4_000).as_bytes()).total(), 1);
    }

    #[test]
    fn finds_lines_ignoring_ascii_case() {
        let lines = Lines::exact("Alpha alpha\nbeta\n漢字 ALPHA\n".as_bytes());
        assert_eq!(lines.find("alPHA").lines, [0, 2]);
        assert_eq!(lines.find("alPHA").times, [2, 1]);
        assert_eq!(lines.find("字").lines, [2]);
        assert_eq!(lines.find("").lines, Vec::<u32>::new());
        assert_eq!(lines.find("gamma"), Found::default());
    }

    #[test]
    fn names_at_most_a_thousand_lines() {
        let lines = Lines::exact("x\n".repeat(1_000).as_bytes());
        assert_eq!(
            (lines.find("x").lines.len(), lines.find("x").more),
            (1_000, false)
        );
        let lines = Lines::exact("x\n".repeat(1_001).as_bytes());
        assert_eq!(
            (lines.find("x").lines.len(), lines.find("x").more),
            (1_000, true)
        );
    }

    #[test]
    fn what_is_not_json_stays_as_it_is() {
        assert_eq!(Lines::pretty(b"{\"a\":1} x").text(), "{\"a\":1} x");
        assert_eq!(
            Lines::pretty(b"\xef\xbb\xbf{\"a\":\"\xff\"}").text(),
            "{\n  \"a\": \"\u{fffd}\"\n}"
        );
    }
}
