//! Errors in which the backend itself writes the name of the model that it was asked to run.

/// `max_tokens: 9999999 > 64000, which is the maximum allowed number of output tokens for claude-…`: the limit
/// and the model.
pub(super) fn overflow(text: &str) -> Option<(u64, String)> {
    let rest = after(text, "max_tokens: ")?;
    let rest = after(rest, " > ")?;
    let (limit, rest) =
        rest.split_once(", which is the maximum allowed number of output tokens for ")?;
    let limit = limit.trim().replace([',', '_'], "").parse().ok()?;
    Some((limit, name(rest)?))
}

/// `'claude-…' does not support tool types: computer_20250124. Did you mean one of …`: the model and what it
/// supports, as it is written.
pub(super) fn tool_types(text: &str) -> Option<(String, String)> {
    let (before, rest) = text.split_once("' does not support tool types: ")?;
    let (_, model) = before.rsplit_once('\'')?;
    let supported = after(rest, "Did you mean one of ").unwrap_or_default();
    let supported = supported.split(['"', '\n']).next().unwrap_or_default();
    Some((name(model)?, supported.trim().to_owned()))
}

fn after<'a>(text: &'a str, mark: &str) -> Option<&'a str> {
    text.split_once(mark).map(|(_, rest)| rest)
}

/// The model's name at the beginning of a text.
fn name(text: &str) -> Option<String> {
    let belongs = |letter: char| letter.is_ascii_alphanumeric() || "-_./@:[]".contains(letter);
    let end = text.find(|letter| !belongs(letter)).unwrap_or(text.len());
    let found = text.get(..end)?.trim_end_matches(['.', ':', ']']);
    (!found.is_empty()).then(|| found.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_the_documented_texts() {
        let text = "max_tokens: 128000 > 64000, which is the maximum allowed number of output tokens for claude-haiku-4-5-20251001";
        assert_eq!(
            overflow(text),
            Some((64_000, "claude-haiku-4-5-20251001".to_owned()))
        );
        let text = r#"{"error":{"message":"max_tokens: 9 > 64000, which is the maximum allowed number of output tokens for claude-opus-5-5 (request id: 2026)"}}"#;
        assert_eq!(overflow(text), Some((64_000, "claude-opus-5-5".to_owned())));
        let text = "'claude-opus-5-5' does not support tool types: computer_20251124. Did you mean one of computer_20260801?";
        let (model, supported) = tool_types(text).unwrap();
        assert_eq!(
            (model.as_str(), supported.as_str()),
            ("claude-opus-5-5", "computer_20260801?")
        );
        assert_eq!(overflow("max_tokens is too large"), None);
        assert_eq!(tool_types("does not support"), None);
    }
}
