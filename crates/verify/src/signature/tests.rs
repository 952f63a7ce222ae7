use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::*;

/// A field with bytes.
fn bytes(number: u64, value: &[u8]) -> Vec<u8> {
    let mut out = varint(number << 3 | 2);
    out.extend(varint(value.len() as u64));
    out.extend(value);
    out
}

fn number(number: u64, value: u64) -> Vec<u8> {
    [varint(number << 3), varint(value)].concat()
}

fn varint(mut value: u64) -> Vec<u8> {
    let mut out = Vec::new();
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
    out
}

/// The layout of channel 18 as it was recorded on DigitalOcean: 657 bytes of thinking, at 1790879833.
fn made(model: &str, cipher: usize) -> String {
    signed(model, cipher, 1_790_879_833, 0)
}

/// A signature of that layout, made at this time (Unix seconds) on this infrastructure.
pub(crate) fn signed(model: &str, cipher: usize, at: u64, infrastructure: u64) -> String {
    let block = [
        number(1, 18),
        number(2, infrastructure),
        number(3, 2),
        bytes(5, &[7; 64]),
        bytes(6, model.as_bytes()),
        number(7, 1),
        bytes(8, b"thinking"),
        bytes(11, b"11111111-2222-3333-4444-555555555555"),
        bytes(15, b"uprof_011CecysqcvHr9LEukm9FcGe"),
        number(21, at),
    ]
    .concat();
    let container = [
        bytes(1, &block),
        bytes(2, &[1; 12]),
        bytes(3, &[2; 12]),
        bytes(4, &[3; 48]),
        bytes(5, &vec![4; cipher]),
    ]
    .concat();
    STANDARD.encode([bytes(2, &container), number(3, 1)].concat())
}

#[test]
fn the_recorded_layout_is_read() {
    let read = read(&made("claude-haiku-4-5-20251001", 673), &[]).unwrap();
    assert_eq!(read.channel_id, Some(18));
    assert_eq!(read.infrastructure, Infrastructure::Anthropic);
    assert_eq!(read.model.as_deref(), Some("claude-haiku-4-5-20251001"));
    assert_eq!(read.at, Some(1_790_879_833));
    assert_eq!(read.ciphertext, Some(657 + 16));
    assert_eq!(
        read.profile.as_deref(),
        Some("uprof_011CecysqcvHr9LEukm9FcGe")
    );
    assert!(read.account.is_some());
}

#[test]
fn wrappings_are_undone_and_named() {
    let plain = made("claude-opus-5-5", 100);
    let prefixes = ["claude#".to_owned()];
    let read_prefixed = read(&format!("claude#{plain}"), &prefixes).unwrap();
    assert_eq!(read_prefixed.wrapped.as_deref(), Some("claude#"));
    let double = read(&STANDARD.encode(&plain), &[]).unwrap();
    assert_eq!(double.wrapped.as_deref(), Some("base64"));
    assert_eq!(double.model.as_deref(), Some("claude-opus-5-5"));
}

#[test]
fn strange_texts_are_unreadable_and_no_more() {
    assert_eq!(read("", &[]), Err(Unreadable::None));
    assert_eq!(read("not base64 at all!", &[]), Err(Unreadable::Base64));
    assert_eq!(
        read(&STANDARD.encode(b"plain text"), &[]),
        Err(Unreadable::Layout)
    );
}

#[test]
fn tampering_changes_only_the_encrypted_part() {
    let plain = made("claude-opus-5-5", 100);
    let changed = tampered(&plain).unwrap();
    assert_ne!(changed, plain);
    assert_eq!(read(&changed, &[]), read(&plain, &[]));
}

proptest::proptest! {
    #[test]
    fn nothing_makes_the_reader_fail(input in proptest::collection::vec(proptest::num::u8::ANY, 0..400)) {
        let _ = read(&STANDARD.encode(&input), &[]);
        let _ = read(&String::from_utf8_lossy(&input), &[]);
        let _ = tampered(&STANDARD.encode(&input));
        let _ = layout(&input);
    }
}
