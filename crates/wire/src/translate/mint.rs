//! Ids of our own, made from the seed of the exchange: the same recording gives the same ids.

use sha2::{Digest, Sha256};

/// `prefix` and `digits` hexadecimal digits (64 at most) made from the parts.
pub(crate) fn mint(prefix: &str, digits: usize, parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        // The length keeps ("ab", "c") and ("a", "bc") apart.
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    let mut id = String::with_capacity(prefix.len() + digits);
    id.push_str(prefix);
    let hex = hash.finalize();
    let all = hex
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|digit| char::from_digit(u32::from(digit), 16));
    id.extend(all.take(digits));
    id
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_depend_on_every_part_and_nothing_else() {
        let id = mint("msg_", 24, &["req_1", "message"]);
        assert_eq!(id.len(), 28);
        assert_eq!(id, mint("msg_", 24, &["req_1", "message"]));
        assert_ne!(id, mint("msg_", 24, &["req_1m", "essage"]));
        assert_eq!(mint("", 64, &[]).len(), 64);
    }
}
