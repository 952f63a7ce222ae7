//! `GET /v1/models`.

use serde_json::{Value, json};

use super::models::{Model, Models};

/// The answer to a path below `/v1/models`; `None` where there is no such model.
pub(crate) fn answer(models: &Models, path: &str) -> Option<Value> {
    let wanted = path
        .trim_end_matches('/')
        .rsplit('/')
        .next()
        .unwrap_or_default();
    if wanted != "models" {
        return models.named(wanted).map(|model| one(model));
    }
    let data: Vec<Value> = models.all().iter().map(|model| one(model)).collect();
    Some(json!({
        "data": data,
        "has_more": false,
        "first_id": data.first().map(|first| first["id"].clone()),
        "last_id": data.last().map(|last| last["id"].clone()),
    }))
}

fn one(model: &Model) -> Value {
    let able = |yes: bool| json!({ "supported": yes });
    let mut effort = able(!model.effort.is_empty());
    for level in ["low", "medium", "high", "xhigh", "max"] {
        effort[level] = able(model.effort.iter().any(|known| known == level));
    }
    json!({
        "type": "model",
        "id": model.names_itself,
        "display_name": model.title,
        "created_at": model.created,
        "max_input_tokens": model.window,
        "max_tokens": model.max_output,
        "capabilities": {
            "batch": able(true),
            "citations": able(true),
            "code_execution": able(true),
            "context_management": able(true),
            "effort": effort,
            "image_input": able(true),
            "pdf_input": able(true),
            "structured_outputs": able(true),
            "thinking": {
                "supported": true,
                "types": {
                    "adaptive": able(model.thinking.iter().any(|kind| kind == "adaptive")),
                    "enabled": able(model.thinking.iter().any(|kind| kind == "enabled")),
                },
            },
        },
    })
}
