//! Wei-Shaw/claude-relay-service: limits and costs of a key in dollars; there is no wallet.

use base::{Measured, Nanos, Unknown};
use serde_json::json;

use crate::balance::{Balance, Purse, Scope, Spent, State, Window};
use crate::call::{Auth, Call, KEY, Place};
use crate::checkin::{CheckIn, CheckInWish};
use crate::decimal::Decimal;
use crate::headline::{self, Paying};
use crate::heard::{Heard, Step};
use crate::json::Json;
use crate::kind::{Confidence, Kind, Pages, Recognised, StationKind};
use crate::known::Known;
use crate::logs::{Grain, LogPage, LogQuery, LogRow, RowType};
use crate::moment::{Ending, ending, moment};
use crate::phrases;
use crate::problem::Problem;
use crate::read::state_of;
use crate::target::Target;
use crate::trap;

use super::family;

/// See the module.
pub(crate) struct ClaudeRelay;

/// `GET /health`, without a key.
const HEALTH: &str = "health";
/// `POST /apiStats/api/user-stats`.
const STATS: &str = "user-stats";
/// `POST /apiStats/api/user-model-stats`.
const MODEL_STATS: &str = "user-model-stats";

impl Kind for ClaudeRelay {
    fn kinds(&self) -> &'static [StationKind] {
        &[StationKind::ClaudeRelayService]
    }

    fn probes(&self) -> Vec<Call> {
        vec![Call::get(HEALTH, "/health").from_place(Place::Root)]
    }

    fn recognise(&self, heard: &Heard) -> Option<Recognised> {
        let of = |confidence, by: String, known| {
            Some(Recognised {
                kind: StationKind::ClaudeRelayService,
                confidence,
                by,
                known,
            })
        };
        if let Some(Ok(json)) = heard.json(HEALTH)
            && json.get("service").text() == Some("claude-relay-service")
        {
            let known = Known {
                version: json.get("version").words().map(str::to_owned),
                ..Known::default()
            };
            let by = "GET /health: claude-relay-service".to_owned();
            return of(Confidence::Certain, by, known);
        }
        let answer = heard.answer(family::MODELS)?;
        let json = trap::any_json(answer).filter(|_| answer.status == 401)?;
        let is_like = json.get("error").text().is_some() && json.get("message").text().is_some();
        let by = "GET /v1/models: error in words".to_owned();
        is_like
            .then(|| of(Confidence::Weak, by, Known::default()))
            .flatten()
    }

    fn balance(&self, on: &Target, heard: &Heard) -> Step<Balance> {
        if !heard.asked(STATS) {
            return Step::ask(stats_call());
        }
        Step::Done(read(on, heard))
    }

    /// Sums by model: of today, of this month, or of all time, whichever the wanted time lies in.
    fn logs(&self, on: &Target, query: &LogQuery, heard: &Heard) -> Step<Result<LogPage, Problem>> {
        if !heard.asked(STATS) {
            return Step::ask(stats_call());
        }
        let id = match stats(heard) {
            Ok(data) => data.get("id").words().map(str::to_owned),
            Err(problem) => return Step::Done(Err(problem)),
        };
        let Some(id) = id else {
            return Step::Done(Err(Problem::UnknownShape));
        };
        if !heard.asked(MODEL_STATS) {
            let body = json!({ "apiId": id, "period": period(on, query) });
            let call = Call::post(MODEL_STATS, "/apiStats/api/user-model-stats", body);
            return Step::ask(call.from_place(Place::Root));
        }
        Step::Done(match heard.json(MODEL_STATS) {
            Some(Ok(json)) => Ok(sums(&json, on, query)),
            Some(Err(problem)) => Err(meaning(&problem)),
            None => Err(Problem::UnknownShape),
        })
    }

    fn check_in(&self, on: &Target, _wish: CheckInWish, _heard: &Heard) -> Step<CheckIn> {
        let reason = Problem::NotOffered { kind: on.kind };
        Step::Done(CheckIn::page(None, reason))
    }

    fn pages(&self) -> Pages {
        Pages {
            console: Some("/admin-next/api-stats"),
            logs: Some("/admin-next/api-stats"),
            ..Pages::default()
        }
    }
}

/// The key travels in the body.
fn stats_call() -> Call {
    Call::post(STATS, "/apiStats/api/user-stats", json!({ "apiKey": KEY }))
        .from_place(Place::Root)
        .with(Auth::KeyInside)
}

fn stats(heard: &Heard) -> Result<Json, Problem> {
    let json = heard.json(STATS).unwrap_or(Err(Problem::UnknownShape));
    let json = json.map_err(|problem| meaning(&problem))?;
    let data = json.get("data");
    let is_one = data.get("limits").is_object() && data.at(&["usage", "total"]).is_object();
    if is_one {
        Ok(data.clone())
    } else {
        Err(Problem::UnknownShape)
    }
}

fn meaning(problem: &Problem) -> Problem {
    match problem {
        Problem::Refused { code, message, .. } => {
            phrases::meaning(code, message).unwrap_or_else(|| problem.clone())
        }
        other => other.clone(),
    }
}

fn read(on: &Target, heard: &Heard) -> Balance {
    let known = on.known.clone();
    let kind = StationKind::ClaudeRelayService;
    let data = match stats(heard) {
        Ok(data) => data,
        Err(problem) => return Balance::without(kind, state_of(&problem), problem, known),
    };
    let mut balance = Balance::without(kind, State::Unknown, Problem::UnknownShape, known);
    balance.reason = None;
    balance.source = "POST /apiStats/api/user-stats".to_owned();
    let until = ending(data.get("expiresAt"));
    if until == Ending::Unreadable {
        let member = "expiresAt".to_owned();
        headline::note(&mut balance, Problem::Unreadable { member });
    }
    if data.get("isActive").is_false() {
        balance.state = State::Disabled;
        headline::note(&mut balance, Problem::KeyDisabled);
    }
    balance.key = Some(purse(&data, until));
    balance.windows = windows(data.get("limits"));
    balance.total = spent(data.at(&["usage", "total"]));
    headline::settle(&mut balance, Paying::Nothing, on.now);
    balance
}

fn purse(data: &Json, until: Ending) -> Purse {
    let limits = data.get("limits");
    let used = nanos(limits.get("currentTotalCost"))
        .or_else(|| nanos(data.at(&["usage", "total", "cost"])));
    let limit = limit(limits, "totalCostLimit");
    let left = limit
        .zip(used)
        .and_then(|(limit, used)| limit.0.checked_sub(used.0));
    Purse {
        scope: Scope::Key,
        name: data.get("name").words().map(str::to_owned),
        unlimited: limit.is_none(),
        remaining: exact(left.map(Nanos)),
        used: exact(used),
        granted: exact(limit),
        expires_at: until.at(),
    }
}

/// Limits of 0 are none.
fn windows(limits: &Json) -> Vec<Window> {
    let minutes = limits.get("rateLimitWindow").count().unwrap_or(0);
    let length = match minutes {
        minutes if minutes > 0 && minutes % 60 == 0 => format!("{}h", minutes / 60),
        minutes => format!("{minutes}m"),
    };
    let rows = [
        (length.as_str(), "rateLimitCost", "currentWindowCost"),
        ("1d", "dailyCostLimit", "currentDailyCost"),
        ("7d opus", "weeklyOpusCostLimit", "weeklyOpusCost"),
    ];
    let windows = rows
        .into_iter()
        .filter_map(|(window, limit_name, used_name)| {
            let limit = limit(limits, limit_name)?;
            let used = nanos(limits.get(used_name));
            let left = used.and_then(|used| limit.0.checked_sub(used.0));
            Some(Window {
                window: window.to_owned(),
                scope: Scope::Key,
                limit: Measured::Exact(limit),
                used: exact(used),
                remaining: exact(left.map(|left| Nanos(left.max(0)))),
                resets_at: moment(limits.get("windowEndTime"))
                    .filter(|_| limit_name == "rateLimitCost"),
            })
        });
    windows.collect()
}

fn spent(total: &Json) -> Option<Spent> {
    total.is_object().then(|| Spent {
        requests: total.get("requests").count(),
        tokens: total.get("allTokens").count(),
        charged: nanos(total.get("cost")),
        listed: None,
    })
}

fn period(on: &Target, query: &LogQuery) -> &'static str {
    let day =
        |time: base::Timestamp, length| time.to_string().chars().take(length).collect::<String>();
    match query.from {
        Some(from) if day(from, 10) == day(on.now, 10) => "daily",
        Some(from) if day(from, 7) == day(on.now, 7) => "monthly",
        _ => "alltime",
    }
}

fn sums(json: &Json, on: &Target, query: &LogQuery) -> LogPage {
    let rows = json.get("data").items().iter().map(sum).collect();
    let wanted = LogQuery {
        from: None,
        to: None,
        row_type: None,
        ..query.clone()
    };
    let page = wanted.page_of(StationKind::ClaudeRelayService, rows);
    LogPage {
        grain: Grain::Models,
        notes: vec![Problem::SumsOnly],
        source: "POST /apiStats/api/user-model-stats".to_owned(),
        known: on.known.clone(),
        ..page
    }
}

fn sum(json: &Json) -> LogRow {
    let count = |name: &str| json.get(name).count();
    let (read, written) = (count("cacheReadTokens"), count("cacheCreateTokens"));
    let cached = read.unwrap_or(0).saturating_add(written.unwrap_or(0));
    LogRow {
        identity: format!("sum/{}", json.get("model").words().unwrap_or_default()),
        row_type: RowType::Consume,
        model: json.get("model").words().map(str::to_owned),
        prompt_tokens: count("inputTokens").map(|fresh| fresh.saturating_add(cached)),
        completion_tokens: count("outputTokens"),
        cache_read_tokens: read,
        cache_write_tokens: written,
        cost: nanos(json.at(&["costs", "total"])),
        requests: count("requests"),
        ..LogRow::default()
    }
}

fn limit(limits: &Json, name: &str) -> Option<Nanos> {
    let limit = limits.get(name).number()?;
    limit.is_positive().then(|| limit.nanos()).flatten()
}

fn nanos(json: &Json) -> Option<Nanos> {
    json.number().and_then(Decimal::nanos)
}

fn exact(amount: Option<Nanos>) -> Measured<Nanos> {
    amount.map_or(Measured::Unknown(Unknown::NotGiven), Measured::Exact)
}
