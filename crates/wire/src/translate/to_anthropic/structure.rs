//! Answers that have to be JSON.

use serde_json::{Value, json};

use super::schema;
use crate::translate::Capabilities;
use crate::translate::capabilities::StructuredOutput;

/// The form that the answer shall have.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::translate) enum Form {
    /// Any.
    #[default]
    Free,
    /// Some JSON object.
    Object,
    /// JSON by this schema.
    Schema(Value),
}

impl Form {
    /// From Chat's `response_format` or Responses' `text.format`, which do not nest alike.
    pub(in crate::translate) fn of(format: Option<Value>) -> Self {
        let Some(mut format) = format else {
            return Self::Free;
        };
        match format["type"].as_str() {
            Some("json_object") => Self::Object,
            Some("json_schema") => {
                let nested = format.pointer_mut("/json_schema/schema").map(Value::take);
                let schema = nested.or_else(|| format.get_mut("schema").map(Value::take));
                match schema {
                    Some(schema @ Value::Object(_)) => Self::Schema(schema),
                    _ => Self::Object,
                }
            }
            _ => Self::Free,
        }
    }

    /// `output_config.format`, or else what the model has to be told.
    pub(in crate::translate) fn ask(
        self,
        capabilities: &Capabilities,
    ) -> (Option<Value>, Option<String>) {
        match self {
            Self::Free => (None, None),
            Self::Object => {
                let text =
                    "Answer with a single JSON object and nothing else: no prose, no code fence.";
                (None, Some(text.to_owned()))
            }
            Self::Schema(schema)
                if capabilities.structured_output == StructuredOutput::JsonSchema =>
            {
                let schema = schema::of_output(schema);
                (Some(json!({"type": "json_schema", "schema": schema})), None)
            }
            Self::Schema(schema) => {
                let text = format!(
                    "Answer with JSON that fits this schema and nothing else: no prose, no code fence.\n{schema}"
                );
                (None, Some(text))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_both_dialects() {
        let schema = json!({"type": "object", "properties": {}});
        for (format, wanted) in [
            (json!(null), Form::Free),
            (json!({"type": "text"}), Form::Free),
            (json!({"type": "json_object"}), Form::Object),
            (
                json!({"type": "json_schema", "json_schema": {"name": "a", "schema": schema}}),
                Form::Schema(schema.clone()),
            ),
            (
                json!({"type": "json_schema", "name": "a", "schema": schema, "strict": true}),
                Form::Schema(schema.clone()),
            ),
            (json!({"type": "json_schema"}), Form::Object),
            (json!("json"), Form::Free),
        ] {
            assert_eq!(Form::of(Some(format.clone())), wanted, "{format}");
        }
    }

    #[test]
    fn a_schema_goes_into_the_prompt_where_there_is_no_other_place() {
        let form = Form::Schema(json!({"type": "object"}));
        let (format, prompt) = form.clone().ask(&Capabilities::default());
        assert_eq!(
            format,
            Some(
                json!({"type": "json_schema", "schema": {"type": "object", "additionalProperties": false}})
            )
        );
        assert_eq!(prompt, None);
        let plain = Capabilities {
            structured_output: StructuredOutput::None,
            ..Capabilities::default()
        };
        let (format, prompt) = form.ask(&plain);
        assert_eq!(format, None);
        assert!(prompt.is_some_and(|prompt| prompt.contains("{\"type\":\"object\"}")));
    }
}
