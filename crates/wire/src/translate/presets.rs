//! What is known of vendors and models, from `config/translation/capabilities.toml`.

use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::Capabilities;

const TEXT: &str = include_str!("../../../../config/translation/capabilities.toml");

/// What is known of a site and a model before anything was learnt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preset {
    /// The rows that apply, in their order: `openai`, `gpt-5`, ….
    pub names: Vec<&'static str>,
    /// All of them together.
    pub capabilities: Capabilities,
}

/// Why the table cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum PresetsError {
    /// It is no TOML, or a row has an unknown member.
    #[error("capabilities.toml: {0}")]
    Toml(#[from] toml::de::Error),
    /// A row sets a capability that does not exist, or sets it wrongly.
    #[error("capabilities.toml: row {row}: {problem}")]
    Row {
        /// Name of the row.
        row: String,
        /// What is wrong.
        problem: serde_json::Error,
    },
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    row: Vec<Row>,
}

/// One row: it applies where one of its hosts and one of its models fit.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    name: String,
    /// A host, or the end of one after a dot; none means any.
    #[serde(default)]
    hosts: Vec<String>,
    /// Patterns with `*`, in lower case, compared with the name after its last slash and with the whole name;
    /// none means any.
    #[serde(default)]
    models: Vec<String>,
    set: Map<String, Value>,
    /// Where it was seen.
    #[serde(rename = "source")]
    _source: String,
}

static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| read(TEXT).unwrap_or_default());

fn read(text: &str) -> Result<Vec<Row>, PresetsError> {
    let file: File = toml::from_str(text)?;
    for row in &file.row {
        Capabilities::default()
            .with(&row.set)
            .map_err(|problem| PresetsError::Row {
                row: row.name.clone(),
                problem,
            })?;
    }
    Ok(file.row)
}

/// What is known of a model at a host (without port), by all rows that fit, later ones over earlier ones.
pub fn preset(host: &str, model: &str) -> Preset {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    let model = model.to_ascii_lowercase();
    let mut found = Preset {
        names: Vec::new(),
        capabilities: Capabilities::default(),
    };
    for row in ROWS.iter().filter(|row| row.fits(&host, &model)) {
        if let Ok(capabilities) = found.capabilities.with(&row.set) {
            found.capabilities = capabilities;
            found.names.push(&row.name);
        }
    }
    found
}

impl Row {
    fn fits(&self, host: &str, model: &str) -> bool {
        let short = model.rsplit('/').next().unwrap_or(model);
        let hosts = |wanted: &String| {
            host.strip_suffix(wanted.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        };
        let models = |pattern: &String| matches(pattern, short) || matches(pattern, model);
        (self.hosts.is_empty() || self.hosts.iter().any(hosts))
            && (self.models.is_empty() || self.models.iter().any(models))
    }
}

/// Whether a text fits a pattern in which `*` stands for anything.
fn matches(pattern: &str, text: &str) -> bool {
    let mut pieces = pattern.split('*');
    let first = pieces.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let Some(last) = pieces.next_back() else {
        return rest.is_empty();
    };
    for piece in pieces {
        let Some(at) = rest.find(piece) else {
            return false;
        };
        rest = &rest[at + piece.len()..];
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::translate::capabilities::{MaxTokensField, Reasoning};

    #[test]
    fn the_table_can_be_read() {
        read(TEXT).unwrap();
    }

    #[test]
    fn host_and_model_decide() {
        for (host, model, names) in [
            ("example.com", "some-model", &[][..]),
            ("api.openai.com", "gpt-4o", &["openai"][..]),
            ("api.deepseek.com", "deepseek-chat", &["deepseek"]),
            ("notdeepseek.com", "some-model", &[]),
        ] {
            let found = preset(host, model);
            for name in names {
                assert!(found.names.contains(name), "{host} {model}: {found:?}");
            }
            if names.is_empty() {
                assert_eq!(found.names, names, "{host} {model}");
            }
        }
        let new = preset("relay.example", "gpt-5-mini").capabilities;
        assert_eq!(new.max_tokens_field, MaxTokensField::MaxCompletionTokens);
        assert_eq!(new.reasoning, Reasoning::Effort);
        let old = preset("api.openai.com", "gpt-4o").capabilities;
        assert_eq!(old.max_tokens_field, MaxTokensField::MaxTokens);
        assert_eq!(old.reasoning, Reasoning::None);
    }

    #[test]
    fn patterns() {
        for (pattern, text, fits) in [
            ("gpt-5*", "gpt-5.1", true),
            ("gpt-5*", "gpt-4", false),
            ("*r1*", "deepseek-r1-0528", true),
            ("a*b*c", "abc", true),
            ("a*b*c", "acb", false),
            ("ab", "abc", false),
            ("ab*ab", "ab", false),
        ] {
            assert_eq!(matches(pattern, text), fits, "{pattern} {text}");
        }
    }
}
