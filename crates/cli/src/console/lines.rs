//! One log line for each finished exchange, where there is no terminal to show a panel in.
//!
//! Twice a second the live list is asked for what has finished since the last look, which costs nothing in
//! between; a lasting subscription would have the progress of every running answer put into words ten times
//! a second for nobody.

use std::sync::Arc;
use std::time::Duration;

use app::live::{FinishedSince, Live};
use app::view::ExchangeRow;
use jiff::tz::TimeZone;
use tokio::time::{MissedTickBehavior, interval};

use super::{fit, numbers};

/// Between two looks.
const LOOK: Duration = Duration::from_millis(500);

/// Lines of one look. A thousand a second are more than anybody reads; what is beyond is counted.
const MOST: usize = 500;

/// Writes lines until it is cancelled. Does nothing when nobody would see them.
pub(crate) async fn write(live: &Arc<Live>) {
    if !tracing::enabled!(tracing::Level::INFO) {
        return std::future::pending().await;
    }
    let zone = TimeZone::system();
    // What ended before is no news.
    let mut known = live.finished_since(u64::MAX);
    let mut look = interval(LOOK);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        look.tick().await;
        let now = live.finished_since(known.revision);
        let shown = shown(&now);
        for row in shown {
            tracing::info!("{}", line(row, &zone));
        }
        let left_out = now.finished - known.finished - shown.len() as u64;
        if left_out > 0 {
            tracing::info!("{left_out} more finished: too many at once for a line each");
        }
        known = now;
    }
}

/// The newest of what has finished, oldest first.
fn shown(seen: &FinishedSince) -> &[Arc<ExchangeRow>] {
    &seen.rows[seen.rows.len().saturating_sub(MOST)..]
}

/// `14:32:20 POST claude-opus-4-1 status=200 outcome=done ttft=1.18s speed=84t/s total=23.3s in=58.4k
/// out=1.2k cache=52.1k cost=$0.057`.
fn line(row: &ExchangeRow, zone: &TimeZone) -> String {
    let tokens = &row.tokens;
    let told = |count| numbers::told_tokens(count, tokens.basis);
    let speed = row
        .speed
        .map(|speed| format!("{}t/s", numbers::speed(Some(speed))));
    let status = row.status.map(|status| status.to_string());
    let called = row.model.as_deref().unwrap_or(&row.path);
    let mut line = format!(
        "{} {} {called} status={} outcome={} ttft={} speed={} total={} in={} out={} cache={} cost={}",
        numbers::clock(&row.started_at, zone),
        row.method,
        status.as_deref().unwrap_or(numbers::MISSING),
        row.outcome,
        numbers::first_token(row.timing.ttft_ms),
        speed.as_deref().unwrap_or(numbers::MISSING),
        numbers::duration(row.timing.duration_ms),
        told(tokens.input),
        told(tokens.output),
        told(tokens.cache_read),
        numbers::cost(&row.cost),
    );
    if let Some(error) = &row.error {
        line.push_str(&format!(" error={}", error.code));
    }
    // No-break spaces are for the eye; here a value is one word.
    fit::clean(&line).replace('\u{a0}', "")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::view::fixture;

    #[test]
    fn a_line_has_what_a_log_is_searched_for() {
        let check = |row: &ExchangeRow, expected: &str| {
            assert_eq!(line(row, &TimeZone::UTC), expected);
        };
        check(
            &fixture::finished(),
            "14:32:20 POST claude-opus-4-1-20250805 status=200 outcome=done ttft=1.18s speed=84t/s \
             total=23.3s in=58.4k out=1.2k cache=52.1k cost=$0.057",
        );
        check(
            &fixture::unreachable(),
            "14:32:26 POST gpt-5.1 status=502 outcome=error ttft=— speed=— total=0.03s in=— out=— \
             cache=— cost=$0.000 error=upstream_unreachable",
        );
        let mut hostile = fixture::finished();
        hostile.model = Some("a\u{1b}[2J\nb".to_owned());
        assert!(line(&hostile, &TimeZone::UTC).starts_with("14:32:20 POST a[2Jb status"));
    }

    #[test]
    fn a_flood_is_shown_from_its_newest_end() {
        let row = Arc::new(fixture::finished());
        let seen = |count: usize| FinishedSince {
            revision: 1,
            finished: count as u64,
            rows: vec![row.clone(); count],
        };
        assert_eq!(shown(&seen(3)).len(), 3);
        assert_eq!(shown(&seen(0)).len(), 0);
        let flood = seen(MOST + 7);
        assert!(std::ptr::eq(&flood.rows[7], &shown(&flood)[0]));
    }
}
