//! How much the model shall think.

use serde_json::{Value, json};

use crate::translate::Capabilities;
use crate::translate::capabilities::Effort;
use crate::translate::change::{ChangeKind, Changes, Reason};

/// Fewest tokens of a thinking budget.
const LEAST_BUDGET: u64 = 1_024;

/// Why a model may not think in this turn, whatever was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::translate) struct Hindrances {
    /// A tool has to be called.
    pub(in crate::translate) forced_tool: bool,
    /// The caller began the answer.
    pub(in crate::translate) begun_answer: bool,
    /// The turn at work calls tools, and what was thought before them is not there any more.
    pub(in crate::translate) lost_thoughts: bool,
}

/// `thinking` and the effort of `output_config`.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::translate) struct Thinking {
    /// `thinking`.
    pub(in crate::translate) thinking: Option<Value>,
    /// `output_config.effort`.
    pub(in crate::translate) effort: Option<&'static str>,
}

/// From the effort that was asked for at `path`.
pub(in crate::translate) fn of_effort(
    asked: Effort,
    path: &str,
    hindrances: Hindrances,
    max_tokens: u64,
    capabilities: &Capabilities,
    changes: &mut Changes,
) -> Thinking {
    let known = match asked {
        Effort::None => None,
        asked => capabilities.effort(asked),
    };
    let Some(known) = known else {
        changes.dropped(path, Reason::NotSupported);
        return Thinking::default();
    };
    let kind = if known == asked {
        ChangeKind::Converted
    } else {
        ChangeKind::Clamped
    };
    let reason = if known == asked {
        Reason::OtherForm
    } else {
        Reason::Limit
    };
    let hindered = hindrances.forced_tool || hindrances.begun_answer;
    if capabilities.adaptive_thinking {
        changes.note(path, kind, reason, Some("/output_config/effort".to_owned()));
        return Thinking {
            thinking: (!hindered).then(|| json!({"type": "adaptive"})),
            effort: Some(known.name()),
        };
    }
    let budget = budget(known).min(max_tokens / 2);
    if hindered || hindrances.lost_thoughts || budget < LEAST_BUDGET {
        changes.dropped(path, Reason::NotSupported);
        return Thinking::default();
    }
    changes.note(
        path,
        kind,
        reason,
        Some("/thinking/budget_tokens".to_owned()),
    );
    Thinking {
        thinking: Some(json!({"type": "enabled", "budget_tokens": budget})),
        effort: None,
    }
}

/// Tokens that stand for an effort: the middle of the ranges in which budgets are read as efforts.
fn budget(effort: Effort) -> u64 {
    match effort {
        Effort::None | Effort::Minimal => LEAST_BUDGET,
        Effort::Low => 2_048,
        Effort::Medium => 8_192,
        Effort::High => 24_576,
        Effort::Xhigh | Effort::Max => 31_999,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FREE: Hindrances = Hindrances {
        forced_tool: false,
        begun_answer: false,
        lost_thoughts: false,
    };

    fn thinking(
        asked: Effort,
        hindrances: Hindrances,
        max: u64,
        capabilities: &Capabilities,
    ) -> Thinking {
        let changes = &mut Changes::default();
        of_effort(
            asked,
            "/reasoning_effort",
            hindrances,
            max,
            capabilities,
            changes,
        )
    }

    #[test]
    fn adaptive_with_an_effort() {
        let capabilities = Capabilities::default();
        let adaptive = Some(json!({"type": "adaptive"}));
        for (asked, effort) in [
            (Effort::Minimal, "low"),
            (Effort::Low, "low"),
            (Effort::Medium, "medium"),
            (Effort::High, "high"),
            (Effort::Max, "high"),
        ] {
            let made = thinking(asked, FREE, 1_000, &capabilities);
            assert_eq!(
                made,
                Thinking {
                    thinking: adaptive.clone(),
                    effort: Some(effort)
                }
            );
        }
        assert_eq!(
            thinking(Effort::None, FREE, 1_000, &capabilities),
            Thinking::default()
        );
        for hindrances in [
            Hindrances {
                forced_tool: true,
                ..FREE
            },
            Hindrances {
                begun_answer: true,
                ..FREE
            },
        ] {
            let made = thinking(Effort::High, hindrances, 1_000, &capabilities);
            assert_eq!(
                made,
                Thinking {
                    thinking: None,
                    effort: Some("high")
                }
            );
        }
    }

    #[test]
    fn a_budget_for_older_models() {
        let old = Capabilities {
            adaptive_thinking: false,
            ..Capabilities::default()
        };
        let tokens = |asked, hindrances, max| {
            thinking(asked, hindrances, max, &old)
                .thinking
                .map(|made| made["budget_tokens"].clone())
        };
        assert_eq!(tokens(Effort::Low, FREE, 64_000), Some(json!(2_048)));
        assert_eq!(tokens(Effort::High, FREE, 64_000), Some(json!(24_576)));
        assert_eq!(tokens(Effort::High, FREE, 8_192), Some(json!(4_096)));
        assert_eq!(tokens(Effort::High, FREE, 2_000), None);
        assert_eq!(
            tokens(
                Effort::High,
                Hindrances {
                    lost_thoughts: true,
                    ..FREE
                },
                64_000
            ),
            None
        );
        let none = Capabilities {
            efforts: Vec::new(),
            ..Capabilities::default()
        };
        assert_eq!(
            thinking(Effort::High, FREE, 64_000, &none),
            Thinking::default()
        );
    }
}
