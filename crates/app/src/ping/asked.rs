//! What the endpoints of a site are asked.

use std::time::Duration;

use http::Method;
use serde_json::{Value, json};
use wire::Dialect;

use super::{PingAsk, Scope, choose, read};
use crate::app::App;
use crate::sites::Line;
use crate::sites::call::Bounds;
use crate::view::PingEndpoint;

/// Reasoning models think before the first byte; a list of models of a large relay has some MiB.
pub(super) const BOUNDS: Bounds = Bounds {
    head: Duration::from_secs(60),
    silence: Duration::from_secs(30),
    whole: Duration::from_secs(90),
    bytes: 8 * 1024 * 1024,
};

/// Long enough to see pieces arrive, short enough to cost next to nothing.
const PROMPT: &str = "Count from 1 to 20 in digits, separated by spaces, and stop.";

/// Room for the twenty numbers, and for a little thinking of models that cannot do without.
const MOST_TOKENS: u32 = 64;

/// An endpoint and what it is asked.
pub(super) struct Asked {
    pub(super) path: &'static str,
    pub(super) dialect: Dialect,
    pub(super) stream: bool,
    pub(super) body: Value,
    pub(super) model: String,
}

impl App {
    /// Asks the endpoints of a site, one after the other. None without a model.
    pub(super) async fn endpoints(
        &self,
        line: &Line,
        ask: &PingAsk,
        ids: &[String],
    ) -> Vec<PingEndpoint> {
        let client = self.sites().client_of(line);
        let mut endpoints = Vec::new();
        for asked in asked(line, ask, ids) {
            let body = Some(asked.body.to_string());
            let call = line.call(Method::POST, asked.path, body);
            let heard = line.hear(&client, call, BOUNDS).await;
            let now = self.clock().now();
            let sites = self.sites();
            endpoints.push(read::endpoint(
                line,
                &asked,
                &heard,
                sites.classifier(),
                now,
            ));
        }
        read::compare_counts(&mut endpoints);
        endpoints
    }
}

/// What is asked, the most telling first. Empty where no model is known to ask.
fn asked(line: &Line, ask: &PingAsk, ids: &[String]) -> Vec<Asked> {
    let model = |words: &[&str]| {
        let named = ask
            .model
            .as_deref()
            .map(|model| line.model(model).to_owned());
        named.or_else(|| choose(ids, words))
    };
    let claude = model(&["claude"]);
    let other = model(&["gpt", "o3", "o4", "deepseek", "gemini", "qwen"]).or_else(|| model(&[]));
    let (mut messages, mut openai) = match line.speaks() {
        Some("anthropic") => (true, false),
        Some("openai") => (false, true),
        Some(_) => (true, true),
        // Not known yet: what the model's name suggests.
        None => (claude.is_some(), claude.is_none()),
    };
    let whole = ask.scope == Scope::Whole;
    (messages, openai) = (messages || whole, openai || whole);
    let mut all = Vec::new();
    if let Some(model) = claude.or_else(|| other.clone()).filter(|_| messages) {
        all.push(anthropic(&model, true));
        if whole {
            all.push(anthropic(&model, false));
            all.push(count(&model));
        }
    }
    if let Some(model) = other.filter(|_| openai) {
        all.push(chat(&model));
        if whole {
            all.push(responses(&model));
        }
    }
    // The main dialect of a site that speaks OpenAI's comes first.
    if line.speaks() == Some("openai") {
        all.sort_by_key(|asked| asked.dialect == Dialect::Anthropic);
    }
    all
}

fn anthropic(model: &str, stream: bool) -> Asked {
    Asked {
        path: "/v1/messages",
        dialect: Dialect::Anthropic,
        stream,
        body: json!({
            "model": model, "max_tokens": MOST_TOKENS, "stream": stream,
            "messages": [{"role": "user", "content": PROMPT}],
        }),
        model: model.to_owned(),
    }
}

fn count(model: &str) -> Asked {
    Asked {
        path: "/v1/messages/count_tokens",
        dialect: Dialect::Other,
        stream: false,
        body: json!({"model": model, "messages": [{"role": "user", "content": PROMPT}]}),
        model: model.to_owned(),
    }
}

fn chat(model: &str) -> Asked {
    Asked {
        path: "/v1/chat/completions",
        dialect: Dialect::OpenAiChat,
        stream: true,
        body: json!({
            "model": model, "max_completion_tokens": MOST_TOKENS, "stream": true,
            "stream_options": {"include_usage": true},
            "messages": [{"role": "user", "content": PROMPT}],
        }),
        model: model.to_owned(),
    }
}

fn responses(model: &str) -> Asked {
    Asked {
        path: "/v1/responses",
        dialect: Dialect::OpenAiResponses,
        stream: true,
        body: json!({
            "model": model, "max_output_tokens": MOST_TOKENS, "stream": true, "store": false,
            "input": PROMPT,
        }),
        model: model.to_owned(),
    }
}
