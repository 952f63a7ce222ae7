//! The account, for users who gave its access token: `/api/user/self` and `/api/subscription/self`.

use base::{Measured, Unknown};

use crate::balance::{Purse, Scope, Unit, of_quota};
use crate::call::Call;
use crate::headline::Paying;
use crate::heard::Heard;
use crate::json::Json;
use crate::known::Known;
use crate::moment::ending;
use crate::phrases;
use crate::problem::{Need, Problem};
use crate::target::{AccountToken, Target};

/// `GET /api/user/self`.
pub(crate) const SELF: &str = "user-self";
/// `GET /api/subscription/self` (New-API since 2026-02-03).
pub(crate) const SUBSCRIPTIONS: &str = "subscription-self";

/// What the account holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Wallet {
    /// Left. The member is called `quota`, and others have taken it for the sum.
    pub(crate) left: i64,
    /// Used.
    pub(crate) used: Option<i64>,
    /// Whether the operator has banned the user.
    pub(crate) banned: bool,
}

/// The call for the wallet; `None` without an access token.
pub(crate) fn self_call(on: &Target) -> Option<Call> {
    if !on.has(AccountToken::Access) {
        return None;
    }
    Some(Call::get(SELF, "/api/user/self").with(on.account_auth()?))
}

/// The call for subscriptions.
pub(crate) fn subscriptions_call(on: &Target) -> Option<Call> {
    if !on.has(AccountToken::Access) {
        return None;
    }
    Some(Call::get(SUBSCRIPTIONS, "/api/subscription/self").with(on.account_auth()?))
}

/// The wallet, or what came instead. `None`: not asked.
pub(crate) fn wallet(on: &Target, heard: &Heard) -> Option<Result<Wallet, Problem>> {
    let json = match heard.json(SELF)? {
        Ok(json) => json,
        Err(problem) => return Some(Err(refusal(on, &problem))),
    };
    let data = json.get("data");
    let Some(left) = data.get("quota").integer() else {
        return Some(Err(Problem::UnknownShape));
    };
    Some(Ok(Wallet {
        left,
        used: data.get("used_quota").integer(),
        banned: data.get("status").integer() == Some(2),
    }))
}

/// What a refusal of the account means. Before July 2026 the user's number had to be sent as well.
pub(crate) fn refusal(on: &Target, problem: &Problem) -> Problem {
    match problem {
        Problem::Refused { code, message, .. } => {
            let has_id = on
                .account
                .as_ref()
                .is_some_and(|account| account.user_id.is_some());
            match phrases::meaning(code, message) {
                Some(Problem::AccountBanned) => Problem::AccountBanned,
                _ if has_id => Problem::Needs(Need::AccessToken),
                _ => Problem::Needs(Need::UserId),
            }
        }
        other => other.clone(),
    }
}

impl Wallet {
    /// As a purse.
    pub(crate) fn purse(&self, known: &Known, unit: Unit) -> Purse {
        let amount = |quota: Option<i64>| measured(quota, known, unit);
        let granted = self.used.and_then(|used| used.checked_add(self.left));
        Purse {
            scope: Scope::Account,
            name: None,
            unlimited: false,
            remaining: amount(Some(self.left)),
            used: amount(self.used),
            granted: amount(granted),
            expires_at: None,
        }
    }
}

/// Subscriptions that run, and from which the user lets calls be paid first.
pub(crate) fn subscriptions(heard: &Heard, known: &Known, unit: Unit) -> (Vec<Purse>, Paying) {
    let Some(Ok(json)) = heard.json(SUBSCRIPTIONS) else {
        return (Vec::new(), Paying::Both);
    };
    let data = json.get("data");
    let preference = match data.get("billing_preference").text() {
        Some("subscription_only") => Paying::Subscription,
        Some("wallet_only") => Paying::Wallet,
        _ => Paying::Both,
    };
    let rows = data.get("subscriptions").items().iter();
    let purses = rows
        .map(|row| row.get("subscription"))
        .filter(|row| row.get("status").text() == Some("active"))
        .map(|row| subscription(row, known, unit));
    (purses.collect(), preference)
}

fn subscription(row: &Json, known: &Known, unit: Unit) -> Purse {
    let total = row.get("amount_total").integer();
    let used = row.get("amount_used").integer();
    let unlimited = total == Some(0);
    let left = total
        .zip(used)
        .filter(|_| !unlimited)
        .and_then(|(total, used)| total.checked_sub(used));
    Purse {
        scope: Scope::Subscription,
        name: row.get("plan_id").plain(),
        unlimited,
        remaining: measured(left, known, unit),
        used: measured(used, known, unit),
        granted: measured(total.filter(|_| !unlimited), known, unit),
        expires_at: ending(row.get("end_time")).at(),
    }
}

/// An amount of quota in a unit.
pub(crate) fn measured(quota: Option<i64>, known: &Known, unit: Unit) -> Measured<base::Nanos> {
    quota
        .and_then(|quota| of_quota(quota, known, unit))
        .map_or(Measured::Unknown(Unknown::NotGiven), Measured::Exact)
}
