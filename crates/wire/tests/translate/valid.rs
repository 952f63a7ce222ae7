//! What official clients rely on in a stream, checked event by event.

use std::collections::{HashMap, HashSet};

use serde_json::{Value, json};

fn named_events(stream: &str) -> Vec<Value> {
    let events = stream.split("\n\n").filter(|event| !event.is_empty());
    events
        .map(|event| {
            let (name, data) = event.split_once('\n').unwrap();
            let data: Value = serde_json::from_str(data.strip_prefix("data: ").unwrap()).unwrap();
            assert_eq!(
                name.strip_prefix("event: ").unwrap(),
                data["type"].as_str().unwrap()
            );
            data
        })
        .collect()
}

/// What the official clients and Codex rely on.
pub(crate) fn responses(stream: &str) -> Vec<Value> {
    let events = named_events(stream);
    let mut open: HashMap<String, (u64, String)> = HashMap::new();
    let mut done = Vec::new();
    for (number, event) in events.iter().enumerate() {
        assert_eq!(event["sequence_number"], number, "{event}");
        let kind = event["type"].as_str().unwrap();
        match kind {
            "response.created" => assert_eq!(number, 0),
            "response.in_progress" => assert_eq!(number, 1),
            "response.output_item.added" => {
                let place = event["output_index"].as_u64().unwrap();
                assert_eq!(place as usize, open.len() + done.len());
                let id = event["item"]["id"].as_str().unwrap().to_owned();
                assert!(open.insert(id, (place, String::new())).is_none());
            }
            "response.output_item.done" => {
                let item = &event["item"];
                let (place, said) = open.remove(item["id"].as_str().unwrap()).unwrap();
                assert_eq!(event["output_index"], place);
                let whole = match item["type"].as_str().unwrap() {
                    "message" => item
                        .pointer("/content/0/text")
                        .or(item.pointer("/content/0/refusal")),
                    "reasoning" => item.pointer("/summary/0/text"),
                    "function_call" => item.get("arguments"),
                    "custom_tool_call" => item.get("input"),
                    _ => None,
                };
                if let Some(whole) = whole {
                    assert_eq!(whole, &json!(said), "deltas are the whole");
                }
                done.push((place, item.clone()));
            }
            "keepalive" => {}
            _ if kind.starts_with("response.") && event.get("item_id").is_some() => {
                let (place, said) = open.get_mut(event["item_id"].as_str().unwrap()).unwrap();
                assert_eq!(event["output_index"], *place);
                if kind.ends_with(".delta") {
                    said.push_str(event["delta"].as_str().unwrap());
                }
            }
            "response.completed" | "response.incomplete" => {
                assert_eq!(number, events.len() - 1);
                assert!(open.is_empty());
                done.sort_by_key(|(place, _)| *place);
                let items: Vec<Value> = done.drain(..).map(|(_, item)| item).collect();
                assert_eq!(event["response"]["output"], Value::Array(items));
                assert!(event["response"]["usage"]["total_tokens"].is_u64());
            }
            "response.failed" => assert_eq!(number, events.len() - 1),
            other => panic!("{other}"),
        }
    }
    events
}

/// Chunks of Chat Completions, as the official clients rely on them. Gives the chunks.
pub(crate) fn chat(stream: &str) -> Vec<Value> {
    let mut chunks = Vec::new();
    let (mut finished, mut done, mut failed) = (false, false, false);
    let mut ids = HashSet::new();
    let mut calls = 0;
    for event in stream.split("\n\n").filter(|event| !event.is_empty()) {
        if event.starts_with(':') {
            continue;
        }
        assert!(!done && !failed, "nothing comes after the end: {event}");
        let data = event.strip_prefix("data: ").unwrap();
        if data == "[DONE]" {
            assert!(finished);
            done = true;
            continue;
        }
        let chunk: Value = serde_json::from_str(data).unwrap();
        if chunk.get("error").is_some() {
            assert!(chunk["error"]["message"].is_string());
            failed = true;
            continue;
        }
        let Some(choice) = chunk["choices"].get(0) else {
            assert!(finished && chunk["usage"].is_object());
            continue;
        };
        assert!(!finished, "nothing is said after the reason to stop");
        let delta = &choice["delta"];
        assert_eq!(
            delta.get("role").is_some(),
            chunks.is_empty(),
            "the role comes first, once"
        );
        for call in delta["tool_calls"].as_array().into_iter().flatten() {
            let index = call["index"].as_u64().unwrap();
            if let Some(id) = call.get("id") {
                assert_eq!(index, calls, "calls are numbered from 0");
                assert!(
                    ids.insert(id.as_str().unwrap().to_owned()),
                    "ids are unique"
                );
                assert!(!call["function"]["name"].as_str().unwrap().is_empty());
                calls += 1;
            }
            assert!(index < calls);
        }
        finished = choice["finish_reason"].is_string();
        assert!(choice.get("finish_reason").is_some());
        if finished
            && calls > 0
            && choice["finish_reason"] != "length"
            && choice["finish_reason"] != "content_filter"
        {
            assert_eq!(choice["finish_reason"], "tool_calls");
        }
        chunks.push(chunk);
    }
    assert!(done || failed || stream.is_empty(), "the end is told");
    chunks
}
