//! Bytes that are not encoded although a header says so: some relays unpack an answer and pass the header on.

/// Bytes that are looked at.
const LOOKED_AT: usize = 64;

/// So many readable bytes in a row are no accident in a coding that has no mark of its own.
const NO_ACCIDENT: usize = 16;

/// How what the API sends begins.
const BEGINNINGS: &[&[u8]] = &[b"{", b"[", b"<", b"data:", b"event:", b":"];

/// Whether the beginning of a body is text.
pub(super) fn is_text(beginning: &[u8]) -> bool {
    let looked_at = &beginning[..beginning.len().min(LOOKED_AT)];
    let is_control = |byte: &u8| byte.is_ascii_control() && !byte.is_ascii_whitespace();
    let is_utf8 = match std::str::from_utf8(looked_at) {
        Ok(_) => true,
        // The last character may go on behind what is looked at.
        Err(error) => error.error_len().is_none(),
    };
    is_utf8 && !looked_at.iter().any(is_control)
}

/// Whether it can only be text of the API's kind, for codings that may begin with any byte.
pub(super) fn is_certainly_text(beginning: &[u8]) -> bool {
    let text = beginning.trim_ascii_start();
    beginning.len() >= NO_ACCIDENT
        && BEGINNINGS.iter().any(|begins| text.starts_with(begins))
        && is_text(beginning)
}
