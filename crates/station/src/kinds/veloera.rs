//! Veloera/Veloera, a child of New-API 0.6 that is no longer worked on.

use super::family::{self, check_in, compose, log_call, status};
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
pub(crate) struct Veloera;

const OFFERS: compose::Offers = compose::Offers {
    kind: StationKind::Veloera,
    token: compose::Presence::Nowhere,
    sentinel: compose::Sentinel::NoLimit,
    subscriptions: compose::Presence::Nowhere,
};

const CHECK_IN: check_in::Way = check_in::Way {
    look: "/api/user/check_in_status",
    path: "/api/user/check_in",
    page: "/personal",
    is_done: |data| data.get("can_check_in").truth().map(|can| !can),
    award: "quota",
};

impl Kind for Veloera {
    fn kinds(&self) -> &'static [StationKind] {
        &[StationKind::Veloera]
    }

    fn probes(&self) -> Vec<Call> {
        vec![status::call(), Call::get(family::MODELS, "/v1/models")]
    }

    fn recognise(&self, heard: &Heard) -> Option<Recognised> {
        let of_veloera = |data: &crate::json::Json| data.get("check_in_enabled").truth().is_some();
        let (by, known) = match status::data(heard).filter(of_veloera) {
            Some(data) => (
                "GET /api/status: check_in_enabled".to_owned(),
                status::read(&data),
            ),
            None => (
                family::by_error_type(heard, "veloera_error")?.1,
                Known::default(),
            ),
        };
        Some(Recognised {
            kind: StationKind::Veloera,
            confidence: Confidence::Certain,
            by,
            known,
        })
    }

    fn balance(&self, on: &Target, heard: &Heard) -> Step<Balance> {
        compose::balance(OFFERS, on, heard)
    }

    fn logs(&self, on: &Target, query: &LogQuery, heard: &Heard) -> Step<Result<LogPage, Problem>> {
        log_call::page(
            StationKind::Veloera,
            log_call::Paging::Sized,
            on,
            query,
            heard,
        )
    }

    fn check_in(&self, on: &Target, wish: CheckInWish, heard: &Heard) -> Step<CheckIn> {
        check_in::run(CHECK_IN, on, wish, heard)
    }

    /// Its day is UTC's.
    fn day_offset(&self, _known: &Known) -> Option<i32> {
        Some(0)
    }

    fn pages(&self) -> Pages {
        Pages {
            check_in: Some("/personal"),
            ..family::PAGES
        }
    }
}
