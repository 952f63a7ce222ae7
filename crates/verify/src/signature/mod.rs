//! Thinking signatures: base64 around a protobuf that was never documented. What is not as it was seen before
//! is `Unreadable` and says nothing.

mod protobuf;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use protobuf::{Field, Fields};

/// Longest signature that is read, characters; seen ones are below 100 KiB.
const LONGEST: usize = 2 * 1024 * 1024;

/// What stands in a signature.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Signature {
    /// Which layout.
    pub channel_id: Option<u64>,
    /// Where it was made.
    pub infrastructure: Infrastructure,
    /// The model.
    pub model: Option<String>,
    /// `thinking`.
    pub kind: Option<String>,
    /// Constant per account.
    pub account: Option<String>,
    /// Reseller's profile.
    pub profile: Option<String>,
    /// When, Unix seconds.
    pub at: Option<i64>,
    /// Bytes of the encrypted thinking.
    pub ciphertext: Option<u64>,
    /// What a program had put before it, and whether it was encoded twice.
    pub wrapped: Option<String>,
}

/// Where a signature was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Infrastructure {
    /// Anthropic itself.
    #[default]
    Anthropic,
    /// AWS.
    Aws,
    /// Google.
    Google,
    /// A number that was never seen.
    Unknown(u64),
}

/// Why a signature cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// Empty or far too long.
    #[error("no signature")]
    None,
    /// Not base64.
    #[error("not base64")]
    Base64,
    /// Not the fields that were seen before.
    #[error("unknown layout")]
    Layout,
}

/// Reads a signature. `prefixes` are what programs are known to put before one.
///
/// # Errors
/// Why it cannot be read, which speaks neither for nor against anything.
pub fn read(text: &str, prefixes: &[String]) -> Result<Signature, Unreadable> {
    let text = text.trim();
    if text.is_empty() || text.len() > LONGEST {
        return Err(Unreadable::None);
    }
    let prefix = prefixes
        .iter()
        .find(|prefix| text.starts_with(prefix.as_str()));
    let bare = prefix.map_or(text, |prefix| text.get(prefix.len()..).unwrap_or_default());
    let bytes = decode(bare).ok_or(Unreadable::Base64)?;
    let (bytes, is_double) = match std::str::from_utf8(&bytes).ok().and_then(decode) {
        Some(inner) if inner.len() > 40 => (inner, true),
        _ => (bytes, false),
    };
    let mut signature = layout(&bytes).ok_or(Unreadable::Layout)?;
    signature.wrapped = match (prefix, is_double) {
        (Some(prefix), _) => Some(prefix.clone()),
        (None, true) => Some("base64".to_owned()),
        (None, false) => None,
    };
    Ok(signature)
}

/// The bytes of base64, with or without padding, in either alphabet.
fn decode(text: &str) -> Option<Vec<u8>> {
    let text = text.trim();
    let engines = [STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD];
    engines.iter().find_map(|engine| engine.decode(text).ok())
}

/// The same signature with one byte changed in its encrypted part; in the middle where the layout is unknown.
/// `None` if it is not base64.
pub fn tampered(text: &str) -> Option<String> {
    let mut bytes = decode(text)?;
    let place = encrypted_place(&bytes).unwrap_or(bytes.len() / 2);
    *bytes.get_mut(place)? ^= 0x5a;
    Some(STANDARD.encode(bytes))
}

/// Index of a byte in the middle of the encrypted part.
fn encrypted_place(bytes: &[u8]) -> Option<usize> {
    let container = Fields::read(Fields::read(bytes)?.bytes(2)?)?;
    let part = container.bytes(5).or_else(|| container.bytes(4))?;
    let start = (part.as_ptr() as usize).checked_sub(bytes.as_ptr() as usize)?;
    Some(start + part.len() / 2)
}

fn layout(bytes: &[u8]) -> Option<Signature> {
    let top = Fields::read(bytes)?;
    let container = Fields::read(top.bytes(2)?)?;
    let block = Fields::read(container.bytes(1)?)?;
    let ciphertext = container.bytes(5).map(|bytes| bytes.len() as u64);
    let channel_id = block.number(1);
    channel_id.or(ciphertext)?;
    let text = |field: Option<&Field<'_>>| match field {
        Some(Field::Bytes(bytes)) => std::str::from_utf8(bytes).ok().map(str::to_owned),
        _ => None,
    };
    let inner_model = block
        .bytes(19)
        .and_then(Fields::read)
        .and_then(|fields| text(fields.get(1)));
    Some(Signature {
        channel_id,
        infrastructure: match block.number(2) {
            None | Some(0) => Infrastructure::Anthropic,
            Some(1) => Infrastructure::Aws,
            Some(2) => Infrastructure::Google,
            Some(other) => Infrastructure::Unknown(other),
        },
        model: text(block.get(6))
            .or(inner_model)
            .filter(|model| !model.is_empty()),
        kind: text(block.get(8)),
        account: account(block.get(11)),
        profile: text(block.get(15)),
        at: block
            .number(21)
            .and_then(|seconds| i64::try_from(seconds).ok()),
        ciphertext,
        wrapped: None,
    })
}

/// The account's UUID, as text or as 16 bytes.
fn account(field: Option<&Field<'_>>) -> Option<String> {
    let Some(Field::Bytes(bytes)) = field else {
        return None;
    };
    match std::str::from_utf8(bytes) {
        Ok(text) if text.len() >= 32 => Some(text.to_owned()),
        _ if bytes.len() == 16 => Some(bytes.iter().map(|byte| format!("{byte:02x}")).collect()),
        _ => None,
    }
}

#[cfg(test)]
pub(crate) mod tests;
