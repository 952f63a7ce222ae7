//! The questions of an app: balance, log, check-in. Where the kind of the station is not known yet it is found
//! out first, in the same conversation.

use base::Timestamp;
use serde::{Deserialize, Serialize};

use crate::balance::{Balance, State};
use crate::call::CallFailure;
use crate::checkin::{CheckIn, CheckInState, CheckInWish};
use crate::custom::Custom;
use crate::detect::{Detection, detect};
use crate::heard::{Heard, Step};
use crate::kind::{Pages, StationKind};
use crate::kinds;
use crate::known::Known;
use crate::logs::{LogPage, LogQuery};
use crate::problem::Problem;
use crate::target::{KeyShape, Target};

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
    let has_pointers = |custom: &Custom| custom.balance_path.is_some() && custom.balance.is_some();
    let on = &of_own(on, has_pointers);
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
            .map(|balance| Reading {
                balance: explained(balance, on),
                detection,
            }),
    })
}

/// A reading without figures says why.
fn explained(mut balance: Balance, on: &Target) -> Balance {
    if !balance.has_figures() && balance.reason.is_none() {
        balance.reason = Some(match on.key {
            KeyShape::Absent => Problem::NoAnswer(CallFailure::NoKey),
            _ => Problem::UnknownShape,
        });
    }
    balance
}

/// What is asked next for a page of the log, or the page.
pub fn logs(on: &Target, query: &LogQuery, heard: &Heard) -> Step<Result<LogPage, Problem>> {
    let has_pointers = |custom: &Custom| custom.logs_path.is_some() && custom.logs.is_some();
    let on = &of_own(on, has_pointers);
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

/// The earliest moment at which a check-in of `last` may be repeated: the next day of the station, as far as that
/// is known, else of this machine's zone (`local_offset_s` seconds east of UTC).
pub fn next_check_in(
    kind: StationKind,
    known: &Known,
    last: Timestamp,
    local_offset_s: i32,
) -> Timestamp {
    kinds::of(kind).next_check_in(known, last, local_offset_s)
}

/// Where the user set pointers of their own, these are read, whatever the station is.
fn of_own(on: &Target, has_pointers: impl Fn(&Custom) -> bool) -> Target {
    let mut on = on.clone();
    if on.custom.as_ref().is_some_and(has_pointers) {
        on.kind = StationKind::Custom;
    }
    on
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
        Problem::KeyExhausted
        | Problem::AccountExhausted
        | Problem::NoSubscription
        | Problem::WindowExhausted { .. } => State::Exhausted,
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
