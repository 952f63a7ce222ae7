//! The account, for users who gave the panel's JWT: `/api/v1/auth/me` and the active subscriptions.

use base::{Measured, Unknown};

use super::usage::amount;
use crate::balance::{Balance, Purse, Scope, State};
use crate::call::{Auth, Call, KeyForm};
use crate::headline;
use crate::heard::Heard;
use crate::json::Json;
use crate::phrases;
use crate::problem::{Need, Problem};
use crate::read::state_of;
use crate::target::{AccountToken, KeyShape, Target};

/// `GET /api/v1/auth/me`.
pub(crate) const ME: &str = "auth-me";

/// How the JWT travels: it was given for the account, or in place of a key.
pub(crate) fn auth(on: &Target) -> Option<Auth> {
    if on.has(AccountToken::Jwt) {
        return Some(Auth::Account {
            user: Default::default(),
        });
    }
    (on.key == KeyShape::Jwt).then_some(Auth::Key(KeyForm::Bearer))
}

/// The call for the account, where there is a JWT and it was not asked yet.
pub(crate) fn next(on: &Target, heard: &Heard) -> Option<Call> {
    let auth = auth(on).filter(|_| !heard.asked(ME))?;
    Some(Call::get(ME, "/api/v1/auth/me").with(auth))
}

/// Whether it is the answer of this panel.
pub(crate) fn is_one(json: &Json) -> bool {
    let data = json.get("data");
    json.get("code").integer() == Some(0)
        && data.get("balance").number().is_some()
        && data.get("email").text().is_some()
}

/// What it says.
pub(crate) fn tell(balance: &mut Balance, on: &Target, heard: &Heard) {
    match heard.json(ME) {
        None => {
            if auth(on).is_none() && on.key == KeyShape::Absent {
                balance.state = State::Unsupported;
                balance.reason = Some(Problem::Needs(Need::Jwt));
            }
        }
        Some(Ok(json)) if is_one(&json) => {
            if balance.source.is_empty() {
                balance.source = "GET /api/v1/auth/me".to_owned();
            }
            tell_account(balance, json.get("data"));
        }
        Some(Ok(_)) => headline::note(balance, Problem::UnknownShape),
        Some(Err(problem)) => {
            let problem = meaning(&problem);
            if balance.key.is_none() && balance.reason.is_none() {
                balance.state = state_of(&problem);
            }
            headline::note(balance, problem);
        }
    }
}

/// A refused JWT is most often one that has run out: they live a day.
fn meaning(problem: &Problem) -> Problem {
    match problem {
        Problem::Refused { code, message, .. } => match phrases::meaning(code, message) {
            Some(Problem::AccountBanned) => Problem::AccountBanned,
            _ => Problem::Needs(Need::Jwt),
        },
        other => other.clone(),
    }
}

fn tell_account(balance: &mut Balance, data: &Json) {
    let unknown = Measured::Unknown(Unknown::NotGiven);
    let left = amount(data.get("balance"));
    let is_banned = data
        .get("status")
        .text()
        .is_some_and(|status| status != "active");
    if is_banned {
        balance.state = State::Disabled;
        headline::note(balance, Problem::AccountBanned);
    } else if left.value().is_some_and(|left| left.0 < 0) {
        headline::note(balance, Problem::InDebt);
    }
    balance.account = Some(Purse {
        scope: Scope::Account,
        name: data.get("username").words().map(str::to_owned),
        unlimited: false,
        remaining: left,
        used: unknown,
        granted: amount(data.get("total_recharged")),
        expires_at: None,
    });
}
