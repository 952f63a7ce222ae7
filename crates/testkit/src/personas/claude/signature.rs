//! Signatures of thinking blocks: built as the genuine ones are, sealed with a key that only the vendor has.
//! The sealing itself is made up; nothing outside can tell.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use super::prefix::Prefix;
use super::protobuf::{Field, Message, bytes_of, read};
use crate::dice::Dice;

/// Stands for the key that the vendor keeps.
const KEY: &[u8] = b"made up: the key of a vendor that does not exist";

/// Where a model runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Infrastructure {
    /// With the vendor.
    FirstParty,
    /// At Amazon.
    Aws,
    /// At Google.
    Google,
}

/// What a signature holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sealed {
    /// Name of the model with its date.
    pub(crate) model: String,
    /// Where it ran.
    pub(crate) infrastructure: Infrastructure,
    /// The account, a UUID.
    pub(crate) organisation: String,
    /// A reseller's customer, where there is one.
    pub(crate) profile: Option<String>,
    /// Seconds since 1970.
    pub(crate) at: u64,
    /// What stood before the block.
    pub(crate) prefix: Prefix,
    /// The thinking itself.
    pub(crate) thinking: String,
    /// `thinking`, or what is not shown to anybody.
    pub(crate) redacted: bool,
}

/// Seals a block; `wrapped` chooses the envelope of the newer models.
pub(crate) fn seal(sealed: &Sealed, wrapped: bool, dice: &mut Dice) -> String {
    let nonce = noise(12, dice);
    let mut ciphertext = sealed.thinking.clone().into_bytes();
    cipher(&mut ciphertext, &nonce);
    let channel = channel(sealed, dice).finish();
    let tag = digest(&[KEY, &channel, &nonce, &ciphertext]);
    ciphertext.extend_from_slice(&tag[..16]);
    let mut seal = tag.to_vec();
    seal.extend_from_slice(&digest(&[KEY, &tag])[..16]);
    let container = Message::default()
        .bytes(1, &channel)
        .bytes(2, &nonce)
        .bytes(3, &digest(&[KEY, &nonce])[..12])
        .bytes(4, &seal)
        .bytes(5, &ciphertext);
    let top = if wrapped {
        Message::default().number(1, 2)
    } else {
        Message::default()
    };
    STANDARD.encode(top.message(2, container).number(3, 1).finish())
}

/// Opens a signature; `None` when it was not made here or was changed.
pub(crate) fn open(signature: &str) -> Option<Sealed> {
    let bytes = STANDARD.decode(signature).ok()?;
    let top = read(&bytes)?;
    let container = read(bytes_of(&top, 2)?)?;
    let channel = bytes_of(&container, 1)?;
    let nonce = bytes_of(&container, 2)?;
    let seal = bytes_of(&container, 4)?;
    let ciphertext = bytes_of(&container, 5)?;
    let (ciphertext, end) = ciphertext.split_at_checked(ciphertext.len().checked_sub(16)?)?;
    let tag = digest(&[KEY, channel, nonce, ciphertext]);
    let second = digest(&[KEY, &tag]);
    let intact = end == &tag[..16] && seal[..] == [&tag[..], &second[..16]].concat()[..];
    if !intact || bytes_of(&container, 3)? != &digest(&[KEY, nonce])[..12] {
        return None;
    }
    let mut thinking = ciphertext.to_vec();
    cipher(&mut thinking, nonce);
    read_channel(channel, String::from_utf8(thinking).ok()?)
}

fn channel(sealed: &Sealed, dice: &mut Dice) -> Message {
    let mut channel = Message::default().number(1, 18);
    channel = match sealed.infrastructure {
        Infrastructure::FirstParty => channel,
        Infrastructure::Aws => channel.number(2, 1),
        Infrastructure::Google => channel.number(2, 2),
    };
    let kind: &[u8] = if sealed.redacted {
        b"redacted_thinking"
    } else {
        b"thinking"
    };
    channel = channel
        .number(3, 2)
        .bytes(5, &noise(64, dice))
        .bytes(6, sealed.model.as_bytes())
        .number(7, 0)
        .bytes(8, kind)
        .bytes(11, sealed.organisation.as_bytes());
    if let Some(profile) = &sealed.profile {
        channel = channel.bytes(15, profile.as_bytes());
    }
    let bound = Message::default()
        .bytes(1, b"prefix_before_block_v1")
        .bytes(2, &sealed.prefix.system)
        .bytes(6, &sealed.prefix.messages)
        .bytes(9, &sealed.prefix.tools);
    channel
        .message(19, Message::default().bytes(1, sealed.model.as_bytes()))
        .number(21, sealed.at)
        .message(24, Message::default().number(1, 1))
        .message(27, bound)
}

fn read_channel(channel: &[u8], thinking: String) -> Option<Sealed> {
    let fields = read(channel)?;
    let text = |number| {
        let bytes = bytes_of(&fields, number)?;
        String::from_utf8(bytes.to_vec()).ok()
    };
    let bound = read(bytes_of(&fields, 27)?)?;
    let number = |wanted| {
        fields.iter().find_map(|(had, field)| match field {
            Field::Number(value) if *had == wanted => Some(*value),
            _ => None,
        })
    };
    Some(Sealed {
        model: text(6)?,
        infrastructure: match number(2) {
            Some(1) => Infrastructure::Aws,
            Some(2) => Infrastructure::Google,
            _ => Infrastructure::FirstParty,
        },
        organisation: text(11)?,
        profile: text(15),
        at: number(21)?,
        prefix: Prefix {
            system: bytes_of(&bound, 2)?.try_into().ok()?,
            tools: bytes_of(&bound, 9)?.try_into().ok()?,
            messages: bytes_of(&bound, 6)?.try_into().ok()?,
        },
        thinking,
        redacted: text(8)? != "thinking",
    })
}

/// Turns text into its cipher and back.
fn cipher(bytes: &mut [u8], nonce: &[u8]) {
    for (number, block) in bytes.chunks_mut(32).enumerate() {
        let stream = digest(&[KEY, nonce, &number.to_be_bytes()]);
        for (byte, key) in block.iter_mut().zip(stream) {
            *byte ^= key;
        }
    }
}

fn noise(length: usize, dice: &mut Dice) -> Vec<u8> {
    (0..length).map(|_| dice.number() as u8).collect()
}

fn digest(parts: &[&[u8]]) -> [u8; 32] {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update(part);
    }
    digest.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealed(thinking: &str) -> Sealed {
        Sealed {
            model: "claude-opus-5-5".to_owned(),
            infrastructure: Infrastructure::Google,
            organisation: "5c0ffee5-0000-4000-8000-00000000feed".to_owned(),
            profile: None,
            at: 1_790_879_834,
            prefix: Prefix::default(),
            thinking: thinking.to_owned(),
            redacted: false,
        }
    }

    #[test]
    fn what_was_sealed_opens_and_what_was_changed_does_not() {
        for wrapped in [true, false] {
            let sealed = sealed("six times seven: 42");
            let signature = seal(&sealed, wrapped, &mut Dice::new(3));
            assert!(signature.starts_with(if wrapped { "CAIS" } else { "E" }));
            assert_eq!(open(&signature), Some(sealed));
            let bytes = STANDARD.decode(&signature).unwrap();
            for at in (20..bytes.len()).step_by(17) {
                let mut changed = bytes.clone();
                changed[at] ^= 1;
                let opened = open(&STANDARD.encode(&changed));
                assert!(opened.is_none(), "byte {at}: {opened:?}");
            }
        }
    }

    #[test]
    fn the_cipher_is_sixteen_bytes_longer_than_the_thinking() {
        let signature = seal(&sealed(&"x".repeat(657)), false, &mut Dice::new(3));
        let bytes = STANDARD.decode(signature).unwrap();
        let top = read(&bytes).unwrap();
        let container = read(bytes_of(&top, 2).unwrap()).unwrap();
        assert_eq!(bytes_of(&container, 5).unwrap().len(), 673);
    }
}
