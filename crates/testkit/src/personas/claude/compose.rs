//! One answer: what the mind says, cut where it must end, with its blocks, ids and figures.

use serde_json::{Value, json};

use super::backend::usage_members;
use super::cache::Paid;
use super::checks::BINDING_BETA;
use super::ids;
use super::models::Model;
use super::platform::Platform;
use super::prefix::Prefix;
use super::signature::{Sealed, seal};
use crate::dice::Dice;
use crate::personas::mind::{Answer, Saying, Talk, Voice, answer, summary};
use crate::personas::site::Visit;
use crate::personas::tokens::{count, pieces};

/// Provokes a thinking block that is not shown; published by the vendor for tests.
const REDACTED: &str = "ANTHROPIC_MAGIC_STRING_TRIGGER_REDACTED_THINKING_46C9A13E193C177646C7398A98432ECCCE4C1253D5E2D82641AC0E52CC2876CB";
/// Provokes a refusal; published by the vendor for tests.
const REFUSAL: &str = "ANTHROPIC_MAGIC_STRING_TRIGGER_REFUSAL_1FAEFB6177B4672DEE07F9D3AFC62588CCD2631EDCF22E8CCC1FB35B501C9C86";

/// What an answer is made of.
pub(super) struct Made<'a> {
    pub(super) visit: &'a Visit,
    pub(super) talk: &'a Talk,
    pub(super) model: &'a Model,
    pub(super) platform: Platform,
    pub(super) organisation: &'a str,
    pub(super) profile: Option<String>,
    pub(super) message_id: String,
    /// Seconds since 1970.
    pub(super) at: u64,
    pub(super) paid: Paid,
    pub(super) transformations: &'a [Value],
}

/// How an answer ends.
struct Ending {
    reason: &'static str,
    sequence: Value,
}

/// What has been said so far, and how much room is left.
struct Page {
    content: Vec<Value>,
    left: u64,
    spent: u64,
    thinking: u64,
    searches: u64,
    ending: Option<Ending>,
}

/// The answer as the document of the protocol.
pub(super) fn compose(made: &Made<'_>, dice: &mut Dice) -> Value {
    let body = &made.visit.body;
    let mut page = Page {
        content: Vec::new(),
        left: body["max_tokens"].as_u64().unwrap_or(0),
        spent: 0,
        thinking: 0,
        searches: 0,
        ending: None,
    };
    if refuses(made) {
        page.ending = Some(Ending {
            reason: "refusal",
            sequence: Value::Null,
        });
        page.spent = 4;
    } else {
        let said = answer(made.talk, &voice(made), dice);
        think(made, &said, &mut page, dice);
        for saying in &said.sayings {
            page.say(made, saying, dice);
        }
    }
    document(made, page)
}

fn voice(made: &Made<'_>) -> Voice {
    Voice {
        name: made.model.title.clone(),
        maker: "Anthropic".to_owned(),
        skill: made.model.skill,
        claude: true,
    }
}

fn refuses(made: &Made<'_>) -> bool {
    made.model.prefill && made.talk.last_text().contains(REFUSAL)
}

fn think(made: &Made<'_>, said: &Answer, page: &mut Page, dice: &mut Dice) {
    let body = &made.visit.body;
    let kind = match body["thinking"]["type"].as_str() {
        Some(kind) => kind,
        None if made.model.thinks_by_default => "adaptive",
        None => "disabled",
    };
    let forced = matches!(body["tool_choice"]["type"].as_str(), Some("any" | "tool"));
    let thinks = match kind {
        "enabled" => true,
        "adaptive" => said.hard && !forced && body["output_config"]["effort"] != "low",
        "between_tools" => said.hard && made.talk.after_tools(),
        _ => false,
    };
    if !thinks || page.left == 0 {
        return;
    }
    let family = made.model.tokenizer;
    let redacted = made.model.prefill && made.talk.last_text().contains(REDACTED);
    let mut kept = String::new();
    for piece in pieces(family, &said.thinking) {
        if page.thinking + piece.tokens > page.left {
            page.ending = Some(Ending {
                reason: "max_tokens",
                sequence: Value::Null,
            });
            break;
        }
        kept.push_str(piece.text);
        page.thinking += piece.tokens;
    }
    let sealed = Sealed {
        model: made.model.names_itself.clone(),
        infrastructure: made.platform.infrastructure(),
        organisation: made.organisation.to_owned(),
        profile: made.profile.clone(),
        at: made.at,
        prefix: Prefix::of_answer(body),
        thinking: kept.clone(),
        redacted,
    };
    let wrapped = !made.model.shows_thinking && !made.model.id.contains("-4-");
    let signature = seal(&sealed, wrapped, dice);
    let display = body["thinking"]["display"].as_str();
    let shown = match display {
        Some("omitted") => String::new(),
        None if !made.model.shows_thinking => String::new(),
        _ if made.model.shows_thinking => kept,
        _ => summary(&kept),
    };
    page.content.push(if redacted {
        json!({ "type": "redacted_thinking", "data": signature })
    } else {
        json!({ "type": "thinking", "thinking": shown, "signature": signature })
    });
    page.spend(page.thinking);
}

impl Page {
    fn spend(&mut self, tokens: u64) {
        self.spent += tokens;
        self.left = self.left.saturating_sub(tokens);
    }

    fn say(&mut self, made: &Made<'_>, saying: &Saying, dice: &mut Dice) {
        if self.ending.is_some() {
            return;
        }
        match saying {
            Saying::Text(text) => self.text(made, text),
            Saying::Call { name, input } => self.call(made, name, input, dice),
            Saying::Search { query } => self.search(made, query, dice),
        }
    }

    fn text(&mut self, made: &Made<'_>, text: &str) {
        let (text, stop) = until_stop(&made.visit.body, text);
        let mut kept = String::new();
        let mut tokens = 0;
        for piece in pieces(made.model.tokenizer, text) {
            if tokens + piece.tokens > self.left {
                self.ending = Some(Ending {
                    reason: "max_tokens",
                    sequence: Value::Null,
                });
                tokens = self.left;
                break;
            }
            kept.push_str(piece.text);
            tokens += piece.tokens;
        }
        self.spend(tokens);
        if !kept.is_empty() {
            self.content.push(json!({ "type": "text", "text": kept }));
        }
        if let (None, Some(stop)) = (&self.ending, stop) {
            self.spend(1);
            self.ending = Some(Ending {
                reason: "stop_sequence",
                sequence: stop.into(),
            });
        }
    }

    fn call(&mut self, made: &Made<'_>, name: &str, input: &Value, dice: &mut Dice) {
        self.spend(count(made.model.tokenizer, &input.to_string()) + 30);
        let id = ids::random(&format!("toolu_{}", made.platform.infix()), dice);
        let mut block = json!({ "type": "tool_use", "id": id, "name": name, "input": input });
        if made.platform != Platform::Bedrock {
            block["caller"] = json!({ "type": "direct" });
        }
        self.content.push(block);
    }

    fn search(&mut self, made: &Made<'_>, query: &str, dice: &mut Dice) {
        let id = ids::random("srvtoolu_", dice);
        self.searches += 1;
        self.spend(count(made.model.tokenizer, query) + 40);
        self.content.push(json!({
            "type": "server_tool_use", "id": id, "name": "web_search", "input": { "query": query },
            "caller": { "type": "direct" },
        }));
        let found: Vec<Value> = (0..3)
            .map(|at| {
                json!({
                    "type": "web_search_result",
                    "title": format!("{query}: result {}", at + 1),
                    "url": format!("https://example.org/{at}"),
                    "encrypted_content": ids::letters(ids::BASE62, 320, dice),
                    "page_age": null,
                })
            })
            .collect();
        self.content.push(json!({
            "type": "web_search_tool_result", "tool_use_id": id, "content": found,
            "caller": { "type": "direct" },
        }));
    }
}

/// The text up to the first stop sequence, and which it was.
fn until_stop<'a>(body: &Value, text: &'a str) -> (&'a str, Option<String>) {
    let stops = body["stop_sequences"].as_array().into_iter().flatten();
    let first = stops
        .filter_map(Value::as_str)
        .filter_map(|stop| Some((text.find(stop)?, stop)))
        .min();
    match first {
        Some((at, stop)) => (&text[..at], Some(stop.to_owned())),
        None => (text, None),
    }
}

fn document(made: &Made<'_>, page: Page) -> Value {
    let calls = page.content.iter().any(|block| block["type"] == "tool_use");
    let natural = Ending {
        reason: if calls { "tool_use" } else { "end_turn" },
        sequence: Value::Null,
    };
    let ended_by_itself = page.ending.is_none() && page.spent > 0;
    let ending = match page.ending {
        Some(ending) => ending,
        None if made.visit.body["max_tokens"] == 0 => Ending {
            reason: "max_tokens",
            sequence: Value::Null,
        },
        None => natural,
    };
    let details = if ending.reason == "refusal" {
        json!({ "type": "refusal", "category": null, "explanation": null })
    } else {
        Value::Null
    };
    let mut document = json!({
        "model": made.model.names_itself,
        "id": made.message_id,
        "type": "message",
        "role": "assistant",
        "content": page.content,
        "stop_reason": ending.reason,
        "stop_sequence": ending.sequence,
        "stop_details": details,
    });
    if made.visit.has_beta(BINDING_BETA) {
        document["input_transformations"] = made.transformations.to_vec().into();
    }
    // The end of a turn is a token, where there was room for it.
    let end = u64::from(ended_by_itself && page.left > 0);
    document["usage"] = usage(made, page.spent + end, page.thinking, page.searches);
    document
}

fn usage(made: &Made<'_>, output: u64, thinking: u64, searches: u64) -> Value {
    let paid = made.paid;
    let mut usage = json!({
        "input_tokens": paid.fresh,
        "cache_creation_input_tokens": paid.written(),
        "cache_read_input_tokens": paid.read,
        "cache_creation": {
            "ephemeral_5m_input_tokens": paid.written_5m,
            "ephemeral_1h_input_tokens": paid.written_1h,
        },
        "output_tokens": output,
        "output_tokens_details": { "thinking_tokens": thinking },
    });
    if searches > 0 {
        usage["server_tool_use"] =
            json!({ "web_search_requests": searches, "web_fetch_requests": 0 });
    }
    let geo = match made.platform {
        Platform::Bedrock | Platform::Vertex => None,
        Platform::Subscription => Some("not_available"),
        Platform::FirstParty if !made.model.geo => Some("not_available"),
        Platform::FirstParty => match made.visit.body["inference_geo"].as_str() {
            Some("us") => Some("us"),
            _ => Some("global"),
        },
    };
    usage_members(&mut usage, geo);
    if made.visit.body["speed"] == "fast" {
        usage["speed"] = "fast".into();
    }
    usage
}
