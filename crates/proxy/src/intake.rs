//! From a path to what is meant.

use std::borrow::Cow;

use wire::Dialect;

/// What a path asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The project in the path (`/p/NAME/…`).
    pub project: Option<String>,
    /// The path to call upstream, for example `/v1/messages`.
    pub path: Cow<'static, str>,
    /// The dialect spoken there.
    pub dialect: Dialect,
}

impl Place {
    /// Whether the models are asked for.
    pub fn is_models(&self) -> bool {
        self.path == MODELS
    }

    /// Whether the tokens of a request are to be counted.
    pub fn is_count(&self) -> bool {
        self.path == COUNT_TOKENS
    }
}

/// Where upstreams list their models, in all dialects.
pub const MODELS: &str = "/v1/models";

/// Where Anthropic's interface counts the tokens of a request.
pub const COUNT_TOKENS: &str = "/v1/messages/count_tokens";

/// Whether the proxy carries this path, and what it stands for. `None`: it belongs to the API or the panel.
pub fn place(path: &str) -> Option<Place> {
    if let Some(rest) = path.strip_prefix("/p/") {
        let (project, rest) = rest.split_once('/')?;
        let project = percent_decoded(project).filter(|name| !name.is_empty())?;
        let inner = carried(&format!("/{rest}"))?;
        return Some(Place {
            project: Some(project),
            ..inner
        });
    }
    carried(path)
}

/// `/v1/…`, `/messages`, and a doubled `/v1/v1/…` (a client that appends `/v1` to a base with `/v1`).
fn carried(path: &str) -> Option<Place> {
    let path = match path {
        "/v1/messages" | "/messages" | "/messages/" => Cow::Borrowed("/v1/messages"),
        "/v1/chat/completions" | "/chat/completions" => Cow::Borrowed("/v1/chat/completions"),
        "/v1/responses" | "/responses" => Cow::Borrowed("/v1/responses"),
        COUNT_TOKENS | "/messages/count_tokens" => Cow::Borrowed(COUNT_TOKENS),
        path => {
            let mut rest = path.strip_prefix("/v1/")?;
            while let Some(inner) = rest.strip_prefix("v1/") {
                rest = inner;
            }
            Cow::Owned(["/v1/", rest].concat())
        }
    };
    Some(Place {
        project: None,
        dialect: Dialect::of_path(&path),
        path,
    })
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        if byte == b'%' {
            let digits = std::str::from_utf8(after.get(..2)?).ok()?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = &after[2..];
        } else {
            bytes.push(byte);
            rest = after;
        }
    }
    String::from_utf8(bytes).ok()
}

/// The text of a header that callers may have percent-encoded.
pub fn header_value(value: &http::HeaderValue) -> Option<String> {
    let text = std::str::from_utf8(value.as_bytes()).ok()?.trim();
    let text = percent_decoded(text).unwrap_or_else(|| text.to_owned());
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places() {
        let check = |path: &str, expected: Option<(Option<&str>, &str, Dialect)>| {
            let found = place(path);
            let found = found
                .as_ref()
                .map(|p| (p.project.as_deref(), &p.path[..], p.dialect));
            assert_eq!(found, expected, "{path}");
        };
        check(
            "/v1/messages",
            Some((None, "/v1/messages", Dialect::Anthropic)),
        );
        check(
            "/messages",
            Some((None, "/v1/messages", Dialect::Anthropic)),
        );
        check(
            "/v1/v1/messages",
            Some((None, "/v1/messages", Dialect::Anthropic)),
        );
        check(
            "/p/shop%20web/v1/messages",
            Some((Some("shop web"), "/v1/messages", Dialect::Anthropic)),
        );
        check(
            "/p/店/v1/chat/completions",
            Some((Some("店"), "/v1/chat/completions", Dialect::OpenAiChat)),
        );
        check(
            "/v1/embeddings",
            Some((None, "/v1/embeddings", Dialect::Other)),
        );
        check("/", None);
        check("/api/stats", None);
        check("/p/x", None);
        check("/p//v1/messages", None);
        check("/p/%zz/v1/messages", None);
    }
}
