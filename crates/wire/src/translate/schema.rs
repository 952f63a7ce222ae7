//! JSON Schemas of tools as upstreams take them.

use serde_json::{Value, json};

use super::capabilities::SchemaFilter;
use super::object::Object;

/// Nodes of a schema that are looked at when it is rewritten: one that refers to itself would never end.
const MOST_NODES: usize = 20_000;
/// References that are followed one inside the other.
const DEEPEST_REFERENCE: usize = 6;

/// Keywords that Gemini's compatible endpoint understands.
const GEMINI: [&str; 17] = [
    "type",
    "title",
    "description",
    "nullable",
    "enum",
    "format",
    "properties",
    "required",
    "items",
    "minItems",
    "maxItems",
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
    "minProperties",
    "maxProperties",
];

/// The schema of a tool's input: an object whatever it was, without what the upstream does not understand.
pub(crate) fn parameters(schema: Value, filter: SchemaFilter) -> Value {
    let mut schema = match schema {
        Value::Object(schema) => schema,
        _ => Object::new(),
    };
    schema.shift_remove("$schema");
    let mut schema = match filter {
        SchemaFilter::None => schema,
        SchemaFilter::Gemini => Plain::of(&schema),
    };
    if schema.get("type").and_then(Value::as_str) != Some("object") {
        // First, where people look for it.
        schema.shift_remove("type");
        schema.shift_insert(0, "type".to_owned(), json!("object"));
    }
    if !schema.get("properties").is_some_and(Value::is_object) {
        schema.insert("properties".to_owned(), json!({}));
    }
    Value::Object(schema)
}

/// Whether OpenAI takes a schema as `strict`: every object closed, every property required.
pub(crate) fn is_strict(schema: &Value) -> bool {
    match schema {
        Value::Object(members) => {
            let closed = members.get("additionalProperties") == Some(&Value::Bool(false));
            let required = members.get("required").and_then(Value::as_array);
            let properties = members.get("properties").and_then(Value::as_object);
            let all = properties.is_none_or(|properties| {
                properties.keys().all(|name| {
                    required.is_some_and(|list| list.iter().any(|listed| listed == name.as_str()))
                })
            });
            let is_object = properties.is_some() || members.get("type") == Some(&json!("object"));
            (!is_object || closed && all) && members.values().all(is_strict)
        }
        Value::Array(list) => list.iter().all(is_strict),
        _ => true,
    }
}

/// Rewrites a schema with plain keywords.
struct Plain<'a> {
    root: &'a Object,
    nodes: usize,
}

impl<'a> Plain<'a> {
    fn of(root: &'a Object) -> Object {
        let mut plain = Self { root, nodes: 0 };
        plain.node(root, 0)
    }

    fn node(&mut self, schema: &'a Object, references: usize) -> Object {
        self.nodes += 1;
        if self.nodes > MOST_NODES {
            return Object::new();
        }
        if let Some(target) = self.referred(schema) {
            if references >= DEEPEST_REFERENCE {
                return only_object();
            }
            let mut found = self.node(target, references + 1);
            if let Some(about) = schema.get("description") {
                found.insert("description".to_owned(), about.clone());
            }
            return found;
        }
        let mut plain = Object::new();
        for (name, value) in schema {
            if GEMINI.contains(&name.as_str()) {
                self.keyword(&mut plain, name, value, references);
            }
        }
        if let Some(value) = schema.get("const") {
            plain.insert("enum".to_owned(), json!([value]));
        }
        for name in ["anyOf", "oneOf"] {
            let options = schema.get(name).and_then(Value::as_array);
            self.either(&mut plain, options.map_or(&[], Vec::as_slice), references);
        }
        let all = schema.get("allOf").and_then(Value::as_array);
        for part in all.into_iter().flatten().filter_map(Value::as_object) {
            let part = self.node(part, references);
            merge(&mut plain, part);
        }
        plain
    }

    fn keyword(&mut self, plain: &mut Object, name: &str, value: &'a Value, references: usize) {
        match (name, value) {
            ("type", Value::Array(types)) => {
                let is_null = |kind: &&Value| kind.as_str() == Some("null");
                if types.iter().any(|kind| is_null(&kind)) {
                    plain.insert("nullable".to_owned(), json!(true));
                }
                let kind = types.iter().find(|kind| !is_null(kind));
                plain.insert(name.to_owned(), kind.cloned().unwrap_or(json!("string")));
            }
            ("format", format) if format != "enum" && format != "date-time" => {}
            ("properties", Value::Object(properties)) => {
                let properties: Object = properties
                    .iter()
                    .map(|(name, schema)| (name.clone(), self.value(schema, references)))
                    .collect();
                plain.insert(name.to_owned(), Value::Object(properties));
            }
            ("items", items) => {
                // The old form lists a schema for each place.
                let items = items.get(0).unwrap_or(items);
                let items = self.value(items, references);
                plain.insert(name.to_owned(), items);
            }
            _ => {
                plain.insert(name.to_owned(), value.clone());
            }
        }
    }

    fn value(&mut self, schema: &'a Value, references: usize) -> Value {
        match schema {
            Value::Object(schema) => Value::Object(self.node(schema, references)),
            _ => Value::Object(Object::new()),
        }
    }

    /// One of several: the first that is not null, and whether null is another.
    fn either(&mut self, plain: &mut Object, options: &'a [Value], references: usize) {
        let is_null = |option: &&Value| option.get("type") == Some(&json!("null"));
        if options.iter().any(|option| is_null(&option)) {
            plain.insert("nullable".to_owned(), json!(true));
        }
        let first = options.iter().find(|option| !is_null(option));
        if let Some(first) = first.and_then(Value::as_object) {
            let first = self.node(first, references);
            merge(plain, first);
        }
    }

    /// The schema that `$ref` points to, inside the same document.
    fn referred(&self, schema: &Object) -> Option<&'a Object> {
        let pointer = schema.get("$ref")?.as_str()?.strip_prefix('#')?;
        if pointer.is_empty() {
            return Some(self.root);
        }
        let mut pieces = pointer.strip_prefix('/')?.split('/');
        let first = pieces.next()?;
        let mut found = self.root.get(&unescaped(first))?;
        for piece in pieces {
            found = found.get(unescaped(piece))?;
        }
        found.as_object()
    }
}

fn unescaped(piece: &str) -> String {
    piece.replace("~1", "/").replace("~0", "~")
}

fn only_object() -> Object {
    let mut object = Object::new();
    object.insert("type".to_owned(), json!("object"));
    object
}

/// Adds the members of a part; properties and required names add up.
fn merge(plain: &mut Object, part: Object) {
    for (name, value) in part {
        match (plain.get_mut(&name), value) {
            (Some(Value::Object(known)), Value::Object(more)) => {
                for (name, value) in more {
                    known.entry(name).or_insert(value);
                }
            }
            (Some(Value::Array(known)), Value::Array(more)) if name == "required" => {
                known.extend(more);
            }
            (Some(_), _) => {}
            (None, value) => {
                plain.insert(name, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_whatever_it_was() {
        for (schema, wanted) in [
            (json!(null), json!({"type": "object", "properties": {}})),
            (json!(true), json!({"type": "object", "properties": {}})),
            (
                json!({"type": "object"}),
                json!({"type": "object", "properties": {}}),
            ),
            (
                json!({"$schema": "x", "type": ["object", "null"], "properties": {"a": {}}, "required": ["a"]}),
                json!({"type": "object", "properties": {"a": {}}, "required": ["a"]}),
            ),
        ] {
            assert_eq!(parameters(schema, SchemaFilter::None), wanted);
        }
    }

    #[test]
    fn plain_keywords_only() {
        let schema = json!({
            "type": "object", "additionalProperties": false, "$defs": {"N": {"type": "integer", "exclusiveMinimum": 0}},
            "properties": {
                "url": {"type": "string", "format": "uri", "pattern": "^h", "default": "x"},
                "at": {"type": "string", "format": "date-time"},
                "maybe": {"anyOf": [{"type": "null"}, {"type": "number"}]},
                "n": {"$ref": "#/$defs/N", "description": "count"},
                "both": {"allOf": [{"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]},
                    {"properties": {"b": {"type": ["string", "null"]}}, "required": ["b"]}]},
                "fixed": {"const": "yes"},
            },
        });
        assert_eq!(
            parameters(schema, SchemaFilter::Gemini),
            json!({"type": "object", "properties": {
                "url": {"type": "string"},
                "at": {"type": "string", "format": "date-time"},
                "maybe": {"nullable": true, "type": "number"},
                "n": {"type": "integer", "description": "count"},
                "both": {"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "string", "nullable": true}}, "required": ["a", "b"]},
                "fixed": {"enum": ["yes"]},
            }})
        );
    }

    #[test]
    fn schemas_that_refer_to_themselves_end() {
        let round = json!({"type": "object", "properties": {"next": {"$ref": "#"}}});
        parameters(round, SchemaFilter::Gemini);
        // Each level doubles: 2^n nodes without a limit.
        let mut definitions = Object::new();
        for level in 0..60 {
            let next = json!({"$ref": format!("#/$defs/d{}", level + 1)});
            definitions.insert(
                format!("d{level}"),
                json!({"type": "object", "properties": {"a": next, "b": next, "c": next, "d": next}}),
            );
        }
        let bomb = json!({"$ref": "#/$defs/d0", "$defs": definitions});
        parameters(bomb, SchemaFilter::Gemini);
        parameters(json!({"$ref": "#/$ref"}), SchemaFilter::Gemini);
    }

    #[test]
    fn strict_schemas_are_known() {
        for (schema, strict) in [
            (
                json!({"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"], "additionalProperties": false}),
                true,
            ),
            (
                json!({"type": "object", "properties": {"a": {}}, "additionalProperties": false}),
                false,
            ),
            (
                json!({"type": "object", "properties": {"a": {}}, "required": ["a"]}),
                false,
            ),
            (
                json!({"type": "object", "additionalProperties": false, "required": ["a"],
                    "properties": {"a": {"type": "array", "items": {"type": "object"}}}}),
                false,
            ),
        ] {
            assert_eq!(is_strict(&schema), strict, "{schema}");
        }
    }
}
