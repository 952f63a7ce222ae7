//! Calls of models: checked like any station does, answered like [`crate::Upstream`], charged when they are over.

use std::sync::Arc;

use super::answer::{Visit, json as document};
use super::charge::{Told, asked_model};
use super::state::{Row, RowType, Software, State};
use super::{claude_relay, family, sub2api};
use crate::choice::Choice;
use crate::personas::{self, Site, chance::Chance, spell};
use crate::scenarios::{self, Call};
use crate::script::Script;

/// Ends of the paths that cost something.
const MODEL_PATHS: [&str; 3] = ["/messages", "/chat/completions", "/responses"];

/// A model call that was let in.
pub(super) struct Served {
    /// The answer.
    pub(super) script: Script,
    /// Name of the key.
    key: String,
    model: String,
    stream: bool,
    told: Told,
}

/// Beginnings of the paths that are the station's own where somebody else's models are sold.
const OWN_PATHS: [&str; 7] = [
    "/api/",
    "/apiStats/",
    "/dashboard/",
    "/health",
    "/v1/dashboard/",
    "/v1/sub2api/",
    "/v1/usage",
];

/// Whoever answers model calls in a station's name.
pub(super) struct Seller {
    site: Arc<dyn Site>,
    chance: Chance,
}

/// Whether a request is for the station itself.
pub(super) fn is_of_station(visit: &Visit) -> bool {
    let path = visit.request.path();
    path != "/api/hello" && OWN_PATHS.iter().any(|start| path.starts_with(start))
}

impl Seller {
    /// A seller.
    pub(super) fn new(site: Arc<dyn Site>) -> Self {
        Self {
            site,
            chance: Chance::named("station"),
        }
    }

    /// What it says; a call with a key of the station's is charged.
    pub(super) fn serve(&self, state: &State, visit: &Visit, number: u64) -> Served {
        let asked = personas::Visit::of(visit.request, number);
        let answered = self.site.answer(&asked);
        let script = spell::script(&asked, answered, &mut self.chance.dice());
        let key = visit.key().and_then(|text| state.key(text));
        let (model, stream) = asked_model(&visit.request.body);
        Served {
            told: match key {
                Some(_) if is_model_call(visit) => told(visit, &script),
                _ => Told::default(),
            },
            script,
            key: key.map_or(String::new(), |key| key.name.clone()),
            model,
            stream,
        }
    }
}

/// Tokens that a call is charged for. Counting tokens costs nothing, and tells a number of the same name.
fn told(visit: &Visit, script: &Script) -> Told {
    match visit.request.path().ends_with("/count_tokens") {
        true => Told::default(),
        false => Told::of(script),
    }
}

/// Whether a request is for a model, or for the list of models with a key.
pub(super) fn is_model_call(visit: &Visit) -> bool {
    let path = visit.request.path();
    let is_list = path.ends_with("/models") && visit.key().is_some();
    let is_counting = path.ends_with("/count_tokens");
    let is_post = visit.request.method == "POST";
    is_list || is_post && (is_counting || MODEL_PATHS.iter().any(|end| path.ends_with(end)))
}

/// Lets a call in, or refuses it as the software does.
pub(super) fn serve(
    state: &State,
    visit: &Visit,
    number: u64,
    earlier: u64,
) -> Result<Served, Script> {
    let key = match state.software {
        Software::Sub2Api => sub2api::checked_key(state, visit)?,
        Software::ClaudeRelayService => claude_relay::checked_key(state, visit)?,
        _ => family::checked_key(state, visit)?,
    };
    if is_empty(state) {
        return Err(no_money(state, visit));
    }
    let choice = Choice::of(visit.request);
    let scenario = scenarios::of(&choice, visit.request);
    let call = Call::new(visit.request, choice.parameters, number, earlier);
    let script = (scenario.play)(&call);
    let (model, stream) = asked_model(&visit.request.body);
    let model = match call.ask().model.as_str() {
        "" => model,
        asked => asked.to_owned(),
    };
    Ok(Served {
        told: told(visit, &script),
        script,
        key: key.name.clone(),
        model,
        stream,
    })
}

fn is_empty(state: &State) -> bool {
    state.account.plan.is_none() && state.account.left <= 0
}

fn no_money(state: &State, visit: &Visit) -> Script {
    let message = format!(
        "用户额度不足, 剩余额度: ＄0.000000 (request id: {})",
        family::request_id(visit.now, state.served)
    );
    let error = serde_json::json!({ "code": "insufficient_user_quota", "message": message, "type": "new_api_error" });
    document(403, &serde_json::json!({ "error": error }))
}

impl Served {
    /// The row of a call that took so long; `None` where nothing is charged (lists, failures).
    pub(super) fn row(&self, state: &State, now: i64, ms: u64) -> Option<(String, Row)> {
        let told = self.told;
        if told == Told::default() || self.model.is_empty() {
            return None;
        }
        let row = Row {
            at: now,
            row_type: RowType::Consume,
            model: self.model.clone(),
            key: self.key.clone(),
            quota: state.price(&self.model, told),
            fresh: told.fresh,
            cache_read: told.cache_read,
            cache_write: told.cache_write,
            output: told.output,
            ms,
            // Streams of the fake upstream begin early; a tenth is near enough.
            first_ms: ms / 10,
            stream: self.stream,
            request_id: family::request_id(now, state.served + 1),
            text: String::new(),
        };
        Some((self.key.clone(), row))
    }
}
