//! Everything beside messages and tools.

use serde_json::{Value, json};

use super::part::Part;
use super::{Request, wording};
use crate::summary::session_of_user;
use crate::translate::capabilities::{Effort, MaxTokensField, StructuredOutput, UserField};
use crate::translate::change::{ChangeKind, Reason};
use crate::translate::mint::mint;
use crate::translate::object::{Object, string, take_object, whole};
use crate::translate::reasoning::{self, Wish};
use crate::translate::schema::is_strict;

/// Longest `user` and `prompt_cache_key`, in characters.
const LONGEST_USER: usize = 64;

impl Request<'_> {
    /// Takes the remaining members of the body.
    pub(super) fn write_parameters(
        &mut self,
        mut body: Object,
        turn_effort: Option<Effort>,
        out: &mut Object,
    ) {
        let format = self.output_format(&mut body);
        let thinks = self.write_reasoning(&mut body, turn_effort, out);
        for (name, value) in body {
            if !value.is_null() {
                self.parameter(&name, value, thinks, out);
            }
        }
        if let Some(format) = format {
            self.write_format(format, out);
        }
    }

    fn parameter(&mut self, name: &str, value: Value, thinks: bool, out: &mut Object) {
        match name {
            "max_tokens" => self.max_tokens(&value, out),
            "temperature" if thinks => self.changes.dropped("/temperature", Reason::NotSupported),
            "temperature" => self.number(name, value, self.able.temperature, out),
            "top_p" => self.number(name, value, self.able.top_p, out),
            "top_k" => self.number(name, value, self.able.top_k, out),
            "stop_sequences" => self.stops(&value, out),
            "stream" => self.stream(&value, out),
            "metadata" => self.metadata(&value, out),
            "speed" => match self.able.fast_tier.clone().filter(|_| value == "fast") {
                Some(tier) => {
                    self.changes
                        .converted("/speed", Reason::OtherForm, "service_tier");
                    out.insert("service_tier".to_owned(), Value::String(tier));
                }
                None => self.changes.dropped("/speed", Reason::NotSupported),
            },
            "output_config" => {
                let rest = value.as_object().into_iter().flatten();
                for (member, _) in rest {
                    self.changes
                        .dropped(&format!("/output_config/{member}"), Reason::NoSuchField);
                }
            }
            "context_management" | "safeguards" | "diagnostics" | "container" | "mcp_servers"
            | "fallbacks" | "inference_geo" | "service_tier" | "betas" | "cache_control" => {
                self.changes
                    .dropped(&format!("/{name}"), Reason::CallerOnly);
            }
            _ => {
                let pointer = name.replace('~', "~0").replace('/', "~1");
                self.changes
                    .dropped(&format!("/{pointer}"), Reason::NoSuchField);
            }
        }
    }

    fn max_tokens(&mut self, value: &Value, out: &mut Object) {
        let Some(asked) = whole(value) else {
            return self.changes.dropped("/max_tokens", Reason::Empty);
        };
        self.memory.max_tokens = Some(asked);
        let limit = self.able.max_output_tokens.unwrap_or(u64::MAX).max(1);
        let sent = asked.clamp(1, limit);
        if sent != asked {
            let to = Some(sent.to_string());
            self.changes
                .note("/max_tokens", ChangeKind::Clamped, Reason::Limit, to);
        }
        let name = match self.able.max_tokens_field {
            MaxTokensField::MaxTokens => "max_tokens",
            MaxTokensField::MaxCompletionTokens => {
                let to = Some("max_completion_tokens".to_owned());
                self.changes
                    .note("/max_tokens", ChangeKind::Renamed, Reason::OtherForm, to);
                "max_completion_tokens"
            }
            MaxTokensField::None => {
                return self.changes.dropped("/max_tokens", Reason::NotSupported);
            }
        };
        out.insert(name.to_owned(), json!(sent));
    }

    fn number(&mut self, name: &str, value: Value, known: bool, out: &mut Object) {
        if known && value.is_number() {
            out.insert(name.to_owned(), value);
        } else {
            self.changes
                .dropped(&format!("/{name}"), Reason::NotSupported);
        }
    }

    fn stops(&mut self, value: &Value, out: &mut Object) {
        let list = value.as_array().map_or(&[][..], Vec::as_slice);
        let given = list.iter().filter_map(Value::as_str);
        let mut stops: Vec<&str> = given.filter(|stop| !stop.is_empty()).collect();
        let all = stops.len();
        stops.truncate(self.able.max_stops);
        let path = "/stop_sequences";
        match (all, stops.len()) {
            (_, 0) if self.able.max_stops == 0 && all > 0 => {
                self.changes.dropped(path, Reason::NotSupported);
            }
            (_, 0) => self.changes.dropped(path, Reason::Empty),
            (all, kept) => {
                let (kind, reason) = match all == kept {
                    true => (ChangeKind::Renamed, Reason::OtherForm),
                    false => (ChangeKind::Clamped, Reason::Limit),
                };
                self.changes
                    .note(path, kind, reason, Some("stop".to_owned()));
                out.insert("stop".to_owned(), json!(stops));
            }
        }
    }

    fn stream(&mut self, value: &Value, out: &mut Object) {
        if *value != Value::Bool(true) {
            return;
        }
        self.memory.stream = true;
        out.insert("stream".to_owned(), json!(true));
        if self.able.stream_options {
            let to = Some("stream_options".to_owned());
            self.changes
                .note("/stream", ChangeKind::Added, Reason::Usage, to);
            out.insert("stream_options".to_owned(), json!({"include_usage": true}));
        }
    }

    /// The user as a name that says nothing, and the session as the key of one cache.
    fn metadata(&mut self, value: &Value, out: &mut Object) {
        let Some(user) = value.get("user_id").and_then(Value::as_str) else {
            return self.changes.dropped("/metadata", Reason::NoSuchField);
        };
        let path = "/metadata/user_id";
        let field = match self.able.user_field {
            UserField::User => Some("user"),
            UserField::SafetyIdentifier => Some("safety_identifier"),
            UserField::None => None,
        };
        match field.filter(|_| !user.is_empty()) {
            Some(field) => {
                self.changes.converted(path, Reason::Privacy, field);
                out.insert(field.to_owned(), Value::String(short(user)));
            }
            None => self.changes.dropped(path, Reason::NoSuchField),
        }
        if self.able.prompt_cache_key
            && let Some(session) = session_of_user(user)
        {
            out.insert(
                "prompt_cache_key".to_owned(),
                Value::String(short(&session)),
            );
        }
    }

    /// Writes how much the model shall reason, and says whether it was asked to.
    fn write_reasoning(
        &mut self,
        body: &mut Object,
        turn_effort: Option<Effort>,
        out: &mut Object,
    ) -> bool {
        let effort = body.get_mut("output_config").and_then(|config| {
            let config = config.as_object_mut()?;
            let named = string(config, "effort").and_then(Effort::from_name);
            config.remove("effort").and(named)
        });
        let thinking = take_object(body, "thinking");
        let kind = thinking
            .as_ref()
            .and_then(|thinking| string(thinking, "type"));
        let budget = thinking
            .as_ref()
            .and_then(|thinking| thinking.get("budget_tokens").and_then(whole));
        let wish = match (turn_effort.or(effort), kind, budget) {
            (Some(effort), _, _) => Wish::Effort(effort),
            (None, Some("enabled"), Some(tokens)) => Wish::Budget(tokens),
            (None, Some("enabled"), None) => Wish::Effort(Effort::High),
            (None, Some("disabled"), _) => Wish::Off,
            _ => Wish::Unsaid,
        };
        let written = reasoning::write(self.able, wish, out);
        let asked = [
            (thinking.is_some(), "/thinking"),
            (effort.is_some(), "/output_config/effort"),
            (turn_effort.is_some(), "/messages"),
        ];
        for (_, path) in asked.into_iter().filter(|(asked, _)| *asked) {
            match written.is_empty() {
                true => self.changes.dropped(path, Reason::NotSupported),
                false => self
                    .changes
                    .converted(path, Reason::OtherForm, written.join(", ")),
            }
        }
        matches!(kind, Some("enabled" | "adaptive"))
    }

    /// The schema that the answer must match; also in its old place.
    fn output_format(&mut self, body: &mut Object) -> Option<Value> {
        let new = body
            .get_mut("output_config")
            .and_then(|config| config.as_object_mut()?.remove("format"));
        let old = body.remove("output_format");
        let format = new.or(old).filter(|format| !format.is_null())?;
        if format.get("type").and_then(Value::as_str) != Some("json_schema") {
            self.changes
                .dropped("/output_config/format", Reason::NoSuchField);
            return None;
        }
        let inner = format
            .get("json_schema")
            .and_then(|inner| inner.get("schema"));
        format.get("schema").or(inner).cloned()
    }

    fn write_format(&mut self, schema: Value, out: &mut Object) {
        let path = "/output_config/format";
        let sent = match self.able.structured_output {
            StructuredOutput::JsonSchema => {
                let strict = is_strict(&schema);
                let described = json!({"name": "output", "schema": schema, "strict": strict});
                Some(json!({"type": "json_schema", "json_schema": described}))
            }
            StructuredOutput::JsonObject => Some(json!({"type": "json_object"})),
            StructuredOutput::None => None,
        };
        if self.able.structured_output == StructuredOutput::JsonSchema {
            self.changes
                .converted(path, Reason::OtherForm, "response_format");
        } else {
            self.changes.converted(path, Reason::NotSupported, "text");
            self.system
                .push(Part::text(wording::shape(&schema.to_string())));
        }
        if let Some(sent) = sent {
            out.insert("response_format".to_owned(), sent);
        }
    }
}

/// A name of at most 64 letters, digits, `_` and `-`: the text itself or its hash.
fn short(text: &str) -> String {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    match text.len() <= LONGEST_USER && text.bytes().all(fits) {
        true => text.to_owned(),
        false => mint("", LONGEST_USER, &[text]),
    }
}
