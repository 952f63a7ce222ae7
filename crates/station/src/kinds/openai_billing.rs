//! Anything with OpenAI's old billing endpoints: unnamed members of the One-API family, and stations that
//! imitate them.

use super::family::{self, billing, compose, status};
use crate::balance::Balance;
use crate::call::Call;
use crate::checkin::{CheckIn, CheckInState, CheckInWish};
use crate::heard::{Heard, Step};
use crate::kind::{Confidence, Kind, Pages, Recognised, StationKind};
use crate::known::Known;
use crate::logs::{LogPage, LogQuery};
use crate::problem::Problem;
use crate::target::{KeyShape, Target};

/// See the module.
pub(crate) struct OpenAiBilling;

const OFFERS: compose::Offers = compose::Offers {
    kind: StationKind::OpenAiBilling,
    token: compose::Presence::Perhaps,
    sentinel: compose::Sentinel::NoLimit,
    subscriptions: compose::Presence::Nowhere,
};

impl Kind for OpenAiBilling {
    fn kinds(&self) -> &'static [StationKind] {
        &[StationKind::OpenAiBilling]
    }

    fn probes(&self) -> Vec<Call> {
        vec![status::call(), Call::get(family::MODELS, "/v1/models")]
    }

    fn trial(&self, on: &Target) -> Option<Call> {
        (on.key != KeyShape::Jwt).then(|| billing::subscription_call(on))
    }

    fn recognise(&self, heard: &Heard) -> Option<Recognised> {
        let of = |confidence, by: String, known| {
            Some(Recognised {
                kind: StationKind::OpenAiBilling,
                confidence,
                by,
                known,
            })
        };
        if let Some(data) = status::data(heard) {
            let by = "GET /api/status: quota_per_unit".to_owned();
            return of(Confidence::Family, by, status::read(&data));
        }
        if let Some(name) = family::error_type(heard).filter(|name| name.ends_with("_api_error")) {
            let by = format!("GET /v1/models: error.type {name}");
            return of(Confidence::Family, by, Known::default());
        }
        if let Some(Ok(_)) = billing::limit(heard) {
            let by = "GET /v1/dashboard/billing/subscription: billing_subscription".to_owned();
            return of(Confidence::Certain, by, Known::default());
        }
        let by = "X-Oneapi-Request-Id".to_owned();
        family::has_request_id(heard)
            .then(|| of(Confidence::Weak, by, Known::default()))
            .flatten()
    }

    fn balance(&self, on: &Target, heard: &Heard) -> Step<Balance> {
        compose::balance(OFFERS, on, heard)
    }

    fn logs(
        &self,
        _on: &Target,
        _query: &LogQuery,
        _heard: &Heard,
    ) -> Step<Result<LogPage, Problem>> {
        Step::Done(Err(Problem::NotOffered {
            kind: StationKind::OpenAiBilling,
        }))
    }

    fn check_in(&self, _on: &Target, _wish: CheckInWish, _heard: &Heard) -> Step<CheckIn> {
        let reason = Problem::NotOffered {
            kind: StationKind::OpenAiBilling,
        };
        Step::Done(CheckIn::is(CheckInState::Page, Some(reason)))
    }

    fn pages(&self) -> Pages {
        family::PAGES
    }
}
