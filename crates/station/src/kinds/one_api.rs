//! songquanpeng/one-api.

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
pub(crate) struct OneApi;

const OFFERS: compose::Offers = compose::Offers {
    kind: StationKind::OneApi,
    token: compose::Presence::Nowhere,
    sentinel: compose::Sentinel::NoLimit,
    subscriptions: compose::Presence::Nowhere,
};

impl Kind for OneApi {
    fn kinds(&self) -> &'static [StationKind] {
        &[StationKind::OneApi]
    }

    fn probes(&self) -> Vec<Call> {
        vec![status::call(), Call::get(family::MODELS, "/v1/models")]
    }

    fn recognise(&self, heard: &Heard) -> Option<Recognised> {
        let data = status::data(heard).filter(|data| data.has("oidc_well_known"));
        let (by, known) = match data {
            Some(data) => (
                "GET /api/status: oidc_well_known".to_owned(),
                status::read(&data),
            ),
            None => (
                family::by_error_type(heard, "one_api_error")?.1,
                Known::default(),
            ),
        };
        Some(Recognised {
            kind: StationKind::OneApi,
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
            StationKind::OneApi,
            log_call::Paging::Tens,
            on,
            query,
            heard,
        )
    }

    fn check_in(&self, on: &Target, _wish: CheckInWish, _heard: &Heard) -> Step<CheckIn> {
        let reason = Problem::NotOffered { kind: on.kind };
        Step::Done(CheckIn::page(None, reason))
    }

    fn pages(&self) -> Pages {
        family::PAGES
    }
}
