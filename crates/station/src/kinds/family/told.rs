//! What the family's endpoints say together: one balance.

use base::{Measured, Nanos, Unknown};

use super::account::{self, measured};
use super::billing::{self, Bound, Limit};
use super::compose::{Offers, bound, is_of_account};
use super::token::{self, Token};
use super::{meaning, meaning_read_only, status};
use crate::balance::{Balance, Purse, Quota, Scope, State, Unit, unit_of};
use crate::decimal::{Decimal, product};
use crate::headline::{self, Paying};
use crate::heard::Heard;
use crate::kind::StationKind;
use crate::known::Known;
use crate::moment::Ending;
use crate::problem::Problem;
use crate::read::state_of;
use crate::target::Target;

/// Everything that was told.
pub(super) struct Told {
    offers: Offers,
    known: Known,
    token: Option<Result<Token, Problem>>,
    limit: Option<Result<Limit, Problem>>,
    used: Option<Result<Decimal, Problem>>,
    wallet: Option<Result<account::Wallet, Problem>>,
    plans: Vec<Purse>,
    paying: Paying,
    unit: Unit,
}

impl Told {
    /// Gathers what was heard.
    pub(super) fn of(offers: Offers, on: &Target, heard: &Heard) -> Self {
        let mut known = status::known(on, heard);
        if token::is_missing(heard) {
            known.token_usage = Some(false);
        }
        let token = token::read(heard);
        if matches!(token, Some(Ok(_))) {
            known.token_usage = Some(true);
        }
        let limit = billing::limit(heard);
        let wallet = account::wallet(on, heard);
        let unit = unit(&known, token.as_ref(), limit.as_ref(), wallet.as_ref());
        let (plans, paying) = account::subscriptions(heard, &known, unit);
        Self {
            offers,
            token,
            limit,
            used: billing::used_hundredths(heard),
            wallet,
            plans,
            paying,
            unit,
            known,
        }
    }

    /// Puts it together.
    pub(super) fn balance(self, on: &Target) -> Balance {
        let mut balance = Balance::without(
            self.offers.kind,
            State::Unknown,
            Problem::UnknownShape,
            self.known.clone(),
        );
        balance.reason = None;
        balance.unit = self.unit;
        self.tell_key(&mut balance);
        self.tell_account(&mut balance);
        balance.subscriptions.clone_from(&self.plans);
        headline::settle(&mut balance, self.paying, on.now);
        self.tell_failure(&mut balance);
        self.tell_quota(&mut balance);
        balance
    }

    fn tell_key(&self, balance: &mut Balance) {
        if let Some(Ok(token)) = &self.token {
            balance.source = "GET /api/usage/token/".to_owned();
            balance.key = Some(self.purse_of(token));
            if token.until == Ending::Unreadable {
                headline::note(balance, unreadable("expires_at"));
            }
            if let Some(Ok(limit)) = &self.limit
                && is_of_account(self.offers, &self.known, token, limit)
            {
                balance.account = Some(self.purse_of_billing(limit, Scope::Account));
            }
            return;
        }
        let Some(Ok(limit)) = &self.limit else { return };
        balance.source = "GET /v1/dashboard/billing/subscription".to_owned();
        if limit.until == Ending::Unreadable {
            headline::note(balance, unreadable("access_until"));
        }
        if let Some(Err(problem)) = &self.used {
            headline::note(balance, meaning(problem));
        }
        if self.offers.kind == StationKind::OneApi && self.is_already_less(limit) {
            self.tell_remaining_only(balance, limit);
            return;
        }
        let purse = self.purse_of_billing(limit, Scope::Key);
        if bound(self.offers, &self.known, limit) == Bound::Either {
            headline::note(balance, Problem::UnlimitedOrNot);
        }
        if limit.unit(&self.known).is_none() {
            headline::note(balance, Problem::FactorUnknown);
        }
        if purse.unlimited && self.offers.kind == StationKind::OneApi {
            balance.notes.push(Problem::UseNotCounted);
        }
        if !purse.unlimited {
            let doubt = match self.offers.kind {
                StationKind::OneApi => Problem::MayBeUnderstated,
                _ => Problem::KeyOrAccount,
            };
            balance.notes.push(doubt);
        }
        balance.key = Some(purse);
    }

    /// One-API with token statistics switched off tells what the account has left as its limit, and takes
    /// nothing off it. That is certain where more was used than the limit.
    fn is_already_less(&self, limit: &Limit) -> bool {
        let used = self.used.as_ref().and_then(|used| used.as_ref().ok());
        let used = used.and_then(|used| billing::from_hundredths(*used));
        let is_bound = bound(self.offers, &self.known, limit) == Bound::Limited;
        is_bound
            && used
                .zip(limit.hard.nanos())
                .is_some_and(|(used, hard)| used > hard)
    }

    fn tell_remaining_only(&self, balance: &mut Balance, limit: &Limit) {
        let mut purse = self.purse_of_billing(limit, Scope::Account);
        purse.remaining = self.amount(limit, Some(limit.hard));
        purse.granted = unknown();
        balance.account = Some(purse);
    }

    fn tell_account(&self, balance: &mut Balance) {
        match &self.wallet {
            Some(Ok(wallet)) => {
                balance.account = Some(wallet.purse(&self.known, self.unit));
                if wallet.banned {
                    balance.state = State::Disabled;
                    balance.reason = Some(Problem::AccountBanned);
                }
                if balance.key.is_none() {
                    balance.source = "GET /api/user/self".to_owned();
                }
            }
            Some(Err(problem)) => balance.notes.push(problem.clone()),
            None => {}
        }
    }

    /// Why the key could not be read, and what that says about it.
    fn tell_failure(&self, balance: &mut Balance) {
        if balance.key.is_some() || balance.account.is_some() && self.limit.is_none() {
            return;
        }
        let token = self.token.as_ref().and_then(|token| token.as_ref().err());
        let limit = self.limit.as_ref().and_then(|limit| limit.as_ref().err());
        let by_token = token
            .filter(|problem| !matches!(problem, Problem::NoEndpoint))
            .map(meaning_read_only);
        let by_limit = limit.map(meaning);
        let problem = match (by_token, by_limit) {
            // Words about the key are worth more than a refusal by the other endpoint's bucket.
            (Some(told), Some(other)) if told.is_passing() && !other.is_passing() => other,
            (Some(told), _) => told,
            (None, Some(told)) => told,
            (None, None) => return,
        };
        if balance.account.is_none() || !problem.is_passing() {
            balance.state = state_of(&problem);
        }
        if balance.account.is_some() {
            balance.notes.push(problem);
        } else {
            balance.reason = Some(problem);
        }
    }

    fn tell_quota(&self, balance: &mut Balance) {
        balance.quota = match (balance.scope, &self.token, &self.wallet) {
            (Scope::Key, Some(Ok(token)), _) => Quota {
                remaining: (!token.unlimited).then_some(token.available),
                used: token.used,
                granted: token.granted.filter(|_| !token.unlimited),
            },
            (Scope::Account, _, Some(Ok(wallet))) => Quota {
                remaining: Some(wallet.left),
                used: wallet.used,
                granted: wallet.used.and_then(|used| used.checked_add(wallet.left)),
            },
            _ => self.quota_of(balance),
        };
    }

    /// Raw quota reckoned from amounts, where only these are known.
    fn quota_of(&self, balance: &Balance) -> Quota {
        let per_usd = self.known.quota_per_usd;
        let raw = |amount: Measured<Nanos>| {
            let amount = Decimal::of(*amount.value()?);
            let quota = match self.unit {
                Unit::Quota => amount.nanos()?,
                Unit::Usd => product(&[amount, per_usd?], &[])?,
                Unit::Cny => product(&[amount, per_usd?], &[self.known.cny_per_usd?])?,
            };
            Some(quota.0.div_euclid(Nanos::PER_UNIT))
        };
        Quota {
            remaining: raw(balance.remaining),
            used: raw(balance.used),
            granted: raw(balance.granted),
        }
    }

    fn purse_of(&self, token: &Token) -> Purse {
        let amount = |quota: Option<i64>| measured(quota, &self.known, self.unit);
        let limited = !token.unlimited;
        Purse {
            scope: Scope::Key,
            name: token.name.clone(),
            unlimited: token.unlimited,
            remaining: amount(Some(token.available).filter(|_| limited)),
            used: amount(token.used),
            granted: amount(token.granted.filter(|_| limited)),
            expires_at: token.until.at(),
        }
    }

    fn purse_of_billing(&self, limit: &Limit, scope: Scope) -> Purse {
        let bound = bound(self.offers, &self.known, limit);
        let used = self.used.as_ref().and_then(|used| used.as_ref().ok());
        let used = used
            .and_then(|used| billing::from_hundredths(*used))
            .map(Decimal::of);
        let used = self.amount(limit, used);
        let granted = self.amount(limit, Some(limit.hard).filter(|_| bound == Bound::Limited));
        let remaining = match (granted.value(), used.value()) {
            (Some(granted), Some(used)) => granted
                .0
                .checked_sub(used.0)
                .map_or(unknown(), |left| Measured::Exact(Nanos(left))),
            _ => unknown(),
        };
        Purse {
            scope,
            name: None,
            unlimited: bound == Bound::Unlimited,
            remaining,
            used,
            granted,
            expires_at: limit.until.at(),
        }
    }

    /// An amount of the billing endpoints in the balance's unit.
    fn amount(&self, limit: &Limit, amount: Option<Decimal>) -> Measured<Nanos> {
        let known = &self.known;
        let told = limit.unit(known).unwrap_or(self.unit);
        let converted = amount.and_then(|amount| match (told, self.unit) {
            (from, to) if from == to => amount.nanos(),
            (Unit::Quota, Unit::Usd) => product(&[amount], &[known.quota_per_usd?]),
            (Unit::Cny, Unit::Usd) => product(&[amount], &[known.cny_per_usd?]),
            _ => None,
        });
        converted.map_or(unknown(), Measured::Exact)
    }
}

/// The unit of everything: the station's own where all figures can be told in it.
fn unit(
    known: &Known,
    token: Option<&Result<Token, Problem>>,
    limit: Option<&Result<Limit, Problem>>,
    wallet: Option<&Result<account::Wallet, Problem>>,
) -> Unit {
    let counters = token.and_then(|token| token.as_ref().ok());
    let wallet = wallet.and_then(|wallet| wallet.as_ref().ok());
    let figures = [
        counters.map(|token| token.available),
        counters.and_then(|token| token.used),
        counters.and_then(|token| token.granted),
        wallet.map(|wallet| wallet.left),
        wallet.and_then(|wallet| wallet.used),
    ];
    let has_counters = counters.is_some() || wallet.is_some();
    let largest = figures
        .into_iter()
        .flatten()
        .map(i64::saturating_abs)
        .max()
        .unwrap_or(0);
    match limit {
        // Only billing has spoken: its own unit, where it fits.
        Some(Ok(limit)) if !has_counters => match limit.unit(known) {
            Some(Unit::Quota) if limit.hard.nanos().is_none() => Unit::Usd,
            Some(unit) => unit,
            None => Unit::Quota,
        },
        _ if !has_counters => Unit::Usd,
        _ => unit_of(known, largest),
    }
}

fn unreadable(member: &str) -> Problem {
    Problem::Unreadable {
        member: member.to_owned(),
    }
}

fn unknown() -> Measured<Nanos> {
    Measured::Unknown(Unknown::NotGiven)
}
