//! Which key of which site gets a request, and what an answer says about that key.
//!
//! Four parts, each usable alone:
//!
//! - [`Classifier`] turns an answer or a failure into a [`Verdict`]: whose fault, for how long, what may be
//!   tried next. Phrases and codes are data (`config/routing/phrases.toml`).
//! - [`Pool`] knows the keys of the sites and their states. It plans ([`Pool::plan`] changes nothing),
//!   begins, and is told how it went. [`SharedPool`] is the same behind a lock, with permits that release
//!   themselves.
//! - [`Course`] is one request's way through its attempts and decides whether there is another one.
//! - [`Rules`] say which sites a request may go to, in which order, and why.
//!
//! The crate is pure: it reads no clock, does no IO and starts no thread. Time and random numbers come in
//! as parameters, so the same calls give the same answers.
//!
//! # Pick and report by hand
//!
//! ```
//! use base::Timestamp;
//! use http::HeaderMap;
//! use relayscope_route::{
//!     Answer, Ask, Attempt, Classifier, KeyConfig, KeyState, Pool, Report, Settings, SiteConfig,
//! };
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let settings = Settings::bundled()?;
//! let classifier = Classifier::bundled()?;
//! let mut pool = Pool::new(settings);
//! pool.configure(vec![SiteConfig::new("relay", [KeyConfig::new("first"), KeyConfig::new("second")])]);
//!
//! // Pick: the best place to try, and a ticket for the attempt.
//! let now = Timestamp::from_millis(1_795_184_540_000);
//! let sites = ["relay".into()];
//! let ask = Ask::new(&sites, "claude-opus-5-5");
//! let plan = pool.plan(&ask, now, 7)?;
//! let candidate = &plan.candidates[0];
//! assert_eq!(candidate.key.as_str(), "first");
//! let ticket = pool.begin(candidate, now)?;
//!
//! // Report: what came back says that the key is spent.
//! let headers = HeaderMap::new();
//! let attempt = Attempt::Answered(Answer {
//!     status: 401,
//!     headers: &headers,
//!     body: "{\"error\":{\"message\":\"该令牌额度已用尽\",\"type\":\"new_api_error\"}}".as_bytes(),
//! });
//! let verdict = classifier.judge(&attempt, now).ok_or("an error was expected")?;
//! let change = pool.report(ticket, &Report::Failed(verdict), now, 7);
//! assert_eq!(change.moved.map(|moved| moved.to), Some(KeyState::Exhausted));
//!
//! // The next pick goes to the other key.
//! assert_eq!(pool.plan(&ask, now, 7)?.candidates[0].key.as_str(), "second");
//! # Ok(())
//! # }
//! ```

mod cause;
mod classify;
mod error;
mod failover;
mod family;
mod glob;
mod names;
mod plan;
mod pool;
mod purpose;
mod random;
mod rules;
mod sessions;
mod settings;
mod shared;
pub mod strategies;
mod verdict;
mod when;

pub use cause::{Cause, Kind};
pub use classify::{Answer, Attempt, Classifier, Failure};
pub use error::{NotNow, RoutingFileError};
pub use failover::{Allowance, Course, Next, Progress, Stop};
pub use family::family;
pub use glob::Glob;
pub use names::{KeyId, SiteId};
pub use plan::{Ask, Candidate, Nobody, Plan, Skipped, Why};
pub use pool::change::{Change, Moved, Report, Urgency};
pub use pool::config::{KeyConfig, SiteConfig};
pub use pool::scope::StoredScope;
pub use pool::state::KeyState;
pub use pool::stored::StoredState;
pub use pool::ticket::Ticket;
pub use pool::view::{KeyView, LastError, ScopedView, SiteView};
pub use pool::{Pool, Usage};
pub use purpose::{LONG_CONTEXT_TOKENS, Purpose};
pub use rules::{
    Choice, Dropped, DroppedFor, Route, RouteAsk, RouteError, RouteWhy, Rule, Rules, SiteInfo,
};
pub use sessions::SessionKey;
pub use settings::Settings;
pub use shared::{Permit, SharedPool};
pub use strategies::{Strategy, UnknownStrategy};
pub use verdict::{Basis, Retry, Said, Scope, Until, Verdict};
pub use when::{ModelPattern, When, alias};
