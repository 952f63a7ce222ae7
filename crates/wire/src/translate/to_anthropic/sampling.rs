//! Limits and sampling: the same wishes under Anthropic's stricter rules.

use serde_json::{Value, json};

use crate::translate::Capabilities;
use crate::translate::change::{ChangeKind, Changes, Reason};
use crate::translate::object::Object;

/// What an answer may have where neither caller nor site says: every Claude since 4 can do it.
const USUAL_OUTPUT: u64 = 32_000;

/// `max_tokens`, which Anthropic demands. `asked` comes with its path.
pub(in crate::translate) fn max_tokens(
    asked: Option<(u64, &str)>,
    capabilities: &Capabilities,
    changes: &mut Changes,
) -> u64 {
    let most = capabilities.max_output_tokens;
    match asked.filter(|(asked, _)| *asked > 0) {
        Some((asked, path)) => {
            let allowed = most.map_or(asked, |most| asked.min(most));
            if allowed < asked {
                changes.note(
                    path,
                    ChangeKind::Clamped,
                    Reason::Limit,
                    Some(allowed.to_string()),
                );
            }
            allowed
        }
        None => {
            let usual = most.unwrap_or(USUAL_OUTPUT);
            changes.note(
                "",
                ChangeKind::Added,
                Reason::Required,
                Some("/max_tokens".to_owned()),
            );
            usual
        }
    }
}

/// Temperature or `top_p`, never both, the temperature at most 1; neither while the model thinks.
pub(in crate::translate) fn sampling(
    asked: &Object,
    thinks: bool,
    capabilities: &Capabilities,
    changes: &mut Changes,
) -> Option<(&'static str, Value)> {
    let told = |name: &str| asked.get(name).and_then(Value::as_f64);
    let (temperature, top_p) = (told("temperature"), told("top_p"));
    if thinks {
        for (name, value) in [("temperature", temperature), ("top_p", top_p)] {
            if value.is_some() {
                changes.dropped(&format!("/{name}"), Reason::NotSupported);
            }
        }
        return None;
    }
    if let Some(temperature) = temperature.filter(|_| capabilities.temperature) {
        if top_p.is_some() {
            changes.dropped("/top_p", Reason::NotSupported);
        }
        if !(0.0..=1.0).contains(&temperature) {
            let to = temperature.clamp(0.0, 1.0).to_string();
            changes.note("/temperature", ChangeKind::Clamped, Reason::Limit, Some(to));
            return Some(("temperature", json!(temperature.clamp(0.0, 1.0))));
        }
        return Some(("temperature", asked["temperature"].clone()));
    }
    if temperature.is_some() {
        changes.dropped("/temperature", Reason::NotSupported);
    }
    let top_p = top_p.filter(|top_p| capabilities.top_p && (0.0..=1.0).contains(top_p))?;
    Some(("top_p", json!(top_p)))
}

/// `stop_sequences`; blank ones are refused. Not more than the site takes, where it takes any less.
pub(in crate::translate) fn stops(told: Option<&Value>, changes: &mut Changes) -> Vec<Value> {
    let told = match told {
        Some(Value::Array(list)) => list.as_slice(),
        Some(one @ Value::String(_)) => std::slice::from_ref(one),
        _ => return Vec::new(),
    };
    let is_said = |stop: &&Value| stop.as_str().is_some_and(|stop| !stop.trim().is_empty());
    let stops: Vec<Value> = told.iter().filter(is_said).cloned().collect();
    if stops.len() < told.len() {
        changes.dropped("/stop", Reason::Empty);
    }
    if !stops.is_empty() {
        changes.note(
            "/stop",
            ChangeKind::Renamed,
            Reason::OtherForm,
            Some("/stop_sequences".to_owned()),
        );
    }
    stops
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sampled(asked: Value, thinks: bool) -> Option<(&'static str, Value)> {
        let Value::Object(asked) = asked else {
            return None;
        };
        sampling(
            &asked,
            thinks,
            &Capabilities::default(),
            &mut Changes::default(),
        )
    }

    #[test]
    fn one_of_temperature_and_top_p() {
        for (asked, wanted) in [
            (json!({}), None),
            (
                json!({"temperature": 0.3, "top_p": 0.9}),
                Some(("temperature", json!(0.3))),
            ),
            (
                json!({"temperature": 0, "top_p": null}),
                Some(("temperature", json!(0))),
            ),
            (
                json!({"temperature": 1.7}),
                Some(("temperature", json!(1.0))),
            ),
            (
                json!({"temperature": -1}),
                Some(("temperature", json!(0.0))),
            ),
            (json!({"top_p": 0.9}), Some(("top_p", json!(0.9)))),
            (json!({"top_p": 9}), None),
            (json!({"temperature": "warm"}), None),
        ] {
            assert_eq!(sampled(asked.clone(), false), wanted, "{asked}");
            assert_eq!(sampled(asked, true), None);
        }
    }

    #[test]
    fn limits() {
        let mut capabilities = Capabilities::default();
        let limit = |asked, capabilities: &Capabilities| {
            max_tokens(asked, capabilities, &mut Changes::default())
        };
        assert_eq!(limit(None, &capabilities), USUAL_OUTPUT);
        assert_eq!(limit(Some((0, "/max_tokens")), &capabilities), USUAL_OUTPUT);
        assert_eq!(limit(Some((99_999, "/max_tokens")), &capabilities), 99_999);
        capabilities.max_output_tokens = Some(8_192);
        assert_eq!(limit(None, &capabilities), 8_192);
        assert_eq!(limit(Some((99_999, "/max_tokens")), &capabilities), 8_192);
        assert_eq!(limit(Some((5, "/max_tokens")), &capabilities), 5);
    }

    #[test]
    fn stops_say_something() {
        let stops = |told: Value| Value::Array(stops(Some(&told), &mut Changes::default()));
        assert_eq!(stops(json!("END")), json!(["END"]));
        assert_eq!(
            stops(json!(["a", "", " \n", "b", 5, "c", "d", "e"])),
            json!(["a", "b", "c", "d", "e"])
        );
        assert_eq!(stops(json!(null)), json!([]));
    }
}
