//! Lifelike traffic: made-up clients that call a proxy, and the answers that they get from a fake upstream.
//!
//! Both sides read the same book: sessions with their turns, under `book/`. A client sends a turn with
//! its history; the upstream finds the turn by what was said last. Neither keeps any state, so that any
//! turn can be sent at any time.

mod answer;
mod book;
mod clients;
mod request;
mod schedule;
mod script;
mod traffic;

pub(crate) use answer::answer;
pub use book::BookError;
pub use script::{DemoError, Script};
