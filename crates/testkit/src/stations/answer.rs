//! Which part of which software answers a request.

use serde_json::Value;

use super::state::{Software, State};
use super::trap;
use super::{claude_relay, family, sub2api, voapi};
use crate::reply::Reply;
use crate::request::Request;
use crate::script::Script;

/// A request, and when it came.
pub(super) struct Visit<'a> {
    /// The request.
    pub(super) request: &'a Request,
    /// Unix seconds by the station's clock.
    pub(super) now: i64,
}

/// What a station says to anything that is no model call.
pub(super) fn answer(state: &mut State, visit: &Visit) -> Script {
    match state.software {
        Software::NewApi
        | Software::OneApi
        | Software::OneHub
        | Software::DoneHub
        | Software::Veloera
        | Software::OpenAiBilling => family::answer(state, visit),
        Software::Sub2Api => sub2api::answer(state, visit),
        Software::ClaudeRelayService => claude_relay::answer(state, visit),
        Software::VoApi => voapi::answer(state, visit),
        Software::Unknown => trap::page(200),
    }
}

impl Visit<'_> {
    /// `GET /path`, without the query.
    pub(super) fn title(&self) -> String {
        format!("{} {}", self.request.method, self.request.path())
    }

    /// A value of the query, as written.
    pub(super) fn query(&self, name: &str) -> Option<&str> {
        let (_, query) = self.request.target.split_once('?')?;
        query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .find(|(had, _)| *had == name)
            .map(|(_, value)| value)
    }

    /// A number of the query.
    pub(super) fn number(&self, name: &str) -> Option<i64> {
        self.query(name)?.parse().ok()
    }

    /// What stands in `Authorization`, without `Bearer`.
    pub(super) fn bearer(&self) -> Option<&str> {
        let value = self.request.header("authorization")?;
        let token = value
            .strip_prefix("Bearer ")
            .or_else(|| value.strip_prefix("bearer "));
        Some(token.unwrap_or(value))
    }

    /// A key in any header that model endpoints read.
    pub(super) fn key(&self) -> Option<&str> {
        self.bearer()
            .or_else(|| self.request.header("x-api-key"))
            .or_else(|| self.request.header("x-goog-api-key"))
    }

    /// The body as JSON; null when it is none.
    pub(super) fn body(&self) -> Value {
        serde_json::from_slice(&self.request.body).unwrap_or_default()
    }
}

/// A JSON document.
pub(super) fn json(status: u16, document: &Value) -> Script {
    reply(status).whole(document.to_string())
}

/// Status and headers of a JSON document.
pub(super) fn reply(status: u16) -> Reply {
    Reply::new(status).header("content-type", "application/json; charset=utf-8")
}

/// Quota as dollars.
pub(super) fn usd(state: &State, quota: i64) -> f64 {
    // Rounded to a millionth, as the panels do.
    (quota as f64 / state.settings.quota_per_usd as f64 * 1e6).round() / 1e6
}

/// `2026-08-07` of unix seconds, `ahead` seconds east of UTC.
pub(super) fn day(at: i64, ahead: i64) -> String {
    time(at + ahead).chars().take(10).collect()
}

/// RFC 3339 in UTC.
pub(super) fn time(at: i64) -> String {
    jiff::Timestamp::from_second(at)
        .unwrap_or_default()
        .to_string()
}
