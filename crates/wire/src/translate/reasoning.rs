//! How much a model shall reason, in the fields of Chat Completions.

use serde_json::{Value, json};

use super::capabilities::{Capabilities, Effort, Reasoning};
use super::object::{Object, one};

/// What the caller asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    /// Nothing: the model's default.
    Unsaid,
    /// No reasoning.
    Off,
    /// So much.
    Effort(Effort),
    /// At most so many tokens.
    Budget(u64),
}

/// Budgets in tokens below which reasoning counts as little, and as some.
const LITTLE: u64 = 4_096;
const SOME: u64 = 16_384;

impl Wish {
    /// The effort that is meant.
    fn effort(self) -> Option<Effort> {
        match self {
            Self::Unsaid => None,
            Self::Off => Some(Effort::None),
            Self::Effort(effort) => Some(effort),
            Self::Budget(tokens) if tokens < LITTLE => Some(Effort::Low),
            Self::Budget(tokens) if tokens < SOME => Some(Effort::Medium),
            Self::Budget(_) => Some(Effort::High),
        }
    }

    fn is_off(self) -> bool {
        matches!(self, Self::Off | Self::Effort(Effort::None))
    }
}

/// Writes the wish into a Chat body and gives the members that hold it; empty where the model has none.
pub(crate) fn write(able: &Capabilities, wish: Wish, out: &mut Object) -> Vec<&'static str> {
    let Some(wanted) = wish.effort() else {
        return Vec::new();
    };
    let effort = able.effort(wanted).map(Effort::name);
    let on = !wish.is_off();
    let mut written = Vec::new();
    let mut put = |name: &'static str, value: Value| {
        out.insert(name.to_owned(), value);
        written.push(name);
    };
    match able.reasoning {
        Reasoning::None => {}
        Reasoning::Effort => {
            if let Some(effort) = effort {
                put("reasoning_effort", json!(effort));
            }
        }
        Reasoning::Object => {
            let value = match (wish, effort) {
                (Wish::Budget(tokens), _) => one("max_tokens", tokens),
                (_, Some(effort)) if on || effort == "none" => one("effort", effort),
                _ => one("enabled", on),
            };
            put("reasoning", value);
        }
        Reasoning::ThinkingType => put("thinking", thinking(on)),
        Reasoning::ThinkingAndEffort => {
            put("thinking", thinking(on));
            if let (true, Some(effort)) = (on, effort) {
                put("reasoning_effort", json!(effort));
            }
        }
        Reasoning::EnableThinking => {
            put("enable_thinking", json!(on));
            if let Wish::Budget(tokens) = wish {
                put("thinking_budget", json!(tokens));
            }
        }
        Reasoning::TemplateArguments => {
            put("chat_template_kwargs", one("enable_thinking", on));
        }
    }
    written
}

fn thinking(on: bool) -> Value {
    one("type", if on { "enabled" } else { "disabled" })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(reasoning: Reasoning, efforts: &[Effort], wish: Wish) -> Value {
        let able = Capabilities {
            reasoning,
            efforts: efforts.to_vec(),
            ..Capabilities::default()
        };
        let mut out = Object::new();
        write(&able, wish, &mut out);
        Value::Object(out)
    }

    #[test]
    fn every_form() {
        use Effort::{High, Low, Max, Medium, Minimal, Xhigh};
        let plain = &[Low, Medium, High][..];
        let off = &[Effort::None, Low, High, Max][..];
        for (form, efforts, wish, wanted) in [
            (Reasoning::None, plain, Wish::Effort(High), json!({})),
            (Reasoning::Effort, plain, Wish::Unsaid, json!({})),
            (
                Reasoning::Effort,
                plain,
                Wish::Effort(Medium),
                json!({"reasoning_effort": "medium"}),
            ),
            (
                Reasoning::Effort,
                plain,
                Wish::Effort(Max),
                json!({"reasoning_effort": "high"}),
            ),
            (
                Reasoning::Effort,
                plain,
                Wish::Off,
                json!({"reasoning_effort": "low"}),
            ),
            (
                Reasoning::Effort,
                &[Minimal, Low],
                Wish::Off,
                json!({"reasoning_effort": "minimal"}),
            ),
            (
                Reasoning::Effort,
                off,
                Wish::Off,
                json!({"reasoning_effort": "none"}),
            ),
            (
                Reasoning::Effort,
                off,
                Wish::Effort(Xhigh),
                json!({"reasoning_effort": "high"}),
            ),
            (
                Reasoning::Effort,
                plain,
                Wish::Budget(1_024),
                json!({"reasoning_effort": "low"}),
            ),
            (
                Reasoning::Effort,
                plain,
                Wish::Budget(4_096),
                json!({"reasoning_effort": "medium"}),
            ),
            (
                Reasoning::Effort,
                plain,
                Wish::Budget(31_999),
                json!({"reasoning_effort": "high"}),
            ),
            (Reasoning::Effort, &[], Wish::Effort(High), json!({})),
            (
                Reasoning::Object,
                plain,
                Wish::Effort(Max),
                json!({"reasoning": {"effort": "high"}}),
            ),
            (
                Reasoning::Object,
                plain,
                Wish::Budget(9),
                json!({"reasoning": {"max_tokens": 9}}),
            ),
            (
                Reasoning::Object,
                plain,
                Wish::Off,
                json!({"reasoning": {"enabled": false}}),
            ),
            (
                Reasoning::Object,
                off,
                Wish::Off,
                json!({"reasoning": {"effort": "none"}}),
            ),
            (
                Reasoning::ThinkingType,
                plain,
                Wish::Effort(Low),
                json!({"thinking": {"type": "enabled"}}),
            ),
            (
                Reasoning::ThinkingType,
                plain,
                Wish::Off,
                json!({"thinking": {"type": "disabled"}}),
            ),
            (
                Reasoning::ThinkingAndEffort,
                &[Low, High, Max],
                Wish::Effort(Max),
                json!({"thinking": {"type": "enabled"}, "reasoning_effort": "max"}),
            ),
            (
                Reasoning::ThinkingAndEffort,
                plain,
                Wish::Off,
                json!({"thinking": {"type": "disabled"}}),
            ),
            (
                Reasoning::EnableThinking,
                plain,
                Wish::Budget(5),
                json!({"enable_thinking": true, "thinking_budget": 5}),
            ),
            (
                Reasoning::TemplateArguments,
                plain,
                Wish::Off,
                json!({"chat_template_kwargs": {"enable_thinking": false}}),
            ),
        ] {
            assert_eq!(written(form, efforts, wish), wanted, "{form:?} {wish:?}");
        }
    }
}
