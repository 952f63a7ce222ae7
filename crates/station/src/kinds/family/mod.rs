//! What the One-API family shares: `/api/status`, the billing endpoints, the account, errors, log rows.

pub(crate) mod account;
pub(crate) mod billing;
pub(crate) mod check_in;
pub(crate) mod compose;
pub(crate) mod log_call;
pub(crate) mod row;
pub(crate) mod status;
pub(crate) mod token;
mod told;

use crate::heard::Heard;
use crate::kind::{Confidence, Pages};
use crate::phrases;
use crate::problem::Problem;
use crate::trap;

/// `GET /v1/models` without a key: the error names the fork.
pub(crate) const MODELS: &str = "models-without-key";

/// Pages of the family's panels.
pub(crate) const PAGES: Pages = Pages {
    console: Some("/"),
    recharge: Some("/topup"),
    check_in: None,
    logs: Some("/log"),
};

/// `error.type` of the answer to a call without a key.
pub(crate) fn error_type(heard: &Heard) -> Option<String> {
    let json = trap::any_json(heard.answer(MODELS)?)?;
    json.at(&["error", "type"]).text().map(str::to_owned)
}

/// Whether any answer bears the family's request id. Weak: proxies may copy headers.
pub(crate) fn has_request_id(heard: &Heard) -> bool {
    heard
        .said()
        .iter()
        .filter_map(|said| said.reply.as_ref().ok())
        .any(|answer| answer.header("x-oneapi-request-id").is_some())
}

/// Recognises a fork by the type of its errors.
pub(crate) fn by_error_type(heard: &Heard, name: &str) -> Option<(Confidence, String)> {
    let named = error_type(heard)?;
    (named == name).then(|| {
        let by = format!("GET /v1/models: error.type {name}");
        (Confidence::Certain, by)
    })
}

/// What a refusal by an endpoint that checks a key in full means. Since April 2026 New-API says the same
/// for keys that are spent, expired, disabled or wrong; older ones and One-API tell them apart by their
/// words.
pub(crate) fn meaning(problem: &Problem) -> Problem {
    let Problem::Refused {
        status,
        code,
        message,
    } = problem
    else {
        return problem.clone();
    };
    let said = phrases::meaning(code, message);
    match (*status, said) {
        (_, Some(Problem::KeyInvalid)) | (401, None) => Problem::KeyUnusable,
        (_, Some(known)) => known,
        (_, None) => problem.clone(),
    }
}

/// The same for an endpoint that lets spent and expired keys pass: wrong is wrong there.
pub(crate) fn meaning_read_only(problem: &Problem) -> Problem {
    match problem {
        Problem::Refused {
            status: 401,
            code,
            message,
        } => phrases::meaning(code, message).unwrap_or(Problem::KeyUnusable),
        other => meaning(other),
    }
}
