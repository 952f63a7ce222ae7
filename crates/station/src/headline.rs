//! Which of several purses is shown first, what can be spent, and in which state that leaves the key.

use base::{Measured, Nanos, Timestamp, Unknown};

use crate::balance::{Balance, Purse, Scope, State, smaller};
use crate::problem::Problem;

/// What backs a key with money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fund {
    /// Not known.
    Unknown,
    /// No end to it.
    Unlimited,
    /// So much.
    Holds(Measured<Nanos>, Scope),
}

/// What of the account pays for calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Paying {
    /// Wallet and subscriptions together.
    Both,
    /// The wallet alone.
    Wallet,
    /// Subscriptions alone.
    Subscription,
    /// There is no account: a key's cap is all there is (claude-relay-service).
    Nothing,
}

/// Fills in headline, what can be spent, and the state, from the purses and windows that were read. A state
/// that was found out already (disabled, expired) stays.
pub(crate) fn settle(balance: &mut Balance, paying: Paying, now: Timestamp) {
    let fund = fund(balance, paying);
    let key = balance.key.clone();
    let (scope, spendable) = match (&key, fund) {
        (Some(key), Fund::Holds(funds, of)) if !key.unlimited => {
            let first = smaller(key.remaining, funds);
            let scope = if first == key.remaining {
                Scope::Key
            } else {
                of
            };
            (scope, first)
        }
        (Some(key), Fund::Unlimited) if !key.unlimited => (Scope::Key, key.remaining),
        (Some(key), Fund::Unknown) if !key.unlimited => (Scope::Key, estimated(key.remaining)),
        (Some(_), Fund::Holds(funds, of)) => (of, funds),
        (None, Fund::Holds(funds, of)) => (of, estimated(funds)),
        (_, Fund::Unlimited) if !balance.subscriptions.is_empty() => {
            (Scope::Subscription, unknown())
        }
        (_, Fund::Unlimited) => (Scope::Key, unknown()),
        (_, Fund::Unknown) => (Scope::Key, unknown()),
    };
    balance.scope = scope;
    if let Some(purse) = purse(balance, scope).cloned() {
        balance.unlimited = purse.unlimited;
        balance.remaining = purse.remaining;
        balance.used = purse.used;
        balance.granted = purse.granted;
    }
    let key_is_open = key.as_ref().is_some_and(|key| key.unlimited);
    if key_is_open && fund == Fund::Unknown {
        note(balance, Problem::AccountHidden);
    }
    balance.spendable = within_windows(balance, spendable, fund);
    balance.expires_at = key
        .as_ref()
        .and_then(|key| key.expires_at)
        .or_else(|| earliest_end(balance));
    judge(balance, now);
}

/// Tells something: the first thing told is the reason, where there is none yet.
pub(crate) fn note(balance: &mut Balance, problem: Problem) {
    if balance.reason.is_none() {
        balance.reason = Some(problem);
    } else if balance.reason.as_ref() != Some(&problem) && !balance.notes.contains(&problem) {
        balance.notes.push(problem);
    }
}

fn fund(balance: &Balance, paying: Paying) -> Fund {
    let wallet = balance
        .account
        .as_ref()
        .filter(|_| paying != Paying::Subscription);
    let plans: Vec<&Purse> = match paying {
        Paying::Nothing => return Fund::Unlimited,
        Paying::Wallet => Vec::new(),
        Paying::Both | Paying::Subscription => balance.subscriptions.iter().collect(),
    };
    let is_open = |purse: &&Purse| purse.unlimited;
    if plans.iter().any(is_open) || wallet.iter().any(is_open) {
        return Fund::Unlimited;
    }
    let parts: Vec<Measured<Nanos>> = wallet
        .into_iter()
        .chain(plans.iter().copied())
        .map(|purse| purse.remaining)
        .collect();
    let scope = match (wallet, plans.first()) {
        (None, Some(_)) => Scope::Subscription,
        _ => Scope::Account,
    };
    let known: Option<Nanos> = parts.iter().map(|part| part.value().copied()).sum();
    match known {
        Some(_) if parts.is_empty() => Fund::Unknown,
        Some(sum) if parts.iter().all(Measured::is_exact) => {
            Fund::Holds(Measured::Exact(sum), scope)
        }
        Some(sum) => Fund::Holds(Measured::Estimated(sum), scope),
        None => Fund::Unknown,
    }
}

fn purse(balance: &Balance, scope: Scope) -> Option<&Purse> {
    match scope {
        Scope::Key => balance.key.as_ref(),
        Scope::Account => balance.account.as_ref(),
        Scope::Subscription => balance.subscriptions.first(),
    }
}

/// What can be spent is never less than nothing, and no more than the tightest window leaves.
fn within_windows(balance: &Balance, spendable: Measured<Nanos>, fund: Fund) -> Measured<Nanos> {
    let windows = balance
        .windows
        .iter()
        .map(|window| window.remaining)
        .filter(|remaining| remaining.value().is_some());
    let tightest = windows.reduce(smaller);
    let least = match (tightest, spendable.value()) {
        (Some(window), Some(_)) if spendable.is_exact() => smaller(spendable, window),
        (Some(window), Some(_)) => estimated(smaller(spendable, window)),
        (Some(window), None) if balance.unlimited && fund == Fund::Unlimited => window,
        (Some(window), None) => estimated(window),
        (None, _) => spendable,
    };
    least.map(|amount| amount.max(Nanos(0)))
}

fn earliest_end(balance: &Balance) -> Option<Timestamp> {
    let ends = balance
        .subscriptions
        .iter()
        .filter_map(|plan| plan.expires_at);
    ends.min()
}

fn judge(balance: &mut Balance, now: Timestamp) {
    if !matches!(balance.state, State::Active | State::Unknown) {
        return;
    }
    if balance.expires_at.is_some_and(|end| end <= now) {
        balance.state = State::Expired;
        note(balance, Problem::KeyExpired);
        return;
    }
    let spent = balance.spendable.value().is_some_and(|left| left.0 <= 0);
    if spent {
        balance.state = State::Exhausted;
        let problem = why_spent(balance);
        note(balance, problem);
    } else if balance.has_figures() {
        balance.state = State::Active;
    }
}

fn why_spent(balance: &Balance) -> Problem {
    let is_spent = |amount: &Measured<Nanos>| amount.value().is_some_and(|left| left.0 <= 0);
    let key = balance
        .key
        .iter()
        .find(|key| !key.unlimited && is_spent(&key.remaining));
    let window = balance
        .windows
        .iter()
        .find(|window| is_spent(&window.remaining));
    match (key, window) {
        (Some(_), _) => Problem::KeyExhausted,
        (None, Some(window)) => Problem::WindowExhausted {
            window: window.window.clone(),
        },
        (None, None) => Problem::AccountExhausted,
    }
}

fn estimated(amount: Measured<Nanos>) -> Measured<Nanos> {
    match amount {
        Measured::Exact(value) => Measured::Estimated(value),
        other => other,
    }
}

fn unknown() -> Measured<Nanos> {
    Measured::Unknown(Unknown::NotGiven)
}
