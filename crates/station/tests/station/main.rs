//! Kinds of stations, against recorded and invented answers.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod balances;
mod check_ins;
mod custom;
mod detection;
mod harness;
mod logs;
mod properties;
mod real;
mod reconciling;
mod refusals;
