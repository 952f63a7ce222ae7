//! Which scenario a request chooses, and with which parameters.

use std::str::FromStr;

use crate::request::Request;

/// A chosen scenario.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// Name of the scenario; empty when none was chosen.
    pub name: String,
    /// What stood behind `?`.
    pub parameters: Parameters,
}

/// `ttft=300&rate=80`, percent-decoded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parameters {
    pairs: Vec<(String, String)>,
}

impl Choice {
    /// By header, else by the model's name.
    pub fn of(request: &Request) -> Self {
        Self::by_header(request)
            .or_else(|| Self::by_model(&model_in(&request.body)?))
            .unwrap_or_default()
    }

    /// From `x-testkit-scenario`.
    pub fn by_header(request: &Request) -> Option<Self> {
        request.header("x-testkit-scenario").map(Self::parse)
    }

    /// From `scenario:NAME` or `MODEL+scenario-NAME`.
    pub fn by_model(model: &str) -> Option<Self> {
        let named = model
            .strip_prefix("scenario:")
            .or_else(|| model.split_once("+scenario-").map(|(_, named)| named))?;
        Some(Self::parse(named))
    }

    fn parse(text: &str) -> Self {
        let (name, query) = text.split_once('?').unwrap_or((text, ""));
        Self {
            name: name.trim().replace('_', "-"),
            parameters: Parameters::parse(query),
        }
    }
}

/// The model's name without the choice of a scenario behind it.
pub(crate) fn model_without_choice(model: &str) -> &str {
    model
        .split_once("+scenario-")
        .map_or(model, |(name, _)| name)
}

fn model_in(body: &[u8]) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct Named {
        model: String,
    }
    serde_json::from_slice::<Named>(body)
        .ok()
        .map(|named| named.model)
}

// === impl Parameters ===

impl Parameters {
    fn parse(query: &str) -> Self {
        let pairs = query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(name, value)| (name.to_owned(), decoded(value)))
            .collect();
        Self { pairs }
    }

    /// The text of a parameter.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.pairs
            .iter()
            .find(|(had, _)| had == name)
            .map(|(_, value)| value.as_str())
    }

    /// A parameter as a number, or the default when it is absent or no number.
    pub fn number<T: FromStr>(&self, name: &str, default: T) -> T {
        self.text(name)
            .and_then(|text| text.parse().ok())
            .unwrap_or(default)
    }
}

fn decoded(value: &str) -> String {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes();
    while let Some((&first, behind)) = rest.split_first() {
        let hex = (first == b'%').then(|| behind.get(..2)).flatten();
        let byte = hex
            .and_then(|two| std::str::from_utf8(two).ok())
            .and_then(|two| u8::from_str_radix(two, 16).ok());
        match byte {
            Some(byte) => {
                bytes.push(byte);
                rest = &behind[2..];
            }
            None => {
                bytes.push(if first == b'+' { b' ' } else { first });
                rest = behind;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(model: &str, name: &str, parameter: Option<&str>) {
        let choice = Choice::by_model(model).unwrap_or_default();
        assert_eq!(choice.name, name);
        assert_eq!(choice.parameters.text("x"), parameter);
    }

    #[test]
    fn models_choose_scenarios() {
        check("scenario:text", "text", None);
        check("scenario:error_inside?x=1", "error-inside", Some("1"));
        check(
            "claude-opus-5-5+scenario-slow?a=b&x=%7B%22",
            "slow",
            Some("{\""),
        );
        check("claude-opus-5-5", "", None);
    }
}
