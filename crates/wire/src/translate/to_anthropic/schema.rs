//! JSON schemas as Anthropic takes them.

use serde_json::{Map, Value, json};

type Schema = Map<String, Value>;

/// The schema of a tool's input: always an object, without alternatives at its top.
pub(in crate::translate) fn of_input(schema: Option<Value>) -> Value {
    let Some(Value::Object(mut schema)) = schema else {
        return json!({"type": "object", "properties": {}});
    };
    schema.remove("$schema");
    for name in ["oneOf", "anyOf", "allOf"] {
        if let Some(Value::Array(branches)) = schema.remove(name) {
            merge(&mut schema, branches, name == "allOf");
        }
    }
    schema.insert("type".to_owned(), json!("object"));
    if !schema.get("properties").is_some_and(Value::is_object) {
        schema.insert("properties".to_owned(), json!({}));
    }
    if !schema.get("required").is_none_or(Value::is_array) {
        schema.remove("required");
    }
    Value::Object(schema)
}

/// Takes the members of all branches in. Required is only what every branch requires, or any of them if all
/// of them hold.
fn merge(schema: &mut Schema, branches: Vec<Value>, all_hold: bool) {
    let branches: Vec<Schema> = branches
        .into_iter()
        .filter_map(|branch| match branch {
            Value::Object(branch) => Some(branch),
            _ => None,
        })
        .collect();
    let lists: Vec<Vec<Value>> = branches
        .iter()
        .map(|branch| branch.get("required").and_then(Value::as_array).cloned())
        .map(Option::unwrap_or_default)
        .collect();
    let everywhere = |name: &Value| lists.iter().all(|list| list.contains(name));
    let mut required = take_array(schema, "required");
    for name in lists.iter().flatten() {
        if !required.contains(name) && (all_hold || everywhere(name)) {
            required.push(name.clone());
        }
    }
    let mut properties = match schema.remove("properties") {
        Some(Value::Object(properties)) => properties,
        _ => Schema::new(),
    };
    for mut branch in branches {
        if let Some(Value::Object(more)) = branch.remove("properties") {
            for (name, property) in more {
                properties.entry(name).or_insert(property);
            }
        }
    }
    schema.insert("properties".to_owned(), Value::Object(properties));
    if !required.is_empty() {
        schema.insert("required".to_owned(), Value::Array(required));
    }
}

fn take_array(schema: &mut Schema, name: &str) -> Vec<Value> {
    match schema.remove(name) {
        Some(Value::Array(list)) => list,
        _ => Vec::new(),
    }
}

/// Keywords that structured outputs refuse; the model reads them in the description instead.
const REFUSED: [&str; 11] = [
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "maxItems",
    "uniqueItems",
    "minProperties",
    "maxProperties",
];

/// The schema of a structured output: objects are closed, limits stand in the descriptions.
pub(in crate::translate) fn of_output(schema: Value) -> Value {
    let Value::Object(mut schema) = schema else {
        return schema;
    };
    schema.remove("$schema");
    let mut limits = Vec::new();
    for name in REFUSED {
        if let Some(limit) = schema.remove(name) {
            limits.push(format!("{name}: {limit}"));
        }
    }
    if schema
        .get("minItems")
        .and_then(Value::as_u64)
        .is_some_and(|least| least > 1)
        && let Some(limit) = schema.remove("minItems")
    {
        limits.push(format!("minItems: {limit}"));
    }
    if !limits.is_empty() {
        let told = schema.get("description").and_then(Value::as_str);
        let told = told.map(|told| format!("{told} ")).unwrap_or_default();
        let description = format!("{told}({})", limits.join(", "));
        schema.insert("description".to_owned(), json!(description));
    }
    if let Some(branches) = schema.remove("oneOf") {
        schema.entry("anyOf").or_insert(branches);
    }
    if schema.contains_key("properties") || schema.get("type") == Some(&json!("object")) {
        schema.insert("additionalProperties".to_owned(), json!(false));
    }
    for (name, value) in &mut schema {
        *value = match (name.as_str(), value.take()) {
            ("properties" | "$defs" | "definitions", Value::Object(inner)) => inner
                .into_iter()
                .map(|(name, inner)| (name, of_output(inner)))
                .collect(),
            ("anyOf" | "allOf" | "prefixItems", Value::Array(inner)) => {
                inner.into_iter().map(of_output).collect()
            }
            ("items" | "not", inner) => of_output(inner),
            (_, value) => value,
        };
    }
    Value::Object(schema)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inputs_are_objects() {
        let empty = json!({"type": "object", "properties": {}});
        for schema in [None, Some(Value::Null), Some(json!(true)), Some(json!({}))] {
            assert_eq!(of_input(schema), empty);
        }
        for schema in [
            json!({"type": "object"}),
            json!({"type": ["object", "null"]}),
            json!({"type": "string", "required": "x", "properties": []}),
        ] {
            let read = of_input(Some(schema));
            assert_eq!(
                (&read["type"], &read["properties"]),
                (&json!("object"), &json!({}))
            );
            assert_eq!(read.get("required"), None);
        }
        let whole = json!({"$schema": "http://json-schema.org/draft-07/schema#", "type": "object", "properties": {"a": {"type": "string", "pattern": "^x"}}, "required": ["a"], "additionalProperties": false});
        let mut wanted = whole.clone();
        wanted
            .as_object_mut()
            .map(|members| members.shift_remove("$schema"));
        assert_eq!(of_input(Some(whole)), wanted);
    }

    #[test]
    fn alternatives_at_the_top_are_merged() {
        let schema = json!({"oneOf": [
            {"properties": {"a": {"type": "string"}, "k": {}}, "required": ["a", "k"]},
            {"properties": {"b": {"type": "string"}, "k": {}}, "required": ["b", "k"]},
        ]});
        let merged = of_input(Some(schema));
        assert_eq!(merged["required"], json!(["k"]));
        let names: Vec<_> = merged["properties"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|member| member.0)
            .collect();
        assert_eq!(names, ["a", "k", "b"]);
        let all =
            json!({"required": ["z"], "allOf": [{"required": ["a"]}, {"required": ["b", "z"]}, 5]});
        assert_eq!(of_input(Some(all))["required"], json!(["z", "a", "b"]));
    }

    #[test]
    fn outputs_are_closed_and_limits_are_told() {
        let schema = json!({"type": "object", "properties": {
            "n": {"type": "integer", "minimum": 1, "description": "How many."},
            "list": {"type": "array", "minItems": 2, "items": {"type": "object", "properties": {}}},
            "minimum": {"oneOf": [{"type": "string", "maxLength": 3}]},
        }});
        let wanted = json!({"type": "object", "properties": {
            "n": {"type": "integer", "description": "How many. (minimum: 1)"},
            "list": {"type": "array", "items": {"type": "object", "properties": {}, "additionalProperties": false}, "description": "(minItems: 2)"},
            "minimum": {"anyOf": [{"type": "string", "description": "(maxLength: 3)"}]},
        }, "additionalProperties": false});
        assert_eq!(of_output(schema), wanted);
    }
}
