//! Holds JSON against the schemas of an OpenAPI document: the part of JSON Schema that ours uses.
//! Stricter in one way: an object may hold only what its schema names, so that an undocumented member
//! is found.

use serde_json::Value;

/// The schemas of a document.
pub struct Schemas<'a>(pub &'a Value);

impl Schemas<'_> {
    /// What is wrong with a value; empty when nothing is.
    pub fn problems(&self, schema: &Value, value: &Value) -> Vec<String> {
        let mut problems = Vec::new();
        self.check(schema, value, "", &mut problems);
        problems
    }

    fn check(&self, schema: &Value, value: &Value, at: &str, problems: &mut Vec<String>) {
        if let Some(reference) = schema["$ref"].as_str() {
            let target = self.0.pointer(reference.trim_start_matches('#'));
            let target = target.unwrap_or_else(|| panic!("no such schema: {reference}"));
            return self.check(target, value, at, problems);
        }
        for key in ["oneOf", "anyOf"] {
            if let Some(choices) = schema[key].as_array() {
                let fits = |choice: &&Value| self.problems(choice, value).is_empty();
                let fitting = choices.iter().filter(fits).count();
                if fitting == 0 || (key == "oneOf" && fitting > 1) {
                    let found: Vec<_> = choices
                        .iter()
                        .map(|choice| self.problems(choice, value))
                        .collect();
                    problems.push(format!("{at}: {fitting} of {key} fit {value}: {found:?}"));
                }
            }
        }
        if !has_type(&schema["type"], value) {
            problems.push(format!("{at}: {value} is not of type {}", schema["type"]));
            return;
        }
        if let Some(known) = schema["enum"].as_array()
            && !known.contains(value)
        {
            problems.push(format!("{at}: {value} is none of {known:?}"));
        }
        if let Some(constant) = schema.get("const")
            && constant != value
        {
            problems.push(format!("{at}: {value} is not {constant}"));
        }
        self.check_range(schema, value, at, problems);
        self.check_object(schema, value, at, problems);
        self.check_array(schema, value, at, problems);
    }

    fn check_range(&self, schema: &Value, value: &Value, at: &str, problems: &mut Vec<String>) {
        let Some(number) = value.as_f64() else { return };
        if schema["minimum"]
            .as_f64()
            .is_some_and(|least| number < least)
            || schema["maximum"].as_f64().is_some_and(|most| number > most)
        {
            problems.push(format!("{at}: {number} is out of its range"));
        }
    }

    fn check_object(&self, schema: &Value, value: &Value, at: &str, problems: &mut Vec<String>) {
        let Some(object) = value.as_object() else {
            return;
        };
        for name in schema["required"].as_array().into_iter().flatten() {
            if !object.contains_key(name.as_str().unwrap()) {
                problems.push(format!("{at}: {name} is missing"));
            }
        }
        let (known, others) = (&schema["properties"], &schema["additionalProperties"]);
        for (name, member) in object {
            let at = format!("{at}/{name}");
            match (known.get(name), others) {
                (Some(schema), _) => self.check(schema, member, &at, problems),
                (None, Value::Object(_)) => self.check(others, member, &at, problems),
                (None, Value::Bool(true)) => {}
                (None, _) if known.is_null() => {}
                (None, _) => problems.push(format!("{at}: the document does not name it")),
            }
        }
    }

    fn check_array(&self, schema: &Value, value: &Value, at: &str, problems: &mut Vec<String>) {
        let Some(array) = value.as_array() else {
            return;
        };
        let length = array.len() as u64;
        if schema["minItems"]
            .as_u64()
            .is_some_and(|least| length < least)
            || schema["maxItems"]
                .as_u64()
                .is_some_and(|most| length > most)
        {
            problems.push(format!("{at}: {length} items"));
        }
        for (index, item) in array.iter().enumerate() {
            let place = schema["prefixItems"].get(index);
            if let Some(schema) = place.or_else(|| schema.get("items")) {
                self.check(schema, item, &format!("{at}/{index}"), problems);
            }
        }
    }
}

fn has_type(expected: &Value, value: &Value) -> bool {
    match expected {
        Value::String(name) => is_of(name, value),
        Value::Array(names) => names.iter().any(|name| has_type(name, value)),
        _ => true,
    }
}

fn is_of(name: &str, value: &Value) -> bool {
    match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_u64() || value.is_i64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("no type of JSON Schema: {other}"),
    }
}
