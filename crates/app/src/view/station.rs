//! Stations as the doors show them: the software behind a site, its balance and how it was asked.
//!
//! Amounts named `…_usd` are US dollars of the station's credit, `…_cny` renminbi at the rate that is set.
//! `None` is unknown; a `reason` beside it is a code of `stations.problems.<code>` in the locale files.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::ErrorView;

/// Answer of `GET /api/stations`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct StationList {
    /// One for each site, in the order of the sites.
    pub stations: Vec<StationView>,
    /// Sums over all sites.
    pub totals: StationTotals,
    /// The round of queries that runs, or ran last.
    pub round: Option<RoundView>,
    /// Queries without being asked.
    pub auto_query: AutoQueryView,
    /// Sites that are due for check-in.
    pub checkins_due: u32,
    /// Renminbi for one US dollar, as set.
    pub cny_per_usd: f64,
}

/// Sums over all sites; a site whose figure is unknown is left out and counted.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
pub struct StationTotals {
    /// Sites.
    pub sites: u32,
    /// Keys of all sites.
    pub keys: u32,
    /// Credit left, US dollars.
    pub remaining_usd: Option<f64>,
    /// Sites whose credit left is known.
    pub remaining_known: u32,
    /// Credit bought, US dollars.
    pub recharged_usd: Option<f64>,
    /// What was paid for it, renminbi.
    pub paid_cny: Option<f64>,
    /// Credit consumed, US dollars.
    pub consumed_usd: Option<f64>,
    /// Credit consumed per day.
    pub burn_usd_per_day: Option<f64>,
    /// Name of the site that runs out first.
    pub first_empty: Option<String>,
    /// Days until it does.
    pub first_empty_days: Option<f64>,
    /// When the oldest balance that counts was read, RFC 3339.
    pub oldest_at: Option<String>,
}

/// A site as a station.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct StationView {
    /// Id of the site.
    pub site: String,
    /// Its name.
    pub name: String,
    /// Paid, or free of charge.
    pub paid: bool,
    /// Whether routes may use it.
    pub enabled: bool,
    /// What software it is, and how that is known.
    pub kind: KindView,
    /// The last good answer; it stays when later queries fail.
    pub balance: Option<BalanceView>,
    /// The last query, good or not.
    pub last_query: Option<QueryView>,
    /// Whether a query runs.
    pub querying: bool,
    /// When it is asked next without being told, RFC 3339.
    pub next_query: Option<String>,
    /// Money over time.
    pub figures: FiguresView,
    /// Low-balance alert.
    pub alert: AlertView,
    /// Check-in.
    pub checkin: CheckinView,
    /// Account credential that is stored, if any.
    pub account: Option<AccountView>,
    /// What a query of this kind would need and is not there: a code such as `account_needed`.
    pub needs: Option<String>,
    /// Whether the user changed how it is asked.
    pub custom_interface: bool,
    /// Page where one buys credit.
    pub recharge_url: Option<String>,
}

/// What software a station runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct KindView {
    /// `new-api|one-api|one-hub|done-hub|veloera|sub2api|claude-relay-service|openai-billing|voapi|custom|unknown`.
    pub id: String,
    /// `detected|set|unknown`: whether the user set it.
    pub source: String,
    /// What was detected, where the user set another.
    pub detected: Option<String>,
    /// Its version, as it says.
    pub version: Option<String>,
    /// What it was recognised by, best first: `GET /api/status: quota_display_type`.
    pub evidence: Vec<String>,
    /// When, RFC 3339.
    pub at: Option<String>,
    /// Quota units in one US dollar.
    pub quota_per_usd: Option<f64>,
}

/// A balance in the station's own unit, and in money.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct BalanceView {
    /// `key|account|subscription`: what the amounts are about.
    pub scope: String,
    /// `active|exhausted|expired|disabled|invalid|unreachable|unsupported|unknown`.
    pub state: String,
    /// No limit on the key; `remaining` is `None` then unless the account's is known.
    pub unlimited: bool,
    /// `USD|CNY|quota`: the unit of `remaining`, `used`, `granted`.
    pub unit: String,
    /// What is left: of key or account, whichever runs out first where both are known.
    pub remaining: Option<f64>,
    /// Spent so far.
    pub used: Option<f64>,
    /// Given in all.
    pub granted: Option<f64>,
    /// `remaining` in US dollars.
    pub remaining_usd: Option<f64>,
    /// `remaining` in renminbi.
    pub remaining_cny: Option<f64>,
    /// `used` in US dollars.
    pub used_usd: Option<f64>,
    /// `granted` in US dollars.
    pub granted_usd: Option<f64>,
    /// What can be spent right now: windows counted in as well, US dollars.
    pub spendable_usd: Option<f64>,
    /// `remaining` in quota units, where the station counts so.
    pub remaining_quota: Option<f64>,
    /// `used` in quota units.
    pub used_quota: Option<f64>,
    /// The cap of the key, where the account is known as well.
    pub key_remaining_usd: Option<f64>,
    /// The account's credit, where the key is capped as well.
    pub account_remaining_usd: Option<f64>,
    /// Name of the key at the station.
    pub key_name: Option<String>,
    /// Name of the plan.
    pub plan: Option<String>,
    /// End of the key or plan, RFC 3339.
    pub expires_at: Option<String>,
    /// Limits per time.
    pub windows: Vec<WindowView>,
    /// Why something is unknown, or the worst thing to know: the code of the first of `notes`.
    pub reason: Option<String>,
    /// What else to know, as codes of `stations.problems.<code>`, with the station's redacted words.
    pub notes: Vec<ErrorView>,
    /// Used today (the station's day).
    pub today: Option<TodayView>,
    /// Factor that the station itself says it charges (sub2api).
    pub multiplier: Option<f64>,
    /// Where it was read: `GET /api/usage/token/`; `manual` for what the user entered.
    pub source: String,
    /// When, RFC 3339.
    pub at: String,
}

/// What was used today, as the station counts it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct TodayView {
    /// Calls.
    pub requests: Option<f64>,
    /// All tokens.
    pub tokens: Option<f64>,
    /// Charged, US dollars.
    pub cost_usd: Option<f64>,
}

/// A limit that renews itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct WindowView {
    /// `5h|1d|7d|30d`, or a text of the station.
    pub window: String,
    /// `None`: no limit.
    pub limit: Option<f64>,
    /// Spent in it.
    pub used: Option<f64>,
    /// Left in it.
    pub remaining: Option<f64>,
    /// When it begins anew, RFC 3339.
    pub resets_at: Option<String>,
}

/// How a query went.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct QueryView {
    /// When, RFC 3339.
    pub at: String,
    /// How long it took.
    pub ms: f64,
    /// Whether it gave a balance.
    pub ok: bool,
    /// The state of key and account that it found, as in `BalanceView`.
    pub state: String,
    /// Why not: a code, with the station's words.
    pub error: Option<ErrorView>,
    /// Failures in a row.
    pub failures: u32,
    /// What changed against the query before, US dollars.
    pub change_usd: Option<f64>,
    /// What of that nobody can explain (see `ChangeView`), US dollars.
    pub unexplained_usd: Option<f64>,
}

/// A stored account credential. The credential itself is sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AccountView {
    /// `••••••••7Qf2`.
    pub masked: String,
    /// Numeric id of the user at the station.
    pub user_id: Option<String>,
}

/// Low-balance alert of a site.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct AlertView {
    /// Below this the user is told, US dollars; `None`: never.
    pub threshold_usd: Option<f64>,
    /// Whether it is the site's own, not the general one.
    pub own: bool,
    /// Whether the balance is below it now.
    pub low: bool,
    /// No notification until then, RFC 3339.
    pub snoozed_until: Option<String>,
    /// Day on which it is crossed at today's pace, `2027-01-10`.
    pub crossed_on: Option<String>,
}

/// Check-in at a site.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct CheckinView {
    /// `api|page|none`: whether it can be called, or a page has to be opened.
    pub how: String,
    /// The page.
    pub url: Option<String>,
    /// Whether today's is still to be done.
    pub due: bool,
    /// When it was done last, RFC 3339.
    pub done_at: Option<String>,
    /// `none|opened|confirmed|unconfirmed|already|failed`: what is known of the last one.
    pub state: String,
    /// What it gave, US dollars.
    pub reward_usd: Option<f64>,
}

/// Money over time.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
pub struct FiguresView {
    /// Credit bought or given, US dollars.
    pub recharged_usd: Option<f64>,
    /// What was paid for it, renminbi; other currencies at the rate that is set.
    pub paid_cny: Option<f64>,
    /// Records behind both.
    pub recharges: u32,
    /// Credit consumed, US dollars.
    pub consumed_usd: Option<f64>,
    /// Where that is from: `station|ledger|exchanges`.
    pub consumed_basis: Option<String>,
    /// Consumed per day over the last 7 days, US dollars.
    pub burn_usd_per_day: Option<f64>,
    /// The same in the balance's own unit.
    pub burn_per_day: Option<f64>,
    /// `balance|exchanges`: what it was measured by.
    pub burn_basis: Option<String>,
    /// Days that it was measured over.
    pub burn_days: Option<f64>,
    /// Days until nothing is left.
    pub days_left: Option<f64>,
    /// The day on which that is, `2027-01-19`.
    pub empty_on: Option<String>,
    /// True price: renminbi paid per US dollar of credit.
    pub cny_per_usd: Option<f64>,
    /// True price: renminbi paid per million tokens, over the exchanges we saw.
    pub cny_per_million_tokens: Option<f64>,
    /// The site's price multiplier.
    pub multiplier: f64,
}

/// A round over all sites.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct RoundView {
    /// Whether it goes on.
    pub running: bool,
    /// Whether somebody cancelled it.
    pub cancelled: bool,
    /// When it began, RFC 3339.
    pub started_at: String,
    /// Its sites.
    pub sites: Vec<RoundSite>,
    /// Sites that are done, failed ones included.
    pub done: u32,
    /// Sites that failed.
    pub failed: u32,
}

/// A site in a round.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct RoundSite {
    /// Id of the site.
    pub site: String,
    /// Its name.
    pub name: String,
    /// `waiting|running|done|failed|skipped`.
    pub state: String,
    /// Why it failed.
    pub error: Option<ErrorView>,
}

/// Queries without being asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct AutoQueryView {
    /// Whether they are on.
    pub enabled: bool,
    /// Every so many minutes.
    pub interval_minutes: u32,
    /// Next one, RFC 3339.
    pub next_at: Option<String>,
    /// Last one, RFC 3339.
    pub last_at: Option<String>,
    /// Whether they wait because nothing can be reached.
    pub offline: bool,
}

/// Answer of `GET /api/stations/{id}/raw`: what the station said last, secrets taken out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct RawAnswers {
    /// Name of the site.
    pub site: String,
    /// In the order of the calls.
    pub answers: Vec<RawAnswer>,
}

/// One answer of a station.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct RawAnswer {
    /// `GET /api/status`; secrets in the query are masked.
    pub call: String,
    /// Whether the key or credential was sent along.
    pub keyed: bool,
    /// Status; `None`: no answer.
    pub status: Option<u16>,
    /// Content type.
    pub content_type: Option<String>,
    /// When, RFC 3339.
    pub at: String,
    /// How long it took.
    pub ms: f64,
    /// The body, redacted and cut.
    pub body: String,
    /// Whether it was cut.
    pub cut: bool,
    /// Why there is none: a code.
    pub error: Option<ErrorView>,
}

/// How a station is asked; answer of `GET /api/stations/{id}/interface`, body of `PUT`. Empty texts and
/// `None` stand for the general setting, or for what fits the kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
pub struct InterfaceView {
    /// How the key is shown where the balance is read: `bearer|url_key`.
    pub balance_auth: String,
    /// The same where logs are read.
    pub log_auth: String,
    /// Way out of balance queries: `direct`, `system` or the address of a proxy.
    pub balance_proxy: String,
    /// Way out of log queries.
    pub log_proxy: String,
    /// Path and query of the balance, in place of the kind's own; `{key}` is filled in.
    pub balance_path: String,
    /// Path and query of what was used, where that stands elsewhere.
    pub usage_path: String,
    /// Path and query of the logs; `{key}`, `{page}`, `{size}`, `{start}`, `{end}`, `{model}` are filled in.
    pub logs_path: String,
    /// Where in the answers things stand: for a station that we do not know.
    pub pointers: PointersView,
}

/// JSON pointers (`/data/balance`) into answers; empty: not there. Those of the balance may begin with
/// `usage:` where they are for the answer of `usage_path`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
pub struct PointersView {
    /// What is left.
    pub remaining: String,
    /// What was spent.
    pub used: String,
    /// What was given.
    pub granted: String,
    /// A truth value: no limit.
    pub unlimited: String,
    /// End of the key.
    pub expires_at: String,
    /// `USD|CNY|quota`, literally: the unit after dividing; empty: `USD`.
    pub unit: String,
    /// Amounts are divided by this: `500000`; empty: 1.
    pub divisor: String,
    /// The list of rows in the answer of the logs.
    pub log_rows: String,
    /// How many there are in all.
    pub log_total: String,
    /// In a row: its time.
    pub log_time: String,
    /// In a row: its model.
    pub log_model: String,
    /// In a row: name of the key.
    pub log_token_name: String,
    /// In a row: prompt tokens.
    pub log_prompt_tokens: String,
    /// In a row: generated tokens.
    pub log_completion_tokens: String,
    /// In a row: tokens read from the cache.
    pub log_cache_read_tokens: String,
    /// In a row: its cost.
    pub log_cost: String,
    /// In a row: duration, seconds.
    pub log_duration: String,
    /// In a row: the station's name for it.
    pub log_request_id: String,
    /// As `unit`, for the costs of rows.
    pub log_unit: String,
    /// As `divisor`, for the costs of rows.
    pub log_divisor: String,
}

/// Answer of `POST /api/stations/{id}/interface/try`: what would be read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct InterfaceTrial {
    /// What the balance would be.
    pub balance: Option<BalanceView>,
    /// Why there is none.
    pub error: Option<ErrorView>,
    /// What each pointer reads.
    pub readings: Vec<PointerReading>,
    /// What the station said.
    pub answers: Vec<RawAnswer>,
}

/// What a pointer reads.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct PointerReading {
    /// `remaining`, `used` …
    pub figure: String,
    /// The pointer.
    pub pointer: String,
    /// What stands there, redacted and short.
    pub found: Option<String>,
    /// What it is taken for, in the unit.
    pub amount: Option<f64>,
    /// What is wrong with it.
    pub error: Option<ErrorView>,
}
