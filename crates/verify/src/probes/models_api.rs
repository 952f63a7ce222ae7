//! P38: the model's entry in the list of models. Relays answer in OpenAI's shape.

use serde_json::Value;

use super::mute_claim;
use crate::ask::Ask;
use crate::claim::Claim;
use crate::context::Context;
use crate::observe::Observation;
use crate::plan::Depth;
use crate::probe::{About, Cost, Family, Forgeability, Probe};
use crate::reading::{Axis, Evidence, Outcome, Reading};

static ABOUT: About = About {
    id: "models-api",
    number: "P38",
    family: Family::Ids,
    forge: Forgeability::Static,
    axis: Axis::Protocol,
    depth: Depth::Standard,
    opt_in: None,
    cost: Cost::new(1, 0, 0),
    source: "platform.claude.com: Models API; official SDKs",
};

/// P38.
pub(super) struct ModelsApi;

impl Probe for ModelsApi {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn ask(&self, context: &Context, so_far: &[&Observation]) -> Vec<Ask> {
        if !so_far.is_empty() {
            return Vec::new();
        }
        // Names with a slash or a bracket would change the path.
        let is_plain = context
            .model()
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte));
        let path = if is_plain {
            format!("/v1/models/{}", context.model())
        } else {
            "/v1/models".to_owned()
        };
        vec![Ask::get("model-entry", path)]
    }

    fn read(&self, context: &Context, own: &[&Observation], _all: &[&Observation]) -> Reading {
        let Some(seen) = own.first() else {
            return Reading::neutral(mute_claim(own));
        };
        let json = seen.json.as_ref().filter(|_| seen.exchange.is_success());
        let Some(json) = json else {
            return Reading::neutral(mute_claim(own));
        };
        let text = |name: &str| json.get(name).and_then(Value::as_str);
        let evidence = |code: &str, got: String| {
            Evidence::of(Claim::new(code))
                .at(seen.id())
                .expecting(
                    "id, type model, display_name, created_at, max_tokens, capabilities",
                    got,
                )
                .from_source(ABOUT.source)
        };
        let names = || {
            let keys = json
                .as_object()
                .map(|all| all.keys().cloned().collect::<Vec<_>>());
            keys.unwrap_or_default().join(", ")
        };
        let is_openai = json.get("owned_by").is_some() || text("object").is_some();
        if is_openai {
            let claim = Claim::new("models.openai-shape");
            return Reading::neutral(claim).seen(evidence("models.openai-shape", names()));
        }
        let is_entry = text("type") == Some("model") && text("display_name").is_some();
        let is_same = text("id").is_some_and(|id| context.tables.models.same(id, context.model()));
        let limit = json.get("max_tokens").and_then(Value::as_u64);
        let expected = context.facts().and_then(|facts| facts.max_output);
        let fits = limit.is_none() || expected.is_none() || limit == expected;
        if is_entry && is_same && fits {
            let has_all = json.get("capabilities").is_some();
            let result = if has_all { "complete" } else { "entry" };
            return Reading::new(Outcome::Pass, result, Claim::new("models.entry"))
                .seen(evidence("models.entry", names()))
                .scoring(Axis::Protocol, 1.0);
        }
        Reading::neutral(Claim::new("models.other")).seen(evidence("models.other", names()))
    }
}
