//! Layers that do not let everything in.

use serde_json::json;

use crate::personas::bad::Bad;
use crate::personas::chance::Chance;
use crate::personas::claude::blocks;
use crate::personas::site::{Answered, Layer, Site, Visit};

struct ClaudeCodeOnly;
struct Limits {
    every: u64,
}
struct Breaks {
    every: u64,
    kinds: &'static [Bad],
}
struct Fails {
    percent: usize,
    status: u16,
    chance: Chance,
}

/// Answers 429 to everything that does not look like Claude Code.
pub(crate) fn wants_claude_code() -> Box<dyn Layer> {
    Box::new(ClaudeCodeOnly)
}

/// Answers 429 with `retry-after: 0` to every so many-th request.
pub(crate) fn limits_rate(every: u64) -> Box<dyn Layer> {
    Box::new(Limits { every })
}

/// Answers a share of requests with an error, without asking the backend.
pub(crate) fn fails_sometimes(status: u16, percent: usize) -> Box<dyn Layer> {
    Box::new(Fails {
        percent,
        status,
        chance: Chance::new(u64::from(status)),
    })
}

/// Answers every so many-th request badly, in turns.
pub(crate) fn breaks_sometimes(every: u64, kinds: &'static [Bad]) -> Box<dyn Layer> {
    Box::new(Breaks { every, kinds })
}

fn error(status: u16, kind: &str, message: &str) -> Answered {
    Answered::document(
        status,
        json!({ "type": "error", "error": { "type": kind, "message": message } }),
    )
}

impl Layer for ClaudeCodeOnly {
    fn around(&self, visit: Visit, inner: &dyn Site) -> Answered {
        let said = |block: &serde_json::Value| {
            block["text"].as_str().is_some_and(|text| {
                text.starts_with("You are Claude Code, Anthropic's official CLI for Claude.")
                    || text.starts_with("x-anthropic-billing-header")
            })
        };
        let shaped = visit.header("user-agent").starts_with("claude-cli/")
            && visit.header("x-app") == "cli"
            && !visit.header("anthropic-beta").is_empty()
            && blocks(&visit.body["system"]).iter().any(said)
            && visit.body["metadata"]["user_id"].is_string();
        if shaped || !visit.is_message() {
            return inner.answer(&visit);
        }
        error(429, "rate_limit_error", "Error")
    }
}

impl Layer for Limits {
    fn around(&self, visit: Visit, inner: &dyn Site) -> Answered {
        if visit.number % self.every != self.every - 1 {
            return inner.answer(&visit);
        }
        let mut answered = error(
            429,
            "rate_limit_error",
            "This request would exceed your organization's rate limit. Please try again later.",
        );
        answered.set_header("retry-after", "0");
        answered
    }
}

impl Layer for Breaks {
    fn around(&self, visit: Visit, inner: &dyn Site) -> Answered {
        if visit.number % self.every != self.every - 1 {
            return inner.answer(&visit);
        }
        let turn = (visit.number / self.every) as usize % self.kinds.len().max(1);
        match self.kinds.get(turn) {
            Some(bad) => bad.answer(&visit),
            None => inner.answer(&visit),
        }
    }
}

impl Layer for Fails {
    fn around(&self, visit: Visit, inner: &dyn Site) -> Answered {
        if self.chance.dice().below(100) >= self.percent {
            return inner.answer(&visit);
        }
        match self.status {
            529 => error(529, "overloaded_error", "Overloaded"),
            status => error(status, "api_error", "Internal server error"),
        }
    }
}
