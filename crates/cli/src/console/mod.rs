//! The terminal panel: what runs and what has just ended, in the terminal of `relayscope serve`.
//!
//! One task reads keys and the live list's messages, changes the [`model`] and draws it. Everything in
//! between is a function from values to values: a message or a key changes the model ([`model`],
//! [`act`]), the [`view`] turns it into lines. Without a terminal, [`lines`] writes a log line for each
//! finished exchange instead.

mod act;
mod columns;
pub(crate) mod fit;
mod keys;
pub(crate) mod lines;
mod model;
mod numbers;
mod panel;
mod rows;
mod screen;
mod shape;
mod text;
mod view;
mod watch;

pub(crate) use panel::show;
