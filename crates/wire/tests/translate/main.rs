//! Translation of requests, answers, streams and errors: what a caller would notice.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    missing_docs
)]

mod anthropic_answer;
mod anthropic_corpus;
mod anthropic_events;
mod anthropic_properties;
mod anthropic_request;
mod anthropic_speed;
mod anthropic_stream;
mod chat_rules;
mod chat_to_anthropic;
mod openai_properties;
mod responses_to_others;
mod valid;
