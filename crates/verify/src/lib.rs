//! Claude authenticity: is a site what it claims to be? Probes, evidence, verdict.
//!
//! This crate does no IO and reads no clock. A [`Run`] says which calls to make, a driver makes them, and
//! the run reads what came back. Tables, texts and weights are in `config/verify`, shapes of requests in
//! `config/presets`. No verdict without evidence: every claim names the calls that show it.

pub mod ask;
pub mod call;
pub mod claim;
pub mod context;
pub mod exchange;
pub mod identifier;
pub mod observe;
pub mod passive;
pub mod plan;
pub mod preset;
pub mod probe;
mod probes;
pub mod random;
pub mod reading;
pub mod report;
pub mod run;
pub mod signature;
pub mod statistics;
pub mod tables;
pub mod target;
mod verdict;

pub use call::{Call, CallId, Door, Method, Request};
pub use claim::Claim;
pub use context::Context;
pub use exchange::{Arrival, Exchange, Failure, LARGEST_BODY};
pub use observe::{ApiError, Frame, Frames, Message, Observation, UsageSeen};
pub use passive::{Notice, Sighting, Standing, Trait, sight};
pub use plan::{Depth, Estimate, OptIns, Plan};
pub use preset::{CLAUDE_CODE, PLAIN, Preset};
pub use probe::{About, Family, Forgeability};
pub use random::Random;
pub use reading::{Axis, Contradiction, Evidence, Finding, Integrity, Mark, Outcome, Reading, Who};
pub use report::{
    CallRecord, Change, ChannelAxis, Comparison, IntegrityAxis, ModelAxis, ProbeReport, Report,
    Routing, Scores, Spent, Verdict,
};
pub use run::{Phase, ProbeProgress, Progress, Run, Step, Stop};
pub use tables::{Channel, Language, Likelihoods, Model, Models, TableError, Tables, Words};
pub use target::Target;

/// Everything known of every probe, in the order of the catalogue.
pub fn catalogue() -> Vec<&'static About> {
    probes::all().iter().map(|probe| probe.about()).collect()
}
