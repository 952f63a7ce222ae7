//! `GET /v1/usage`: three modes, and an oldest shape of four members.

use base::{Measured, Nanos, Timestamp, Unknown};

use crate::balance::{Balance, Purse, Scope, Spent, State, Window};
use crate::call::{Auth, Call, KeyForm};
use crate::custom::Custom;
use crate::decimal::Decimal;
use crate::headline;
use crate::json::Json;
use crate::moment::{Ending, ending, moment};
use crate::problem::Problem;
use crate::target::Target;

/// `GET /v1/usage`.
pub(crate) const USAGE: &str = "sub2api-usage";

/// The fixed name of the wallet's "plan".
const WALLET: &str = "钱包余额";
/// A week in µs.
const WEEK: i64 = 7 * 86_400_000_000;

/// The call. Never with the key in the address: that is refused and counted as an attack.
pub(crate) fn call(on: &Target) -> Call {
    let own = on
        .custom
        .as_ref()
        .and_then(|custom| custom.balance_path.as_ref());
    match own {
        Some(path) => Custom::call(USAGE, path, KeyForm::Bearer),
        None => Call::get(USAGE, "/v1/usage?days=30").with(Auth::Key(KeyForm::Bearer)),
    }
}

/// Whether it is this software's answer: any JSON with a `remaining` is not enough.
pub(crate) fn is_one(json: &Json) -> bool {
    let mode = json.get("mode").text();
    let has_mode = matches!(mode, Some("quota_limited" | "unrestricted"));
    let has_rest = json.get("remaining").number().is_some() && json.get("unit").text().is_some();
    json.get("isValid").truth().is_some() && (has_mode || has_rest)
}

/// What it says. `isValid` says nothing: it stays true for spent and expired keys.
pub(crate) fn tell(balance: &mut Balance, json: &Json) {
    balance.source = "GET /v1/usage".to_owned();
    let usage = json.get("usage");
    balance.today = spent(usage.get("today"));
    balance.total = spent(usage.get("total"));
    let is_limited = json.get("mode").text() == Some("quota_limited");
    let is_plan = json.get("subscription").is_object()
        || !json.has("balance") && json.get("planName").text() != Some(WALLET);
    if is_limited {
        tell_key(balance, json);
    } else if is_plan {
        tell_plan(balance, json);
    } else {
        tell_wallet(balance, json);
    }
}

fn tell_key(balance: &mut Balance, json: &Json) {
    let until = end(balance, json.get("expires_at"));
    let quota = json.get("quota");
    let total = balance.total.and_then(|total| total.charged);
    balance.key = Some(match quota.is_object() {
        true => Purse {
            scope: Scope::Key,
            name: None,
            unlimited: false,
            remaining: amount(quota.get("remaining")),
            used: amount(quota.get("used")),
            granted: amount(quota.get("limit")),
            expires_at: until,
        },
        // Limited by windows alone.
        false => Purse {
            used: total.map_or(unknown(), Measured::Exact),
            expires_at: until,
            ..open_key()
        },
    });
    balance.windows = json.get("rate_limits").items().iter().map(window).collect();
    match json.get("status").text() {
        Some("quota_exhausted") => {
            balance.state = State::Exhausted;
            headline::note(balance, Problem::KeyExhausted);
        }
        Some("expired") => {
            balance.state = State::Expired;
            headline::note(balance, Problem::KeyExpired);
        }
        _ => {}
    }
}

fn window(json: &Json) -> Window {
    Window {
        window: json.get("window").plain().unwrap_or_default(),
        scope: Scope::Key,
        limit: amount(json.get("limit")),
        used: amount(json.get("used")),
        remaining: amount(json.get("remaining")),
        resets_at: moment(json.get("reset_at")),
    }
}

/// A plan: −1 left means that no window limits it, which only the windows prove.
fn tell_plan(balance: &mut Balance, json: &Json) {
    let plan = json.get("subscription");
    balance.key = Some(open_key());
    balance.windows = windows_of_plan(plan);
    let is_bounded = balance
        .windows
        .iter()
        .any(|window| window.limit.value().is_some());
    let left = json.get("remaining");
    let says_open = left.number() == Some(Decimal::whole(-1));
    let until = end(balance, plan.get("expires_at"));
    if left.is_null() {
        balance.state = State::Exhausted;
        headline::note(balance, Problem::NoSubscription);
    }
    // Windows tell what is left in each; the station's own figure is the smallest of them.
    balance.subscriptions.push(Purse {
        scope: Scope::Subscription,
        name: json.get("planName").words().map(str::to_owned),
        unlimited: says_open && !is_bounded,
        remaining: if says_open { unknown() } else { amount(left) },
        used: amount(plan.get("monthly_usage_usd")),
        granted: unknown(),
        expires_at: until,
    });
}

fn windows_of_plan(plan: &Json) -> Vec<Window> {
    let weekly_start = moment(plan.get("weekly_window_start"));
    let rows = [("1d", "daily"), ("7d", "weekly"), ("30d", "monthly")];
    let windows = rows.into_iter().map(|(window, name)| {
        let limit = amount(plan.get(&format!("{name}_limit_usd")));
        let used = amount(plan.get(&format!("{name}_usage_usd")));
        let left = limit.value().zip(used.value());
        let left = left.and_then(|(limit, used)| limit.0.checked_sub(used.0));
        Window {
            window: window.to_owned(),
            scope: Scope::Subscription,
            limit,
            used,
            remaining: left.map_or(unknown(), |left| Measured::Exact(Nanos(left.max(0)))),
            resets_at: weekly_start
                .filter(|_| name == "weekly")
                .map(|start| start.plus_micros(WEEK)),
        }
    });
    windows
        .filter(|window| window.limit.value().is_some() || window.used.value().is_some())
        .collect()
}

/// A wallet may be in debt: −1 is a dollar owed, not a sign.
fn tell_wallet(balance: &mut Balance, json: &Json) {
    let left = match json.has("balance") {
        true => json.get("balance"),
        false => json.get("remaining"),
    };
    let total = balance.total.and_then(|total| total.charged);
    balance.key = Some(Purse {
        used: total.map_or(unknown(), Measured::Exact),
        ..open_key()
    });
    let remaining = amount(left);
    if remaining.value().is_some_and(|left| left.0 < 0) {
        balance.state = State::Exhausted;
        headline::note(balance, Problem::InDebt);
    }
    if remaining.value().is_none() {
        headline::note(balance, unreadable("balance"));
    }
    balance.account = Some(Purse {
        scope: Scope::Account,
        name: None,
        unlimited: false,
        remaining,
        used: unknown(),
        granted: unknown(),
        expires_at: None,
    });
}

/// A key without a cap of its own.
fn open_key() -> Purse {
    Purse {
        scope: Scope::Key,
        name: None,
        unlimited: true,
        remaining: unknown(),
        used: unknown(),
        granted: unknown(),
        expires_at: None,
    }
}

/// What was used: `actual_cost` is what was charged, `cost` the list price.
pub(crate) fn spent(json: &Json) -> Option<Spent> {
    let nanos = |name: &str| json.get(name).number().and_then(Decimal::nanos);
    json.is_object().then(|| Spent {
        requests: json.get("requests").count(),
        tokens: json.get("total_tokens").count(),
        charged: nanos("actual_cost"),
        listed: nanos("cost"),
    })
}

fn end(balance: &mut Balance, json: &Json) -> Option<Timestamp> {
    let end = ending(json);
    if end == Ending::Unreadable {
        headline::note(balance, unreadable("expires_at"));
    }
    end.at()
}

pub(crate) fn amount(json: &Json) -> Measured<Nanos> {
    let nanos = json.number().and_then(Decimal::nanos);
    nanos.map_or(unknown(), Measured::Exact)
}

fn unreadable(member: &str) -> Problem {
    Problem::Unreadable {
        member: member.to_owned(),
    }
}

fn unknown() -> Measured<Nanos> {
    Measured::Unknown(Unknown::NotGiven)
}
