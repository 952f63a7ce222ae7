//! What probes know besides the answers.

use std::sync::Arc;

use base::Timestamp;
use serde_json::{Value, json};

use crate::plan::{Depth, OptIns};
use crate::random::Random;
use crate::tables::{Model, Tables};
use crate::target::Target;

/// What probes know besides the answers.
#[derive(Clone, Debug)]
pub struct Context {
    /// What is tested.
    pub target: Target,
    /// Tables.
    pub tables: Arc<Tables>,
    /// How deep.
    pub depth: Depth,
    /// What the user allowed.
    pub opt_ins: OptIns,
    /// Seed of everything random.
    pub seed: u64,
    /// When the run began.
    pub started: Timestamp,
}

impl Context {
    /// The claimed model's name as it is sent.
    pub fn model(&self) -> &str {
        &self.target.model
    }

    /// What is documented of the claimed model; `None` for one that nobody knows.
    pub fn facts(&self) -> Option<&Model> {
        self.tables.models.find(&self.target.model)
    }

    /// Random numbers of a probe.
    pub fn random(&self, name: &str) -> Random {
        Random::named(self.seed, name)
    }

    /// Ids of the models for which something holds.
    pub fn models_that(&self, holds: impl Fn(&Model) -> bool) -> Vec<String> {
        self.tables.models.that(holds)
    }

    /// A request with one user turn.
    pub fn turn(&self, max_tokens: u64, text: &str) -> Value {
        json!({
            "model": self.model(),
            "max_tokens": max_tokens,
            "messages": [{ "role": "user", "content": text }],
        })
    }

    /// Whether the claimed model thinks with a fixed budget.
    pub fn thinks_with_budget(&self) -> bool {
        let accepts = |facts: &Model| facts.thinking_accepts.iter().any(|mode| mode == "enabled");
        self.facts().is_some_and(accepts)
    }

    /// Switches thinking on in a request, in the way that the claimed model takes.
    pub fn think(&self, mut body: Value) -> Value {
        let Some(members) = body.as_object_mut() else {
            return body;
        };
        if self.thinks_with_budget() {
            members.insert(
                "thinking".to_owned(),
                json!({ "type": "enabled", "budget_tokens": 1024 }),
            );
        } else {
            let thinking = json!({ "type": "adaptive", "display": "summarized" });
            members.insert("thinking".to_owned(), thinking);
            members.insert("output_config".to_owned(), json!({ "effort": "medium" }));
        }
        body
    }
}

/// Puts a member into a request.
pub fn set(mut body: Value, name: &str, value: Value) -> Value {
    if let Some(members) = body.as_object_mut() {
        members.insert(name.to_owned(), value);
    }
    body
}
