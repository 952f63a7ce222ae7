//! Layers that answer without asking.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use serde_json::{Value, json};

use crate::personas::mind::Talk;
use crate::personas::site::{Answered, Layer, Said, Site, Visit};

const STOCK: &[&str] = &[
    "Sure! I'd be happy to help you with that.",
    "That's a great question. Let me explain it step by step.",
    "Here is what you asked for.",
];

/// Letters by which questions are told apart.
const BEGINNING: usize = 40;

struct Canned;
#[derive(Default)]
struct Cached {
    kept: Mutex<HashMap<String, (u64, Value)>>,
}

/// Says one of a few sentences, whatever was asked, in the dress of the backend's answer.
pub(crate) fn canned() -> Box<dyn Layer> {
    Box::new(Canned)
}

/// Repeats an earlier answer to a question that begins alike, its id and figures included.
pub(crate) fn caches_replies() -> Box<dyn Layer> {
    Box::<Cached>::default()
}

impl Layer for Canned {
    fn around(&self, visit: Visit, inner: &dyn Site) -> Answered {
        let mut answered = inner.answer(&visit);
        let sentence = STOCK[visit.number as usize % STOCK.len()];
        if let Some(message) = answered.message() {
            message["content"] = json!([{ "type": "text", "text": sentence }]);
            message["stop_reason"] = "end_turn".into();
            message["stop_sequence"] = Value::Null;
        }
        answered
    }
}

impl Layer for Cached {
    fn around(&self, visit: Visit, inner: &dyn Site) -> Answered {
        let asked = Talk::of(&visit.body).last_text();
        let beginning: String = asked.chars().take(BEGINNING).collect();
        let kind = visit.body["thinking"]["type"].as_str().unwrap_or("none");
        let key = format!("{} {kind} {beginning}", visit.model());
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let known = kept.get(&key).cloned();
        if let Some((_, message)) = known.filter(|_| visit.is_message()) {
            let mut answered = Answered::new(200, Said::Message(message));
            answered.set_header("server", "nginx");
            return answered;
        }
        let mut answered = inner.answer(&visit);
        if let Some(message) = answered.message() {
            kept.insert(key, (visit.number, message.clone()));
        }
        answered
    }
}
