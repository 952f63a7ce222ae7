//! One log line for each finished exchange, where there is no terminal to show a panel in.
//!
//! Twice a second the live list is asked for what has changed since the last look, as a web panel does
//! that comes back. That costs one small message per look and nothing in between; a lasting subscription
//! would have the progress of every running answer put into words ten times a second for nobody.

use std::sync::Arc;
use std::time::Duration;

use app::live::Live;
use app::view::{ExchangeRow, Message, Totals};
use jiff::tz::TimeZone;
use tokio::time::{MissedTickBehavior, interval};

use super::{fit, numbers};

/// Between two looks.
const LOOK: Duration = Duration::from_millis(500);

/// How the message of the exchanges that run begins.
const RUNNING: &str = r#"{"type":"started""#;

/// Writes lines until it is cancelled. Does nothing when nobody would see them.
pub(crate) async fn write(live: &Arc<Live>) {
    if !tracing::enabled!(tracing::Level::INFO) {
        return std::future::pending().await;
    }
    let zone = TimeZone::system();
    let mut watcher = Watcher::new(live.clone());
    let mut look = interval(LOOK);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        look.tick().await;
        let Seen { finished, left_out } = watcher.look();
        for row in finished {
            tracing::info!("{}", line(&row, &zone));
        }
        if left_out > 0 {
            tracing::info!("{left_out} more finished than the live list holds");
        }
    }
}

/// What a look shows.
#[derive(Debug, Default)]
struct Seen {
    /// Oldest first.
    finished: Vec<ExchangeRow>,
    /// Finished, and pushed out of the list before the look.
    left_out: u32,
}

struct Watcher {
    live: Arc<Live>,
    memory: Memory,
}

/// What the last look showed.
#[derive(Debug, Default)]
struct Memory {
    /// The server's run and the revision of the list.
    known: Option<(String, f64)>,
    /// Exchanges of today that were over.
    over: u32,
}

impl Watcher {
    fn new(live: Arc<Live>) -> Self {
        let mut watcher = Self {
            live,
            memory: Memory::default(),
        };
        // What ended before is no news.
        watcher.look();
        watcher
    }

    fn look(&mut self) -> Seen {
        let known = self.memory.known.as_ref();
        let since = known.map(|(run, revision)| (run.as_str(), *revision as u64));
        // Subscribing ends with this statement: frames are made for others only.
        let first = self.live.watch(since).first;
        // Running exchanges come too; they are not read.
        let told = first.iter().filter(|text| !text.starts_with(RUNNING));
        self.memory
            .take(told.filter_map(|text| serde_json::from_str(text).ok()))
    }
}

impl Memory {
    fn take(&mut self, messages: impl Iterator<Item = Message>) -> Seen {
        let mut seen = Seen::default();
        for message in messages {
            match message {
                Message::Snapshot {
                    revision,
                    run,
                    totals,
                    ..
                } => {
                    self.known = Some((run, revision));
                    self.over = over(&totals);
                }
                Message::Finished {
                    revision,
                    exchanges,
                } => {
                    if let Some((_, known)) = &mut self.known {
                        *known = revision;
                    }
                    seen.finished = exchanges;
                }
                Message::Totals { totals, .. } => {
                    // At midnight the count begins anew: nothing is claimed then.
                    let ended = over(&totals).saturating_sub(self.over);
                    seen.left_out = ended.saturating_sub(seen.finished.len() as u32);
                    self.over = over(&totals);
                }
                Message::Started { .. }
                | Message::Progress { .. }
                | Message::Sites { .. }
                | Message::Cleared { .. } => {}
            }
        }
        seen
    }
}

fn over(totals: &Totals) -> u32 {
    totals.requests_today.saturating_sub(totals.in_flight)
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
    fn each_finished_exchange_is_seen_once_and_lost_ones_are_counted() {
        let mut memory = Memory::default();
        let later = |finished: u32, exchanges| {
            let totals = Totals {
                requests_today: fixture::totals().requests_today + finished,
                ..fixture::totals()
            };
            let messages = [
                Message::Finished {
                    revision: 9.0,
                    exchanges,
                },
                Message::Totals {
                    revision: 9.0,
                    totals,
                    proxy: fixture::proxy(),
                },
            ];
            messages.into_iter()
        };
        let before = [fixture::snapshot(vec![fixture::finished()])];
        let seen = memory.take(before.into_iter());
        assert_eq!((seen.finished.len(), seen.left_out), (0, 0));
        let seen = memory.take(later(1, vec![fixture::left()]));
        assert_eq!((seen.finished.len(), seen.left_out), (1, 0));
        assert_eq!(memory.known, Some(("run".to_owned(), 9.0)));
        let seen = memory.take(later(6, vec![fixture::left(), fixture::unreachable()]));
        assert_eq!((seen.finished.len(), seen.left_out), (2, 3));
    }

    #[test]
    fn running_exchanges_are_passed_over() {
        let started = Message::Started {
            revision: 1.0,
            exchanges: Vec::new(),
        };
        let text = serde_json::to_string(&started).expect("a message is JSON");
        assert!(text.starts_with(RUNNING), "{text}");
    }
}
