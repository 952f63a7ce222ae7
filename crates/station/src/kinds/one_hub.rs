//! MartialBE/one-hub and its child deanxv/done-hub.

use super::family::{self, compose, log_call, status};
use crate::balance::Balance;
use crate::call::Call;
use crate::checkin::{CheckIn, CheckInWish};
use crate::heard::{Heard, Step};
use crate::kind::{Confidence, Kind, Pages, Recognised, StationKind};
use crate::known::Known;
use crate::logs::{LogPage, LogQuery};
use crate::problem::Problem;
use crate::target::Target;

/// See the module.
pub(crate) struct OneHub;

/// What only done-hub tells of itself.
const DONE_HUB_MARKS: [&str; 3] = [
    "linuxDo_oauth",
    "max_log_query_days",
    "quota_remind_threshold",
];

/// An unlimited key shows the account: there is no sign for "no limit".
fn offers(kind: StationKind) -> compose::Offers {
    compose::Offers {
        kind,
        token: compose::Presence::Nowhere,
        sentinel: compose::Sentinel::Number,
        subscriptions: compose::Presence::Nowhere,
    }
}

impl Kind for OneHub {
    fn kinds(&self) -> &'static [StationKind] {
        &[StationKind::OneHub, StationKind::DoneHub]
    }

    fn probes(&self) -> Vec<Call> {
        vec![status::call(), Call::get(family::MODELS, "/v1/models")]
    }

    fn recognise(&self, heard: &Heard) -> Option<Recognised> {
        let data = status::data(heard).filter(|data| data.has("PaymentUSDRate"));
        let (kind, by, known) = match data {
            Some(data) => {
                let mark = DONE_HUB_MARKS.into_iter().find(|mark| data.has(mark));
                let kind = match mark {
                    Some(_) => StationKind::DoneHub,
                    None => StationKind::OneHub,
                };
                let by = format!("GET /api/status: {}", mark.unwrap_or("PaymentUSDRate"));
                (kind, by, status::read(&data))
            }
            None => {
                let (_, by) = family::by_error_type(heard, "one_hub_error")?;
                (StationKind::OneHub, by, Known::default())
            }
        };
        Some(Recognised {
            kind,
            confidence: Confidence::Certain,
            by,
            known,
        })
    }

    fn balance(&self, on: &Target, heard: &Heard) -> Step<Balance> {
        compose::balance(offers(on.kind), on, heard)
    }

    fn logs(&self, on: &Target, query: &LogQuery, heard: &Heard) -> Step<Result<LogPage, Problem>> {
        log_call::page(on.kind, log_call::Paging::Counted, on, query, heard)
    }

    fn check_in(&self, on: &Target, _wish: CheckInWish, _heard: &Heard) -> Step<CheckIn> {
        let reason = Problem::NotOffered { kind: on.kind };
        Step::Done(CheckIn::page(None, reason))
    }

    fn pages(&self) -> Pages {
        Pages {
            console: Some("/panel"),
            recharge: Some("/panel/topup"),
            check_in: None,
            logs: Some("/panel/log"),
        }
    }
}
