//! Patterns for names: `*` for anything, `?` for one character, case ignored.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A pattern such as `claude-*`.
///
/// ```
/// use relayscope_route::Glob;
///
/// let opus = Glob::new("claude-opus-*");
/// assert!(opus.fits("Claude-Opus-5-5"));
/// assert!(!opus.fits("claude-sonnet-5"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Glob(String);

impl Glob {
    /// Every text is a pattern.
    pub fn new(pattern: impl Into<String>) -> Self {
        Self(pattern.into())
    }

    /// The pattern.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the whole name fits.
    pub fn fits(&self, name: &str) -> bool {
        let pattern: Vec<char> = self.0.to_lowercase().chars().collect();
        let name: Vec<char> = name.to_lowercase().chars().collect();
        let (mut at, mut here) = (0, 0);
        // Where to go on when the text after the last star does not fit: one character later.
        let mut star: Option<(usize, usize)> = None;
        while here < name.len() {
            match pattern.get(at) {
                Some('*') => {
                    star = Some((at + 1, here));
                    at += 1;
                }
                Some(&sign) if sign == '?' || sign == name[here] => {
                    at += 1;
                    here += 1;
                }
                _ => {
                    let Some((after, from)) = star else {
                        return false;
                    };
                    star = Some((after, from + 1));
                    at = after;
                    here = from + 1;
                }
            }
        }
        pattern[at..].iter().all(|&sign| sign == '*')
    }
}

impl fmt::Display for Glob {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fits_whole_names() {
        for (pattern, name, fits) in [
            ("*", "", true),
            ("", "", true),
            ("", "a", false),
            ("gpt-?", "gpt-4", true),
            ("gpt-?", "gpt-4o", false),
            ("*opus*", "claude-opus-5", true),
            ("a*b*c", "a1b2b3c", true),
            ("a*b*c", "a1b2b3", false),
            ("模型*", "模型-一", true),
        ] {
            assert_eq!(Glob::new(pattern).fits(name), fits, "{pattern} {name}");
        }
    }

    #[test]
    fn many_stars_take_no_time() {
        let pattern = "a*".repeat(40) + "b";
        assert!(!Glob::new(pattern).fits(&"a".repeat(400)));
    }
}
