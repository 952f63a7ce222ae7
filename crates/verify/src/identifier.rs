//! Ids as clocks: base58 of a time-ordered UUID after a prefix.

use base::Timestamp;

const ALPHABET: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/// Characters of a base58 UUID as Anthropic writes it, without the leading `01`.
const LENGTH: usize = 22;

/// What the form of an id tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Form {
    /// `<prefix>_01…` with a time-ordered UUID: made at that moment.
    Clock(Timestamp),
    /// `<prefix>_01…` with 128 bits that are no clock.
    Random,
    /// Anything else.
    Other,
}

/// Way that an id's prefix names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cloud {
    /// No cloud is named.
    None,
    /// `bdrk_`.
    Bedrock,
    /// `vrtx_`.
    Vertex,
}

/// An id, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identifier {
    /// The cloud that it names.
    pub cloud: Cloud,
    /// The form of the rest.
    pub form: Form,
}

/// Takes an id apart. `kind` is what it begins with, `msg`.
pub fn read(kind: &str, id: &str) -> Identifier {
    let rest = id
        .strip_prefix(kind)
        .and_then(|rest| rest.strip_prefix('_'));
    let Some(rest) = rest else {
        return Identifier {
            cloud: Cloud::None,
            form: Form::Other,
        };
    };
    let (cloud, rest) = match (rest.strip_prefix("bdrk_"), rest.strip_prefix("vrtx_")) {
        (Some(rest), _) => (Cloud::Bedrock, rest),
        (_, Some(rest)) => (Cloud::Vertex, rest),
        _ => (Cloud::None, rest),
    };
    Identifier {
        cloud,
        form: form(rest),
    }
}

fn form(rest: &str) -> Form {
    let Some(digits) = rest
        .strip_prefix("01")
        .filter(|digits| digits.len() == LENGTH)
    else {
        return Form::Other;
    };
    let Some(number) = base58(digits) else {
        return Form::Other;
    };
    let version = (number >> 76) & 0xf;
    let variant = (number >> 62) & 0x3;
    if version == 7 && variant == 2 {
        let millis = (number >> 80) as i64;
        return Form::Clock(Timestamp::from_millis(millis));
    }
    Form::Random
}

/// 128 bits of base58; `None` for another alphabet or a larger number.
fn base58(text: &str) -> Option<u128> {
    let mut value = 0_u128;
    for byte in text.bytes() {
        let digit = ALPHABET.iter().position(|known| *known == byte)? as u128;
        value = value.checked_mul(58)?.checked_add(digit)?;
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock(kind: &str, id: &str) -> String {
        match read(kind, id).form {
            Form::Clock(at) => at.to_string(),
            other => format!("{other:?}"),
        }
    }

    /// Recorded ids beside the wall clock of the recording.
    #[test]
    fn recorded_ids_tell_their_time() {
        for (kind, id, at) in [
            (
                "msg",
                "msg_011Cfc15HcW2d3o2uDoJzQbq",
                "2026-10-01T18:37:11.260Z",
            ),
            (
                "msg",
                "msg_011CeGx6WkAQP5ULyRRbRwRw",
                "2026-08-22T01:52:22.461Z",
            ),
            (
                "req",
                "req_011Cfci6jzKJmMtckpt31maZ",
                "2026-10-02T03:35:10.678Z",
            ),
            (
                "msg",
                "msg_011Cfci6kek3VBu4ibLAJGcU",
                "2026-10-02T03:35:10.833Z",
            ),
            (
                "req",
                "req_011Cfci6tdTiPKqAhS4mbNEJ",
                "2026-10-02T03:35:12.699Z",
            ),
            (
                "msg",
                "msg_011Cfci6u3mugVhTFZWBjibo",
                "2026-10-02T03:35:12.797Z",
            ),
            (
                "req",
                "req_011CfgPgb5Hb65NsZbSeNHb5",
                "2026-10-04T02:16:02.820Z",
            ),
        ] {
            assert_eq!(clock(kind, id), at, "{id}");
        }
        assert!(clock("uprof", "uprof_011CecysqcvHr9LEukm9FcGe").starts_with("2026-09-01"));
    }

    #[test]
    fn made_up_ids_tell_nothing() {
        // The documentation's example holds an `l`, which base58 does not have.
        assert_eq!(
            read("wrkspc", "wrkspc_011CZkZaBF1tNoB5wlCeusgy").form,
            Form::Other
        );
        for id in [
            "msg_202601031513181856df84e5504309",
            "chatcmpl-8abc",
            "msg_0123456789abcdef0123456789abcdef",
            "gen_01K6X",
            "msg_",
            "",
            "msg_01zzzzzzzzzzzzzzzzzzzzzz",
        ] {
            assert_eq!(read("msg", id).form, Form::Other, "{id}");
        }
        assert_eq!(
            read("msg", "msg_bdrk_01AbCdEfGhJkLmNpQrStUvWx").cloud,
            Cloud::Bedrock
        );
    }
}
