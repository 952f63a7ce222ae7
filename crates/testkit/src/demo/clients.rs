//! Paths and headers of the imitated programs.

use super::book::{Program, Session};

/// A key that nobody issued.
const KEY: &str = "sk-demo-nobody-issued-this-key-4471";

/// Path and query for a session.
pub(super) fn path(session: &Session) -> String {
    let project = &session.project;
    match session.client {
        Program::ClaudeCode => format!("/p/{project}/v1/messages?beta=true"),
        Program::Codex => format!("/p/{project}/v1/responses"),
        Program::PythonAnthropic => "/v1/messages".to_owned(),
        Program::PythonOpenai => "/v1/chat/completions".to_owned(),
    }
}

/// Headers for a session; `conversation` is the id that the client gives to it, `retries` how often this
/// request has failed.
pub(super) fn headers(
    session: &Session,
    conversation: &str,
    retries: u32,
) -> Vec<(&'static str, String)> {
    let mut headers = vec![("content-type", "application/json".to_owned())];
    let mut add = |name, value: &str| headers.push((name, value.to_owned()));
    match session.client {
        Program::ClaudeCode => {
            add("x-api-key", KEY);
            add("anthropic-version", "2023-06-01");
            add(
                "anthropic-beta",
                "interleaved-thinking-2025-05-14,context-management-2025-06-27",
            );
            add("user-agent", "claude-cli/2.1.329 (external, cli)");
            add("x-app", "cli");
            add("x-claude-code-session-id", conversation);
            add("accept", "application/json");
        }
        Program::Codex => {
            add("authorization", &format!("Bearer {KEY}"));
            add(
                "user-agent",
                "codex_exec/0.169.0 (Debian 13.0.0; x86_64) xterm",
            );
            add("originator", "codex_exec");
            add("session-id", conversation);
            add("accept", "text/event-stream");
        }
        Program::PythonAnthropic => {
            add("x-api-key", KEY);
            add("anthropic-version", "2023-06-01");
            add("user-agent", "Anthropic/Python 2.11.0");
            add("x-project-id", &session.project);
        }
        Program::PythonOpenai => {
            add("authorization", &format!("Bearer {KEY}"));
            add("user-agent", "OpenAI/Python 3.52.0");
            add("x-project-id", &session.project);
        }
    }
    if session.client != Program::Codex {
        headers.push(("x-stainless-retry-count", retries.to_string()));
        headers.push(("x-stainless-lang", language(session.client).to_owned()));
    }
    headers
}

fn language(program: Program) -> &'static str {
    match program {
        Program::ClaudeCode | Program::Codex => "js",
        Program::PythonAnthropic | Program::PythonOpenai => "python",
    }
}
