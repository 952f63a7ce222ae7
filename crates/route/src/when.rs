//! What a rule is about.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::glob::Glob;
use crate::purpose::Purpose;
use crate::rules::RouteAsk;

/// Conditions; all that are set have to fit. One without any fits nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct When {
    /// The value of `X-Upstream-Provider`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// Id of a local client key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_key: Option<String>,
    /// Name of a project.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// The model asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<ModelPattern>,
    /// What the request is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purpose: Option<Purpose>,
}

impl When {
    /// Whether a request fits.
    pub fn fits(&self, ask: &RouteAsk<'_>) -> bool {
        let same = |wanted: &Option<String>, given: Option<&str>| {
            wanted.as_deref().is_none_or(|wanted| given == Some(wanted))
        };
        let provider = self.provider.as_deref().is_none_or(|wanted| {
            ask.provider
                .is_some_and(|given| given.eq_ignore_ascii_case(wanted))
        });
        let model = self
            .model
            .as_ref()
            .is_none_or(|pattern| ask.model.is_some_and(|model| pattern.fits(model)));
        let purpose = self
            .purpose
            .is_none_or(|purpose| ask.purposes.contains(&purpose));
        *self != Self::default()
            && provider
            && same(&self.client_key, ask.client_key)
            && same(&self.project, ask.project)
            && model
            && purpose
    }

    /// Whether it looks at the request alone, not at who sent it.
    pub(crate) fn is_about_the_request(&self) -> bool {
        self.provider.is_none() && self.client_key.is_none() && self.project.is_none()
    }
}

/// A pattern for model names: the name of a family of Claude models, which fits every model of that family,
/// or a [`Glob`].
///
/// ```
/// use relayscope_route::ModelPattern;
///
/// let haiku = ModelPattern::new("haiku");
/// assert!(haiku.fits("claude-haiku-5-5") && haiku.fits("claude-3-5-haiku-20241022"));
/// assert!(!haiku.fits("claude-opus-5-5"));
/// assert!(ModelPattern::new("gpt-5*").fits("gpt-5.5-codex"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ModelPattern(Glob);

/// Families in the order in which a name is searched for them.
const FAMILIES: [&str; 4] = ["fable", "haiku", "opus", "sonnet"];

impl ModelPattern {
    /// Every text is a pattern.
    pub fn new(pattern: impl Into<String>) -> Self {
        Self(Glob::new(pattern))
    }

    /// Whether a model fits.
    pub fn fits(&self, model: &str) -> bool {
        match family_named(self.0.as_str()) {
            Some(family) => family_of(model) == Some(family),
            None => self.0.fits(model),
        }
    }
}

impl fmt::Display for ModelPattern {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

/// The model that a site has for a name: its own entry for exactly this name, else for its family (a
/// missing `fable` is served by `opus`), else the first pattern that fits. Names are compared without case.
///
/// ```
/// use relayscope_route::alias;
///
/// let aliases = [("opus", "deepseek-v4"), ("claude-*", "glm-5")];
/// let entries = || aliases.iter().copied();
/// assert_eq!(alias(entries(), "claude-opus-5-5"), Some("deepseek-v4"));
/// assert_eq!(alias(entries(), "claude-fable-5-2"), Some("deepseek-v4"));
/// assert_eq!(alias(entries(), "claude-haiku-5-5"), Some("glm-5"));
/// assert_eq!(alias(entries(), "gpt-5"), None);
/// ```
pub fn alias<'a>(
    entries: impl Iterator<Item = (&'a str, &'a str)> + Clone,
    model: &str,
) -> Option<&'a str> {
    let named = |name: &str| {
        let mut same = entries
            .clone()
            .filter(|(asked, _)| asked.eq_ignore_ascii_case(name));
        same.next().map(|(_, served)| served)
    };
    let by_family = || {
        let family = family_of(model)?;
        named(family).or_else(|| (family == "fable").then(|| named("opus")).flatten())
    };
    let by_pattern = || {
        let mut fitting = entries
            .clone()
            .filter(|(asked, _)| asked.contains(['*', '?']) && Glob::new(*asked).fits(model));
        fitting.next().map(|(_, served)| served)
    };
    named(model).or_else(by_family).or_else(by_pattern)
}

fn family_named(text: &str) -> Option<&'static str> {
    FAMILIES
        .into_iter()
        .find(|family| family.eq_ignore_ascii_case(text))
}

/// The family of a Claude model: by a part of its name, because the names change with every release.
fn family_of(model: &str) -> Option<&'static str> {
    let model = model.to_ascii_lowercase();
    FAMILIES.into_iter().find(|family| model.contains(family))
}
