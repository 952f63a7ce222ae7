//! Request bodies as a coding agent sends them: `model` first, a long system prompt, tools, a growing
//! conversation, `stream` last. Consecutive requests share all but their end.

use std::convert::Infallible;
use std::fmt::Write as _;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

use crate::load::Variation;

/// Width of the number that makes each body different from the last.
const SERIAL_WIDTH: usize = 20;
/// How often a distinct body differs from the others: no stored piece of it can be one of another's.
const DISTINCT_EVERY: usize = 2048;

/// All bodies of one size.
pub(crate) struct Template {
    /// Everything before the serial number.
    head: Bytes,
    /// Everything after it.
    tail: Bytes,
    /// Where the head may be changed to make a body unlike all others.
    places: Vec<usize>,
}

impl Template {
    /// Bodies of about that many bytes.
    pub(crate) fn new(size: usize, stream: bool) -> Self {
        let tail = format!("\"}}]}}],\"stream\":{stream}}}");
        let fixed = tail.len() + SERIAL_WIDTH;
        let mut prose = Prose(0x9E37_79B9_7F4A_7C15);
        let mut head = String::from(
            r#"{"model":"claude-sonnet-4-5-20250929","max_tokens":32000,"metadata":{"user_id":"user_bench"},"#,
        );
        // A large request: a third each of system prompt with tools, earlier turns, and a file just read.
        if size > 8 * 1024 {
            let part = size / 3;
            head.push_str(r#""system":[{"type":"text","text":""#);
            prose.write(&mut head, part / 2);
            head.push_str(r#"","cache_control":{"type":"ephemeral"}}],"tools":["#);
            for number in 0..8 {
                let comma = if number == 0 { "" } else { "," };
                // Writing to a String cannot fail.
                let _ = write!(head, r#"{comma}{{"name":"tool_{number}","description":""#);
                prose.write(&mut head, part / 16);
                head.push_str(r#"","input_schema":{"type":"object","properties":{"path":{"type":"string"}}}}"#);
            }
            head.push_str(r#"],"messages":[{"role":"user","content":[{"type":"text","text":""#);
            prose.write(&mut head, part);
            head.push_str(r#""}]},{"role":"assistant","content":[{"type":"text","text":""#);
            prose.write(&mut head, 200);
            head.push_str(r#""}]},"#);
        } else {
            head.push_str(r#""messages":["#);
        }
        head.push_str(r#"{"role":"user","content":[{"type":"text","text":""#);
        let written = head.len() + fixed;
        prose.write(&mut head, size.saturating_sub(written));
        let places = changeable(&head);
        Self {
            head: Bytes::from(head),
            tail: Bytes::from(tail),
            places,
        }
    }

    /// A body that differs from the others in this way.
    pub(crate) fn body(&self, variation: Variation, serial: u64) -> Pieces {
        match variation {
            Variation::NextTurn => self.next_turn(serial),
            Variation::Distinct => self.distinct(serial),
        }
    }

    /// A body that shares all but its end with the others, as an agent's next turn does.
    pub(crate) fn next_turn(&self, serial: u64) -> Pieces {
        let mut end = format!("{serial:0width$}", width = SERIAL_WIDTH);
        end.push_str(std::str::from_utf8(&self.tail).unwrap_or_default());
        Pieces([self.head.clone(), Bytes::from(end)])
    }

    /// A body that shares no longer stretch with any other.
    pub(crate) fn distinct(&self, serial: u64) -> Pieces {
        let mut head = self.head.to_vec();
        let text = format!("{serial:0width$}", width = SERIAL_WIDTH);
        for place in &self.places {
            head[*place..place + SERIAL_WIDTH].copy_from_slice(text.as_bytes());
        }
        let end = self.next_turn(serial).0[1].clone();
        Pieces([Bytes::from(head), end])
    }
}

/// Places in the middle of prose, far enough from its quotation marks, about every 2 kB.
fn changeable(head: &str) -> Vec<usize> {
    (0..head.len() / DISTINCT_EVERY)
        .map(|number| number * DISTINCT_EVERY)
        .filter(|place| {
            head.get(*place..place + SERIAL_WIDTH).is_some_and(|text| {
                text.chars()
                    .all(|letter| letter.is_ascii_lowercase() || letter == ' ')
            })
        })
        .collect()
}

/// A body in two pieces, of which the first is shared by all requests: nothing is copied to send it.
pub(crate) struct Pieces([Bytes; 2]);

impl Body for Pieces {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let next = self.0.iter_mut().find(|piece| !piece.is_empty());
        Poll::Ready(next.map(|piece| Ok(Frame::data(std::mem::take(piece)))))
    }

    fn is_end_stream(&self) -> bool {
        self.0.iter().all(Bytes::is_empty)
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.0.iter().map(|piece| piece.len() as u64).sum())
    }
}

/// Words in no order, always the same: they compress about as well as real text does.
struct Prose(u64);

impl Prose {
    /// Writes that many bytes of words.
    fn write(&mut self, text: &mut String, length: usize) {
        let end = text.len() + length;
        while text.len() < end {
            let word = self.word();
            text.push_str(&word);
            text.push(' ');
        }
        text.truncate(end);
    }

    fn word(&mut self) -> String {
        // xorshift64: quick, and the same on every machine. 4,096 different words.
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        let mut seed = (self.0 >> 20) % 4096 + 1;
        let mut word = String::new();
        for _ in 0..3 + seed % 6 {
            seed = seed.wrapping_mul(1_103_515_245).wrapping_add(12_345);
            word.push(char::from(
                b'a' + u8::try_from((seed >> 16) % 26).unwrap_or(0),
            ));
        }
        word
    }
}

#[cfg(test)]
mod tests {
    use http_body::Body as _;

    use super::{Pieces, Template};

    fn text(pieces: Pieces) -> String {
        pieces
            .0
            .iter()
            .map(|piece| String::from_utf8_lossy(piece).into_owned())
            .collect()
    }

    #[test]
    fn bodies_are_json_of_the_wanted_size() {
        for size in [1024, 30 * 1024, 200 * 1024, 1024 * 1024] {
            let template = Template::new(size, true);
            for body in [template.next_turn(7), template.distinct(8)] {
                let body = text(body);
                assert!(body.len().abs_diff(size) < 300, "{} of {size}", body.len());
                assert!(serde_json::from_str::<serde_json::Value>(&body).is_ok());
                assert!(body.starts_with("{\"model\"") && body.ends_with("\"stream\":true}"));
            }
        }
    }

    #[test]
    fn distinct_bodies_differ_all_along() {
        let template = Template::new(100_000, false);
        let (one, other) = (text(template.distinct(1)), text(template.distinct(2)));
        let same = one.bytes().zip(other.bytes()).collect::<Vec<_>>();
        let longest = same.split(|(a, b)| a != b).map(<[_]>::len).max();
        assert!(
            longest.is_some_and(|longest| longest < 8 * 1024),
            "{longest:?}"
        );
        assert!(template.next_turn(1).size_hint().exact().is_some());
    }
}
