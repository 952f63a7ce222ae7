//! `/__testkit/…`: what tests read and reset. These requests appear in no journal.

use serde_json::json;

use crate::journal::Journal;
use crate::reply::Reply;
use crate::request::Request;
use crate::scenarios;
use crate::script::Script;

/// Where control requests go.
const PREFIX: &str = "/__testkit/";

/// Whether this is a control request.
pub(crate) fn is_control(request: &Request) -> bool {
    request.path().starts_with(PREFIX)
}

/// The answer to a control request.
pub(crate) fn answer(request: &Request, journal: &Journal) -> Script {
    let action = request.path().strip_prefix(PREFIX).unwrap_or_default();
    let document = match (request.method.as_str(), action) {
        ("GET", "requests") => json!({ "requests": journal.requests() }),
        ("GET", "counters") => json!(journal.counters()),
        ("GET", "scenarios") => listed(),
        ("DELETE", "requests") | ("POST", "reset") => {
            journal.reset();
            json!({ "reset": true })
        }
        _ => return Reply::new(404).whole("no such control\n"),
    };
    let reply = Reply::new(200).header("content-type", "application/json");
    reply.whole(document.to_string())
}

fn listed() -> serde_json::Value {
    let listed: Vec<_> = scenarios::all()
        .map(|scenario| json!({ "name": scenario.name, "about": scenario.about }))
        .collect();
    json!({ "scenarios": listed })
}
