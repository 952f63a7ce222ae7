//! The plain form of a model's name: no path, no variant, no brackets, lower case.

use crate::names::Names;

/// A name without what routers and clouds put around it.
pub(crate) struct Plain {
    /// The name itself.
    pub(crate) name: String,
    /// Whether a variant followed that has a price of its own, such as OpenRouter's `:free`.
    pub(crate) other_variant: bool,
}

/// Takes off what routers and clouds put around a name.
pub(crate) fn plain(names: &Names, spelling: &str) -> Plain {
    let name = spelling.rsplit_once('/').map_or(spelling, |(_, name)| name);
    let (name, variant) = name.split_once(':').unwrap_or((name, ""));
    let variant = variant.to_ascii_lowercase();
    let other_variant = !variant.is_empty() && !names.is_priced_variant(&variant);
    let mut name = name.trim().to_ascii_lowercase();
    while let Some(shorter) = without_bracket(names, &name) {
        name.truncate(shorter);
    }
    // Vertex AI writes the date after `@`.
    if name.contains('@') {
        name = name.replace('@', "-");
    }
    Plain {
        name,
        other_variant,
    }
}

/// The length without a bracket at the end that says a context (`[1m]`), an effort or a budget (`(high)`).
fn without_bracket(names: &Names, name: &str) -> Option<usize> {
    let (open, inner) = match name.strip_suffix(']') {
        Some(rest) => ('[', rest),
        None => ('(', name.strip_suffix(')')?),
    };
    let (rest, inner) = inner.rsplit_once(open)?;
    let number = inner.trim_end_matches(['k', 'm']);
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    (is_number || names.is_effort(inner)).then(|| rest.trim_end().len())
}

/// The name without what clouds put before it.
pub(crate) fn without_vendor<'a>(names: &Names, name: &'a str) -> &'a str {
    if let Some(at) = name.rfind("claude-") {
        return &name[at..];
    }
    let mut name = name;
    let mut prefixes = names.vendor_prefixes.iter();
    while let Some(rest) = prefixes.find_map(|prefix| name.strip_prefix(&**prefix)) {
        name = rest;
        prefixes = names.vendor_prefixes.iter();
    }
    name
}

/// Claude's other spellings: `claude-opus-4.5` for `claude-opus-4-5`, and the version on the other side
/// of the family (`claude-4.5-sonnet`, `claude-haiku-3.5`). `None` when there is no other.
pub(crate) fn claude_respelled(name: &str) -> Option<[String; 2]> {
    let rest = name.strip_prefix("claude-")?;
    let dashed = rest.replace('.', "-");
    let is_version =
        |part: &&str| part.len() <= 2 && part.bytes().all(|byte| byte.is_ascii_digit());
    let parts: Vec<&str> = dashed.split('-').collect();
    let leading = parts.iter().take_while(|part| is_version(part)).count();
    let (version, family, tail) = if leading > 0 {
        let (family, tail) = parts.get(leading..)?.split_first()?;
        (&parts[..leading], *family, tail)
    } else {
        let (family, after) = parts.split_first()?;
        let count = after.iter().take_while(|part| is_version(part)).count();
        (&after[..count], *family, &after[count..])
    };
    let mut swapped = vec!["claude"];
    if leading > 0 {
        swapped.push(family);
        swapped.extend(version);
    } else {
        swapped.extend(version);
        swapped.push(family);
    }
    swapped.extend(tail);
    Some([format!("claude-{dashed}"), swapped.join("-")])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claude_has_two_orders() {
        for (name, dashed, swapped) in [
            ("claude-opus-4.5", "claude-opus-4-5", "claude-4-5-opus"),
            (
                "claude-4.5-sonnet-20250929",
                "claude-4-5-sonnet-20250929",
                "claude-sonnet-4-5-20250929",
            ),
            ("claude-haiku-3.5", "claude-haiku-3-5", "claude-3-5-haiku"),
        ] {
            let respelled = claude_respelled(name).unwrap();
            assert_eq!(respelled, [dashed, swapped], "{name}");
        }
        assert_eq!(claude_respelled("gpt-5.4"), None);
        assert_eq!(claude_respelled("claude-4-5"), None);
    }
}
