//! A station read by the user's own paths and pointers.

use crate::balance::{Balance, State};
use crate::call::Call;
use crate::checkin::{CheckIn, CheckInWish};
use crate::custom::{self, Custom};
use crate::heard::{Heard, Step};
use crate::kind::{Kind, Pages, Recognised, StationKind};
use crate::logs::{LogPage, LogQuery};
use crate::problem::{Need, Problem};
use crate::target::Target;

/// See the module.
pub(crate) struct CustomKind;

impl Kind for CustomKind {
    fn kinds(&self) -> &'static [StationKind] {
        &[StationKind::Custom]
    }

    fn probes(&self) -> Vec<Call> {
        Vec::new()
    }

    fn recognise(&self, _heard: &Heard) -> Option<Recognised> {
        None
    }

    fn balance(&self, on: &Target, heard: &Heard) -> Step<Balance> {
        let settings = on.custom.as_ref();
        let path = settings.and_then(|settings| settings.balance_path.as_ref());
        let pointers = settings.and_then(|settings| settings.balance.as_ref());
        let (Some(path), Some(pointers)) = (path, pointers) else {
            let reason = Problem::Needs(Need::Custom);
            let known = on.known.clone();
            let kind = StationKind::Custom;
            return Step::Done(Balance::without(kind, State::Unsupported, reason, known));
        };
        if !heard.asked(custom::BALANCE) {
            return Step::ask(Custom::call(custom::BALANCE, path, on.balance_form));
        }
        let second = settings.and_then(|settings| settings.usage_path.as_ref());
        if let Some(path) = second.filter(|_| !heard.asked(custom::USAGE)) {
            return Step::ask(Custom::call(custom::USAGE, path, on.balance_form));
        }
        Step::Done(custom::balance(pointers, on, heard))
    }

    fn logs(&self, on: &Target, query: &LogQuery, heard: &Heard) -> Step<Result<LogPage, Problem>> {
        let settings = on.custom.as_ref();
        let path = settings.and_then(|settings| settings.logs_path.as_ref());
        let pointers = settings.and_then(|settings| settings.logs.as_ref());
        let (Some(path), Some(pointers)) = (path, pointers) else {
            return Step::Done(Err(Problem::Needs(Need::Custom)));
        };
        if !heard.asked(custom::LOGS) {
            let path = Custom::log_path(path, query);
            return Step::ask(Custom::call(custom::LOGS, &path, on.log_form).large());
        }
        Step::Done(match heard.json(custom::LOGS) {
            Some(Ok(json)) => custom::logs(pointers, &json, on, query, path),
            Some(Err(problem)) => Err(problem),
            None => Err(Problem::UnknownShape),
        })
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
