//! Pictures drawn for the probes: small files of any size, each new, with or without digits on them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::random::Random;

/// Rows of a digit, five columns each, most significant bit left.
const DIGITS: [[u8; 7]; 10] = [
    [0x0e, 0x11, 0x13, 0x15, 0x19, 0x11, 0x0e],
    [0x04, 0x0c, 0x04, 0x04, 0x04, 0x04, 0x0e],
    [0x0e, 0x11, 0x01, 0x02, 0x04, 0x08, 0x1f],
    [0x1f, 0x02, 0x04, 0x02, 0x01, 0x11, 0x0e],
    [0x02, 0x06, 0x0a, 0x12, 0x1f, 0x02, 0x02],
    [0x1f, 0x10, 0x1e, 0x01, 0x01, 0x11, 0x0e],
    [0x06, 0x08, 0x10, 0x1e, 0x11, 0x11, 0x0e],
    [0x1f, 0x01, 0x02, 0x04, 0x08, 0x08, 0x08],
    [0x0e, 0x11, 0x11, 0x0e, 0x11, 0x11, 0x0e],
    [0x0e, 0x11, 0x11, 0x0f, 0x01, 0x02, 0x0c],
];

/// Pixels for one dot of a digit.
const DOT: usize = 6;

/// Pixels of a patch of noise: large ones compress well.
const PATCH: usize = 20;

const PAPER: u8 = 235;
const INK: u8 = 20;

/// A grey picture.
pub(super) struct Picture {
    width: usize,
    height: usize,
    grey: Vec<u8>,
}

impl Picture {
    /// A picture with pale patches, never the same twice.
    pub(super) fn noise(width: usize, height: usize, random: &mut Random) -> Self {
        let columns = width.div_ceil(PATCH);
        let patches: Vec<u8> = (0..columns * height.div_ceil(PATCH))
            .map(|_| PAPER - random.below(24) as u8)
            .collect();
        let grey = (0..width * height).map(|place| {
            let (row, column) = (place / width / PATCH, place % width / PATCH);
            patches
                .get(row * columns + column)
                .copied()
                .unwrap_or(PAPER)
        });
        Self {
            grey: grey.collect(),
            width,
            height,
        }
    }

    /// The same with digits written on it.
    pub(super) fn with_digits(mut self, digits: &str, left: usize, top: usize) -> Self {
        for (place, digit) in digits
            .chars()
            .filter_map(|letter| letter.to_digit(10))
            .enumerate()
        {
            let Some(rows) = DIGITS.get(digit as usize) else {
                continue;
            };
            for (row, bits) in rows.iter().enumerate() {
                for column in 0..5 {
                    if bits >> (4 - column) & 1 == 1 {
                        self.dot(left + (place * 6 + column) * DOT, top + row * DOT);
                    }
                }
            }
        }
        self
    }

    fn dot(&mut self, left: usize, top: usize) {
        for row in top..top + DOT {
            for column in left..left + DOT {
                if column < self.width
                    && row < self.height
                    && let Some(pixel) = self.grey.get_mut(row * self.width + column)
                {
                    *pixel = INK;
                }
            }
        }
    }

    /// The picture as a PNG; `None` only if the encoder fails.
    pub(super) fn png(&self) -> Option<Vec<u8>> {
        let mut out = Vec::new();
        let (width, height) = (
            u32::try_from(self.width).ok()?,
            u32::try_from(self.height).ok()?,
        );
        let mut encoder = png::Encoder::new(&mut out, width, height);
        encoder.set_color(png::ColorType::Grayscale);
        encoder.set_depth(png::BitDepth::Eight);
        let mut writer = encoder.write_header().ok()?;
        writer.write_image_data(&self.grey).ok()?;
        writer.finish().ok()?;
        Some(out)
    }

    /// The picture as a block of a message.
    pub(super) fn block(&self) -> Option<Value> {
        let data = STANDARD.encode(self.png()?);
        Some(json!({
            "type": "image",
            "source": { "type": "base64", "media_type": "image/png", "data": data },
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_real_and_small() {
        let mut random = Random::new(1);
        let picture = Picture::noise(1_920, 1_080, &mut random).with_digits("90210", 40, 40);
        let bytes = picture.png().unwrap();
        assert!(bytes.len() < 60_000, "{} bytes", bytes.len());
        let reader = png::Decoder::new(std::io::Cursor::new(&bytes))
            .read_info()
            .unwrap();
        assert_eq!((reader.info().width, reader.info().height), (1_920, 1_080));
        let other = Picture::noise(1_920, 1_080, &mut random).png().unwrap();
        assert_ne!(bytes, other);
    }
}
