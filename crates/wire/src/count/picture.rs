//! Tokens of images from their size in pixels, which stands in the first bytes: nothing is decoded.

use super::family;
use crate::conversation::base64;
use crate::dialect::Dialect;

/// Tokens of an image whose size is not known: the most that Anthropic charges for one, and about what
/// a full screen costs at OpenAI.
pub const IMAGE: u32 = 1_600;

/// How a vendor charges for images.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Vision {
    /// An area of 750 pixels is a token, after the image was made to fit 1,568 pixels.
    Anthropic,
    /// 85 tokens and 170 for each tile of 512 pixels, after it was made to fit 2048 × 768.
    OpenAi,
}

/// Longest edge and most tokens at Anthropic.
const ANTHROPIC_EDGE: u64 = 1_568;
const ANTHROPIC_AREA: u64 = 750;
/// OpenAI's numbers: what an image costs at all, what a tile costs, and the sizes it is made to fit.
const OPENAI_BASE: u64 = 85;
const OPENAI_TILE: u64 = 170;
const OPENAI_EDGE: u64 = 2_048;
const OPENAI_SHORT_EDGE: u64 = 768;
const OPENAI_TILE_EDGE: u64 = 512;

/// Characters of base64 that hold the size in every format but JPEG, where it stands behind
/// thumbnails and colour profiles.
const HEAD: usize = 128;
const JPEG_HEAD: usize = 1_024 * 1_024;

/// Width and height in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Size {
    pub(crate) width: u32,
    pub(crate) height: u32,
}

impl Vision {
    /// The rule of whoever a dialect is usually spoken to.
    pub(crate) fn of_dialect(dialect: Dialect) -> Self {
        match dialect {
            Dialect::Anthropic => Self::Anthropic,
            _ => Self::OpenAi,
        }
    }

    /// The rule of whoever made a model.
    pub(crate) fn of_model(model: &str) -> Self {
        match family(model).contains("claude") {
            true => Self::Anthropic,
            false => Self::OpenAi,
        }
    }

    /// Tokens of an image given as base64. `low`: the client asked for the small version (`detail`).
    pub(crate) fn base64(self, data: &str, low: bool) -> u32 {
        match (self, low) {
            (Self::OpenAi, true) => OPENAI_BASE as u32,
            _ => size_of_base64(data).map_or(IMAGE, |size| self.tokens(size)),
        }
    }

    /// Tokens of an image that is named by its address.
    pub(crate) fn address(self, low: bool) -> u32 {
        match (self, low) {
            (Self::OpenAi, true) => OPENAI_BASE as u32,
            _ => IMAGE,
        }
    }

    fn tokens(self, size: Size) -> u32 {
        let (width, height) = (u64::from(size.width).max(1), u64::from(size.height).max(1));
        let tokens = match self {
            Self::Anthropic => {
                let (width, height) = fitted(width, height, width.max(height), ANTHROPIC_EDGE);
                (width * height)
                    .div_ceil(ANTHROPIC_AREA)
                    .min(u64::from(IMAGE))
            }
            Self::OpenAi => {
                let (width, height) = fitted(width, height, width.max(height), OPENAI_EDGE);
                let (width, height) = fitted(width, height, width.min(height), OPENAI_SHORT_EDGE);
                let tiles = width.div_ceil(OPENAI_TILE_EDGE) * height.div_ceil(OPENAI_TILE_EDGE);
                OPENAI_BASE + OPENAI_TILE * tiles
            }
        };
        u32::try_from(tokens).unwrap_or(IMAGE)
    }
}

/// Both edges made smaller, so that `edge` becomes at most `limit`.
fn fitted(width: u64, height: u64, edge: u64, limit: u64) -> (u64, u64) {
    if edge <= limit {
        return (width, height);
    }
    let fit = |length: u64| (length * limit).div_ceil(edge);
    (fit(width), fit(height))
}

/// Size of an image given as base64.
fn size_of_base64(data: &str) -> Option<Size> {
    let head = base64::decode_beginning(data, HEAD);
    if head.starts_with(b"\xff\xd8") {
        return jpeg(&base64::decode_beginning(data, JPEG_HEAD));
    }
    size_of(&head)
}

/// Size from the first bytes of PNG, GIF or WebP.
fn size_of(bytes: &[u8]) -> Option<Size> {
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        return Some(Size {
            width: u32::from_be_bytes(array(bytes, 16)?),
            height: u32::from_be_bytes(array(bytes, 20)?),
        });
    }
    if bytes.starts_with(b"GIF87a") || bytes.starts_with(b"GIF89a") {
        return Some(Size {
            width: u16::from_le_bytes(array(bytes, 6)?).into(),
            height: u16::from_le_bytes(array(bytes, 8)?).into(),
        });
    }
    if bytes.starts_with(b"RIFF") && bytes.get(8..12)? == b"WEBP" {
        return webp(bytes);
    }
    None
}

fn webp(bytes: &[u8]) -> Option<Size> {
    const FOURTEEN_BITS: u32 = 0x3fff;
    match bytes.get(12..16)? {
        b"VP8 " if bytes.get(23..26)? == b"\x9d\x01\x2a" => Some(Size {
            width: u32::from(u16::from_le_bytes(array(bytes, 26)?)) & FOURTEEN_BITS,
            height: u32::from(u16::from_le_bytes(array(bytes, 28)?)) & FOURTEEN_BITS,
        }),
        b"VP8L" if bytes.get(20)? == &0x2f => {
            let bits = u32::from_le_bytes(array(bytes, 21)?);
            Some(Size {
                width: (bits & FOURTEEN_BITS) + 1,
                height: (bits >> 14 & FOURTEEN_BITS) + 1,
            })
        }
        b"VP8X" => {
            let three = |at: usize| -> Option<u32> {
                let [low, middle, high] = array(bytes, at)?;
                Some(u32::from_le_bytes([low, middle, high, 0]) + 1)
            };
            Some(Size {
                width: three(24)?,
                height: three(27)?,
            })
        }
        _ => None,
    }
}

/// Walks the segments of a JPEG to the first frame header.
fn jpeg(bytes: &[u8]) -> Option<Size> {
    let mut at = 2;
    loop {
        if *bytes.get(at)? != 0xff {
            return None;
        }
        let marker = *bytes.get(at + 1)?;
        match marker {
            // Filling before a marker.
            0xff => at += 1,
            // Markers without a body.
            0x01 | 0xd0..=0xd8 => at += 2,
            // Frame headers; the three left out are tables.
            0xc0..=0xcf if !matches!(marker, 0xc4 | 0xc8 | 0xcc) => {
                return Some(Size {
                    height: u16::from_be_bytes(array(bytes, at + 5)?).into(),
                    width: u16::from_be_bytes(array(bytes, at + 7)?).into(),
                });
            }
            // The picture itself begins without a frame, or the file ends.
            0xd9 | 0xda => return None,
            _ => {
                let length = usize::from(u16::from_be_bytes(array(bytes, at + 2)?));
                at += 2 + length.max(2);
            }
        }
    }
}

fn array<const LENGTH: usize>(bytes: &[u8], at: usize) -> Option<[u8; LENGTH]> {
    bytes.get(at..at.checked_add(LENGTH)?)?.try_into().ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn size(width: u32, height: u32) -> Option<Size> {
        Some(Size { width, height })
    }

    #[test]
    fn sizes_are_read_from_the_first_bytes() {
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x03\x20\0\0\x02\x58";
        assert_eq!(size_of(png), size(800, 600));
        assert_eq!(size_of(&png[..22]), None);
        assert_eq!(size_of(b"GIF89a\x40\x01\xf0\x00"), size(320, 240));
        let lossy = b"RIFF\0\0\0\0WEBPVP8 \0\0\0\0\0\0\0\x9d\x01\x2a\x80\x02\xe0\x01";
        assert_eq!(size_of(lossy), size(640, 480));
        let extended = b"RIFF\0\0\0\0WEBPVP8X\0\0\0\0\0\0\0\0\x7f\x02\0\xdf\x01\0";
        assert_eq!(size_of(extended), size(640, 480));
        let bits = (639u32 | 479 << 14).to_le_bytes();
        let lossless = [&b"RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f"[..], &bits].concat();
        assert_eq!(size_of(&lossless), size(640, 480));
        assert_eq!(size_of(b"BM"), None);
    }

    #[test]
    fn a_jpeg_is_walked_to_its_frame() {
        let frame = b"\xff\xc2\0\x11\x08\x01\xe0\x02\x80\x03";
        let thumbnail = [&b"\xff\xe1\x40\x02"[..], &[0x42; 0x4000]].concat();
        let tables = b"\xff\xff\xdb\0\x04ab\xff\xc4\0\x03c";
        let whole = [&b"\xff\xd8"[..], &thumbnail, tables, frame].concat();
        assert_eq!(jpeg(&whole), size(640, 480));
        assert_eq!(jpeg(&whole[..whole.len() - 4]), None);
        assert_eq!(jpeg(b"\xff\xd8\xff\xe0\0\0\xff\xda"), None);
    }

    #[test]
    fn vendors_charge_by_area_and_by_tiles() {
        for (width, height, anthropic, openai) in [
            (1, 1, 1, 255),
            (200, 200, 54, 255),
            (1000, 1000, 1334, 765),
            (1024, 1024, 1399, 765),
            (4000, 3000, 1600, 765),
            (2048, 4096, 1600, 1105),
            (u32::MAX, 1, 3, 765),
        ] {
            let size = Size { width, height };
            assert_eq!(Vision::Anthropic.tokens(size), anthropic, "{size:?}");
            assert_eq!(Vision::OpenAi.tokens(size), openai, "{size:?}");
        }
    }

    #[test]
    fn small_detail_is_cheap_at_openai_only() {
        assert_eq!(Vision::OpenAi.base64("", true), 85);
        assert_eq!(Vision::OpenAi.address(true), 85);
        assert_eq!(Vision::Anthropic.base64("", true), IMAGE);
        assert_eq!(Vision::Anthropic.base64("*", false), IMAGE);
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken(bytes in proptest::collection::vec(any::<u8>(), 0..64), which in 0usize..5) {
            let heads: [&[u8]; 5] = [b"", b"\xff\xd8", b"RIFF\0\0\0\0WEBP", b"GIF89a", b"\x89PNG\r\n\x1a\n"];
            let bytes = [heads[which], &bytes].concat();
            jpeg(&bytes);
            size_of(&bytes);
        }
    }
}
