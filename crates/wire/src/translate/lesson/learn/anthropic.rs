//! What an Anthropic upstream refuses, and an older or newer model than was thought stands behind it.

use memchr::memmem;

use super::Refusal;
use crate::translate::capabilities::{StructuredOutput, UserField};
use crate::translate::lesson::Lesson;

impl Refusal<'_> {
    /// For requests in Anthropic's own dialect.
    pub(super) fn of_anthropic(&self) -> Option<Lesson> {
        self.thinking_form()
            .or_else(|| self.output_form())
            .or_else(|| self.picture())
            .or_else(|| self.metadata())
    }

    fn holds(&self, member: &str, text: &str) -> bool {
        let held = self.member(member);
        held.is_some_and(|held| memmem::find(held, text.as_bytes()).is_some())
    }

    /// How a model is asked to think.
    fn thinking_form(&self) -> Option<Lesson> {
        let by_effort =
            self.holds("thinking", "\"adaptive\"") || self.holds("output_config", "\"effort\"");
        let by_budget = self.holds("thinking", "\"budget_tokens\"");
        if by_effort && self.known.adaptive_thinking {
            let efforts = self.efforts();
            if self.says("effort") && !efforts.is_empty() && efforts != self.known.efforts {
                let names = efforts.iter().map(|effort| effort.name().to_owned());
                return Some(Lesson::Efforts {
                    names: names.collect(),
                });
            }
            let words = ["adaptive", "thinking", "output_config", "effort"];
            let about_form = self.says("output_config.format");
            return (self.says_any(&words) && !about_form).then_some(Lesson::NoAdaptiveThinking);
        }
        if !by_budget || !self.says("thinking") {
            return None;
        }
        if self.says("adaptive") && !self.known.adaptive_thinking {
            return Some(Lesson::AdaptiveThinking);
        }
        let none = self.refuses && !self.known.efforts.is_empty();
        none.then(|| Lesson::Efforts { names: Vec::new() })
    }

    /// Answers that have to fit a schema.
    fn output_form(&self) -> Option<Lesson> {
        let asked = self.holds("output_config", "\"format\"");
        let words = [
            "output_format",
            "output_config",
            "structured output",
            "json_schema",
        ];
        let known = self.known.structured_output == StructuredOutput::JsonSchema;
        (asked && known && self.says_any(&words)).then_some(Lesson::NoJsonSchema)
    }

    fn picture(&self) -> Option<Lesson> {
        let sent = self.has("\"type\":\"image\"") && self.known.images;
        let words = ["image input", "images", "vision", "image content"];
        (sent && self.refuses && self.says_any(&words)).then_some(Lesson::NoImages)
    }

    fn metadata(&self) -> Option<Lesson> {
        let sent = self.holds("metadata", "user_id") && self.known.user_field != UserField::None;
        (sent && self.says("metadata")).then_some(Lesson::NoUser)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::translate::Capabilities;
    use crate::translate::capabilities::StructuredOutput;
    use crate::translate::lesson::{Lesson, learn};

    fn taught(sent: &Value, known: &Capabilities, message: &str) -> Option<Lesson> {
        let error = json!({"type": "error", "error": {"type": "invalid_request_error", "message": message}});
        let (sent, error) = (sent.to_string(), error.to_string());
        learn(known, sent.as_bytes(), 400, error.as_bytes())
    }

    fn by_effort() -> Value {
        json!({"max_tokens": 32000, "thinking": {"type": "adaptive"}, "output_config": {"effort": "high"}, "messages": []})
    }

    fn by_budget() -> Value {
        json!({"max_tokens": 32000, "thinking": {"type": "enabled", "budget_tokens": 8000}, "messages": []})
    }

    #[test]
    fn the_form_of_thinking_is_learnt() {
        let new = Capabilities::default();
        let old = Capabilities {
            adaptive_thinking: false,
            ..Capabilities::default()
        };
        for (sent, known, message, lesson) in [
            (
                by_effort(),
                &new,
                "adaptive thinking is not supported on this model",
                Some(Lesson::NoAdaptiveThinking),
            ),
            (
                by_effort(),
                &new,
                "thinking: Input tag 'adaptive' found using 'type' does not match any of the expected tags: 'disabled', 'enabled'",
                Some(Lesson::NoAdaptiveThinking),
            ),
            (
                by_effort(),
                &new,
                "output_config: Extra inputs are not permitted",
                Some(Lesson::NoAdaptiveThinking),
            ),
            (
                by_effort(),
                &new,
                "This model does not support the effort parameter.",
                Some(Lesson::NoAdaptiveThinking),
            ),
            (
                by_effort(),
                &new,
                "output_config.effort: Input should be 'low' or 'medium'",
                Some(Lesson::Efforts {
                    names: vec!["low".into(), "medium".into()],
                }),
            ),
            (
                by_budget(),
                &old,
                "\"thinking.type.enabled\" is not supported for this model. Use \"thinking.type.adaptive\" and \"output_config.effort\"",
                Some(Lesson::AdaptiveThinking),
            ),
            (
                by_budget(),
                &old,
                "thinking is not supported by this model",
                Some(Lesson::Efforts { names: Vec::new() }),
            ),
            (
                by_effort(),
                &new,
                "messages.1: tool_use ids must be unique",
                None,
            ),
            (
                by_effort(),
                &new,
                "max_tokens: 32000 > 8192, which is the maximum allowed number of output tokens for this model",
                Some(Lesson::OutputLimit { tokens: 8192 }),
            ),
        ] {
            assert_eq!(taught(&sent, known, message), lesson, "{message}");
        }
    }

    #[test]
    fn other_refusals() {
        let known = Capabilities::default();
        let form = json!({"max_tokens": 5, "output_config": {"format": {"type": "json_schema"}}, "messages": []});
        let lesson = taught(
            &form,
            &known,
            "output_config.format: structured outputs are not supported",
        );
        assert_eq!(lesson, Some(Lesson::NoJsonSchema));
        let plain = Capabilities {
            structured_output: StructuredOutput::None,
            ..known.clone()
        };
        assert_eq!(taught(&form, &plain, "output_config.format: no"), None);
        let image = json!({"max_tokens": 5, "messages": [{"role": "user", "content": [{"type": "image", "source": {}}]}]});
        assert_eq!(
            taught(&image, &known, "this model does not support image input"),
            Some(Lesson::NoImages)
        );
        let user = json!({"max_tokens": 5, "metadata": {"user_id": "a"}, "messages": []});
        assert_eq!(
            taught(&user, &known, "metadata: Extra inputs are not permitted"),
            Some(Lesson::NoUser)
        );
    }
}
