//! Undoing `content-encoding` for the record, as the bytes arrive. The client gets the bytes as they came.

mod coding;
mod layer;
mod plain;
mod sink;
mod zstd;

use std::borrow::Cow;
use std::io::Write;

use layer::Layer;
use sink::{Sink, Target};

/// Most that is decoded of one body: as long as the longest request that is taken.
const MOST_DECODED: usize = 64 * 1024 * 1024;

/// Decoded bytes that any body may have, whatever its size.
const FREE: usize = 4 * 1024 * 1024;

/// Decoded bytes for each encoded one beyond that. Streams and conversations have 5 to 40; more is a "bomb", and
/// its work must not exceed what it cost to send: at this ratio a megabyte from the network is a tenth of a
/// second here.
const MOST_RATIO: usize = 100;

/// Codings on top of each other that are undone; nobody uses more than one.
const MOST_LAYERS: usize = 4;

/// A push decoder: bytes in, decoded bytes out. What it holds and gives at once never exceeds its limit.
pub struct Decoder {
    state: State,
    /// Most decoded bytes.
    most: usize,
    /// Encoded bytes so far.
    encoded: usize,
}

enum State {
    Identity,
    Layers(Box<Layer>),
    /// The limit was reached: the rest stays unread.
    Cut,
    /// Bytes that are not what the header said.
    Unreadable,
}

impl Decoder {
    /// A decoder for the value of `content-encoding`; `None` for no header.
    pub fn new(encoding: Option<&str>) -> Self {
        Self::up_to(encoding, MOST_DECODED)
    }

    /// The same, giving no more than `most` bytes of a body that is encoded.
    pub fn up_to(encoding: Option<&str>, most: usize) -> Self {
        let codings = encoding.map(coding::listed).unwrap_or_default();
        let state = match codings.len() {
            0 => State::Identity,
            // In the order in which they were applied: what was applied last is undone first.
            1..=MOST_LAYERS => {
                let stack = |target, coding| Target::Layer(Box::new(Layer::new(coding, target)));
                match codings.into_iter().fold(Target::default(), stack) {
                    Target::Layer(outermost) => State::Layers(outermost),
                    Target::Sink(_) => State::Identity,
                }
            }
            _ => State::Unreadable,
        };
        Self {
            state,
            most: most.min(MOST_DECODED),
            encoded: 0,
        }
    }

    /// Whether the bytes are not encoded at all.
    pub fn is_identity(&self) -> bool {
        matches!(self.state, State::Identity)
    }

    /// Whether there was more than is decoded.
    pub fn is_cut(&self) -> bool {
        matches!(self.state, State::Cut)
    }

    /// Takes encoded bytes and gives what they decode to; nothing once the bytes make no sense.
    pub fn feed<'a>(&mut self, bytes: &'a [u8]) -> Cow<'a, [u8]> {
        let layers = match &mut self.state {
            State::Identity => return bytes.into(),
            State::Cut | State::Unreadable => return Cow::default(),
            State::Layers(layers) => layers,
        };
        self.encoded = self.encoded.saturating_add(bytes.len());
        let earned = self.encoded.saturating_mul(MOST_RATIO).saturating_add(FREE);
        layers.sink().limit = earned.min(self.most);
        let pushed = layers.write_all(bytes).and_then(|()| layers.flush());
        let sink: &mut Sink = layers.sink();
        let decoded = std::mem::take(&mut sink.bytes);
        if sink.is_full {
            self.state = State::Cut;
        } else if pushed.is_err() {
            self.state = State::Unreadable;
        }
        decoded.into()
    }
}

/// Decodes a whole body. `None` when it cannot be read.
pub fn decode(encoding: Option<&str>, body: &[u8]) -> Option<Vec<u8>> {
    decode_up_to(encoding, body, MOST_DECODED)
}

/// Decodes the beginning of a body, no more than `most` bytes of it. `None` when it cannot be read.
pub fn decode_up_to(encoding: Option<&str>, body: &[u8], most: usize) -> Option<Vec<u8>> {
    let mut decoder = Decoder::up_to(encoding, most);
    if decoder.is_identity() {
        return Some(body[..body.len().min(most)].to_vec());
    }
    let decoded = decoder.feed(body).into_owned();
    (!matches!(decoder.state, State::Unreadable) || !decoded.is_empty()).then_some(decoded)
}

/// Whether a body unfolds to more than [`decode`] gives.
pub fn is_cut(encoding: Option<&str>, body: &[u8]) -> bool {
    let mut decoder = Decoder::new(encoding);
    decoder.feed(body);
    decoder.is_cut()
}

impl std::fmt::Debug for Decoder {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Decoder")
            .field("encoded", &self.encoded)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
