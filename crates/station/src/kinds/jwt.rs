//! A panel that tells who somebody is when it is shown a JWT: KonataAPI's third trial.

use super::sub2api::account;
use crate::balance::{Balance, State};
use crate::call::Call;
use crate::checkin::{CheckIn, CheckInWish};
use crate::headline::{self, Paying};
use crate::heard::{Heard, Step};
use crate::kind::{Confidence, Kind, Pages, Recognised, StationKind};
use crate::known::Known;
use crate::logs::{LogPage, LogQuery};
use crate::problem::Problem;
use crate::target::Target;

/// See the module.
pub(crate) struct Jwt;

impl Kind for Jwt {
    fn kinds(&self) -> &'static [StationKind] {
        &[StationKind::Jwt]
    }

    fn probes(&self) -> Vec<Call> {
        Vec::new()
    }

    fn trial(&self, on: &Target) -> Option<Call> {
        let auth = account::auth(on)?;
        Some(Call::get(account::ME, "/api/v1/auth/me").with(auth))
    }

    fn recognise(&self, heard: &Heard) -> Option<Recognised> {
        let json = heard.json(account::ME)?.ok()?;
        account::is_one(&json).then(|| Recognised {
            kind: StationKind::Jwt,
            confidence: Confidence::Certain,
            by: "GET /api/v1/auth/me: balance".to_owned(),
            known: Known::default(),
        })
    }

    fn balance(&self, on: &Target, heard: &Heard) -> Step<Balance> {
        if let Some(call) = account::next(on, heard) {
            return Step::ask(call);
        }
        let mut balance = Balance::without(
            StationKind::Jwt,
            State::Unknown,
            Problem::UnknownShape,
            on.known.clone(),
        );
        balance.reason = None;
        account::tell(&mut balance, on, heard);
        headline::settle(&mut balance, Paying::Both, on.now);
        Step::Done(balance)
    }

    fn logs(&self, on: &Target, query: &LogQuery, heard: &Heard) -> Step<Result<LogPage, Problem>> {
        super::sub2api::Sub2Api.logs(on, query, heard)
    }

    fn check_in(&self, on: &Target, _wish: CheckInWish, _heard: &Heard) -> Step<CheckIn> {
        let reason = Problem::NotOffered { kind: on.kind };
        Step::Done(CheckIn::page(None, reason))
    }

    fn pages(&self) -> Pages {
        Pages {
            console: Some("/"),
            ..Pages::default()
        }
    }
}
