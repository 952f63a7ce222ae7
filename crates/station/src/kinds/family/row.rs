//! A row of the family's log.

use base::Nanos;

use crate::balance::{Unit, of_quota};
use crate::decimal::{Decimal, product};
use crate::json::Json;
use crate::kind::StationKind;
use crate::known::Known;
use crate::logs::{Breakdown, LogRow, RowType};
use crate::moment::moment;
use crate::redact;

/// Dollars per million input tokens at a ratio of 1: the family's own definition, for 500,000 quota a dollar.
const USD_PER_RATIO: i64 = 1_000_000;

/// Members of `other` that say the cost has parts which the ratios do not tell.
const FURTHER_PARTS: [&str; 7] = [
    "audio",
    "ws",
    "image",
    "image_output",
    "tool_surcharges",
    "expr_b64",
    "web_search",
];

/// Rows of a log; those that are none are counted.
pub(crate) fn rows(
    list: &[Json],
    kind: StationKind,
    known: &Known,
    unit: Unit,
) -> (Vec<LogRow>, u64) {
    let mut rows: Vec<LogRow> = Vec::with_capacity(list.len());
    let mut left_out = 0;
    for json in list {
        match row(json, kind, known, unit) {
            Some(row) => rows.push(row),
            None => left_out += 1,
        }
    }
    tell_twins_apart(&mut rows);
    (rows, left_out)
}

/// Rows without an id of the station's may be equal in every figure: the second of two is another call.
pub(crate) fn tell_twins_apart(rows: &mut [LogRow]) {
    let mut seen = std::collections::HashMap::new();
    for row in rows {
        let times = seen.entry(row.identity.clone()).or_insert(0_u32);
        *times += 1;
        if *times > 1 {
            row.identity = format!("{}#{times}", row.identity);
        }
    }
}

fn row(json: &Json, kind: StationKind, known: &Known, unit: Unit) -> Option<LogRow> {
    if !json.is_object() || !json.has("created_at") {
        return None;
    }
    let content = json.get("content").words();
    let row_type = row_type(kind, json.get("type").integer(), content);
    let other = other(json);
    let sign = if row_type == RowType::Refund { -1 } else { 1 };
    let quota = json
        .get("quota")
        .integer()
        .and_then(|quota| quota.checked_mul(sign));
    let tokens = Tokens::of(json, &other);
    let mut row = LogRow {
        identity: identity(json),
        time: moment(json.get("created_at")),
        row_type,
        model: json.get("model_name").words().map(str::to_owned),
        token_name: json.get("token_name").words().map(str::to_owned),
        group: json.get("group").words().map(str::to_owned),
        prompt_tokens: tokens.prompt(),
        completion_tokens: tokens.completion,
        cache_read_tokens: tokens.cache_read,
        cache_write_tokens: tokens.cache_write,
        cost: quota.and_then(|quota| of_quota(quota, known, unit)),
        quota,
        unit,
        duration_ms: duration_ms(json),
        first_response_ms: first_response_ms(&other),
        stream: json.get("is_stream").truth(),
        breakdown: None,
        request_id: json.get("request_id").words().map(redact::text),
        text: content.map(redact::text),
        requests: None,
    };
    row.breakdown = breakdown(&other, &tokens, known, unit);
    Some(row)
}

/// The codes of the members; the same number is another thing in another fork.
fn row_type(kind: StationKind, code: Option<i64>, content: Option<&str>) -> RowType {
    match (kind, code) {
        (_, Some(1)) => RowType::Topup,
        (_, Some(2)) => RowType::Consume,
        (_, Some(3)) => RowType::Manage,
        (StationKind::NewApi, Some(4)) if content.is_some_and(|text| text.contains("签到")) => {
            RowType::CheckIn
        }
        (_, Some(4)) => RowType::System,
        (StationKind::NewApi, Some(5)) => RowType::Error,
        (StationKind::OneApi, Some(5)) => RowType::Test,
        (StationKind::Veloera, Some(5)) => RowType::CheckIn,
        (StationKind::NewApi, Some(6)) => RowType::Refund,
        (StationKind::NewApi, Some(7)) => RowType::Login,
        _ => RowType::Unknown,
    }
}

/// The code of a type, for stations that filter.
pub(crate) fn code_of(kind: StationKind, wanted: RowType) -> Option<u8> {
    (1..=7).find(|code| row_type(kind, Some(i64::from(*code)), None) == wanted)
}

/// Row ids are positions in the page, so a row is known by the request's id or by all its figures.
fn identity(json: &Json) -> String {
    let part = |name: &str| json.get(name).plain().unwrap_or_default();
    match json.get("request_id").words() {
        Some(id) => format!("{id}/{}", part("type")),
        None => [
            "created_at",
            "type",
            "model_name",
            "quota",
            "prompt_tokens",
            "completion_tokens",
            "use_time",
            "elapsed_time",
            "request_time",
            "channel",
        ]
        .map(part)
        .join("/"),
    }
}

/// `other` is a text with an object in it, an object, an empty text, or the text `null`; one-hub calls it
/// `metadata`.
fn other(json: &Json) -> Json {
    let other = json.get("other");
    let read = match other.words() {
        Some(text) => Json::read(text.as_bytes()),
        None => Some(other.clone()),
    };
    read.filter(Json::is_object)
        .unwrap_or_else(|| json.get("metadata").clone())
}

struct Tokens {
    fresh: Option<u64>,
    cache_read: Option<u64>,
    cache_write: Option<u64>,
    completion: Option<u64>,
}

impl Tokens {
    /// Prompt tokens hold those of the cache, but for rows in Anthropic's counting.
    fn of(json: &Json, other: &Json) -> Self {
        let prompt = json.get("prompt_tokens").count();
        let cache_read = other.get("cache_tokens").count();
        let cache_write = cache_write(other);
        let apart = other.get("usage_semantic").text() == Some("anthropic")
            || other.get("claude").truth() == Some(true);
        let inside = if apart {
            0
        } else {
            cache_read.unwrap_or(0) + cache_write.unwrap_or(0)
        };
        Self {
            fresh: prompt.map(|prompt| prompt.saturating_sub(inside)),
            cache_read,
            cache_write,
            completion: json.get("completion_tokens").count(),
        }
    }

    fn prompt(&self) -> Option<u64> {
        let cached = self
            .cache_read
            .unwrap_or(0)
            .saturating_add(self.cache_write.unwrap_or(0));
        self.fresh.map(|fresh| fresh.saturating_add(cached))
    }
}

fn cache_write(other: &Json) -> Option<u64> {
    let count = |name: &str| other.get(name).count();
    let parts = [
        count("cache_creation_tokens_5m"),
        count("cache_creation_tokens_1h"),
    ];
    let sum = parts.iter().flatten().sum::<u64>();
    count("cache_write_tokens")
        .or_else(|| count("cache_creation_tokens"))
        .or_else(|| (sum > 0).then_some(sum))
}

/// New-API and Veloera count whole seconds, One-API and one-hub milliseconds.
fn duration_ms(json: &Json) -> Option<u64> {
    let seconds = json.get("use_time").number();
    let seconds = seconds.and_then(|seconds| product(&[seconds], &[])?.0.checked_div(1_000_000));
    let millis = json
        .get("elapsed_time")
        .count()
        .or_else(|| json.get("request_time").count());
    seconds
        .and_then(|millis| u64::try_from(millis).ok())
        .or(millis)
}

/// −1000 is New-API's way to say that it was not measured.
fn first_response_ms(other: &Json) -> Option<u64> {
    other.get("frt").count().filter(|millis| *millis > 0)
}

fn breakdown(other: &Json, tokens: &Tokens, known: &Known, unit: Unit) -> Option<Breakdown> {
    let given = |name: &str| other.get(name).number();
    // −1 says "none" of a user's own factor and of a price by the call.
    let positive = |name: &str| given(name).filter(|number| !number.is_negative());
    let model_ratio = given("model_ratio").or_else(|| given("input_ratio"));
    let per_call_usd = positive("model_price");
    if model_ratio.is_none() && per_call_usd.is_none() {
        return None;
    }
    let output = given("output_ratio").zip(model_ratio);
    let completion_ratio = given("completion_ratio").or_else(|| {
        let (output, input) = output?;
        product(&[output], &[input]).map(Decimal::of)
    });
    let mut breakdown = Breakdown {
        model_ratio: model_ratio.filter(|_| per_call_usd.is_none()),
        group_ratio: given("group_ratio"),
        user_ratio: positive("user_group_ratio"),
        completion_ratio,
        cache_ratio: given("cache_ratio"),
        cache_write_ratio: given("cache_creation_ratio"),
        per_call_usd,
        billed_to: other.get("billing_source").words().map(str::to_owned),
        upstream_model: other.get("upstream_model_name").words().map(redact::text),
        ..Breakdown::default()
    };
    let has_further_parts = FURTHER_PARTS
        .iter()
        .map(|name| other.get(name))
        .any(|part| {
            !part.is_null() && part.truth() != Some(false) && part != &Json::List(Vec::new())
        });
    price(&mut breakdown, known);
    if !has_further_parts {
        breakdown.reckoned = reckoned(&breakdown, tokens, known, unit);
    }
    Some(breakdown)
}

fn factor(breakdown: &Breakdown) -> Decimal {
    let own = breakdown.user_ratio.or(breakdown.group_ratio);
    own.unwrap_or(Decimal::whole(1))
}

fn price(breakdown: &mut Breakdown, known: &Known) {
    let Some((ratio, per_usd)) = breakdown.model_ratio.zip(known.quota_per_usd) else {
        return;
    };
    let per_million = |factors: &[Decimal]| product(factors, &[per_usd]);
    let million = Decimal::whole(USD_PER_RATIO);
    let factor = factor(breakdown);
    breakdown.input_usd_per_million = per_million(&[million, ratio, factor]);
    let output = breakdown.completion_ratio;
    breakdown.output_usd_per_million =
        output.and_then(|output| per_million(&[million, ratio, factor, output]));
}

/// What the call costs by its own ratios.
fn reckoned(breakdown: &Breakdown, tokens: &Tokens, known: &Known, unit: Unit) -> Option<Nanos> {
    let factor = factor(breakdown);
    let quota = match (breakdown.per_call_usd, breakdown.model_ratio) {
        (Some(price), _) => price.times(known.quota_per_usd?)?.times(factor)?,
        (None, Some(ratio)) => weighed(breakdown, tokens)?.times(ratio)?.times(factor)?,
        (None, None) => return None,
    };
    match unit {
        Unit::Quota => quota.nanos(),
        Unit::Usd => product(&[quota], &[known.quota_per_usd?]),
        Unit::Cny => product(&[quota, known.cny_per_usd?], &[known.quota_per_usd?]),
    }
}

/// Tokens in terms of fresh input tokens.
fn weighed(breakdown: &Breakdown, tokens: &Tokens) -> Option<Decimal> {
    let weighed = |count: Option<u64>, ratio: Option<Decimal>| match count.unwrap_or(0) {
        0 => Some(Decimal::ZERO),
        count => Decimal::whole(i64::try_from(count).ok()?).times(ratio?),
    };
    weighed(tokens.fresh, Some(Decimal::whole(1)))?
        .plus(weighed(tokens.cache_read, breakdown.cache_ratio)?)?
        .plus(weighed(tokens.cache_write, breakdown.cache_write_ratio)?)?
        .plus(weighed(tokens.completion, breakdown.completion_ratio)?)
}
