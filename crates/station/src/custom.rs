//! Paths and pointers of the user's own, for stations that nobody here knows.

use base::{Measured, Nanos, Unknown};
use serde::{Deserialize, Serialize};

use crate::balance::{Balance, Purse, Scope, State, Unit};
use crate::call::{Auth, Call, KEY, KeyForm, percent_encoded};
use crate::decimal::{Decimal, product};
use crate::headline::{self, Paying};
use crate::heard::Heard;
use crate::json::Json;
use crate::kind::StationKind;
use crate::logs::{LogPage, LogQuery, LogRow, RowType};
use crate::moment::moment;
use crate::problem::Problem;
use crate::redact;
use crate::target::Target;

/// The first document.
pub(crate) const BALANCE: &str = "custom-balance";
/// The second document.
pub(crate) const USAGE: &str = "custom-usage";
/// The log.
pub(crate) const LOGS: &str = "custom-logs";

/// Characters of a found value that a test shows.
const SHOWN: usize = 80;

/// What the user set for a site, or for all.
///
/// A path without pointers replaces the path of the kind's own call (KonataAPI's `endpoints`); with pointers
/// the answer is read by them, whatever kind the station is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Custom {
    /// Path and query of the balance; `{key}` is replaced.
    pub balance_path: Option<String>,
    /// Path and query of what was used, where it stands elsewhere.
    pub usage_path: Option<String>,
    /// Path and query of the log; `{key}`, `{page}`, `{size}`, `{start}`, `{end}` (unix seconds) and `{model}`
    /// are replaced.
    pub logs_path: Option<String>,
    /// How the balance is read.
    pub balance: Option<BalancePointers>,
    /// How the log is read.
    pub logs: Option<LogPointers>,
}

/// Which document a pointer is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Document {
    /// The answer of `balance_path`.
    #[default]
    Balance,
    /// The answer of `usage_path`.
    Usage,
}

/// A value inside a document.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Pointer {
    /// The document.
    pub document: Document,
    /// RFC 6901: `/data/balance`.
    pub pointer: String,
}

/// Where the figures of a balance stand.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BalancePointers {
    /// What is left. One of it and the pair of used and granted is enough.
    pub remaining: Option<Pointer>,
    /// What was used.
    pub used: Option<Pointer>,
    /// What there was.
    pub granted: Option<Pointer>,
    /// A truth value: no limit.
    pub unlimited: Option<Pointer>,
    /// When it ends.
    pub expires_at: Option<Pointer>,
    /// Unit of the amounts after dividing.
    pub unit: Unit,
    /// What all amounts are divided by: 500000 for raw quota, 100 for cents. None: 1.
    pub divisor: Option<Decimal>,
}

/// Where the members of log rows stand. All but `rows` and `total` are pointers inside a row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogPointers {
    /// The list of rows.
    pub rows: String,
    /// How many there are in all.
    pub total: Option<String>,
    /// When.
    pub time: Option<String>,
    /// Model.
    pub model: Option<String>,
    /// Name of the key.
    pub token_name: Option<String>,
    /// Input tokens.
    pub prompt_tokens: Option<String>,
    /// Output tokens.
    pub completion_tokens: Option<String>,
    /// Tokens read from the cache.
    pub cache_read_tokens: Option<String>,
    /// Cost.
    pub cost: Option<String>,
    /// Duration in seconds.
    pub duration_s: Option<String>,
    /// The station's id of the call.
    pub request_id: Option<String>,
    /// Unit of costs after dividing.
    pub unit: Unit,
    /// What costs are divided by. None: 1.
    pub divisor: Option<Decimal>,
}

/// What one pointer reads: for the test button.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomReading {
    /// `remaining`, `used` …
    pub figure: String,
    /// The pointer.
    pub pointer: String,
    /// What stands there, redacted and short; none where nothing does.
    pub found: Option<String>,
    /// What it is taken for, in the unit; none where it is no number.
    pub amount: Option<Nanos>,
    /// What is wrong with it.
    pub problem: Option<Problem>,
}

impl Custom {
    /// The call for a path of the user's.
    pub(crate) fn call(purpose: &str, path: &str, form: KeyForm) -> Call {
        let auth = match path.contains(KEY) {
            true => Auth::KeyInside,
            false => Auth::Key(form),
        };
        let slash = if path.starts_with('/') { "" } else { "/" };
        Call::get(purpose, format!("{slash}{path}")).with(auth)
    }

    /// The path of a page of the log.
    pub(crate) fn log_path(path: &str, query: &LogQuery) -> String {
        let seconds = |time: Option<base::Timestamp>| {
            time.map_or(String::new(), |time| {
                time.0.div_euclid(1_000_000).to_string()
            })
        };
        path.replace("{page}", &query.page.to_string())
            .replace("{size}", &query.size.to_string())
            .replace("{start}", &seconds(query.from))
            .replace("{end}", &seconds(query.to))
            .replace(
                "{model}",
                &percent_encoded(query.model.as_deref().unwrap_or_default()),
            )
    }
}

/// What every pointer of the balance reads in the documents that were heard.
pub fn readings(pointers: &BalancePointers, heard: &Heard) -> Vec<CustomReading> {
    let named = [
        ("remaining", &pointers.remaining),
        ("used", &pointers.used),
        ("granted", &pointers.granted),
        ("unlimited", &pointers.unlimited),
        ("expires_at", &pointers.expires_at),
    ];
    let set = named
        .into_iter()
        .filter_map(|(figure, pointer)| Some((figure, pointer.as_ref()?)));
    set.map(|(figure, pointer)| reading(pointers, heard, figure, pointer))
        .collect()
}

fn reading(
    pointers: &BalancePointers,
    heard: &Heard,
    figure: &str,
    pointer: &Pointer,
) -> CustomReading {
    let mut reading = CustomReading {
        figure: figure.to_owned(),
        pointer: pointer.pointer.clone(),
        found: None,
        amount: None,
        problem: None,
    };
    let nothing = || Problem::NothingAtPointer {
        figure: figure.to_owned(),
        pointer: pointer.pointer.clone(),
    };
    let value = match document(pointer.document, heard) {
        Ok(json) => json
            .pointer(&pointer.pointer)
            .cloned()
            .unwrap_or(Json::Null),
        Err(problem) => {
            reading.problem = Some(problem);
            return reading;
        }
    };
    let found: Option<String> = value.plain().map(|text| text.chars().take(SHOWN).collect());
    reading.found = found.map(|text| redact::text(&text));
    let is_good = match figure {
        "unlimited" => value.truth().is_some(),
        "expires_at" => moment(&value).is_some(),
        _ => {
            reading.amount = amount(pointers, &value);
            reading.amount.is_some()
        }
    };
    reading.problem = (!is_good).then(nothing);
    reading
}

fn amount(pointers: &BalancePointers, value: &Json) -> Option<Nanos> {
    let divisor = pointers.divisor.unwrap_or(Decimal::whole(1));
    product(&[value.number()?], &[divisor])
}

fn document(document: Document, heard: &Heard) -> Result<Json, Problem> {
    let purpose = match document {
        Document::Balance => BALANCE,
        Document::Usage => USAGE,
    };
    heard.json(purpose).unwrap_or(Err(Problem::UnknownShape))
}

/// The balance as the pointers read it.
pub(crate) fn balance(pointers: &BalancePointers, on: &Target, heard: &Heard) -> Balance {
    let told = readings(pointers, heard);
    let of = |figure: &str| told.iter().find(|reading| reading.figure == figure);
    let measured = |figure: &str| {
        of(figure)
            .and_then(|reading| reading.amount)
            .map_or(Measured::Unknown(Unknown::NotGiven), Measured::Exact)
    };
    let at = |pointer: &Option<Pointer>| {
        let pointer = pointer.as_ref()?;
        let json = document(pointer.document, heard).ok()?;
        json.pointer(&pointer.pointer).cloned()
    };
    let mut purse = Purse {
        scope: Scope::Key,
        name: None,
        unlimited: at(&pointers.unlimited).and_then(|json| json.truth()) == Some(true),
        remaining: measured("remaining"),
        used: measured("used"),
        granted: measured("granted"),
        expires_at: at(&pointers.expires_at).and_then(|json| moment(&json)),
    };
    complete(&mut purse);
    let mut balance = Balance::without(
        StationKind::Custom,
        State::Unknown,
        Problem::UnknownShape,
        on.known.clone(),
    );
    balance.reason = None;
    balance.unit = pointers.unit;
    balance.source = heard
        .of(BALANCE)
        .map_or(String::new(), |said| said.call.title());
    let is_read =
        purse.unlimited || purse.remaining.value().is_some() || purse.used.value().is_some();
    if is_read {
        balance.key = Some(purse);
        headline::settle(&mut balance, Paying::Both, on.now);
    }
    for problem in told.into_iter().filter_map(|reading| reading.problem) {
        headline::note(&mut balance, problem);
    }
    if !is_read && let Some(problem) = &balance.reason {
        balance.state = crate::read::state_of(problem);
    }
    balance
}

/// Of left, used and granted any two make the third.
fn complete(purse: &mut Purse) {
    let left = purse.remaining.value().copied();
    let used = purse.used.value().copied();
    let granted = purse.granted.value().copied();
    let exact = |nanos: Option<i64>| nanos.map(|nanos| Measured::Exact(Nanos(nanos)));
    match (left, used, granted) {
        (None, Some(used), Some(granted)) => {
            purse.remaining = exact(granted.0.checked_sub(used.0)).unwrap_or(purse.remaining);
        }
        (Some(left), None, Some(granted)) => {
            purse.used = exact(granted.0.checked_sub(left.0)).unwrap_or(purse.used);
        }
        (Some(left), Some(used), None) => {
            purse.granted = exact(left.0.checked_add(used.0)).unwrap_or(purse.granted);
        }
        _ => {}
    }
}

/// A page of the log as the pointers read it.
pub(crate) fn logs(
    pointers: &LogPointers,
    json: &Json,
    on: &Target,
    query: &LogQuery,
    path: &str,
) -> Result<LogPage, Problem> {
    let list = json.pointer(&pointers.rows);
    let Some(Json::List(list)) = list else {
        return Err(Problem::NothingAtPointer {
            figure: "rows".to_owned(),
            pointer: pointers.rows.clone(),
        });
    };
    let rows: Vec<LogRow> = list.iter().map(|row| log_row(pointers, row)).collect();
    // A path that says nothing about pages gives all rows at once.
    if !path.contains("{page}") {
        let page = query.page_of(StationKind::Custom, rows);
        return Ok(finish(page, pointers, on, path));
    }
    let total = pointers.total.as_ref();
    let total = total.and_then(|pointer| json.pointer(pointer)?.count());
    let (page, size) = (query.page.max(1), query.size.max(1));
    let more = match total {
        Some(total) => page.saturating_mul(size) < total,
        None => rows.len() as u64 >= size,
    };
    let page = LogPage {
        kind: StationKind::Custom,
        page,
        size,
        total,
        more,
        rows,
        ..LogPage::default()
    };
    Ok(finish(page, pointers, on, path))
}

fn finish(page: LogPage, pointers: &LogPointers, on: &Target, path: &str) -> LogPage {
    LogPage {
        unit: pointers.unit,
        source: format!("GET {}", base::redact::path_and_query(path)),
        known: on.known.clone(),
        ..page
    }
}

fn log_row(pointers: &LogPointers, row: &Json) -> LogRow {
    let at = |pointer: &Option<String>| {
        let found = pointer.as_ref().and_then(|pointer| row.pointer(pointer));
        found.cloned().unwrap_or(Json::Null)
    };
    let divisor = pointers.divisor.unwrap_or(Decimal::whole(1));
    let cost = at(&pointers.cost).number();
    let seconds = at(&pointers.duration_s).number();
    let millis = seconds.and_then(|seconds| product(&[seconds], &[])?.0.checked_div(1_000_000));
    let request_id = at(&pointers.request_id).plain();
    let figures = [
        &pointers.time,
        &pointers.model,
        &pointers.cost,
        &pointers.prompt_tokens,
    ]
    .map(|pointer| at(pointer).plain().unwrap_or_default());
    LogRow {
        identity: request_id.clone().unwrap_or_else(|| figures.join("/")),
        time: moment(&at(&pointers.time)),
        row_type: RowType::Consume,
        model: at(&pointers.model).plain(),
        token_name: at(&pointers.token_name).plain(),
        prompt_tokens: at(&pointers.prompt_tokens).count(),
        completion_tokens: at(&pointers.completion_tokens).count(),
        cache_read_tokens: at(&pointers.cache_read_tokens).count(),
        cost: cost.and_then(|cost| product(&[cost], &[divisor])),
        unit: pointers.unit,
        duration_ms: millis.and_then(|millis| u64::try_from(millis).ok()),
        request_id: request_id.map(|id| redact::text(&id)),
        ..LogRow::default()
    }
}
