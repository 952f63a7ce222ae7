//! Texts of stations before they are kept or shown: without keys, addresses of callers and private members.

use std::borrow::Cow;

use base::Secret;
use serde_json::Value;

/// Characters of a station's words that are kept.
const LONGEST: usize = 300;

/// Members whose value is nobody's business, in lower case.
const PRIVATE: [&str; 21] = [
    "password",
    "access_token",
    "refresh_token",
    "temp_token",
    "token",
    "key",
    "api_key",
    "apikey",
    "secret",
    "email",
    "phone",
    "github_id",
    "oidc_id",
    "wechat_id",
    "telegram_id",
    "linux_do_id",
    "ip",
    "source_ip",
    "ip_address",
    "user_agent",
    "aff_code",
];

/// Words of a station, short, without keys and addresses.
pub(crate) fn text(text: &str) -> String {
    let kept: Cow<'_, str> = match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]).into(),
        None => text.into(),
    };
    without_addresses(&base::redact::text(&kept))
}

/// A whole body: private members masked, keys and addresses everywhere, and these secrets.
pub(crate) fn body(bytes: &[u8], secrets: &[&Secret<String>]) -> String {
    let text = match serde_json::from_slice::<Value>(bytes) {
        Ok(mut value) => {
            mask(&mut value);
            serde_json::to_string_pretty(&value).unwrap_or_default()
        }
        Err(_) => String::from_utf8_lossy(bytes).into_owned(),
    };
    let mut text = text;
    for secret in secrets {
        // Shorter ones would blank out half of the answer.
        if secret.reveal().len() >= 8 {
            text = text.replace(secret.reveal().as_str(), "••••••••");
        }
    }
    without_addresses(&base::redact::text(&text))
}

fn mask(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let is_private = PRIVATE.contains(&name.to_ascii_lowercase().as_str());
                match member {
                    Value::String(text) if is_private && !text.is_empty() => {
                        *text = base::secret::mask(text);
                    }
                    member => mask(member),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(mask),
        _ => {}
    }
}

/// IPv4 addresses become `•.•.•.•`: stations like to tell callers their own.
fn without_addresses(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut word = String::new();
    for character in text.chars() {
        if character.is_ascii_digit() || character == '.' {
            word.push(character);
        } else {
            push_word(&mut out, &word);
            word.clear();
            out.push(character);
        }
    }
    push_word(&mut out, &word);
    out
}

fn push_word(out: &mut String, word: &str) {
    let bare = word.trim_end_matches('.');
    if bare.parse::<std::net::Ipv4Addr>().is_ok() {
        out.push_str("•.•.•.•");
        out.push_str(&word[bare.len()..]);
    } else {
        out.push_str(word);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_private_is_left() {
        let key = Secret::new("custom-key-0123456789".to_owned());
        let raw = br#"{"data":{"access_token":"abcdefabcdefabcdef","email":"a@example.com","quota":5,"note":"custom-key-0123456789 from 203.0.113.9.","token":{"key":""}}}"#;
        let text = body(raw, &[&key]);
        for secret in [
            "abcdefabcdefabcdef",
            "a@example.com",
            "custom-key",
            "203.0.113.9",
        ] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
        assert!(text.contains("\"quota\": 5"));
        assert_eq!(
            super::text("bad key sk-0123456789abcdef7Qf2 v1.2.3 1.2.3.4"),
            "bad key sk-••••••••7Qf2 v1.2.3 •.•.•.•"
        );
        assert_eq!(super::text(&"长".repeat(400)).chars().count(), 301);
    }
}
