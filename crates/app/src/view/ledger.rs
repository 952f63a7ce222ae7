//! The ledger of a site, its logs, and what follows from both.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::ErrorView;

/// Answer of `GET /api/stations/{id}/ledger`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct LedgerView {
    /// Id of the site.
    pub site: String,
    /// Its name.
    pub name: String,
    /// Newest first.
    pub entries: Vec<EntryView>,
    /// Why the balance changed, over the time that balances are known.
    pub change: Option<ChangeView>,
    /// The same for the last stretches between two changes of the balance, newest first.
    pub changes: Vec<ChangeView>,
}

/// One line of the ledger.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct EntryView {
    /// Its name in the API.
    pub id: String,
    /// `recharge|balance|check-in`: bought, entered by hand, given for a check-in.
    pub kind: String,
    /// When, RFC 3339.
    pub at: String,
    /// What was paid; `None`: nobody said.
    pub paid: Option<f64>,
    /// `CNY|USD`, of `paid`.
    pub currency: Option<String>,
    /// Credit received, US dollars; for `balance` the balance itself.
    pub credit_usd: Option<f64>,
    /// Renminbi paid per US dollar of credit.
    pub cny_per_usd: Option<f64>,
    /// How it was paid: `Alipay`.
    pub method: String,
    /// Note.
    pub note: String,
    /// `user|import|station`: who said so.
    pub source: String,
}

/// Body of `POST /api/stations/{id}/ledger` and `PATCH /api/ledger/{entry}`. Amounts are decimal numbers
/// as text: `"12.50"`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
pub struct EntryInput {
    /// `recharge|balance|check-in`.
    pub kind: String,
    /// Day (`2026-11-12`) or RFC 3339; now when empty.
    pub date: String,
    /// What was paid; empty: unknown.
    pub paid: String,
    /// `CNY|USD`; empty: `CNY`.
    pub currency: String,
    /// Credit received, US dollars; empty: unknown.
    pub credit_usd: String,
    /// How it was paid.
    pub method: String,
    /// Note.
    pub note: String,
}

/// Why a balance changed. The parts always sum to the change:
/// `change = −cost × multiplier + recharged + checked in + unexplained`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ChangeView {
    /// Begin, RFC 3339.
    pub from: String,
    /// End, RFC 3339.
    pub to: String,
    /// Balance at the begin, US dollars.
    pub before_usd: f64,
    /// Balance at the end.
    pub after_usd: f64,
    /// The difference.
    pub change_usd: f64,
    /// Our exchanges at list price, US dollars.
    pub cost_usd: f64,
    /// The site's multiplier.
    pub multiplier: f64,
    /// `−cost × multiplier`.
    pub spent_usd: f64,
    /// Recharges.
    pub recharged_usd: f64,
    /// Rewards for check-ins.
    pub checkin_usd: f64,
    /// What is left: other programs on the key, prices that differ, forgotten recharges.
    pub unexplained_usd: f64,
    /// Exchanges in that time.
    pub exchanges: u32,
    /// Of these: without a price, so that `cost_usd` is too low.
    pub unpriced: u32,
    /// Recharges of that time whose credit nobody said.
    pub recharges_unknown: u32,
}

/// Answer of `GET /api/stations/{id}/logs`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct StationLogs {
    /// Name of the site.
    pub site: String,
    /// Kind of the station.
    pub kind: String,
    /// Rows that fit the filter; `None`: the station does not say.
    pub total: Option<u32>,
    /// This page, from 1.
    pub page: u32,
    /// Rows per page; a station may give fewer than were asked for.
    pub size: u32,
    /// Whether there is another page.
    pub more: bool,
    /// Newest first.
    pub rows: Vec<StationLogRow>,
    /// Sums over all rows that fit the filter and are known, refunds subtracted.
    pub totals: StationLogTotals,
    /// Whether the rows are sums per day or model, because the station tells no single calls.
    pub aggregate: bool,
    /// Whether there are more rows than the station hands out.
    pub cut: bool,
    /// Models that occur.
    pub models: Vec<String>,
    /// Names of keys that occur.
    pub tokens: Vec<String>,
    /// Where it was read.
    pub source: String,
    /// When, RFC 3339.
    pub at: String,
    /// Why there is nothing: the code of the first of `notes`.
    pub reason: Option<String>,
    /// What else to know, as codes of `stations.problems.<code>`.
    pub notes: Vec<ErrorView>,
}

/// A line of a station's log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct StationLogRow {
    /// When, RFC 3339.
    pub time: String,
    /// `consume|topup|manage|system|error|refund|check-in|test|unknown`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Model.
    pub model: Option<String>,
    /// Name of the key.
    pub token_name: Option<String>,
    /// Group.
    pub group: Option<String>,
    /// Prompt tokens, cached ones included.
    pub prompt_tokens: Option<f64>,
    /// Generated tokens.
    pub completion_tokens: Option<f64>,
    /// Of the prompt: read from the cache.
    pub cache_read_tokens: Option<f64>,
    /// Of the prompt: written to the cache.
    pub cache_write_tokens: Option<f64>,
    /// What was billed, in `unit`; negative for a refund.
    pub cost: Option<f64>,
    /// `USD|CNY|quota`.
    pub unit: String,
    /// `cost` in US dollars.
    pub cost_usd: Option<f64>,
    /// What it should have cost at list price times the ratio or multiplier, US dollars.
    pub expected_usd: Option<f64>,
    /// `exchange|price`: from our own exchange, or from the row's own tokens.
    pub expected_basis: Option<String>,
    /// `cost_usd ÷ expected_usd − 1`.
    pub off_by: Option<f64>,
    /// How long it took.
    pub duration_s: Option<f64>,
    /// Time to first token.
    pub first_response_ms: Option<f64>,
    /// Whether it was a stream.
    pub stream: Option<bool>,
    /// Requests, in a row that is a sum.
    pub requests: Option<f64>,
    /// Group ratio, or the multiplier of the row.
    pub ratio: Option<f64>,
    /// How the price comes about: name and value.
    pub ratios: Vec<(String, f64)>,
    /// The station's name for the call.
    pub request_id: Option<String>,
    /// Our exchange, where it was found.
    pub exchange: Option<String>,
    /// Words of the station, redacted.
    pub content: String,
}

/// Sums of a log.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
pub struct StationLogTotals {
    /// Calls; `None`: the station does not say, as below.
    pub calls: Option<f64>,
    /// Prompt tokens.
    pub prompt_tokens: Option<f64>,
    /// Generated tokens.
    pub completion_tokens: Option<f64>,
    /// Read from the cache.
    pub cache_read_tokens: Option<f64>,
    /// Billed, refunds subtracted, US dollars; `None`: in no unit that we can turn into money.
    pub cost_usd: Option<f64>,
    /// Refunded, US dollars.
    pub refunded_usd: f64,
    /// Expected, over the rows where it is known.
    pub expected_usd: Option<f64>,
    /// Rows whose bill is more than 2 % off.
    pub off: u32,
}

/// Answer of `GET /api/stations/{id}/reconciliation`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ReconciliationView {
    /// Name of the site.
    pub site: String,
    /// Begin of the time that both sides cover, RFC 3339.
    pub from: Option<String>,
    /// Its end.
    pub to: Option<String>,
    /// Pairs that were found.
    pub matched: u32,
    /// Charges that no exchange of ours fits.
    pub charges_not_ours: Vec<StationLogRow>,
    /// What they amount to, US dollars; `None`: an amount is not known.
    pub charges_not_ours_usd: Option<f64>,
    /// Exchanges that were not charged.
    pub not_charged: Vec<NotCharged>,
    /// What they would have cost, US dollars.
    pub not_charged_usd: f64,
    /// Over-billing by model.
    pub models: Vec<ModelFactor>,
    /// Over-billing over all matched pairs: billed ÷ expected.
    pub factor: Option<f64>,
    /// Rows and exchanges where more than one partner fits equally well: left out of the factors.
    pub ambiguous: u32,
    /// Why nothing, or not all, could be compared: codes of `stations.reconciliation.<code>`.
    pub notes: Vec<String>,
}

/// An exchange that the station's log does not know.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct NotCharged {
    /// `req_…`.
    pub id: String,
    /// When it began, RFC 3339.
    pub time: String,
    /// Model.
    pub model: Option<String>,
    /// Cost at list price times the multiplier, US dollars.
    pub cost_usd: Option<f64>,
}

/// Over-billing of a model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ModelFactor {
    /// Model.
    pub model: String,
    /// Pairs.
    pub matched: u32,
    /// Billed, US dollars.
    pub billed_usd: f64,
    /// Expected from our own exchanges, US dollars.
    pub expected_usd: f64,
    /// Pairs whose bill is more than 2 % too high.
    pub too_high: u32,
    /// Billed ÷ expected; `None`: nothing was expected.
    pub factor: Option<f64>,
    /// Tokens billed ÷ tokens that we saw.
    pub token_factor: Option<f64>,
}

/// Answer of `GET /api/stations/{id}/series`: what the charts of a site are drawn from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct SiteSeries {
    /// Id of the site.
    pub site: String,
    /// Its name.
    pub name: String,
    /// Unit of `points` where the balance is no money: `quota`; else `USD`.
    pub unit: String,
    /// Balance over time, oldest first.
    pub points: Vec<BalancePoint>,
    /// Recharges and check-ins in that time.
    pub events: Vec<EntryView>,
    /// Below this the user is told, US dollars.
    pub threshold_usd: Option<f64>,
    /// By calendar month, oldest first.
    pub months: Vec<MonthSum>,
    /// By model, dearest first.
    pub models: Vec<ModelSpend>,
}

/// A balance at a moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct BalancePoint {
    /// RFC 3339.
    pub at: String,
    /// In the unit of the series.
    pub value: f64,
    /// `station|manual`.
    pub source: String,
}

/// A calendar month, local time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct MonthSum {
    /// `2026-11`.
    pub month: String,
    /// Credit bought, US dollars.
    pub recharged_usd: f64,
    /// Paid for it, renminbi.
    pub paid_cny: f64,
    /// Credit consumed, US dollars; `None`: not known for that month.
    pub consumed_usd: Option<f64>,
    /// `balance|exchanges`.
    pub consumed_basis: Option<String>,
}

/// Spend on a model, from our own exchanges times the multiplier.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ModelSpend {
    /// Model.
    pub model: String,
    /// Exchanges.
    pub requests: u32,
    /// Tokens, prompt and answer.
    pub tokens: f64,
    /// US dollars; `None`: no price.
    pub cost_usd: Option<f64>,
}

/// Answer of `GET /api/comparison`: sites side by side.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Comparison {
    /// In the order of the sites.
    pub sites: Vec<ComparedSite>,
}

/// A site beside others.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ComparedSite {
    /// Id of the site.
    pub site: String,
    /// Its name.
    pub name: String,
    /// Paid, or free of charge.
    pub paid: bool,
    /// Credit left, US dollars.
    pub remaining_usd: Option<f64>,
    /// Consumed, US dollars.
    pub consumed_usd: Option<f64>,
    /// Consumed per day.
    pub burn_usd_per_day: Option<f64>,
    /// Days left.
    pub days_left: Option<f64>,
    /// Renminbi paid per US dollar of credit.
    pub cny_per_usd: Option<f64>,
    /// Renminbi paid per million tokens.
    pub cny_per_million_tokens: Option<f64>,
}

/// Answer of `POST /api/checkin`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct CheckinRound {
    /// The sites that were due.
    pub sites: Vec<CheckinDone>,
    /// Sites that are still due because of the limit.
    pub left: u32,
}

/// How the check-in at a site went.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct CheckinDone {
    /// Id of the site.
    pub site: String,
    /// Its name.
    pub name: String,
    /// `called|opened|address|failed`: the station was asked, its page was opened, only its address can
    /// be told, or nothing worked.
    pub how: String,
    /// The page.
    pub url: Option<String>,
    /// Whether it had been done already.
    pub already: bool,
    /// What it gave, US dollars.
    pub reward_usd: Option<f64>,
    /// What went wrong.
    pub error: Option<ErrorView>,
}
