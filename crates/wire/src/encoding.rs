//! Undoing `content-encoding` for the record, as the bytes arrive. The client gets the bytes as they came.

use std::io::Write;

/// Most that is decoded of one answer: a small "bomb" must not fill the memory.
const MOST_DECODED: usize = 64 * 1024 * 1024;

/// A push decoder: bytes in, decoded bytes out.
pub struct Decoder {
    state: State,
    decoded: usize,
}

enum State {
    Identity,
    Gzip(Box<flate2::write::MultiGzDecoder<Vec<u8>>>),
    Deflate(Box<flate2::write::ZlibDecoder<Vec<u8>>>),
    Brotli(Box<brotli::DecompressorWriter<Vec<u8>>>),
    Zstd(Box<zstd::stream::write::Decoder<'static, Vec<u8>>>),
    /// An unknown encoding, or bytes that are not what the header said.
    Unreadable,
}

/// Working memory of the Brotli decoder.
const BROTLI_BUFFER: usize = 4096;

impl Decoder {
    /// A decoder for the value of `content-encoding`; `None` for no header.
    pub fn new(encoding: Option<&str>) -> Self {
        let name = encoding.map_or_else(String::new, |name| name.trim().to_ascii_lowercase());
        let state = match &name[..] {
            "" | "identity" => State::Identity,
            "gzip" | "x-gzip" => {
                State::Gzip(Box::new(flate2::write::MultiGzDecoder::new(Vec::new())))
            }
            "deflate" => State::Deflate(Box::new(flate2::write::ZlibDecoder::new(Vec::new()))),
            "br" => State::Brotli(Box::new(brotli::DecompressorWriter::new(
                Vec::new(),
                BROTLI_BUFFER,
            ))),
            "zstd" => match zstd::stream::write::Decoder::new(Vec::new()) {
                Ok(decoder) => State::Zstd(Box::new(decoder)),
                Err(_) => State::Unreadable,
            },
            _ => State::Unreadable,
        };
        Self { state, decoded: 0 }
    }

    /// Whether the bytes are not encoded at all.
    pub fn is_identity(&self) -> bool {
        matches!(self.state, State::Identity)
    }

    /// Takes encoded bytes and gives what they decode to; nothing once the bytes make no sense.
    pub fn feed<'a>(&mut self, bytes: &'a [u8]) -> std::borrow::Cow<'a, [u8]> {
        let written = match &mut self.state {
            State::Identity => return bytes.into(),
            State::Unreadable => return Vec::new().into(),
            State::Gzip(decoder) => push(&mut **decoder, bytes).map(|()| take(decoder.get_mut())),
            State::Deflate(decoder) => {
                push(&mut **decoder, bytes).map(|()| take(decoder.get_mut()))
            }
            State::Brotli(decoder) => push(&mut **decoder, bytes).map(|()| take(decoder.get_mut())),
            State::Zstd(decoder) => push(&mut **decoder, bytes).map(|()| take(decoder.get_mut())),
        };
        let Ok(decoded) = written else {
            self.state = State::Unreadable;
            return Vec::new().into();
        };
        self.decoded += decoded.len();
        if self.decoded > MOST_DECODED {
            self.state = State::Unreadable;
        }
        decoded.into()
    }
}

/// Small steps, so that a bomb is noticed before it has unfolded.
fn push(decoder: &mut impl Write, bytes: &[u8]) -> std::io::Result<()> {
    decoder.write_all(bytes)?;
    decoder.flush()
}

fn take(buffer: &mut Vec<u8>) -> Vec<u8> {
    std::mem::take(buffer)
}

/// Decodes a whole body. `None` when it cannot be read.
pub fn decode(encoding: Option<&str>, body: &[u8]) -> Option<Vec<u8>> {
    let mut decoder = Decoder::new(encoding);
    let mut decoded = Vec::new();
    for chunk in body.chunks(16 * 1024) {
        decoded.extend_from_slice(&decoder.feed(chunk));
        if matches!(decoder.state, State::Unreadable) {
            break;
        }
    }
    (!matches!(decoder.state, State::Unreadable) || !decoded.is_empty()).then_some(decoded)
}

impl std::fmt::Debug for Decoder {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Decoder")
            .field("decoded", &self.decoded)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encode(encoding: &str, text: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        match encoding {
            "gzip" => {
                let mut encoder =
                    flate2::write::GzEncoder::new(&mut out, flate2::Compression::fast());
                encoder.write_all(text).unwrap();
                encoder.finish().unwrap();
            }
            "deflate" => {
                let mut encoder =
                    flate2::write::ZlibEncoder::new(&mut out, flate2::Compression::fast());
                encoder.write_all(text).unwrap();
                encoder.finish().unwrap();
            }
            "br" => {
                let mut encoder = brotli::CompressorWriter::new(&mut out, 4096, 5, 20);
                encoder.write_all(text).unwrap();
            }
            _ => out = zstd::encode_all(text, 3).unwrap(),
        }
        out
    }

    #[test]
    fn decodes_in_any_chunking() {
        let text = "data: {\"text\":\"你好, hello\"}\n\n".repeat(200);
        for encoding in ["gzip", "deflate", "br", "zstd"] {
            let encoded = encode(encoding, text.as_bytes());
            for size in [1, 7, 1000, encoded.len()] {
                let mut decoder = Decoder::new(Some(encoding));
                let decoded: Vec<u8> = encoded
                    .chunks(size)
                    .flat_map(|chunk| decoder.feed(chunk).into_owned())
                    .collect();
                assert!(decoded == text.as_bytes(), "{encoding} in chunks of {size}");
            }
            assert_eq!(
                decode(Some(encoding), &encoded).as_deref(),
                Some(text.as_bytes())
            );
        }
        assert_eq!(decode(None, b"plain").as_deref(), Some(&b"plain"[..]));
    }

    #[test]
    fn nonsense_and_bombs_end_quietly() {
        assert_eq!(decode(Some("gzip"), b"not gzip at all"), None);
        assert_eq!(decode(Some("rot13"), b"x"), None);
        let bomb = encode("gzip", &vec![0; MOST_DECODED * 2]);
        let decoded = decode(Some("gzip"), &bomb).unwrap();
        assert!(
            decoded.len() < MOST_DECODED + 64 * 1024 * 1024,
            "{}",
            decoded.len()
        );
    }
}
