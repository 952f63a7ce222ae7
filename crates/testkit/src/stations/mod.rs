//! Fake relay stations: what New-API, One-API and their children, sub2api, claude-relay-service and VoAPI
//! answer, with their auth forms, statuses, limits and traps, on a real port.
//!
//! A [`Station`] has state: its balance falls as it serves model calls (which it answers like [`crate::Upstream`]),
//! rows appear in its log, one can check in once a day, and its small bucket empties. Tests change the state
//! through [`Station::change`] and read what was asked through [`Station::asked`].

mod answer;
mod charge;
mod claude_relay;
mod demo;
mod family;
mod history;
mod model_call;
mod server;
mod state;
mod sub2api;
mod trap;
mod voapi;

pub use charge::{Ratios, Told};
pub use demo::{DemoError, DemoRecharge, DemoStation, DemoWindow, PastDay, demo_stations};
pub use server::{Asked, Station};
pub use state::{
    Account, Bucket, CheckIn, Key, Overbilling, Plan, Row, RowType, Settings, Software, State,
    Window,
};
pub use trap::Trap;
