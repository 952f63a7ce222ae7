//! The way through another editor's channel at Google: Claude's words and signatures, everything else its own.

use serde_json::{Value, json};

use crate::personas::chance::Chance;
use crate::personas::claude::{blocks, ids};
use crate::personas::site::{Answered, Layer, Said, Site, Visit};
use crate::personas::style::{Ping, Style};

const IDENTITY: &str = "You are Antigravity, a powerful agentic AI coding assistant designed by the Google Deepmind team. \
    You are pair programming with a user. Follow the rules of the workspace. (The rest of this text is made up and stands for a long one.)";

struct Antigravity {
    chance: Chance,
}

/// The channel.
pub(crate) fn antigravity() -> Box<dyn Layer> {
    Box::new(Antigravity {
        chance: Chance::named("antigravity"),
    })
}

impl Layer for Antigravity {
    fn around(&self, mut visit: Visit, inner: &dyn Site) -> Answered {
        if !visit.is_message() {
            return refused(404, "Requested entity was not found.", "NOT_FOUND");
        }
        let asked = visit.body["model"].clone();
        prepare(&mut visit.body);
        let mut answered = inner.answer(&visit);
        if answered.status >= 400 {
            return refused(
                400,
                "Request contains an invalid argument.",
                "INVALID_ARGUMENT",
            );
        }
        let mut dice = self.chance.dice();
        if let Some(message) = answered.message() {
            message["id"] = format!("msg_{}", ids::letters(ids::HEX, 32, &mut dice)).into();
            message["model"] = asked;
            let usage = message["usage"].clone();
            message["usage"] = json!({
                "input_tokens": usage["input_tokens"], "output_tokens": usage["output_tokens"],
                "cache_creation_input_tokens": 0, "cache_read_input_tokens": usage["cache_read_input_tokens"],
            });
            for block in message["content"].as_array_mut().into_iter().flatten() {
                if let Some(signature) = block["signature"].as_str() {
                    block["signature"] = format!("claude#{signature}").into();
                }
            }
        }
        answered.headers.retain(|(name, _)| name == "date");
        answered.style = Style {
            ping: Ping::Comment,
            ..Style::converted()
        };
        answered
    }
}

fn prepare(body: &mut Value) {
    let mut system = vec![json!({ "type": "text", "text": IDENTITY })];
    system.extend(blocks(&body["system"]));
    body["system"] = system.into();
    if let Some(members) = body.as_object_mut() {
        members.retain(|name, _| {
            [
                "model",
                "max_tokens",
                "messages",
                "system",
                "tools",
                "thinking",
                "stream",
            ]
            .contains(&name.as_str())
        });
    }
    for message in body["messages"].as_array_mut().into_iter().flatten() {
        for block in message["content"].as_array_mut().into_iter().flatten() {
            let plain = block["signature"]
                .as_str()
                .and_then(|signature| signature.strip_prefix("claude#"))
                .map(str::to_owned);
            if let Some(plain) = plain {
                block["signature"] = plain.into();
            }
        }
    }
}

fn refused(status: u16, message: &str, code: &str) -> Answered {
    Answered::new(
        status,
        Said::Document(json!({ "error": { "code": status, "message": message, "status": code } })),
    )
}
