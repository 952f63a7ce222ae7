//! Reading a caller's body: tolerant of broken characters, and telling where it cannot be read.

use serde_json::Value;
use serde_json::value::RawValue;

use super::error::TranslateError;
use super::object::Object;
use crate::assemble::tolerant;

/// How far down a broken member is looked for.
const LEVELS: usize = 6;

/// The body as an object.
///
/// # Errors
/// When it is no JSON object, or nested deeper than the parser goes (128 levels); names the member.
pub(crate) fn object(body: &[u8]) -> Result<Object, TranslateError> {
    match tolerant::value(body) {
        Some(Value::Object(object)) => Ok(object),
        Some(_) => Err(TranslateError::Type {
            field: String::new(),
            wanted: "dictionary",
        }),
        None => Err(problem(body)),
    }
}

/// What is wrong with a body that cannot be read.
fn problem(body: &[u8]) -> TranslateError {
    let text = String::from_utf8_lossy(body);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let Err(error) = serde_json::from_str::<Value>(text) else {
        return TranslateError::NotJson {
            field: String::new(),
            line: 1,
            column: 1,
        };
    };
    let mut field = String::new();
    let mut rest = text;
    for _ in 0..LEVELS {
        let Some((name, value)) = broken_member(rest) else {
            break;
        };
        if !field.is_empty() {
            field.push('.');
        }
        field.push_str(&name);
        rest = value;
    }
    if error.to_string().contains("recursion limit") {
        return TranslateError::TooDeep { field };
    }
    TranslateError::NotJson {
        field,
        line: error.line(),
        column: error.column(),
    }
}

/// The first member or element that cannot be read as a value although its bounds can be found.
fn broken_member(text: &str) -> Option<(String, &str)> {
    let broken = |value: &&RawValue| serde_json::from_str::<Value>(value.get()).is_err();
    if text.trim_start().starts_with('[') {
        let list: Vec<&RawValue> = serde_json::from_str(text).ok()?;
        let at = list.iter().position(broken)?;
        return Some((at.to_string(), list.get(at)?.get()));
    }
    let members: std::collections::BTreeMap<String, &RawValue> = serde_json::from_str(text).ok()?;
    let found = members.into_iter().find(|(_, value)| broken(value))?;
    Some((found.0, found.1.get()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_the_member_that_is_nested_too_deeply() {
        let deep = format!(
            r#"{{"model":"m","tools":[{{"name":"a"}},{{"input_schema":{}1{}}}]}}"#,
            "[".repeat(5_000),
            "]".repeat(5_000)
        );
        assert_eq!(
            object(deep.as_bytes()),
            Err(TranslateError::TooDeep {
                field: "tools.1.input_schema.0.0.0".into()
            })
        );
    }

    #[test]
    fn tells_where_it_is_no_json() {
        let error = object(b"{\"model\": \"m\",\n \"messages\": [}").unwrap_err();
        assert_eq!(
            error,
            TranslateError::NotJson {
                field: String::new(),
                line: 2,
                column: 15
            }
        );
        assert!(object(b"").is_err());
        assert_eq!(
            object(b"[1]").unwrap_err().to_string(),
            "body: Input should be a valid dictionary"
        );
    }

    #[test]
    fn takes_broken_characters() {
        let read = object(b"{\"a\":\"\\ud800 \xff \\u0000\"}").unwrap();
        assert_eq!(read["a"], "\u{fffd} \u{fffd} \0");
    }
}
