//! How many tokens a picture is.

use super::models::ImageTier;

/// Width and height of a PNG.
pub(crate) fn png_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let header = bytes.get(..24)?;
    if !header.starts_with(b"\x89PNG\r\n\x1a\n") {
        return None;
    }
    let number = |at: usize| {
        let four: [u8; 4] = header[at..at + 4].try_into().ok()?;
        Some(u32::from_be_bytes(four))
    };
    Some((number(16)?, number(20)?))
}

/// Tokens of a picture: patches of 28 pixels after it was made small enough.
pub(crate) fn tokens(tier: ImageTier, width: u32, height: u32) -> u64 {
    let (edge, most) = match tier {
        ImageTier::Standard => (1568.0, 1568),
        ImageTier::High => (2576.0, 4784),
    };
    let (width, height) = (f64::from(width.max(1)), f64::from(height.max(1)));
    let fitting = (edge / width.max(height)).min(1.0);
    if patches(width, height, fitting) <= most {
        return patches(width, height, fitting);
    }
    let (mut small, mut large) = (0.0, fitting);
    for _ in 0..60 {
        let middle = (small + large) / 2.0;
        if patches(width, height, middle) <= most {
            small = middle;
        } else {
            large = middle;
        }
    }
    patches(width, height, small)
}

fn patches(width: f64, height: f64, scale: f64) -> u64 {
    let side = |length: f64| (length * scale / 28.0 - 1e-9).ceil().max(1.0) as u64;
    side(width) * side(height)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_sizes_come_out() {
        for (width, height, standard, high) in [
            (200, 200, 64, 64),
            (1000, 1000, 1296, 1296),
            (1092, 1092, 1521, 1521),
            (1920, 1080, 1560, 2691),
            (2000, 1500, 1564, 3888),
        ] {
            assert_eq!(tokens(ImageTier::Standard, width, height), standard);
            assert_eq!(tokens(ImageTier::High, width, height), high);
        }
        let measured =
            tokens(ImageTier::Standard, 597, 566) - tokens(ImageTier::Standard, 400, 301);
        assert_eq!(measured, 297);
    }
}
