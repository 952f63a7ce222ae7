//! The way through an editor's own channel: the words are Claude's, everything around them is made up.

use serde_json::{Value, json};

use crate::personas::chance::Chance;
use crate::personas::claude::ids;
use crate::personas::site::{Answered, Layer, Said, Site, Visit};
use crate::personas::style::{Ping, Style};

/// What the channel puts before every question, about as long as the real one.
const PROMPT: &str = include_str!("../../../personas/kiro.txt");

struct Kiro {
    disguised: bool,
    chance: Chance,
}

/// The channel; `disguised` is the fork that imitates the first party.
pub(crate) fn kiro(disguised: bool) -> Box<dyn Layer> {
    Box::new(Kiro {
        disguised,
        chance: Chance::named("kiro"),
    })
}

impl Layer for Kiro {
    fn around(&self, mut visit: Visit, inner: &dyn Site) -> Answered {
        if !visit.is_message() {
            return refused("不支持的接口");
        }
        let asked = visit.body["model"].clone();
        if !asked
            .as_str()
            .is_some_and(|model| model.starts_with("claude-") && !model.contains("nonexistent"))
        {
            return refused("模型不存在");
        }
        let thinks =
            !visit.body["thinking"].is_null() && visit.body["thinking"]["type"] != "disabled";
        simplify(&mut visit.body);
        let mut answered = inner.answer(&visit);
        if answered.status >= 400 {
            return refused("上游请求失败，请稍后重试");
        }
        let mut dice = self.chance.dice();
        let Some(message) = answered.message() else {
            return answered;
        };
        let thinking = thinks
            .then(|| json!({ "type": "thinking", "thinking": "The user wants a direct answer." }));
        let mut content: Vec<Value> = thinking.into_iter().collect();
        for block in message["content"].as_array().into_iter().flatten() {
            let mut block = block.clone();
            match block["type"].as_str() {
                Some("thinking") => continue,
                Some("tool_use") => {
                    let prefix = if self.disguised { "toolu_" } else { "tooluse_" };
                    block["id"] =
                        format!("{prefix}{}", ids::letters(ids::BASE62, 22, &mut dice)).into();
                    if let Some(members) = block.as_object_mut() {
                        members.shift_remove("caller");
                    }
                }
                _ => {}
            }
            content.push(block);
        }
        let stop = if message["stop_reason"] == "tool_use" {
            "tool_use"
        } else {
            "end_turn"
        };
        // The channel tells only which share of the window was used.
        let input = message["usage"]["input_tokens"].as_u64().unwrap_or(0) / 100 * 100 + 2_000;
        let mut made = json!({
            "id": format!("msg_{}", ids::letters(ids::HEX, 32, &mut dice)),
            "type": "message", "role": "assistant", "content": content, "model": asked,
            "stop_reason": stop, "stop_sequence": null,
            "usage": { "input_tokens": input, "output_tokens": message["usage"]["output_tokens"] },
        });
        if self.disguised {
            made["usage"]["cache_creation_input_tokens"] = 0.into();
            made["usage"]["cache_read_input_tokens"] = 0.into();
            made["usage"]["cache_creation"] =
                json!({ "ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 0 });
            made["usage"]["service_tier"] = "standard".into();
            made["usage"]["inference_geo"] = "global".into();
            made["id"] = format!("msg_01{}", ids::letters(ids::BASE62, 22, &mut dice)).into();
        }
        answered.said = Said::Message(made);
        answered.headers = vec![("server".to_owned(), "uvicorn".to_owned())];
        answered.style = Style {
            ping: if self.disguised {
                Ping::Genuine
            } else {
                Ping::Never
            },
            empty_first_json: self.disguised,
            ..Style::converted()
        };
        answered
    }
}

/// What the channel can carry: words and tools, nothing else.
fn simplify(body: &mut Value) {
    let mut words = vec![json!({ "type": "text", "text": PROMPT })];
    words.extend(crate::personas::claude::blocks(&body["system"]));
    let stream = body["stream"].clone();
    let mut kept = json!({
        "model": body["model"], "max_tokens": 32_000, "messages": body["messages"], "system": words, "stream": stream,
    });
    if body["tools"].is_array() {
        let own = |tool: &&Value| !tool["input_schema"].is_null();
        let tools: Vec<Value> = body["tools"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(own)
            .cloned()
            .collect();
        if !tools.is_empty() {
            kept["tools"] = tools.into();
        }
    }
    if let Some(messages) = kept["messages"].as_array_mut() {
        while messages.len() > 1
            && messages
                .last()
                .is_some_and(|last| last["role"] == "assistant")
        {
            messages.pop();
        }
        for message in messages {
            if let Some(blocks) = message["content"].as_array_mut() {
                blocks.retain(|block| {
                    !matches!(
                        block["type"].as_str(),
                        Some("thinking" | "redacted_thinking" | "document")
                    )
                });
            }
        }
    }
    *body = kept;
}

fn refused(text: &str) -> Answered {
    let mut answered = Answered::document(
        400,
        json!({ "error": { "type": "upstream_error", "message": text } }),
    );
    answered.set_header("server", "uvicorn");
    answered
}
