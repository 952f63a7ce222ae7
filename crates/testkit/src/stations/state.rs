//! What a station knows: settings of its operator, an account, its keys, its log.

use std::collections::VecDeque;

use serde::Deserialize;

use super::charge::Ratios;
use super::trap::Trap;

/// Quota that makes a dollar, unless the operator has changed it.
pub(super) const QUOTA_PER_USD: i64 = 500_000;
/// New-API's small bucket: so many calls …
const CRITICAL_CALLS: usize = 20;
/// … in so many seconds.
const CRITICAL_SECONDS: i64 = 1_200;

/// Relay software.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Software {
    /// QuantumNous/new-api.
    NewApi,
    /// songquanpeng/one-api.
    OneApi,
    /// MartialBE/one-hub.
    OneHub,
    /// deanxv/done-hub.
    DoneHub,
    /// Veloera/Veloera.
    Veloera,
    /// Wei-Shaw/sub2api.
    #[serde(rename = "sub2api")]
    Sub2Api,
    /// Wei-Shaw/claude-relay-service.
    ClaudeRelayService,
    /// VoAPI 2.
    #[serde(rename = "voapi")]
    VoApi,
    /// Nothing but model endpoints and OpenAI's old billing.
    #[serde(rename = "openai-billing")]
    OpenAiBilling,
    /// Nothing but model endpoints; every other path is the web page.
    Unknown,
}

/// What the operator has set.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Version that the software names.
    pub version: String,
    /// Name of the station.
    pub name: String,
    /// Quota that makes a dollar.
    pub quota_per_usd: i64,
    /// `USD|CNY|TOKENS|CUSTOM`.
    pub display: String,
    /// Renminbi for a dollar.
    pub usd_exchange_rate: f64,
    /// Whether billing endpoints are about the key (else: the account).
    pub token_statistics: bool,
    /// Whether people can check in.
    pub check_in: bool,
    /// Whether that wants a Turnstile.
    pub turnstile: bool,
    /// Whether the small bucket holds.
    pub critical_limit: bool,
    /// Whether a refusal by it says when to come back (since 2026-07-21).
    pub retry_after: bool,
    /// Factor of the account's group.
    pub group_ratio: f64,
    /// Models and what they cost.
    pub models: Vec<Ratios>,
    /// Bills that are too high.
    pub overbilling: Option<Overbilling>,
    /// Seconds that the station's clock is ahead.
    pub clock_ahead_s: i64,
}

/// Bills that are too high.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Overbilling {
    /// Every so many calls.
    pub every: u64,
    /// By this factor.
    pub factor: f64,
}

/// A user of the station.
#[derive(Clone, Debug)]
pub struct Account {
    /// Number.
    pub id: u64,
    /// Name.
    pub name: String,
    /// Access token, or JWT.
    pub token: String,
    /// Quota left in the wallet.
    pub left: i64,
    /// Quota used.
    pub used: i64,
    /// Whether the operator has banned the user.
    pub banned: bool,
    /// Subscription of sub2api and New-API.
    pub plan: Option<Plan>,
    /// Check-ins, oldest first.
    pub check_ins: Vec<CheckIn>,
    /// How often the access token was rotated: no client here may ever do that.
    pub rotations: u64,
}

/// A subscription, in quota.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Name.
    pub name: String,
    /// Limits of its windows: day, week, month; none: no limit.
    pub limits: [Option<i64>; 3],
    /// Used in them.
    pub used: [i64; 3],
    /// When it ends, unix seconds.
    pub until: i64,
}

/// A check-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckIn {
    /// `2026-08-07`.
    pub day: String,
    /// Quota given.
    pub quota: i64,
}

/// A limit that renews itself, in quota (sub2api, claude-relay-service).
#[derive(Clone, Debug)]
pub struct Window {
    /// `5h`, `1d`, `7d`.
    pub window: String,
    /// Limit.
    pub limit: i64,
    /// Used.
    pub used: i64,
}

/// A key.
#[derive(Clone, Debug)]
pub struct Key {
    /// The key itself.
    pub text: String,
    /// Its name.
    pub name: String,
    /// Quota left; none: unlimited.
    pub left: Option<i64>,
    /// Quota used.
    pub used: i64,
    /// When it ends, unix seconds; 0: never.
    pub until: i64,
    /// Whether it was switched off.
    pub disabled: bool,
    /// Windows.
    pub windows: Vec<Window>,
}

/// What a row of the log is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowType {
    /// A charged call.
    Consume,
    /// A recharge.
    Topup,
    /// A call that failed.
    Error,
    /// Quota given back: written as a positive number.
    Refund,
    /// A check-in.
    CheckIn,
}

/// A row of the log.
#[derive(Clone, Debug)]
pub struct Row {
    /// Unix seconds, of the end of the call.
    pub at: i64,
    /// What it is about.
    pub row_type: RowType,
    /// Model.
    pub model: String,
    /// Name of the key.
    pub key: String,
    /// Quota.
    pub quota: i64,
    /// Fresh prompt tokens.
    pub fresh: u64,
    /// Prompt tokens read from the cache.
    pub cache_read: u64,
    /// Prompt tokens written to the cache.
    pub cache_write: u64,
    /// Generated tokens.
    pub output: u64,
    /// Milliseconds of the call.
    pub ms: u64,
    /// Milliseconds to the first token.
    pub first_ms: u64,
    /// Whether it was streamed.
    pub stream: bool,
    /// The station's id of the call.
    pub request_id: String,
    /// Words.
    pub text: String,
}

/// The small bucket, one for all keys.
#[derive(Clone, Debug, Default)]
pub struct Bucket {
    calls: VecDeque<i64>,
}

/// A station's whole state.
#[derive(Clone, Debug)]
pub struct State {
    /// The software.
    pub software: Software,
    /// The operator's settings.
    pub settings: Settings,
    /// The user.
    pub account: Account,
    /// The user's keys.
    pub keys: Vec<Key>,
    /// The log, oldest first.
    pub rows: Vec<Row>,
    /// The small bucket.
    pub bucket: Bucket,
    /// What it does instead of answering, by the beginning of the path; the first that fits holds.
    pub traps: Vec<(String, Trap)>,
    /// Calls served.
    pub served: u64,
}

impl State {
    /// A station with one key of 20 dollars, an account of 100, and no past.
    pub fn new(software: Software) -> Self {
        Self {
            software,
            settings: Settings::of(software),
            account: Account {
                id: 321,
                name: "alice".to_owned(),
                token: "testkit-access-token-0001".to_owned(),
                left: 100 * QUOTA_PER_USD,
                used: 0,
                banned: false,
                plan: None,
                check_ins: Vec::new(),
                rotations: 0,
            },
            keys: vec![Key {
                left: Some(20 * QUOTA_PER_USD),
                ..Key::new(usual_key(software), "desktop-a")
            }],
            rows: Vec::new(),
            bucket: Bucket::default(),
            traps: Vec::new(),
            served: 0,
        }
    }

    /// The key with that text; also without its `sk-`, as the family allows.
    pub fn key(&self, text: &str) -> Option<&Key> {
        let bare = |text: &str| text.strip_prefix("sk-").unwrap_or(text).to_owned();
        self.keys.iter().find(|key| bare(&key.text) == bare(text))
    }
}

impl Key {
    /// An unlimited key that never ends.
    pub fn new(text: impl Into<String>, name: &str) -> Self {
        Self {
            text: text.into(),
            name: name.to_owned(),
            left: None,
            used: 0,
            until: 0,
            disabled: false,
            windows: Vec::new(),
        }
    }

    /// Whether its time is over.
    pub fn is_expired(&self, now: i64) -> bool {
        self.until > 0 && self.until < now
    }

    /// Whether nothing is left.
    pub fn is_spent(&self) -> bool {
        self.left.is_some_and(|left| left <= 0)
    }
}

impl Settings {
    fn of(software: Software) -> Self {
        let version = match software {
            Software::NewApi => "v1.0.0-rc.12",
            Software::OneApi => "v0.6.10",
            Software::OneHub | Software::DoneHub => "v0.14.27",
            Software::Veloera => "v0.3.6",
            Software::Sub2Api => "0.1.179",
            Software::ClaudeRelayService => "1.1.314",
            Software::VoApi | Software::OpenAiBilling | Software::Unknown => "",
        };
        Self {
            version: version.to_owned(),
            name: "Example Relay".to_owned(),
            quota_per_usd: QUOTA_PER_USD,
            display: "USD".to_owned(),
            usd_exchange_rate: 7.3,
            token_statistics: true,
            check_in: true,
            turnstile: false,
            critical_limit: true,
            retry_after: false,
            group_ratio: 1.0,
            models: Vec::new(),
            overbilling: None,
            clock_ahead_s: 0,
        }
    }
}

impl Bucket {
    /// Takes a call; `Err`: refused, with the seconds until there is room.
    pub(super) fn take(&mut self, now: i64) -> Result<(), i64> {
        while self
            .calls
            .front()
            .is_some_and(|call| *call <= now - CRITICAL_SECONDS)
        {
            self.calls.pop_front();
        }
        match self.calls.front() {
            Some(first) if self.calls.len() >= CRITICAL_CALLS => {
                Err(first + CRITICAL_SECONDS - now)
            }
            _ => {
                self.calls.push_back(now);
                Ok(())
            }
        }
    }

    /// Calls in it.
    pub fn len(&self) -> usize {
        self.calls.len()
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.calls.is_empty()
    }
}

impl Row {
    /// A row that is no call.
    pub(super) fn system(at: i64, row_type: RowType, quota: i64, text: &str) -> Self {
        Self {
            at,
            row_type,
            model: String::new(),
            key: String::new(),
            quota,
            fresh: 0,
            cache_read: 0,
            cache_write: 0,
            output: 0,
            ms: 0,
            first_ms: 0,
            stream: false,
            request_id: String::new(),
            text: text.to_owned(),
        }
    }
}

/// A key in the shape of the software's own.
fn usual_key(software: Software) -> String {
    let hex = "5b1f3a9c0d2e7f46".repeat(4);
    match software {
        Software::Sub2Api => format!("sk-{hex}"),
        Software::ClaudeRelayService => format!("cr_{hex}"),
        Software::OneHub | Software::DoneHub => format!("sk-{}_{}", &hex[..15], &hex[..43]),
        _ => format!("sk-{}", &hex[..48]),
    }
}
