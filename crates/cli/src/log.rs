//! Log lines on stderr.

use std::io::IsTerminal;

use tracing_subscriber::filter::LevelFilter;

/// Begins to log; `RELAYSCOPE_LOG` is one of error, warn, info, debug, trace.
pub(crate) fn begin() {
    let wanted = std::env::var("RELAYSCOPE_LOG").ok();
    let level = wanted.and_then(|text| text.parse::<LevelFilter>().ok());
    tracing_subscriber::fmt()
        .with_max_level(level.unwrap_or(LevelFilter::INFO))
        .with_target(false)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .init();
}
