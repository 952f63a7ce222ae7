//! Server-sent events, parsed as the bytes arrive.
//!
//! Gives the same events for any chunking. Follows the HTML standard's grammar with two differences
//! that real upstreams ask for: an event that the end of the stream leaves without its blank line is
//! still given, and an event is cut at [`LARGEST_EVENT`] so that a stream that never ends a line
//! cannot fill the memory.

use memchr::memchr2;

/// Bytes of one line, and of the data of one event, that are kept. The largest honest events are
/// whole images in a tool result: a few MiB.
pub const LARGEST_EVENT: usize = 8 * 1024 * 1024;

/// One event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event<'a> {
    /// Value of the `event` field; empty without one.
    pub name: &'a [u8],
    /// Values of the `data` fields, joined by a line feed.
    pub data: &'a [u8],
    /// Bytes on the wire from the end of the event before. Over the whole stream they add up.
    pub bytes: usize,
}

/// The state between two chunks.
#[derive(Debug, Default)]
pub struct Parser {
    /// Beginning of a line whose end has not arrived.
    line: Vec<u8>,
    name: Vec<u8>,
    data: Vec<u8>,
    has_data: bool,
    /// Bytes since the last event.
    bytes: usize,
    /// The last byte was a carriage return: a line feed right after it belongs to the same line end.
    after_return: bool,
    /// Lines that have ended; the first may begin with a byte-order mark.
    past_first_line: bool,
}

impl Parser {
    /// A parser at the beginning of a stream.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next bytes and gives every event that they complete.
    pub fn feed(&mut self, chunk: &[u8], each: &mut impl FnMut(Event<'_>)) {
        let mut rest = chunk;
        if self.after_return && !rest.is_empty() {
            self.after_return = false;
            if rest[0] == b'\n' {
                self.bytes += 1;
                rest = &rest[1..];
            }
        }
        while let Some(end) = memchr2(b'\n', b'\r', rest) {
            if let Some((event, after)) = self.whole(rest, end) {
                each(event);
                self.bytes = 0;
                rest = after;
                continue;
            }
            self.bytes += end + 1;
            if self.line.is_empty() {
                self.end_line(&rest[..end], each);
            } else {
                self.carry(&rest[..end]);
                let line = std::mem::take(&mut self.line);
                self.end_line(&line, each);
                self.line = line;
                self.line.clear();
            }
            let returned = rest[end] == b'\r';
            rest = &rest[end + 1..];
            if returned {
                match rest.first() {
                    Some(b'\n') => {
                        self.bytes += 1;
                        rest = &rest[1..];
                    }
                    Some(_) => {}
                    None => self.after_return = true,
                }
            }
        }
        self.bytes += rest.len();
        self.carry(rest);
    }

    /// The event that begins here and is complete, written as nearly all are: a name, one line of data, a blank
    /// line. It is given where it stands: with many streams at once the cost is in the memory that is touched.
    /// `end`: of the first line.
    fn whole<'a>(&self, rest: &'a [u8], end: usize) -> Option<(Event<'a>, &'a [u8])> {
        let is_at_rest = self.line.is_empty() && self.name.is_empty() && !self.has_data;
        if !is_at_rest || !self.past_first_line {
            return None;
        }
        let (first, after) = (&rest[..end], rest[end..].strip_prefix(b"\n")?);
        let name = first.strip_prefix(b"event: ")?;
        let data = after.strip_prefix(b"data: ")?;
        let end = memchr2(b'\n', b'\r', data)?;
        let after = data[end..].strip_prefix(b"\n\n")?;
        let data = &data[..end];
        let fits = first.len().max(data.len() + b"data: ".len()) <= LARGEST_EVENT;
        let bytes = self.bytes + rest.len() - after.len();
        fits.then_some((Event { name, data, bytes }, after))
    }

    /// Ends the stream: gives the event that was not closed by a blank line, if there is one.
    pub fn finish(&mut self, each: &mut impl FnMut(Event<'_>)) {
        if !self.line.is_empty() {
            let line = std::mem::take(&mut self.line);
            self.end_line(&line, each);
        }
        self.dispatch(each);
    }

    /// Whether a line or an event has begun and not ended.
    pub fn in_the_middle(&self) -> bool {
        self.has_data || !self.line.is_empty()
    }

    fn carry(&mut self, part: &[u8]) {
        let room = LARGEST_EVENT.saturating_sub(self.line.len());
        self.line.extend_from_slice(&part[..part.len().min(room)]);
    }

    fn end_line(&mut self, line: &[u8], each: &mut impl FnMut(Event<'_>)) {
        let mut line = &line[..line.len().min(LARGEST_EVENT)];
        if !self.past_first_line {
            self.past_first_line = true;
            line = line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line);
        }
        if line.is_empty() {
            return self.dispatch(each);
        }
        let (field, value) = match memchr::memchr(b':', line) {
            Some(colon) => {
                let value = &line[colon + 1..];
                (&line[..colon], value.strip_prefix(b" ").unwrap_or(value))
            }
            None => (line, &b""[..]),
        };
        match field {
            b"data" => {
                if self.has_data {
                    self.data.push(b'\n');
                }
                self.has_data = true;
                let room = LARGEST_EVENT.saturating_sub(self.data.len());
                self.data.extend_from_slice(&value[..value.len().min(room)]);
            }
            b"event" => {
                self.name.clear();
                self.name.extend_from_slice(value);
            }
            // Comments (empty field), `id`, `retry` and unknown fields say nothing to us.
            _ => {}
        }
    }

    fn dispatch(&mut self, each: &mut impl FnMut(Event<'_>)) {
        if self.has_data {
            each(Event {
                name: &self.name,
                data: &self.data,
                bytes: self.bytes,
            });
            self.bytes = 0;
        }
        self.name.clear();
        self.data.clear();
        self.has_data = false;
        // A giant event must not keep its room for the rest of the stream.
        self.data.shrink_to(64 * 1024);
        self.line.shrink_to(64 * 1024);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parse(chunks: &[&[u8]]) -> Vec<(String, String, usize)> {
        let mut events = Vec::new();
        let mut parser = Parser::new();
        let mut take = |event: Event<'_>| {
            events.push((
                String::from_utf8_lossy(event.name).into_owned(),
                String::from_utf8_lossy(event.data).into_owned(),
                event.bytes,
            ));
        };
        for chunk in chunks {
            parser.feed(chunk, &mut take);
        }
        parser.finish(&mut take);
        events
    }

    fn check(stream: &str, expected: &[(&str, &str)]) {
        let events = parse(&[stream.as_bytes()]);
        let seen: Vec<_> = events
            .iter()
            .map(|(name, data, _)| (&name[..], &data[..]))
            .collect();
        assert_eq!(seen, expected, "{stream:?}");
    }

    #[test]
    fn follows_the_grammar() {
        check("data: a\n\n", &[("", "a")]);
        check("event: x\ndata: a\n\n", &[("x", "a")]);
        check("data:a\ndata: b\ndata\n\n", &[("", "a\nb\n")]);
        check(": comment\n\ndata: a\n\n", &[("", "a")]);
        check("event: lost\n\ndata: a\n\n", &[("", "a")]);
        check(
            "data: a\r\n\r\ndata: b\r\rdata: c\n\n",
            &[("", "a"), ("", "b"), ("", "c")],
        );
        check("\u{FEFF}data: a\n\n", &[("", "a")]);
        check("data:  two spaces\n\n", &[("", " two spaces")]);
        check("id: 1\nretry: 5\nnonsense\ndata: a\n\n", &[("", "a")]);
        check(
            "data: {\"colon\": \"in: value\"}\n\n",
            &[("", "{\"colon\": \"in: value\"}")],
        );
    }

    #[test]
    fn gives_what_the_end_left_open() {
        check("data: a\n\ndata: b", &[("", "a"), ("", "b")]);
        check("data: a\n", &[("", "a")]);
        check("", &[]);
    }

    #[test]
    fn counts_every_byte_once() {
        let stream = "data: a\r\n\r\n: ping\r\n\r\ndata: b\r\n\r\ndata: c\r\n";
        let counted: usize = parse(&[stream.as_bytes()])
            .iter()
            .map(|event| event.2)
            .sum();
        assert_eq!(counted, stream.len());
    }

    #[test]
    fn cuts_giants() {
        let giant = vec![b'x'; LARGEST_EVENT + 5_000_000];
        let events = parse(&[b"data: ", &giant, b"\n\ndata: after\n\n"]);
        assert_eq!(events[0].1.len() + "data: ".len(), LARGEST_EVENT);
        assert_eq!(events[1].1, "after");
        let mut line = b"data: ".to_vec();
        line.extend_from_slice(&giant);
        line.extend_from_slice(b"\n\ndata: after\n\n");
        assert_eq!(
            parse(&[&line]),
            events,
            "the cut does not depend on the chunks"
        );
    }

    proptest! {
        #[test]
        fn chunking_changes_nothing(
            stream in "(data|event|id|:| |\r|\n|\r\n|\n\n|x|é|\u{FEFF}|event: x\ndata: [xé]{0,3}\n\n){0,60}",
            cuts in proptest::collection::vec(0usize..200, 0..12),
        ) {
            let bytes = stream.as_bytes();
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(bytes.len())).collect();
            cuts.extend([0, bytes.len()]);
            cuts.sort_unstable();
            let chunks: Vec<&[u8]> = cuts.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect();
            let strip = |events: Vec<(String, String, usize)>| -> Vec<(String, String)> {
                events.into_iter().map(|(name, data, _)| (name, data)).collect()
            };
            prop_assert_eq!(strip(parse(&chunks)), strip(parse(&[bytes])));
        }
    }
}
