//! Base64, decoded tolerantly: both alphabets, white space, missing padding.

/// Decodes a text that comes in pieces.
#[derive(Debug, Default)]
pub(crate) struct Decoder {
    bits: u32,
    held: u32,
    ended: bool,
}

impl Decoder {
    /// Appends the bytes of the next piece; `false` at a character that belongs to no alphabet.
    pub(crate) fn feed(&mut self, piece: &str, bytes: &mut Vec<u8>) -> bool {
        for character in piece.bytes() {
            let value = match character {
                b'A'..=b'Z' => character - b'A',
                b'a'..=b'z' => character - b'a' + 26,
                b'0'..=b'9' => character - b'0' + 52,
                b'+' | b'-' => 62,
                b'/' | b'_' => 63,
                b' ' | b'\t' | b'\r' | b'\n' => continue,
                b'=' => {
                    self.ended = true;
                    break;
                }
                _ => return false,
            };
            if self.ended {
                break;
            }
            self.bits = self.bits << 6 | u32::from(value);
            self.held += 6;
            if self.held >= 8 {
                self.held -= 8;
                bytes.push((self.bits >> self.held & 0xff) as u8);
            }
        }
        true
    }
}

/// The bytes; `None` at a character that belongs to no alphabet.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3 + 3);
    Decoder::default().feed(text, &mut bytes).then_some(bytes)
}

/// The bytes that the first characters stand for, as far as they are base64.
pub(crate) fn decode_beginning(text: &str, characters: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    let head = text.get(..text.floor_char_boundary(characters));
    Decoder::default().feed(head.unwrap_or_default(), &mut bytes);
    bytes
}

/// Bytes that a base64 text stands for, without decoding it.
pub(crate) fn decoded_length(text: &str) -> u32 {
    let characters = text.trim_end_matches(['=', '\n', '\r']).len();
    u32::try_from(characters / 4 * 3 + characters % 4 * 3 / 4).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes() {
        for (text, bytes) in [
            ("", &b""[..]),
            ("Zg==", b"f"),
            ("Zg", b"f"),
            ("Zm8=", b"fo"),
            ("Zm9v\r\nYmFy", b"foobar"),
            ("-_-_", b"\xfb\xff\xbf"),
            ("+/+/", b"\xfb\xff\xbf"),
        ] {
            assert_eq!(decode(text).as_deref(), Some(bytes), "{text}");
        }
        assert_eq!(decode("a*b"), None);
        assert_eq!(decoded_length("Zm9vYmE="), 5);
        assert_eq!(decoded_length("Zm9vYg=="), 4);
    }
}
