//! The questions of an app: balance, log, check-in. Where the kind of the station is not known yet it is found
//! out first, in the same conversation.

use serde::{Deserialize, Serialize};

use crate::balance::{Balance, State};
use crate::checkin::{CheckIn, CheckInState, CheckInWish};
use crate::detect::{Detection, detect};
use crate::heard::{Heard, Step};
use crate::kind::{Pages, StationKind};
use crate::kinds;
use crate::logs::{LogPage, LogQuery};
use crate::problem::Problem;
use crate::target::Target;

/// A balance, and how the kind was found out where it was not known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    /// The balance, or why there is none.
    pub balance: Balance,
    /// What was detected; none where the kind was known. Remember its kind and what it learnt.
    pub detection: Option<Detection>,
}

/// What is asked next for the balance, or the balance.
pub fn balance(on: &Target, heard: &Heard) -> Step<Reading> {
    settle(on, heard, |on, detection| match detection {
        Some(detection) if detection.kind == StationKind::Unknown => {
            let reason = detection.reason.clone().unwrap_or(Problem::UnknownShape);
            let state = state_of(&reason);
            let balance = Balance::without(on.kind, state, reason, on.known.clone());
            Step::Done(Reading {
                balance,
                detection: Some(detection),
            })
        }
        detection => kinds::of(on.kind)
            .balance(on, heard)
            .map(|balance| Reading { balance, detection }),
    })
}

/// What is asked next for a page of the log, or the page.
pub fn logs(on: &Target, query: &LogQuery, heard: &Heard) -> Step<Result<LogPage, Problem>> {
    settle(on, heard, |on, detection| match detection {
        Some(detection) if detection.kind == StationKind::Unknown => {
            Step::Done(Err(detection.reason.unwrap_or(Problem::UnknownShape)))
        }
        _ => kinds::of(on.kind).logs(on, query, heard),
    })
}

/// What is asked next for the check-in, or how it stands.
pub fn check_in(on: &Target, wish: CheckInWish, heard: &Heard) -> Step<CheckIn> {
    settle(on, heard, |on, detection| match detection {
        Some(detection) if detection.kind == StationKind::Unknown => {
            Step::Done(CheckIn::is(CheckInState::Failed, detection.reason))
        }
        _ => kinds::of(on.kind).check_in(on, wish, heard),
    })
}

/// The pages of a kind of station, as paths on its origin.
pub fn pages(kind: StationKind) -> Pages {
    kinds::of(kind).pages()
}

/// Finds out the kind, if it is not known, and goes on with it.
fn settle<T>(
    on: &Target,
    heard: &Heard,
    go_on: impl FnOnce(&Target, Option<Detection>) -> Step<T>,
) -> Step<T> {
    if on.kind != StationKind::Unknown {
        return go_on(on, None);
    }
    match detect(on, heard) {
        Step::Ask(call) => Step::Ask(call),
        Step::Done(detection) => {
            let mut settled = on.clone();
            settled.kind = detection.kind;
            settled.known.learn(&detection.known);
            go_on(&settled, Some(detection))
        }
    }
}

/// The state that a problem means for a key.
pub(crate) fn state_of(problem: &Problem) -> State {
    match problem {
        Problem::KeyInvalid => State::Invalid,
        Problem::KeyDisabled | Problem::AccountBanned => State::Disabled,
        Problem::KeyExpired => State::Expired,
        Problem::KeyExhausted | Problem::AccountExhausted | Problem::WindowExhausted { .. } => {
            State::Exhausted
        }
        Problem::Needs(_) | Problem::NotOffered { .. } => State::Unsupported,
        Problem::NoAnswer(_)
        | Problem::WebPage { .. }
        | Problem::Challenge
        | Problem::CaptivePortal { .. }
        | Problem::OtherHost { .. }
        | Problem::RedirectLoop
        | Problem::RateLimited { .. }
        | Problem::ServerError { .. }
        | Problem::AddressNotAllowed => State::Unreachable,
        _ => State::Unknown,
    }
}
