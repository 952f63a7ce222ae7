//! What a request is for, by the signs that today's coding agents leave.
//!
//! Source: observed requests of Claude Code 2.1.328 and the rules of claude-code-router. Looking costs one pass
//! over the body, so it is done only where somebody asks.

use http::HeaderMap;
use serde_json::value::RawValue;

use crate::fold::estimated_tokens;
use crate::scan;

/// Signs in one request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Signals {
    /// Small work beside the conversation: a Haiku model is asked, or a title with a fixed form and no tools.
    pub background: bool,
    /// Estimated tokens of the prompt, from the length of the body.
    pub prompt_tokens: u64,
    /// Thinking is asked for.
    pub thinking: bool,
    /// The vendor's web search is the only tool.
    pub web_search: bool,
    /// A picture is in the last turn.
    pub image: bool,
    /// Sent by a helper that the agent started.
    pub subagent: bool,
}

impl Signals {
    /// Reads headers and body. What cannot be read gives no sign.
    pub fn of(headers: &HeaderMap, body: &[u8]) -> Self {
        let mut signals = Self {
            subagent: headers.contains_key("x-claude-code-agent-id"),
            prompt_tokens: estimated_tokens(body.len()) as u64,
            ..Self::default()
        };
        let (mut has_tools, mut has_form) = (false, false);
        for (name, value) in scan::members(body) {
            match name {
                b"model" => {
                    let model = scan::string(value).unwrap_or_default().to_ascii_lowercase();
                    signals.background |= model.contains("haiku");
                }
                b"tools" => {
                    let tools = items(value);
                    has_tools = !tools.is_empty();
                    signals.web_search = matches!(&tools[..], [only] if is_web_search(only));
                }
                b"output_config" => has_form = scan::member(value, "format").is_some(),
                b"thinking" => {
                    let kind = scan::member(value, "type").and_then(scan::string);
                    signals.thinking = kind.is_some_and(|kind| kind != "disabled");
                }
                b"reasoning_effort" | b"reasoning" => signals.thinking = true,
                b"messages" | b"input" => {
                    signals.image = items(value).last().is_some_and(|turn| shows_image(turn));
                }
                _ => {}
            }
        }
        signals.background |= has_form && !has_tools;
        signals
    }
}

fn items(array: &[u8]) -> Vec<&RawValue> {
    serde_json::from_slice(array).unwrap_or_default()
}

fn is_web_search(tool: &RawValue) -> bool {
    let kind = scan::member(tool.get().as_bytes(), "type").and_then(scan::string);
    kind.is_some_and(|kind| kind.starts_with("web_search"))
}

/// Whether a content block of a turn, or of a tool result in it, is a picture.
fn shows_image(turn: &RawValue) -> bool {
    let Some(content) = scan::member(turn.get().as_bytes(), "content") else {
        return false;
    };
    items(content).into_iter().any(|block| {
        let kind = scan::member(block.get().as_bytes(), "type").and_then(scan::string);
        match kind.as_deref() {
            Some("image" | "image_url" | "input_image") => true,
            Some("tool_result") => shows_image(block),
            _ => false,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(body: &str) -> Signals {
        let signals = Signals::of(&HeaderMap::new(), body.as_bytes());
        Signals {
            prompt_tokens: 0,
            ..signals
        }
    }

    #[test]
    fn reads_each_sign() {
        let nothing = Signals::default();
        assert_eq!(
            of(r#"{"model":"claude-opus-5-5","tools":[{"name":"Bash"}]}"#),
            nothing
        );
        assert_eq!(of("[broken"), nothing);
        assert!(of(r#"{"model":"claude-haiku-5-5"}"#).background);
        assert!(
            of(r#"{"model":"m","output_config":{"format":{"type":"json_schema"}}}"#).background
        );
        assert!(of(r#"{"thinking":{"type":"adaptive"}}"#).thinking);
        assert!(!of(r#"{"thinking":{"type":"disabled"}}"#).thinking);
        assert!(of(r#"{"tools":[{"type":"web_search_20250305","name":"web_search"}]}"#).web_search);
        assert!(!of(r#"{"tools":[{"type":"web_search_20250305"},{"name":"Bash"}]}"#).web_search);
        let result = r#"{"messages":[{"role":"user","content":[{"type":"tool_result","content":[{"type":"image"}]}]}]}"#;
        assert!(of(result).image);
        let earlier = r#"{"messages":[{"content":[{"type":"image"}]},{"content":"and now?"}]}"#;
        assert!(!of(earlier).image);
        let mut headers = HeaderMap::new();
        headers.insert("x-claude-code-agent-id", "a".parse().unwrap());
        assert!(Signals::of(&headers, b"").subagent);
    }

    #[test]
    fn a_long_body_is_a_long_prompt() {
        let body = format!(
            r#"{{"messages":[{{"content":"{}"}}]}}"#,
            "word ".repeat(60_000)
        );
        assert!(Signals::of(&HeaderMap::new(), body.as_bytes()).prompt_tokens > 60_000);
    }
}
