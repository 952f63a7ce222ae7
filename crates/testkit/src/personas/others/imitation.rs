//! A site that answers in the Anthropic protocol with another vendor's model.

use serde_json::{Value, json};

use super::vendors::{ErrorForm, IdForm, Thinks, Vendor};
use crate::dice::Dice;
use crate::personas::chance::Chance;
use crate::personas::claude::{Refused, blocks, ids};
use crate::personas::mind::{Answer, Saying, Talk, Voice, answer};
use crate::personas::site::{Answered, Said, Site, Visit};
use crate::personas::tokens::{count, pieces};

/// The site.
pub(crate) struct Imitation {
    vendor: Vendor,
    chance: Chance,
}

impl Imitation {
    /// A site of a vendor.
    pub(crate) fn new(vendor: &Vendor) -> Self {
        Self {
            vendor: vendor.clone(),
            chance: Chance::named(vendor.model),
        }
    }

    fn say(&self, visit: &Visit, dice: &mut Dice) -> Result<Value, Refused> {
        let vendor = &self.vendor;
        let body = &visit.body;
        if !body["messages"].is_array() || !visit.is_message() {
            return Err(Refused::not_found("Not Found"));
        }
        if !vendor.serves_anything && visit.model().contains("nonexistent") {
            return Err(Refused::not_found(format!(
                "No available channel for model {}",
                visit.model()
            )));
        }
        if let (Some(most), Some(asked)) = (vendor.most, body["max_tokens"].as_u64())
            && asked > most
        {
            return Err(Refused::invalid(format!(
                "Invalid max_tokens value, the valid range of max_tokens is [1, {most}]"
            )));
        }
        if vendor.maker == "Moonshot AI"
            && !matches!(
                body["thinking"]["type"].as_str(),
                None | Some("enabled" | "disabled")
            )
        {
            return Err(Refused::invalid(
                "invalid thinking: only type=enabled is allowed for this model",
            ));
        }
        let voice = Voice {
            name: vendor.name.to_owned(),
            maker: if vendor.claims_claude {
                "Anthropic"
            } else {
                vendor.maker
            }
            .to_owned(),
            skill: vendor.skill,
            claude: vendor.claims_claude,
        };
        let talk = Talk::of(body);
        Ok(self.compose(visit, &answer(&talk, &voice, dice), dice))
    }

    fn compose(&self, visit: &Visit, said: &Answer, dice: &mut Dice) -> Value {
        let vendor = &self.vendor;
        let mut content = Vec::new();
        let mut spent = 0;
        if visit.body["thinking"]["type"]
            .as_str()
            .is_some_and(|kind| kind != "disabled")
        {
            spent += count(vendor.family, &said.thinking);
            content.extend(self.thinking(&said.thinking, dice));
        }
        let most = visit.body["max_tokens"].as_u64().unwrap_or(4_096);
        let mut stop = "end_turn";
        let mut sequence = Value::Null;
        for saying in &said.sayings {
            match saying {
                Saying::Text(text) => {
                    let (text, hit) = cut_at_stop(&visit.body, text);
                    if let Some(hit) = hit.filter(|_| vendor.tells_stops) {
                        (stop, sequence) = ("stop_sequence", hit.into());
                    }
                    let mut kept = String::new();
                    for piece in pieces(vendor.family, text) {
                        if spent + piece.tokens > most {
                            stop = "max_tokens";
                            break;
                        }
                        kept.push_str(piece.text);
                        spent += piece.tokens;
                    }
                    content.push(json!({ "type": "text", "text": kept }));
                }
                Saying::Call { name, input } => {
                    let id = ids::letters(ids::HEX, 24, dice);
                    spent += count(vendor.family, &input.to_string()) + 12;
                    stop = "tool_use";
                    content.push(json!({ "type": "tool_use", "id": format!("{}{id}", vendor.tool_id), "name": name, "input": input }));
                }
                Saying::Search { .. } => {}
            }
        }
        let model = if vendor.echoes {
            visit.model()
        } else {
            vendor.model
        };
        json!({
            "id": self.id(dice),
            "type": "message",
            "role": "assistant",
            "model": model,
            "content": content,
            "stop_reason": stop,
            "stop_sequence": sequence,
            "usage": self.usage(&visit.body, spent),
        })
    }

    fn thinking(&self, text: &str, dice: &mut Dice) -> Option<Value> {
        let block = json!({ "type": "thinking", "thinking": text });
        let signed = |signature: String| {
            let mut block = block.clone();
            block["signature"] = signature.into();
            Some(block)
        };
        match self.vendor.thinks {
            Thinks::Never => None,
            Thinks::Unsigned => Some(block),
            Thinks::MadeUp => signed(ids::letters(ids::HEX, 64, dice)),
            Thinks::Google => signed(format!("AY89{}", ids::letters(ids::BASE62, 300, dice))),
        }
    }

    fn id(&self, dice: &mut Dice) -> String {
        match self.vendor.id {
            IdForm::ChatCompletion => format!("chatcmpl-{}", ids::letters(ids::BASE62, 29, dice)),
            IdForm::Dated => format!(
                "msg_{}{}",
                jiff::Timestamp::now().strftime("%Y%m%d%H%M%S"),
                ids::letters(ids::HEX, 16, dice)
            ),
            IdForm::Uuid => format!("msg_{}", dice.uuid()),
            IdForm::Forged => format!("msg_01{}", ids::letters(ids::BASE62, 22, dice)),
            IdForm::Generation => format!(
                "gen_{}",
                ids::letters("0123456789ABCDEFGHJKMNPQRSTVWXYZ", 26, dice)
            ),
        }
    }

    fn usage(&self, body: &Value, output: u64) -> Value {
        let mut usage = json!({ "input_tokens": self.input(body), "output_tokens": output.max(1) });
        if self.vendor.dressed_usage {
            usage["cache_creation_input_tokens"] = 0.into();
            usage["cache_read_input_tokens"] = 0.into();
            usage["service_tier"] = "standard".into();
        }
        usage
    }

    fn input(&self, body: &Value) -> u64 {
        let family = self.vendor.family;
        let mut tokens = self.vendor.around.0;
        for block in blocks(&body["system"]) {
            tokens += count(family, block["text"].as_str().unwrap_or_default());
        }
        for message in body["messages"].as_array().into_iter().flatten() {
            tokens += 4;
            for block in blocks(&message["content"]) {
                tokens += match block["type"].as_str() {
                    Some("text") => count(family, block["text"].as_str().unwrap_or_default()),
                    Some("image") => self.vendor.picture,
                    Some("tool_use") => count(family, &block["input"].to_string()) + 10,
                    Some("tool_result") => count(family, &block["content"].to_string()) + 6,
                    Some("thinking") => {
                        count(family, block["thinking"].as_str().unwrap_or_default())
                    }
                    _ => 0,
                };
            }
        }
        if let Some(tools) = body["tools"].as_array() {
            tokens += self.vendor.around.1
                + tools
                    .iter()
                    .map(|tool| count(family, &tool.to_string()))
                    .sum::<u64>();
        }
        tokens
    }

    fn refused(&self, refused: &Refused, dice: &mut Dice) -> Answered {
        let Refused {
            status,
            kind,
            message,
        } = refused;
        match self.vendor.errors {
            ErrorForm::NewApi => {
                let id = ids::letters(ids::BASE62, 30, dice);
                Answered::document(
                    if *status == 404 { 503 } else { *status },
                    json!({
                        "error": { "type": "new_api_error", "message": format!("{message} (request id: {id})") }, "type": "error",
                    }),
                )
            }
            ErrorForm::Coded => Answered::document(
                400,
                json!({
                    "error": { "code": "1210", "message": "API 调用参数有误，请检查文档。" }, "request_id": ids::letters(ids::HEX, 32, dice),
                }),
            ),
            ErrorForm::OpenAi => Answered::document(
                *status,
                json!({ "error": { "message": message, "type": kind } }),
            ),
            ErrorForm::Anthropic => Answered::document(
                *status,
                json!({ "type": "error", "error": { "type": kind, "message": message } }),
            ),
        }
    }
}

impl Site for Imitation {
    fn answer(&self, visit: &Visit) -> Answered {
        let mut dice = self.chance.dice();
        if visit.method == "GET" && visit.path().ends_with("/v1/models") {
            return Answered::document(
                200,
                json!({ "object": "list", "data": [
                { "id": self.vendor.model, "object": "model", "created": 1_780_000_000, "owned_by": self.vendor.maker },
            ] }),
            );
        }
        let mut answered = match self.say(visit, &mut dice) {
            Ok(message) => Answered::new(200, Said::Message(message)),
            Err(refused) => self.refused(&refused, &mut dice),
        };
        answered.style = (self.vendor.style)();
        answered.set_header("x-request-id", dice.uuid());
        answered
    }
}

/// The text up to the first stop sequence.
fn cut_at_stop<'a>(body: &Value, text: &'a str) -> (&'a str, Option<String>) {
    let stops = body["stop_sequences"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str);
    let first = stops
        .filter_map(|stop| Some((text.find(stop)?, stop)))
        .min();
    first.map_or((text, None), |(at, stop)| {
        (&text[..at], Some(stop.to_owned()))
    })
}
