//! Whole numbers in as few bytes as they need (LEB128).

/// Adds a number.
pub(crate) fn write(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// Takes the first number off; `None` at the end, or in the middle of one.
pub(crate) fn take(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0u64;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(byte & 0x7F) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

/// All numbers.
pub(crate) fn all(mut packed: &[u8]) -> impl Iterator<Item = u64> + '_ {
    std::iter::from_fn(move || take(&mut packed))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn numbers_survive(numbers in proptest::collection::vec(any::<u64>(), 0..50)) {
            let mut packed = Vec::new();
            numbers.iter().for_each(|number| write(&mut packed, *number));
            prop_assert_eq!(all(&packed).collect::<Vec<_>>(), numbers);
        }
    }
}
