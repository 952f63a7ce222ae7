//! The log: single calls with the panel's JWT; with a key only sums by day or model.

use base::{Nanos, Timestamp};

use super::account;
use super::usage;
use crate::balance::Unit;
use crate::call::{Auth, Call, KeyForm, percent_encoded};
use crate::decimal::Decimal;
use crate::heard::{Heard, Step};
use crate::json::Json;
use crate::kind::StationKind;
use crate::logs::{Breakdown, Grain, LogPage, LogQuery, LogRow, LogTotals, RowType};
use crate::moment::moment;
use crate::problem::{Need, Problem};
use crate::redact;
use crate::target::{KeyShape, Target};

/// `GET /api/v1/usage`, single calls.
const CALLS: &str = "panel-usage";
/// `GET /v1/usage`, sums.
const SUMS: &str = "usage-sums";

/// What is asked next, or the page.
pub(super) fn page(on: &Target, query: &LogQuery, heard: &Heard) -> Step<Result<LogPage, Problem>> {
    if let Some(auth) = account::auth(on) {
        return calls(on, query, heard, auth);
    }
    if on.key == KeyShape::Absent {
        return Step::Done(Err(Problem::Needs(Need::Jwt)));
    }
    if !heard.asked(SUMS) {
        let path = sums_path(query);
        let call = Call::get(SUMS, path).with(Auth::Key(KeyForm::Bearer));
        return Step::ask(call.large());
    }
    Step::Done(match heard.json(SUMS) {
        Some(Ok(json)) if usage::is_one(&json) => Ok(sums(&json, query, on)),
        Some(Err(problem)) => Err(super::meaning(heard, SUMS, &problem)),
        _ => Err(Problem::UnknownShape),
    })
}

/// Days are refused outside 1 to 90, dates have effect on sums by model only.
fn sums_path(query: &LogQuery) -> String {
    let day = |time: Timestamp| time.to_string().chars().take(10).collect::<String>();
    let mut path = "/v1/usage?days=90".to_owned();
    if let Some(from) = query.from {
        path.push_str(&format!("&start_date={}", day(from)));
    }
    if let Some(to) = query.to {
        path.push_str(&format!("&end_date={}", day(to)));
    }
    path
}

fn sums(json: &Json, query: &LogQuery, on: &Target) -> LogPage {
    let (grain, rows) = match &query.model {
        Some(_) => (Grain::Models, json.get("model_stats").items()),
        None => (Grain::Days, json.get("daily_usage").items()),
    };
    let offset = i64::from(on.known.utc_offset_s.unwrap_or(0)) * 1_000_000;
    let rows = rows.iter().map(|row| sum(row, offset)).collect();
    let wanted = LogQuery {
        // Sums by model are already those of the wanted time.
        from: query.from.filter(|_| grain == Grain::Days),
        to: query.to.filter(|_| grain == Grain::Days),
        row_type: None,
        ..query.clone()
    };
    let page = wanted.page_of(StationKind::Sub2Api, rows);
    LogPage {
        grain,
        unit: Unit::Usd,
        notes: vec![Problem::SumsOnly],
        source: "GET /v1/usage".to_owned(),
        known: on.known.clone(),
        ..page
    }
}

/// A sum. `account_cost` is the operator's own business and not read.
fn sum(json: &Json, offset: i64) -> LogRow {
    let date = json.get("date").words();
    let midnight = date.and_then(|date| Timestamp::parse(&format!("{date}T00:00:00Z")));
    let read = json.get("cache_read_tokens").count();
    let written = json
        .get("cache_creation_tokens")
        .count()
        .or_else(|| json.get("cache_write_tokens").count());
    let model = json.get("model").words();
    LogRow {
        identity: format!("sum/{}", date.or(model).unwrap_or_default()),
        time: midnight.map(|time| time.plus_micros(-offset)),
        row_type: RowType::Consume,
        model: model.map(str::to_owned),
        prompt_tokens: total([json.get("input_tokens").count(), read, written]),
        completion_tokens: json.get("output_tokens").count(),
        cache_read_tokens: read,
        cache_write_tokens: written,
        cost: nanos(json.get("actual_cost")),
        unit: Unit::Usd,
        breakdown: Some(Breakdown {
            listed: nanos(json.get("cost")),
            ..Breakdown::default()
        }),
        requests: json.get("requests").count(),
        ..LogRow::default()
    }
}

fn calls(
    on: &Target,
    query: &LogQuery,
    heard: &Heard,
    auth: Auth,
) -> Step<Result<LogPage, Problem>> {
    let (page, size) = (query.page.max(1), query.size.clamp(1, 1_000));
    if !heard.asked(CALLS) {
        let day = |time: Timestamp| time.to_string().chars().take(10).collect::<String>();
        let mut path = format!("/api/v1/usage?page={page}&page_size={size}");
        let mut add = |name: &str, value: Option<String>| {
            if let Some(value) = value {
                path.push_str(&format!("&{name}={value}"));
            }
        };
        add("model", query.model.as_deref().map(percent_encoded));
        add("start_date", query.from.map(day));
        add("end_date", query.to.map(day));
        return Step::ask(Call::get(CALLS, path).with(auth).large());
    }
    let json = match heard.json(CALLS) {
        Some(Ok(json)) => json,
        Some(Err(Problem::Refused { .. })) => return Step::Done(Err(Problem::Needs(Need::Jwt))),
        Some(Err(problem)) => return Step::Done(Err(problem)),
        None => return Step::Done(Err(Problem::UnknownShape)),
    };
    let data = json.get("data");
    if json.get("code").integer() != Some(0) || !data.has("items") {
        return Step::Done(Err(Problem::UnknownShape));
    }
    let rows: Vec<LogRow> = data.get("items").items().iter().map(call_row).collect();
    let total = data.get("total").count();
    let more = total.is_some_and(|total| page.saturating_mul(size) < total);
    let totals = match (page, more) {
        (1, false) => LogTotals::of(rows.iter()),
        _ => LogTotals {
            calls: total,
            ..LogTotals::default()
        },
    };
    Step::Done(Ok(LogPage {
        kind: StationKind::Sub2Api,
        page,
        size,
        total,
        more,
        rows,
        totals,
        unit: Unit::Usd,
        source: "GET /api/v1/usage".to_owned(),
        known: on.known.clone(),
        ..LogPage::default()
    }))
}

fn call_row(json: &Json) -> LogRow {
    let count = |name: &str| json.get(name).count();
    let (read, written) = (count("cache_read_tokens"), count("cache_creation_tokens"));
    let id = json.get("id").plain().unwrap_or_default();
    LogRow {
        identity: format!("usage/{id}"),
        time: moment(json.get("created_at")),
        row_type: RowType::Consume,
        model: json.get("model").words().map(str::to_owned),
        token_name: json.at(&["api_key", "name"]).words().map(str::to_owned),
        group: json.at(&["group", "name"]).words().map(str::to_owned),
        prompt_tokens: total([count("input_tokens"), read, written]),
        completion_tokens: count("output_tokens"),
        cache_read_tokens: read,
        cache_write_tokens: written,
        cost: nanos(json.get("actual_cost")),
        unit: Unit::Usd,
        duration_ms: count("duration_ms"),
        first_response_ms: count("first_token_ms").filter(|millis| *millis > 0),
        stream: json.get("stream").truth(),
        breakdown: Some(Breakdown {
            listed: nanos(json.get("total_cost")),
            multiplier: json.get("rate_multiplier").number(),
            ..Breakdown::default()
        }),
        request_id: json.get("request_id").words().map(redact::text),
        ..LogRow::default()
    }
}

/// The sum of counts; not known where the first one is not.
fn total(parts: [Option<u64>; 3]) -> Option<u64> {
    let [first, rest @ ..] = parts;
    let rest = rest.into_iter().flatten();
    first.map(|first| rest.fold(first, u64::saturating_add))
}

fn nanos(json: &Json) -> Option<Nanos> {
    json.number().and_then(Decimal::nanos)
}
