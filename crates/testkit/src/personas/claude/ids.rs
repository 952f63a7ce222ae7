//! Ids as the genuine service makes them: base58 of 128 bits, with a clock inside or at random.

use crate::dice::Dice;

const ALPHABET: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/// An id with a clock: a UUID of version 7 at this many milliseconds since 1970.
pub(crate) fn clocked(prefix: &str, milliseconds: u64, dice: &mut Dice) -> String {
    let random = u128::from(dice.number()) << 64 | u128::from(dice.number());
    let low = random & ((1 << 62) - 1);
    let middle = (random >> 64) & 0xfff;
    let bits = u128::from(milliseconds) << 80 | 7 << 76 | middle << 64 | 0b10 << 62 | low;
    format!("{prefix}01{}", base58(bits))
}

/// An id at random.
pub(crate) fn random(prefix: &str, dice: &mut Dice) -> String {
    let bits = u128::from(dice.number()) << 64 | u128::from(dice.number());
    format!("{prefix}01{}", base58(bits))
}

/// Letters at random from an alphabet, as most imitations make ids.
pub(crate) fn letters(alphabet: &str, length: usize, dice: &mut Dice) -> String {
    let alphabet: Vec<char> = alphabet.chars().collect();
    (0..length)
        .map(|_| alphabet[dice.below(alphabet.len())])
        .collect()
}

/// Letters and digits.
pub(crate) const BASE62: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// Hexadecimal digits.
pub(crate) const HEX: &str = "0123456789abcdef";

/// 22 letters.
fn base58(mut bits: u128) -> String {
    let mut letters = [b'1'; 22];
    for letter in letters.iter_mut().rev() {
        *letter = ALPHABET[(bits % 58) as usize];
        bits /= 58;
    }
    letters.iter().copied().map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(id: &str) -> u128 {
        let letters = &id[id.len() - 22..];
        letters.bytes().fold(0, |bits, letter| {
            let digit = ALPHABET.iter().position(|one| *one == letter).unwrap();
            bits * 58 + digit as u128
        })
    }

    #[test]
    fn clocks_read_as_the_recorded_ones_do() {
        // Recorded at the genuine service: 2026-10-01T18:37:11.260Z.
        assert_eq!(
            decode("msg_011Cfc15HcW2d3o2uDoJzQbq") >> 80,
            1_790_879_831_260
        );
        let made = clocked("msg_", 1_790_879_831_260, &mut Dice::new(1));
        assert!(made.starts_with("msg_011C"), "{made}");
        let bits = decode(&made);
        assert_eq!(
            (bits >> 80, bits >> 76 & 0xf, bits >> 62 & 3),
            (1_790_879_831_260, 7, 2)
        );
    }
}
