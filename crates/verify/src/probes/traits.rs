//! The forms that probes look at, of one answer: for reading along with the user's own traffic.

use std::collections::BTreeMap;

use serde_json::Value;

use super::id_clock::{self, IdForm};
use super::tool_ids::{self, ToolId};
use super::{clock, leak, stream_padding, usage_schema};
use crate::claim::Claim;
use crate::observe::Observation;
use crate::passive::Trait;
use crate::reading::Contradiction;
use crate::signature::{self, Infrastructure};
use crate::tables::Tables;

/// Events of a stream from which no padding is no chance.
const ENOUGH_EVENTS: u64 = 8;

/// The forms of one answer.
pub(crate) fn of(tables: &Tables, seen: &Observation) -> BTreeMap<Trait, String> {
    let mut traits = BTreeMap::new();
    let Some(message) = seen.whole() else {
        return traits;
    };
    let mut put = |form: Trait, value: &str| traits.insert(form, value.to_owned());
    if let Some(form) = id_clock::form_of(seen) {
        put(Trait::Id, id_name(form));
    }
    let tool = message
        .blocks("tool_use")
        .find_map(|block| block.get("id")?.as_str());
    if let Some(id) = tool {
        put(Trait::ToolId, tool_name(tool_ids::form_of(id)));
    }
    let counts = stream_padding::counts(seen);
    let events: u64 = counts.iter().sum();
    if events >= ENOUGH_EVENTS {
        put(
            Trait::Padding,
            if counts[0] == events {
                "none"
            } else {
                "padded"
            },
        );
    }
    let usage = &message.usage.raw;
    if usage.is_object() {
        let has = |name: &str| usage.get(name).is_some();
        let members = match (
            has("cache_read_input_tokens"),
            has("service_tier") || has("cache_creation"),
        ) {
            (true, true) => "complete",
            (true, false) => "plain",
            _ => "sparse",
        };
        put(Trait::Usage, members);
    }
    if message.has_thinking() {
        let signatures = message.signatures();
        put(
            Trait::Signed,
            if signatures.is_empty() { "no" } else { "yes" },
        );
        let prefixes = &tables.signatures.program_prefixes;
        let read = signatures
            .iter()
            .find_map(|text| signature::read(text, prefixes).ok());
        if let Some(read) = read {
            put(
                Trait::SignedPlace,
                match read.infrastructure {
                    Infrastructure::Anthropic => "anthropic",
                    Infrastructure::Aws => "aws",
                    Infrastructure::Google => "google",
                    Infrastructure::Unknown(_) => "unknown",
                },
            );
            if let Some(model) = &read.model {
                put(Trait::SignedModel, model);
            }
        }
    }
    if !message.model.is_empty() {
        put(Trait::Model, &message.model);
    }
    let has_limits = seen
        .exchange
        .headers
        .iter()
        .any(|(name, _)| name.starts_with("anthropic-ratelimit-"));
    put(Trait::Limits, if has_limits { "told" } else { "stripped" });
    traits
}

/// What settles the matter alone, in one exchange.
pub(crate) fn contradictions(
    tables: &Tables,
    model: &str,
    seen: &Observation,
) -> Vec<Contradiction> {
    let mut found = Vec::new();
    let mut named = |name: &str| {
        if tables.models.same(name, model) {
            return;
        }
        if let Some(other) = tables.models.find(name) {
            found.push(Contradiction::OtherModel {
                served: other.id.clone(),
            });
        } else if tables.phrases.is_foreign_model(name) {
            found.push(Contradiction::NotClaude {
                named: name.to_owned(),
            });
        }
    };
    if let Some(error) = &seen.error {
        let text = format!("{}\n{}", error.message, error.raw);
        if let Some((_, name)) = leak::overflow(&text) {
            named(&name);
        } else if let Some((name, _)) = leak::tool_types(&text) {
            named(&name);
        }
    }
    let Some(message) = seen.answered() else {
        return found;
    };
    let prefixes = &tables.signatures.program_prefixes;
    for text in message.signatures() {
        if let Some(name) = signature::read(text, prefixes)
            .ok()
            .and_then(|read| read.model)
        {
            named(&name);
        }
    }
    if tables.phrases.is_foreign_model(&message.model) {
        named(&message.model);
    }
    if message.is_whole && usage_schema::impossible(&message.usage).is_some() {
        found.push(Contradiction::ImpossibleUsage);
    }
    found.dedup();
    found
}

/// What is odd and settles nothing, in one exchange.
pub(crate) fn oddities(seen: &Observation) -> Vec<Claim> {
    let mut found = Vec::new();
    let Some(message) = seen.whole() else {
        return found;
    };
    if id_clock::form_of(seen) == Some(IdForm::WrongTime) {
        found.push(Claim::new("passive.stale-id"));
    }
    for text in message.signatures() {
        let at = signature::read(text, &[]).ok().and_then(|read| read.at);
        let is_stale = at.is_some_and(|at| {
            let at = base::Timestamp::from_millis(at.saturating_mul(1_000));
            !clock::fits(&seen.exchange, at, STALE_S)
        });
        if is_stale {
            found.push(Claim::new("passive.stale-signature"));
            break;
        }
    }
    if message.stop_reason.as_deref() == Some("stop_sequence") && message.stop_sequence.is_none() {
        found.push(Claim::new("passive.lost-stop"));
    }
    let body = seen.call.request.body.as_ref();
    let limit = body
        .and_then(|body| body.get("max_tokens"))
        .and_then(Value::as_u64);
    if let (Some(limit), Some(output)) = (limit, message.usage.output)
        && output > limit
    {
        found.push(Claim::new("passive.above-limit"));
    }
    found
}

/// Seconds that the time in a signature may lie beside an ordinary exchange, which may take minutes.
const STALE_S: i64 = 900;

fn id_name(form: IdForm) -> &'static str {
    match form {
        IdForm::Clock => "clock",
        IdForm::WrongTime => "wrong-time",
        IdForm::Random => "random",
        IdForm::Bedrock => "bedrock",
        IdForm::Vertex => "vertex",
        IdForm::Vercel => "vercel",
        IdForm::Zhipu => "zhipu",
        IdForm::Converted => "converted",
        IdForm::Strange => "strange",
    }
}

fn tool_name(form: ToolId) -> &'static str {
    match form {
        ToolId::Anthropic => "anthropic",
        ToolId::Bedrock => "bedrock",
        ToolId::Vertex => "vertex",
        ToolId::Converse => "converse",
        ToolId::Imitated => "imitated",
        ToolId::Converted => "converted",
        ToolId::Strange => "strange",
    }
}
