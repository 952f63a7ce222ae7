//! Layers that change errors.

use serde_json::json;

use crate::personas::chance::Chance;
use crate::personas::claude::ids;
use crate::personas::site::{Answered, Layer, Said, Site, Visit, after};

/// Replaces every error by one that says nothing.
pub(crate) fn sanitises_errors() -> Box<dyn Layer> {
    after(|_, answered| {
        if answered.status >= 400 && answered.status != 429 {
            answered.status = 500;
            answered.said = Said::Document(
                json!({ "error": { "code": "E011", "message": "Service temporarily unavailable" } }),
            );
        }
    })
}

/// Keeps the text of errors, in the shape of New-API.
pub(crate) fn writes_errors_like_new_api() -> Box<dyn Layer> {
    let chance = Chance::named("new-api errors");
    after(move |_, answered| {
        let id = ids::letters(ids::BASE62, 30, &mut chance.dice());
        let status = answered.status;
        if let Some(text) = answered.error_text().map(|text| text.clone()) {
            let kind = if status == 404 {
                "new_api_error"
            } else {
                "invalid_request_error"
            };
            answered.said = Said::Document(json!({
                "error": { "type": kind, "message": format!("{text} (request id: {id})") },
                "type": "error",
            }));
        }
    })
}

struct Amazon;

/// As a relay in front of Bedrock repeats what Amazon said.
pub(crate) fn wraps_amazon_errors() -> Box<dyn Layer> {
    Box::new(Amazon)
}

impl Layer for Amazon {
    fn around(&self, visit: Visit, inner: &dyn Site) -> Answered {
        let mut answered = inner.answer(&visit);
        let known = visit.method == "POST";
        if let Some(text) = answered.error_text().filter(|_| known) {
            *text = format!(
                "InvokeModel: operation error Bedrock Runtime: InvokeModel, https response error StatusCode: 400, ValidationException: {text}"
            );
        }
        if let Said::Document(document) = &mut answered.said
            && let Some(members) = document.as_object_mut()
        {
            members.shift_remove("request_id");
        }
        answered
    }
}
