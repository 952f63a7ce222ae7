//! Windows of Claude subscriptions: `anthropic-ratelimit-unified-*`.

use base::Timestamp;

use super::resets::Resets;

const PREFIX: &str = "anthropic-ratelimit-unified-";

/// Windows that every model shares. All others (`7d_oi`, `7d_opus` …) belong to one family.
const SHARED: &[&str] = &["5h", "7d"];

/// The windows that are used up.
pub(super) struct Rejected {
    /// The latest end among them.
    pub(super) end: Option<Timestamp>,
    /// Whether only windows of model families are used up.
    pub(super) only_models: bool,
}

/// What the headers say about windows; `None` when none is used up.
pub(super) fn rejected(resets: &Resets<'_>) -> Option<Rejected> {
    let status = |window: &str| resets.text(&format!("{PREFIX}{window}-status"));
    let is_rejected = |window: &&str| status(window) == Some("rejected");
    let names = resets
        .names()
        .filter_map(|name| name.strip_prefix(PREFIX)?.strip_suffix("-status"));
    let windows: Vec<&str> = names
        .filter(|name| *name != "overage")
        .filter(is_rejected)
        .collect();
    if !windows.is_empty() {
        let ends = windows
            .iter()
            .filter_map(|window| resets.at(&format!("{PREFIX}{window}-reset")));
        let end = ends.max().or_else(|| resets.at(&format!("{PREFIX}reset")));
        let told =
            |window: &&str| status(window).is_some_and(|status| status.starts_with("allowed"));
        return Some(Rejected {
            end,
            // Only when both shared windows say that they are open: anything less closes the key.
            only_models: SHARED.iter().all(told),
        });
    }
    if resets.text(&format!("{PREFIX}status")) != Some("rejected") {
        return None;
    }
    let claim = resets
        .text(&format!("{PREFIX}representative-claim"))
        .unwrap_or_default();
    Some(Rejected {
        end: resets.at(&format!("{PREFIX}reset")),
        only_models: matches!(
            claim,
            "seven_day_opus" | "seven_day_sonnet" | "seven_day_overage_included"
        ),
    })
}
