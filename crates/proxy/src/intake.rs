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
    /// It is the path of another base URL: nothing is carried, but the caller is told.
    pub is_stray: bool,
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

/// Whether the proxy answers for this path, and what it stands for. `None`: it belongs to the API or the panel.
pub fn place(path: &str) -> Option<Place> {
    // A base URL that ends in a slash gives two of them.
    let path = match path.trim_start_matches('/') {
        rest if rest.len() + 1 < path.len() => &path[path.len() - rest.len() - 1..],
        _ => path,
    };
    let found = match path.strip_prefix("/p/") {
        Some(rest) => of_project(rest),
        None => carried(path),
    };
    found.or_else(|| stray(path))
}

/// `NAME/…`, behind `/p/`.
fn of_project(rest: &str) -> Option<Place> {
    let (project, rest) = rest.split_once('/')?;
    let project = percent_decoded(project).filter(|name| !name.is_empty())?;
    let inner = carried(&format!("/{rest}"))?;
    Some(Place {
        project: Some(project),
        ..inner
    })
}

/// Ends of paths that only clients of models call, and the dialect in which they understand a refusal.
const ENDS: [(&str, Dialect); 8] = [
    ("/messages", Dialect::Anthropic),
    ("/messages/count_tokens", Dialect::Anthropic),
    ("/chat/completions", Dialect::OpenAiChat),
    ("/responses", Dialect::OpenAiResponses),
    ("/completions", Dialect::Other),
    ("/embeddings", Dialect::Other),
    (":generateContent", Dialect::Other),
    (":streamGenerateContent", Dialect::Other),
];

/// A client's path below a base URL that is none of ours, such as `/anthropic/v1/messages`.
fn stray(path: &str) -> Option<Place> {
    if path.starts_with("/api/") {
        return None;
    }
    let lower = path.to_ascii_lowercase();
    let end = |(end, _): &&(&str, Dialect)| lower.ends_with(&end.to_ascii_lowercase());
    let (_, dialect) = ENDS.iter().find(end)?;
    Some(Place {
        project: None,
        path: Cow::Owned(path.to_owned()),
        dialect: *dialect,
        is_stray: true,
    })
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
        is_stray: false,
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
        check("/p/x/y", None);
        check(
            "//v1/messages",
            Some((None, "/v1/messages", Dialect::Anthropic)),
        );
        check("/v1", None);
        check("//", None);
    }

    #[test]
    fn paths_of_other_base_urls_are_refused_in_the_callers_dialect() {
        let check = |path: &str, dialect: Option<Dialect>| {
            let found = place(path).filter(|place| place.is_stray);
            assert_eq!(found.map(|place| place.dialect), dialect, "{path}");
        };
        check("/anthropic/v1/messages", Some(Dialect::Anthropic));
        check("/openai/v1/chat/completions", Some(Dialect::OpenAiChat));
        check("/V1/Messages", Some(Dialect::Anthropic));
        check("/p//v1/messages", Some(Dialect::Anthropic));
        check("/p/%zz/v1/messages", Some(Dialect::Anthropic));
        check(
            "/v1beta/models/gemini-3:generateContent",
            Some(Dialect::Other),
        );
        check("/v1/messages", None);
        check("/api/requests/messages", None);
        check("/nonsense", None);
    }
}
