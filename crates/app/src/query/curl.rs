//! An exchange as a curl command, without secrets.

use super::{Queries, QueryError};
use crate::view::HeaderView;

/// Longest body that stands in the command itself.
const LONGEST: usize = 256 * 1024;

/// Headers that curl writes itself, or that do not fit the body, which stands in the command as plain text.
const LEFT_OUT: &[&str] = &[
    "host",
    "content-length",
    "content-encoding",
    "connection",
    "accept-encoding",
];

impl Queries {
    /// The command. Keys are placeholders: `$API_KEY`.
    pub async fn curl(&self, id: String) -> Result<String, QueryError> {
        let detail = self.detail(id.clone(), false).await?;
        let (_, body) = self.body(id, super::Part::Sent).await.unwrap_or_default();
        let headers = match &detail.sent_headers[..] {
            [] => &detail.request_headers,
            sent => sent,
        };
        let address = detail.upstream_url.as_deref().unwrap_or(&detail.row.path);
        Ok(command(&detail.row.method, address, headers, &body))
    }
}

fn command(method: &str, address: &str, headers: &[HeaderView], body: &[u8]) -> String {
    let mut parts = vec![format!("curl -X {method} {}", quote(address))];
    for header in headers
        .iter()
        .filter(|header| !LEFT_OUT.contains(&&header.name[..]))
    {
        let line = match (&header.name[..], header.secret) {
            ("authorization", _) => "\"authorization: Bearer $API_KEY\"".to_owned(),
            ("x-api-key" | "api-key", _) => format!("\"{}: $API_KEY\"", header.name),
            (_, true) => continue,
            (name, false) => quote(&format!("{name}: {}", header.value)),
        };
        parts.push(format!("-H {line}"));
    }
    match std::str::from_utf8(body) {
        Ok("") => {}
        Ok(text) if text.len() <= LONGEST => parts.push(format!("--data-raw {}", quote(text))),
        _ => parts.push("--data-binary @request-body.json".to_owned()),
    }
    parts.join(" \\\n  ")
}

/// For POSIX shells: nothing inside single quotes means anything.
fn quote(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_and_hides() {
        let header = |name: &str, value: &str, secret| HeaderView {
            name: name.into(),
            value: value.into(),
            secret,
        };
        let headers = [
            header("x-api-key", "sk-••••", true),
            header("anthropic-version", "2023-06-01", false),
            header("cookie", "••••", true),
            header("host", "x", false),
            header("content-encoding", "gzip", false),
        ];
        let command = command(
            "POST",
            "https://a.example/v1/messages",
            &headers,
            b"{\"a\":\"it's\"}",
        );
        let expected = "curl -X POST 'https://a.example/v1/messages' \\\n  -H \"x-api-key: $API_KEY\" \\\n  \
                        -H 'anthropic-version: 2023-06-01' \\\n  --data-raw '{\"a\":\"it'\\''s\"}'";
        assert_eq!(command, expected);
    }
}
