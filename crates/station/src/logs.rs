//! A station's own log.

use base::{Nanos, Timestamp};
use serde::{Deserialize, Serialize};

use crate::balance::Unit;
use crate::decimal::Decimal;
use crate::kind::StationKind;
use crate::known::Known;
use crate::problem::Problem;

/// Which rows are wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogQuery {
    /// Page, from 1.
    pub page: u64,
    /// Rows of a page, 1 to 1,000. Stations with a smaller limit give fewer.
    pub size: u64,
    /// Not before.
    pub from: Option<Timestamp>,
    /// Not after.
    pub to: Option<Timestamp>,
    /// Model, or a part of its name.
    pub model: Option<String>,
    /// Only this type.
    pub row_type: Option<RowType>,
    /// Send the key in the address when a station that seems to be older than 2026-02 gives nothing
    /// otherwise: the user's decision, because it ends up in access logs.
    pub may_use_url_key: bool,
}

impl Default for LogQuery {
    fn default() -> Self {
        Self {
            page: 1,
            size: 20,
            from: None,
            to: None,
            model: None,
            row_type: None,
            may_use_url_key: false,
        }
    }
}

/// What a row is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RowType {
    /// A call that was charged (perhaps with nothing).
    Consume,
    /// A recharge.
    Topup,
    /// An operator changed something.
    Manage,
    /// The system did.
    System,
    /// A call that failed.
    Error,
    /// Money given back.
    Refund,
    /// A check-in.
    CheckIn,
    /// A test of the operator's.
    Test,
    /// Somebody logged in.
    Login,
    /// Anything else.
    #[default]
    Unknown,
}

/// How the cost of a row came about, as far as the station tells.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Breakdown {
    /// Model ratio: 1 is $2 per million fresh input tokens.
    pub model_ratio: Option<Decimal>,
    /// Factor of the user's group.
    pub group_ratio: Option<Decimal>,
    /// Factor of this user alone, in place of the group's.
    pub user_ratio: Option<Decimal>,
    /// An output token costs so many input tokens.
    pub completion_ratio: Option<Decimal>,
    /// A token read from the cache costs so many input tokens.
    pub cache_ratio: Option<Decimal>,
    /// A token written to the cache costs so many input tokens.
    pub cache_write_ratio: Option<Decimal>,
    /// Dollars a call, where the model is charged by the call.
    pub per_call_usd: Option<Decimal>,
    /// Dollars per million fresh input tokens, all factors included.
    pub input_usd_per_million: Option<Nanos>,
    /// Dollars per million output tokens, all factors included.
    pub output_usd_per_million: Option<Nanos>,
    /// What the row should have cost by its own ratios, in the row's unit.
    pub reckoned: Option<Nanos>,
    /// At list prices, before the multiplier, in the row's unit (sub2api).
    pub listed: Option<Nanos>,
    /// Factor on list prices (sub2api).
    pub multiplier: Option<Decimal>,
    /// `wallet|subscription`.
    pub billed_to: Option<String>,
    /// Model that the station really asked, where it says so.
    pub upstream_model: Option<String>,
}

/// One row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogRow {
    /// Name that stays the same when the row is read again: the station's own, or made from its figures.
    pub identity: String,
    /// When; stations of the One-API family tell whole seconds, of the end of the call.
    pub time: Option<Timestamp>,
    /// What it is about.
    pub row_type: RowType,
    /// Model.
    pub model: Option<String>,
    /// Name of the key.
    pub token_name: Option<String>,
    /// Group.
    pub group: Option<String>,
    /// Fresh input tokens and those of the cache: everything that was read.
    pub prompt_tokens: Option<u64>,
    /// Output tokens.
    pub completion_tokens: Option<u64>,
    /// Of the prompt: read from the cache.
    pub cache_read_tokens: Option<u64>,
    /// Of the prompt: written to the cache.
    pub cache_write_tokens: Option<u64>,
    /// What it cost, in `unit`; a refund is negative. `None`: not told, or not reckonable.
    pub cost: Option<Nanos>,
    /// Raw quota; a refund is negative.
    pub quota: Option<i64>,
    /// Unit of `cost`.
    pub unit: Unit,
    /// Duration, milliseconds; the One-API family rounds to seconds.
    pub duration_ms: Option<u64>,
    /// To the first token, milliseconds.
    pub first_response_ms: Option<u64>,
    /// Whether it was streamed.
    pub stream: Option<bool>,
    /// How the cost came about.
    pub breakdown: Option<Breakdown>,
    /// The station's id of the call.
    pub request_id: Option<String>,
    /// What the station wrote about it, redacted.
    pub text: Option<String>,
    /// For a sum: how many calls it sums up.
    pub requests: Option<u64>,
}

/// Sums over all rows that match the query, not only those of the page. What a station does not sum up is not
/// known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogTotals {
    /// Calls.
    pub calls: Option<u64>,
    /// Prompt tokens.
    pub prompt_tokens: Option<u64>,
    /// Output tokens.
    pub completion_tokens: Option<u64>,
    /// Of the prompt: read from the cache.
    pub cache_read_tokens: Option<u64>,
    /// Costs minus refunds, in the page's unit.
    pub cost: Option<Nanos>,
}

/// What the rows are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grain {
    /// Single calls.
    #[default]
    Calls,
    /// Sums by day.
    Days,
    /// Sums by model over a time.
    Models,
}

/// A page of the log.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogPage {
    /// Kind that it was read as.
    pub kind: StationKind,
    /// Rows or sums.
    pub grain: Grain,
    /// Page, from 1.
    pub page: u64,
    /// Rows of a page: the station may give fewer than were asked for.
    pub size: u64,
    /// Rows that match the query, where it is known.
    pub total: Option<u64>,
    /// Whether there is another page.
    pub more: bool,
    /// The page, newest first.
    pub rows: Vec<LogRow>,
    /// Sums.
    pub totals: LogTotals,
    /// Unit of costs.
    pub unit: Unit,
    /// What else to know: sums only, newest rows only, rows left out.
    pub notes: Vec<Problem>,
    /// `GET /api/log/token`.
    pub source: String,
    /// What was learnt: to be remembered.
    pub known: Known,
}

impl LogTotals {
    /// Sums of rows that are all there are.
    pub(crate) fn of<'a>(rows: impl Iterator<Item = &'a LogRow> + Clone) -> Self {
        let calls = rows.clone().filter(|row| row.row_type.is_call());
        let count = |figure: fn(&LogRow) -> Option<u64>| {
            let sum = |sum: u64, row: &LogRow| sum.saturating_add(figure(row).unwrap_or(0));
            Some(calls.clone().fold(0, sum))
        };
        let priced = rows.filter(|row| row.row_type.is_spending());
        Self {
            calls: count(|row| Some(row.requests.unwrap_or(1))),
            prompt_tokens: count(|row| row.prompt_tokens),
            completion_tokens: count(|row| row.completion_tokens),
            cache_read_tokens: count(|row| row.cache_read_tokens),
            cost: priced.map(|row| row.cost).sum(),
        }
    }
}

impl RowType {
    /// Whether it stands for a call.
    pub fn is_call(self) -> bool {
        matches!(self, Self::Consume | Self::Error | Self::Test)
    }

    /// Whether its cost is money spent, or spent money given back.
    pub fn is_spending(self) -> bool {
        matches!(
            self,
            Self::Consume | Self::Error | Self::Refund | Self::Test
        )
    }
}

impl LogQuery {
    /// Whether a row is wanted.
    pub(crate) fn wants(&self, row: &LogRow) -> bool {
        let in_time = match row.time {
            Some(time) => {
                self.from.is_none_or(|from| time >= from) && self.to.is_none_or(|to| time <= to)
            }
            None => self.from.is_none() && self.to.is_none(),
        };
        let model = self.model.as_deref().unwrap_or_default().to_lowercase();
        let named = row.model.as_deref().unwrap_or_default().to_lowercase();
        in_time
            && named.contains(&model)
            && self.row_type.is_none_or(|wanted| wanted == row.row_type)
    }

    /// The page of rows that are all there are: filtered, summed up and cut out here, because the station
    /// does not.
    pub(crate) fn page_of(&self, kind: StationKind, mut rows: Vec<LogRow>) -> LogPage {
        rows.retain(|row| self.wants(row));
        rows.sort_by_key(|row| std::cmp::Reverse(row.time));
        let totals = LogTotals::of(rows.iter());
        let (page, size) = (self.page.max(1), self.size.clamp(1, 1_000));
        let total = rows.len() as u64;
        let first = (page - 1).saturating_mul(size);
        let rows: Vec<LogRow> = rows
            .into_iter()
            .skip(usize::try_from(first).unwrap_or(usize::MAX))
            .take(size as usize)
            .collect();
        LogPage {
            kind,
            page,
            size,
            total: Some(total),
            more: first.saturating_add(size) < total,
            rows,
            totals,
            ..LogPage::default()
        }
    }
}
