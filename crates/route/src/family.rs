//! Models that share a limit.

/// Tiers of Claude, which have their own weekly windows.
const CLAUDE_TIERS: &[&str] = &["fable", "mythos", "opus", "sonnet", "haiku"];

/// The family whose limit a model counts against: the tier of a Claude model (`claude-opus`), else the
/// model without vendor prefix, date and variant.
///
/// ```
/// use relayscope_route::family;
///
/// assert_eq!(family("claude-opus-5-5"), "claude-opus");
/// assert_eq!(family("anthropic/claude-3-5-Sonnet-20241022"), "claude-sonnet");
/// assert_eq!(family("gpt-6.2-sol-2026-11-17"), "gpt-6.2-sol");
/// ```
pub fn family(model: &str) -> String {
    let model = exact(model);
    if model.contains("claude") {
        let tier = CLAUDE_TIERS.iter().find(|tier| model.contains(**tier));
        return tier.map_or_else(|| "claude".to_owned(), |tier| format!("claude-{tier}"));
    }
    let name = model.split(['@', ':']).next().unwrap_or(&model);
    let name = name.strip_suffix("-latest").unwrap_or(name);
    without_date(name).to_owned()
}

/// The model's name without vendor prefix, in lower case.
pub(crate) fn exact(model: &str) -> String {
    let name = model.rsplit('/').next().unwrap_or(model);
    name.trim().to_lowercase()
}

/// The name without `-20260101` or `-2026-01-01` at its end.
fn without_date(name: &str) -> &str {
    let digits = |text: &str, count: usize| {
        text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    if let Some((head, tail)) = name.rsplit_once('-') {
        if digits(tail, 8) {
            return head;
        }
        let mut parts = name.rsplitn(4, '-');
        if let (Some(day), Some(month), Some(year), Some(head)) =
            (parts.next(), parts.next(), parts.next(), parts.next())
            && digits(day, 2)
            && digits(month, 2)
            && digits(year, 4)
        {
            return head;
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_what_shares_a_limit() {
        for (model, expected) in [
            ("us.anthropic.claude-opus-4-1-20250805-v1:0", "claude-opus"),
            ("claude-haiku-5-5", "claude-haiku"),
            ("claude-instant-1.2", "claude"),
            ("openai/gpt-4o-2024-08-06", "gpt-4o"),
            ("deepseek-v4:free", "deepseek-v4"),
            ("gemini-4-carbon-latest", "gemini-4-carbon"),
            ("", ""),
        ] {
            assert_eq!(family(model), expected, "{model}");
        }
    }
}
