//! Lists of models, from one vendor's form to the other's.

use serde_json::{Map, Value, json};

/// Begins the names under which models of other vendors are offered to Claude Code, whose picker shows only
/// names with `claude` or `anthropic` in them.
const VIA: &str = "claude-via-";

/// The model that a name offered by [`for_anthropic`] stands for.
///
/// ```
/// use relayscope_wire::translate::models;
///
/// assert_eq!(models::named("claude-via-deepseek-v4"), "deepseek-v4");
/// assert_eq!(models::named("claude-opus-5-5"), "claude-opus-5-5");
/// ```
pub fn named(offered: &str) -> &str {
    offered.strip_prefix(VIA).unwrap_or(offered)
}

/// OpenAI's list as Anthropic's. Models without `claude` or `anthropic` in their names are listed once more
/// under a name that Claude Code shows. `None` for what is no list.
pub fn for_anthropic(body: &[u8]) -> Option<Vec<u8>> {
    let models = list(body)?;
    let mut data = Vec::with_capacity(models.len() * 2);
    for model in &models {
        let id = model.get("id")?.as_str()?;
        let name = model.get("name").and_then(Value::as_str).unwrap_or(id);
        let entry = |id: &str| {
            let created = model.get("created").and_then(Value::as_i64).unwrap_or(0);
            json!({"type": "model", "id": id, "display_name": name, "created_at": rfc3339(created)})
        };
        if !shown(id) {
            data.push(entry(&format!("{VIA}{id}")));
        }
        data.push(entry(id));
    }
    let end = |entry: Option<&Value>| entry.and_then(|entry| entry.get("id")).cloned();
    let (first, last) = (end(data.first()), end(data.last()));
    let all = json!({"data": data, "has_more": false, "first_id": first, "last_id": last});
    Some(all.to_string().into_bytes())
}

/// Anthropic's list as OpenAI's. `None` for what is no list.
pub fn for_openai(body: &[u8]) -> Option<Vec<u8>> {
    let models = list(body)?;
    let data = models.iter().filter_map(|model| {
        let id = model.get("id")?.as_str()?;
        let created = model.get("created_at").and_then(Value::as_str);
        let created = created.and_then(|text| text.parse::<jiff::Timestamp>().ok());
        let created = created.map_or(0, jiff::Timestamp::as_second);
        Some(json!({"id": id, "object": "model", "created": created, "owned_by": "anthropic"}))
    });
    let data: Vec<Value> = data.collect();
    Some(
        json!({"object": "list", "data": data})
            .to_string()
            .into_bytes(),
    )
}

fn list(body: &[u8]) -> Option<Vec<Map<String, Value>>> {
    let answer: Value = serde_json::from_slice(body).ok()?;
    let models = answer.get("data")?.as_array()?;
    models
        .iter()
        .map(|model| model.as_object().cloned())
        .collect()
}

fn shown(id: &str) -> bool {
    let id = id.to_ascii_lowercase();
    id.contains("claude") || id.contains("anthropic")
}

/// Anthropic's SDKs read a date; 1970 where none is told.
fn rfc3339(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds)
        .unwrap_or_default()
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_turned_both_ways() {
        let openai = br#"{"object":"list","data":[
            {"id":"deepseek-chat","object":"model","created":1700000000},
            {"id":"claude-sonnet-5","object":"model"}]}"#;
        let anthropic: Value = serde_json::from_slice(&for_anthropic(openai).unwrap()).unwrap();
        let ids: Vec<&str> = anthropic["data"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|model| model["id"].as_str())
            .collect();
        assert_eq!(
            ids,
            [
                "claude-via-deepseek-chat",
                "deepseek-chat",
                "claude-sonnet-5"
            ]
        );
        assert_eq!(anthropic["data"][0]["display_name"], "deepseek-chat");
        assert_eq!(anthropic["data"][0]["created_at"], "2023-11-14T22:13:20Z");
        assert_eq!(anthropic["last_id"], "claude-sonnet-5");

        let back: Value =
            serde_json::from_slice(&for_openai(anthropic.to_string().as_bytes()).unwrap()).unwrap();
        assert_eq!(back["data"][1]["id"], "deepseek-chat");
        assert_eq!(back["data"][1]["created"], 1_700_000_000);
        assert!(for_anthropic(b"<html>").is_none());
        assert!(for_anthropic(br#"{"data":[1]}"#).is_none());
    }
}
