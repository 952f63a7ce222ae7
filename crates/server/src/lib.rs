//! The HTTP door: guard, proxy routes, management API, WebSocket, panel.
//!
//! Translates and authorises; decides nothing. The desktop shell and `relayscope serve` both start it
//! with [`start`].

mod api;
mod body;
mod guard;
mod holder;
mod listen;
mod panel;
mod rate;
mod refuse;
mod serve;
mod start;
mod wrong_keys;
mod ws;

pub use start::{Options, Running, StartError, reachable, start};
