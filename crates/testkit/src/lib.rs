//! Fake upstreams for tests and the demo.
//!
//! [`Upstream`] is a small HTTP/1.1 server that speaks Anthropic Messages, OpenAI Chat Completions and
//! OpenAI Responses as the vendors do, and misbehaves on request: every request may choose a *scenario*
//! ([`scenarios::all`]) by its model name (`scenario:NAME?parameter=value`), by a suffix of it
//! (`MODEL+scenario-NAME`) or by the header `x-testkit-scenario: NAME`.
//!
//! A scenario is a pure function from a call to a [`Script`]: bytes, waits, and how the connection ends.
//! The server writes exactly those bytes; no HTTP library stands between, because most of the scenarios
//! are answers that a library would refuse to write.
//!
//! [`personas`] are whole sites that sell Claude, honest and otherwise, for the authenticity tester.
//!
//! [`stations`] are relay stations with accounts, balances, logs, limits and traps.
//!
//! [`demo`] drives made-up clients against a proxy whose upstream is such a server.

mod answer;
mod ask;
mod choice;
mod connection;
mod control;
mod delivery;
mod dice;
mod journal;
mod player;
mod reply;
mod request;
mod script;
mod sse;
mod tokens;
mod upstream;

pub mod demo;
pub mod dialect;
pub mod personas;
pub mod scenarios;
pub mod stations;

pub use answer::{Answer, Block, Stop, UsageForm};
pub use ask::{Ask, Last};
pub use choice::{Choice, Parameters};
pub use delivery::{deliver, events_of, stream_events};
pub use journal::{Counters, Ended, Journal, Received};
pub use reply::{Reply, Stream};
pub use request::Request;
pub use script::{Script, Step};
pub use sse::{Event, Form, Weight};
pub use upstream::Upstream;
