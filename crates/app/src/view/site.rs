//! Sites, keys and routes as the doors show them.

use std::collections::BTreeMap;

use route::Purpose;
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use wire::translate::{Capabilities, Lesson};

/// Answer of `GET /api/sites`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct SiteList {
    /// Pinned ones first, then in the user's order.
    pub sites: Vec<SiteView>,
    /// How keys are protected.
    pub vault: VaultView,
}

/// How keys are protected at rest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct VaultView {
    /// `keychain|file|locked`.
    pub state: String,
    /// Why they cannot be used.
    pub reason: Option<String>,
}

/// A site.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct SiteView {
    /// Its name in the API.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// Base address, without `/v1`.
    pub base_url: String,
    /// `auto|anthropic|openai|both`, as it was set.
    pub api: String,
    /// What was found out where `api` is `auto`: `anthropic|openai|both`.
    pub api_found: Option<String>,
    /// Paid, or free of charge.
    pub paid: bool,
    /// Tags.
    pub tags: Vec<String>,
    /// Pinned to the top.
    pub pinned: bool,
    /// Whether routes may use it.
    pub enabled: bool,
    /// Way out; empty: the general setting.
    pub outbound: String,
    /// Price multiplier, a decimal number.
    pub multiplier: String,
    /// Model asked for → model of the site.
    pub aliases: BTreeMap<String, String>,
    /// `round_robin|weighted|least_used|random|fill_first`; `None`: the general setting.
    pub strategy: Option<String>,
    /// Page to check in at.
    pub checkin_url: Option<String>,
    /// Note.
    pub note: String,
    /// `ok|attention|failed|idle`: `failed` when no key can be used, `attention` when some cannot.
    pub health: String,
    /// Its keys, in order.
    pub keys: Vec<KeyView>,
    /// Its place in the default route: 0 first, 1… fallbacks, `None` not in it.
    pub route_position: Option<u32>,
    /// What is wrong with the site as a whole (overloaded, pool busy), with its end.
    pub cooling: Vec<CoolingView>,
}

/// A site, or a site for one family of models, steps aside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CoolingView {
    /// Family of models; `None`: all.
    pub scope: Option<String>,
    /// Cause, a code of `causes.<code>` in the locale files.
    pub cause: String,
    /// Until when, RFC 3339.
    pub until: Option<String>,
}

/// A key with its state in the pool.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct KeyView {
    /// Its name in the API.
    pub id: String,
    /// Name of its site.
    pub site: String,
    /// Label for people.
    pub label: String,
    /// `sk-••••••••7Qf2`.
    pub masked: String,
    /// `active|cooling|half-open|exhausted|invalid|disabled`.
    pub state: String,
    /// Family of models that the state holds for; `None`: all.
    pub scope: Option<String>,
    /// Cause of the state, a code of `causes.<code>`.
    pub cause: Option<String>,
    /// End of a cool-down, RFC 3339.
    pub until: Option<String>,
    /// Share of requests under the weighted strategy.
    pub weight: u32,
    /// Whether the user lets it be used.
    pub enabled: bool,
    /// Requests that run on it.
    pub in_flight: u32,
    /// Requests since the start.
    pub requests: u32,
    /// Failed ones of these.
    pub failures: u32,
    /// The last failure in the upstream's words, redacted.
    pub last_error: Option<String>,
    /// When it was last used, RFC 3339.
    pub last_used: Option<String>,
    /// States for single families of models.
    pub scopes: Vec<CoolingView>,
}

/// Answer of `GET /api/routes`; body of `PUT /api/routes`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RoutesView {
    /// Site ids: the default, then its fallbacks. Empty: the `upstream.*` addresses.
    pub default: Vec<String>,
    /// Rules; the first that fits wins over the default.
    pub rules: Vec<RuleView>,
}

/// A rule: what it is about (all that is set has to fit), and where such requests go.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct RuleView {
    /// Project of the caller.
    pub project: Option<String>,
    /// The model asked for: a family (`haiku`, `sonnet`, `opus`, `fable`), or a pattern in which `*` stands for
    /// any letters.
    pub model: Option<String>,
    /// `X-Upstream-Provider`.
    pub provider: Option<String>,
    /// What the request is for.
    #[ts(
        type = "\"background\" | \"long_context\" | \"thinking\" | \"web_search\" | \"image\" | \"subagent\" | null"
    )]
    pub purpose: Option<Purpose>,
    /// Site ids, best first; empty: where they would go anyway, under the other model name.
    pub sites: Vec<String>,
    /// The model to ask for; `null`: the one that the client named.
    pub to_model: Option<String>,
    /// Whether it is kept without being followed.
    pub off: bool,
}

/// Answer of `GET /api/sites/{id}/speech`: how a site is spoken to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct SpeechView {
    /// Whether it has the Responses interface; `null`: not known, so it is tried.
    pub responses: Option<bool>,
    /// What holds for every model.
    pub general: ModelSpeechView,
    /// Models that something is known of.
    pub models: Vec<ModelSpeechView>,
}

/// What a model at a site can do, and how that is known.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ModelSpeechView {
    /// Name at the site; empty for every model.
    pub model: String,
    /// Rows of the table of vendors and models that apply.
    pub presets: Vec<String>,
    /// All together.
    pub capabilities: Capabilities,
    /// Learnt from refusals.
    pub learned: Vec<Lesson>,
    /// Set by hand: members of the capabilities.
    #[ts(type = "Record<string, unknown>")]
    pub set: serde_json::Map<String, serde_json::Value>,
}

/// A local client key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ClientKeyView {
    /// Its name in the API.
    pub id: String,
    /// Label for people.
    pub label: String,
    /// `sk-local-••••7Qf2`.
    pub masked: String,
    /// Project of its requests.
    pub project: Option<String>,
    /// Site ids, best first; empty: the default route.
    pub sites: Vec<String>,
    /// The key itself, only in the answer that makes it.
    pub key: Option<String>,
}
