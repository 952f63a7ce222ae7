//! The family's balance: which of its endpoints are asked in which order, and what they say together.

use base::Nanos;

use super::account;
use super::billing::{self, Bound, Limit};
use super::token::{self, Token};
use super::told::Told;
use super::{meaning_read_only, status};
use crate::balance::{Balance, of_quota};
use crate::call::{Call, CallFailure};
use crate::heard::{Heard, Step};
use crate::kind::StationKind;
use crate::known::Known;
use crate::problem::Problem;
use crate::target::{KeyShape, Target};

/// What a member of the family offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Offers {
    /// The member.
    pub(crate) kind: StationKind,
    /// Whether it has `/api/usage/token/`.
    pub(crate) token: Presence,
    /// What a limit of 100,000,000 is.
    pub(crate) sentinel: Sentinel,
    /// Whether it has `/api/subscription/self`.
    pub(crate) subscriptions: Presence,
}

/// Whether something is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Presence {
    /// It is.
    Here,
    /// It may be: tried where nothing else answers, and remembered.
    Perhaps,
    /// It is not.
    Nowhere,
}

/// What a limit of 100,000,000 is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sentinel {
    /// "No limit".
    NoLimit,
    /// A limit: unlimited keys show the account instead (one-hub, done-hub).
    Number,
}

/// What is asked next, or the balance.
pub(crate) fn balance(offers: Offers, on: &Target, heard: &Heard) -> Step<Balance> {
    match next(offers, on, heard) {
        Some(call) => Step::ask(call),
        None => Step::Done(Told::of(offers, on, heard).balance(on)),
    }
}

fn next(offers: Offers, on: &Target, heard: &Heard) -> Option<Call> {
    if status::is_wanted(on, heard) {
        return Some(status::call());
    }
    if on.key != KeyShape::Absent
        && let Some(call) = next_of_key(offers, on, heard)
    {
        return Some(call);
    }
    let wallet = account::self_call(on).filter(|_| !heard.asked(account::SELF));
    if let Some(call) = wallet {
        return Some(call);
    }
    let has_wallet = matches!(account::wallet(on, heard), Some(Ok(_)));
    let wanted = offers.subscriptions == Presence::Here
        && has_wallet
        && !heard.asked(account::SUBSCRIPTIONS);
    account::subscriptions_call(on).filter(|_| wanted)
}

fn next_of_key(offers: Offers, on: &Target, heard: &Heard) -> Option<Call> {
    let has_own_path = on
        .custom
        .as_ref()
        .is_some_and(|custom| custom.balance_path.is_some());
    let may_have_token = on.known.token_usage != Some(false) && !heard.asked(token::TOKEN);
    if offers.token == Presence::Here && may_have_token && !has_own_path {
        return Some(token::call(on));
    }
    let token = token::read(heard);
    if matches!(&token, Some(Err(problem)) if is_final(problem)) {
        return None;
    }
    if !heard.asked(billing::SUBSCRIPTION) {
        return Some(billing::subscription_call(on));
    }
    match billing::limit(heard)? {
        Ok(limit) => {
            let known = status::known(on, heard);
            let wanted = uses_billing(offers, &known, token.as_ref(), &limit);
            (wanted && !heard.asked(billing::USAGE)).then(|| billing::usage_call(on))
        }
        Err(problem) => {
            let wanted = offers.token == Presence::Perhaps && may_have_token && !problem.stops();
            wanted.then(|| token::call(on))
        }
    }
}

/// Whether nothing is gained from asking on: the station cannot be reached at all, or the key is certainly no
/// good. The small bucket being empty, the station's or our own, says nothing about the other endpoints.
fn is_final(problem: &Problem) -> bool {
    match problem {
        Problem::RateLimited { .. } | Problem::NoAnswer(CallFailure::Budget { .. }) => false,
        problem if problem.stops() => true,
        problem => matches!(
            meaning_read_only(problem),
            Problem::KeyInvalid | Problem::KeyDisabled
        ),
    }
}

/// Whether the billing endpoints tell anything that the key's own counters do not.
fn uses_billing(
    offers: Offers,
    known: &Known,
    token: Option<&Result<Token, Problem>>,
    limit: &Limit,
) -> bool {
    match token {
        Some(Ok(token)) => is_of_account(offers, known, token, limit),
        _ => true,
    }
}

/// Where the operator has switched token statistics off, billing is about the account: seen by a limit that
/// is not the key's.
pub(super) fn is_of_account(offers: Offers, known: &Known, token: &Token, limit: &Limit) -> bool {
    if token.unlimited {
        return bound(offers, known, limit) == Bound::Limited;
    }
    let (Some(granted), Some(unit)) = (token.granted, limit.unit(known)) else {
        return false;
    };
    let own = of_quota(granted, known, unit);
    let (Some(own), Some(hard)) = (own, limit.hard.nanos()) else {
        return false;
    };
    // A millionth: figures went through floats on their way.
    let apart = i128::from(own.0) - i128::from(hard.0);
    let size = i128::from(hard.0).abs().max(i128::from(Nanos::PER_UNIT));
    apart.abs() * 1_000_000 > size
}

/// What a limit of this member means.
pub(super) fn bound(offers: Offers, known: &Known, limit: &Limit) -> Bound {
    match offers.sentinel {
        Sentinel::NoLimit => limit.bound(known),
        Sentinel::Number => Bound::Limited,
    }
}
