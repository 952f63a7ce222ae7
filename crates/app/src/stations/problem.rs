//! What is wrong with an answer, as code, parameters and the station's words.

use serde_json::Value;
use station::{CallFailure, Need, Problem};

use crate::view::ErrorView;

/// For the doors. The codes are those of `stations.problems.<code>` in the locale files.
pub(super) fn view(problem: &Problem) -> ErrorView {
    match problem {
        Problem::NoAnswer(failure) => coded(failure, "no_answer_"),
        Problem::Needs(need) => ErrorView {
            code: format!("needs_{}", need_name(*need)),
            params: Vec::new(),
            message: None,
        },
        problem => coded(problem, ""),
    }
}

fn need_name(need: Need) -> &'static str {
    match need {
        Need::AccessToken => "access_token",
        Need::UserId => "user_id",
        Need::Jwt => "jwt",
        Need::Browser => "browser",
        Need::Custom => "custom",
    }
}

/// Code and members of a value that is written as `{"code", "params"}`; a member `message` is the station's.
fn coded(value: &impl serde::Serialize, before: &str) -> ErrorView {
    let json = serde_json::to_value(value).unwrap_or_default();
    let code = json["code"].as_str().unwrap_or("unknown_shape");
    let mut params = Vec::new();
    let mut message = None;
    for (name, member) in json["params"].as_object().into_iter().flatten() {
        let text = match member {
            Value::Null => continue,
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        if name == "message" {
            message = Some(text).filter(|text| !text.is_empty());
        } else if !text.is_empty() {
            params.push((name.clone(), text));
        }
    }
    ErrorView {
        code: format!("{before}{code}"),
        params,
        message,
    }
}

/// One sentence for logs and for programs without locale files.
pub(super) fn sentence(problem: &Problem) -> String {
    match problem {
        Problem::NoAnswer(failure) => format!("the station does not answer: {}", failed(failure)),
        Problem::WebPage { .. } => {
            "the station answers with a web page in place of data".to_owned()
        }
        Problem::Challenge => {
            "the station wants to see a browser (a Cloudflare challenge)".to_owned()
        }
        Problem::CaptivePortal { .. } => "the network wants somebody to log in first".to_owned(),
        Problem::OtherHost { location } => {
            format!("the address leads to {location}; no key is sent there")
        }
        Problem::RateLimited {
            seconds: Some(wait),
        } => {
            format!("the station was asked too often and wants {wait} s of rest")
        }
        Problem::Needs(need) => format!("the station needs {}", needed(*need)),
        problem => problem.to_string(),
    }
}

fn failed(failure: &CallFailure) -> String {
    match failure {
        CallFailure::TooLarge { cap } => {
            format!("its answer is larger than {} MiB", cap / 1_048_576)
        }
        failure => failure.to_string(),
    }
}

fn needed(need: Need) -> &'static str {
    match need {
        Need::AccessToken => "the account's access token from its personal page",
        Need::UserId => "the number of the user beside the access token",
        Need::Jwt => "the panel's JWT",
        Need::Browser => "a browser: open its page",
        Need::Custom => "paths and pointers of your own",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_is_a_code_with_values_and_the_stations_words() {
        let refused = Problem::Refused {
            status: 401,
            code: String::new(),
            message: "no".to_owned(),
        };
        let seen = view(&refused);
        assert_eq!(
            (&seen.code[..], seen.message.as_deref()),
            ("refused", Some("no"))
        );
        assert_eq!(seen.params, [("status".to_owned(), "401".to_owned())]);
        let late = Problem::NoAnswer(CallFailure::Timeout { seconds: 20 });
        assert_eq!(view(&late).code, "no_answer_timeout");
        assert_eq!(view(&Problem::KeyInvalid).code, "key_invalid");
        assert_eq!(view(&Problem::Needs(Need::Jwt)).code, "needs_jwt");
        let large = Problem::NoAnswer(CallFailure::TooLarge { cap: 1_048_576 });
        assert_eq!(
            sentence(&large),
            "the station does not answer: its answer is larger than 1 MiB"
        );
    }
}
