//! What may stand between a client and a backend, each a layer that knows nothing of the others.

mod amazon;
mod antigravity;
mod canned;
mod detour;
mod errors;
mod gates;
mod headers;
mod identity;
mod kiro;
mod mixed;
mod requests;
mod streams;
mod usage;
mod vercel;

pub(crate) use amazon::{copilot, tells_metrics};
pub(crate) use antigravity::antigravity;
pub(crate) use canned::{caches_replies, canned};
pub(crate) use detour::detour;
pub(crate) use errors::{sanitises_errors, wraps_amazon_errors, writes_errors_like_new_api};
pub(crate) use gates::{breaks_sometimes, fails_sometimes, limits_rate, wants_claude_code};
pub(crate) use headers::{forges_headers, keeps_rate_headers, relay_headers, strips_headers};
pub(crate) use identity::{answers_as, drops_fields, drops_thinking, rewrites_ids};
pub(crate) use kiro::kiro;
pub(crate) use mixed::mixes;
pub(crate) use requests::{
    injects, injects_anew, rectifies, serves, truncates, wraps_in_claude_code,
};
pub(crate) use streams::{
    answers_models_like_openai, merges_deltas, paced, rewrites_commands, streams_as,
};
pub(crate) use usage::{adds_to_input, bills_in_full, jitters_usage, multiplies_usage};
pub(crate) use vercel::vercel;
