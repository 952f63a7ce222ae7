//! The HTTP door as clients see it: every test has a server, an upstream and a directory of its own.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    unreachable_pub,
    reason = "tests"
)]

mod harness;

mod bodies;
mod carrying;
mod changing;
mod crowded;
mod documented;
mod encoded;
mod failing;
mod guarding;
mod guessing;
mod hostile;
mod leaving;
mod looking;
mod recording;
mod secrets;
mod settings;
mod sites;
mod starting;
mod stations;
mod told;
mod watching;
