//! Filters of the list, from the query of an address.

use store::Filter;

/// A parameter that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{parameter} must be {expected}, not “{found}”")]
pub struct FilterError {
    /// Its name.
    pub parameter: String,
    /// What it may be.
    pub expected: &'static str,
    /// What it was.
    pub found: String,
}

const OUTCOMES: &[&str] = &[
    "running",
    "done",
    "error",
    "error_inside",
    "cut",
    "client_left",
    "empty",
    "interrupted",
];

/// Reads pairs such as `model=a,b`, `status=5xx`, `outcome=cut`. Values are separated by commas; other
/// parameters are left alone.
pub fn parse_filter(pairs: &[(String, String)]) -> Result<Filter, FilterError> {
    let mut filter = Filter::default();
    for (name, value) in pairs {
        let values = value
            .split(',')
            .map(str::trim)
            .filter(|value| !value.is_empty());
        let texts = || values.clone().map(str::to_owned);
        match &name[..] {
            "model" => filter.models.extend(texts()),
            "project" => filter.projects.extend(texts()),
            "site" => filter.sites.extend(texts()),
            "client" => filter.clients.extend(texts()),
            "outcome" => {
                for value in values {
                    let known = OUTCOMES.contains(&value);
                    let expected = "running, done, error, error_inside, cut, client_left, empty or interrupted";
                    filter.outcomes.push(require(known, name, expected, value)?);
                }
            }
            "status" => {
                for value in values {
                    status(&mut filter, name, value)?;
                }
            }
            _ => {}
        }
    }
    Ok(filter)
}

fn status(filter: &mut Filter, name: &str, value: &str) -> Result<(), FilterError> {
    let class = value
        .strip_suffix("xx")
        .and_then(|digit| digit.parse::<u16>().ok());
    match value {
        "ok" => filter.outcomes.push("done".to_owned()),
        "failed" => {
            let failed = ["error", "error_inside", "cut", "empty", "interrupted"];
            filter.outcomes.extend(failed.map(str::to_owned));
        }
        "running" => filter.outcomes.push("running".to_owned()),
        _ => match (class, value.parse::<u16>()) {
            (Some(class @ 1..=5), _) => filter.statuses.push((class * 100, class * 100 + 99)),
            (None, Ok(status @ 100..=999)) => filter.statuses.push((status, status)),
            _ => {
                let expected = "ok, failed, running, a class such as 5xx, or a status such as 429";
                require(false, name, expected, value)?;
            }
        },
    }
    Ok(())
}

fn require(
    holds: bool,
    parameter: &str,
    expected: &'static str,
    found: &str,
) -> Result<String, FilterError> {
    let (parameter, found) = (parameter.to_owned(), found.to_owned());
    if holds {
        Ok(found)
    } else {
        Err(FilterError {
            parameter,
            expected,
            found,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_filters_and_names_what_is_wrong() {
        let pairs = |text: &str| -> Vec<(String, String)> {
            text.split('&')
                .filter_map(|pair| pair.split_once('='))
                .map(|(a, b)| (a.into(), b.into()))
                .collect()
        };
        let filter = parse_filter(&pairs("model=a,b&status=5xx,429&outcome=cut&limit=3")).unwrap();
        assert_eq!(filter.models, ["a", "b"]);
        assert_eq!(filter.statuses, [(500, 599), (429, 429)]);
        assert_eq!(filter.outcomes, ["cut"]);
        for bad in ["status=9xx", "status=many", "outcome=fine"] {
            let error = parse_filter(&pairs(bad)).unwrap_err();
            assert!(bad.starts_with(&error.parameter), "{error}");
        }
    }
}
