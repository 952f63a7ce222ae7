//! OpenAI's old billing endpoints as the family imitates them: `subscription` for the limit, `usage` for
//! what was used.

use base::Nanos;

use crate::balance::Unit;
use crate::call::Call;
use crate::custom::Custom;
use crate::decimal::{Decimal, product};
use crate::heard::Heard;
use crate::json::Json;
use crate::known::{Display, Known};
use crate::moment::{Ending, ending};
use crate::problem::Problem;
use crate::target::Target;

/// `GET /v1/dashboard/billing/subscription`.
pub(crate) const SUBSCRIPTION: &str = "billing-subscription";
/// `GET /v1/dashboard/billing/usage`.
pub(crate) const USAGE: &str = "billing-usage";

/// How the family says "no limit".
const NO_LIMIT: i64 = 100_000_000;
/// Where the unit is not known: above this nobody counts dollars.
const RAW_FROM: i64 = 1_000_000;

/// The limit of a key or account, as the billing endpoints tell it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limit {
    /// `hard_limit_usd`, in the station's unit whatever the name says.
    pub(crate) hard: Decimal,
    /// When the key ends.
    pub(crate) until: Ending,
}

/// What a limit of 100,000,000 means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bound {
    /// That there is none.
    Unlimited,
    /// It is a limit.
    Limited,
    /// Either: on a station that shows raw quota this is also a limit of 200 dollars.
    Either,
}

/// The call for the limit.
pub(crate) fn subscription_call(on: &Target) -> Call {
    let own = on
        .custom
        .as_ref()
        .and_then(|custom| custom.balance_path.as_ref());
    match own {
        Some(path) => Custom::call(SUBSCRIPTION, path, on.balance_form),
        None => {
            Call::get(SUBSCRIPTION, "/v1/dashboard/billing/subscription").with(on.balance_auth())
        }
    }
}

/// The call for what was used. Dates are not sent: no station of the family looks at them, the figure is
/// always that of the key's whole life.
pub(crate) fn usage_call(on: &Target) -> Call {
    let own = on
        .custom
        .as_ref()
        .and_then(|custom| custom.usage_path.as_ref());
    match own {
        Some(path) => Custom::call(USAGE, path, on.balance_form),
        None => Call::get(USAGE, "/v1/dashboard/billing/usage").with(on.balance_auth()),
    }
}

/// The limit, or what came instead. `None`: not asked.
pub(crate) fn limit(heard: &Heard) -> Option<Result<Limit, Problem>> {
    let json = match heard.json(SUBSCRIPTION)? {
        Ok(json) => json,
        Err(problem) => return Some(Err(problem)),
    };
    Some(read_limit(&json))
}

fn read_limit(json: &Json) -> Result<Limit, Problem> {
    if json.get("object").text() != Some("billing_subscription") {
        return Err(Problem::UnknownShape);
    }
    let hard = json.get("hard_limit_usd");
    let hard = hard.number().ok_or_else(|| Problem::Unreadable {
        member: "hard_limit_usd".to_owned(),
    })?;
    Ok(Limit {
        hard,
        until: ending(json.get("access_until")),
    })
}

/// What was used, in hundredths of the station's unit. `None`: not asked.
pub(crate) fn used_hundredths(heard: &Heard) -> Option<Result<Decimal, Problem>> {
    let json = match heard.json(USAGE)? {
        Ok(json) => json,
        Err(problem) => return Some(Err(problem)),
    };
    let used = json.get("total_usage");
    if !json.has("total_usage") {
        return Some(Err(Problem::UnknownShape));
    }
    Some(used.number().ok_or_else(|| Problem::Unreadable {
        member: "total_usage".to_owned(),
    }))
}

impl Limit {
    /// Whether it is one.
    pub(crate) fn bound(&self, known: &Known) -> Bound {
        match (self.hard.to_i64() == Some(NO_LIMIT), known.display) {
            (false, _) => Bound::Limited,
            (true, Some(Display::Quota)) => Bound::Either,
            (true, _) => Bound::Unlimited,
        }
    }

    /// The unit of these endpoints: they show a currency of the operator's own in dollars. `None`: the
    /// station has not told, and the figure is too large for dollars.
    pub(crate) fn unit(&self, known: &Known) -> Option<Unit> {
        match known.display {
            Some(Display::Usd | Display::Own) => Some(Unit::Usd),
            Some(Display::Cny) => Some(Unit::Cny),
            Some(Display::Quota) => Some(Unit::Quota),
            None => {
                let is_raw = self
                    .hard
                    .floor_i64()
                    .is_none_or(|whole| (RAW_FROM..NO_LIMIT).contains(&whole) || whole > NO_LIMIT);
                (!is_raw).then_some(Unit::Usd)
            }
        }
    }
}

/// Hundredths as an amount.
pub(crate) fn from_hundredths(used: Decimal) -> Option<Nanos> {
    product(&[used], &[Decimal::whole(100)])
}
