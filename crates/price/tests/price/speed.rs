//! Run with `cargo nextest run -p relayscope-price --release --run-ignored only --no-capture`.

use std::hint::black_box;
use std::time::Instant;

use base::Usage;
use relayscope_price::Catalog;

use crate::{CATALOG, ask};

/// Loading is part of the start-up, finding and pricing of every request.
#[test]
#[ignore = "measures the release build"]
fn loads_in_milliseconds_and_answers_in_a_microsecond() {
    let begin = Instant::now();
    black_box(Catalog::bundled().unwrap());
    println!("first load {:?}", begin.elapsed());
    let begin = Instant::now();
    for _ in 0..100 {
        black_box(Catalog::bundled().unwrap());
    }
    println!("load {:?}", begin.elapsed() / 100);

    let usage = Usage {
        input: 12_345,
        cache_read: 67_890,
        output: 1_234,
        ..Usage::default()
    };
    const ROUNDS: u32 = 100_000;
    for model in [
        "claude-opus-5",
        "anthropic/claude-opus-5",
        "us.anthropic.claude-haiku-4-5-20251001-v1:0",
        "claude-4.5-sonnet",
        "deepseek-flash",
        "nobody/knows-this-model",
    ] {
        let begin = Instant::now();
        for _ in 0..ROUNDS {
            black_box(CATALOG.find(black_box(model)));
        }
        let find = begin.elapsed() / ROUNDS;
        let ask = ask(model, &usage, "2026-11-20T02:00:00Z");
        let begin = Instant::now();
        for _ in 0..ROUNDS {
            black_box(CATALOG.quote_total(black_box(&ask)));
        }
        println!(
            "{model}: find {find:?}, total {:?}",
            begin.elapsed() / ROUNDS
        );
    }
}
