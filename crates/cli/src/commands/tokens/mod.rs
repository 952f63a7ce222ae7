//! `relayscope tokens`: the keys and their states.

mod reset;
mod stats;

use app::view::KeyView;
use base::{Clock, SystemClock, Timestamp};
use clap::Subcommand;
use serde::{Deserialize, Serialize};

use super::answer::{self, Side};
use super::client::{self, Client, Place};
use crate::failure::Failure;

/// Arguments of `tokens`.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Arguments {
    /// One JSON document
    #[arg(long)]
    json: bool,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Requests and failures by site
    Stats(stats::Arguments),
    /// Clear what is held against keys
    Reset(reset::Arguments),
}

/// Answer of `GET /api/keys`.
#[derive(Serialize, Deserialize)]
struct Keys {
    keys: Vec<KeyView>,
}

/// Shows or resets the states of keys.
pub(crate) fn run(place: Place, arguments: Arguments) -> Result<(), Failure> {
    client::with(place, async |client| match arguments.command {
        None => list(client, arguments.json).await,
        Some(Command::Stats(arguments)) => stats::stats(client, &arguments).await,
        Some(Command::Reset(arguments)) => reset::reset(client, &arguments).await,
    })
}

async fn list(client: &mut Client, json: bool) -> Result<(), Failure> {
    let keys: Keys = client.get("/api/keys").await?;
    if json {
        return answer::document(&keys);
    }
    if keys.keys.is_empty() {
        answer::progress("no keys: add one with `relayscope site key add SITE --key -`");
        return Ok(());
    }
    answer::say(&table(&keys.keys))
}

/// Keys with their states, below each other.
pub(super) fn table(keys: &[KeyView]) -> String {
    let headings = [
        ("SITE", Side::Left),
        ("LABEL", Side::Left),
        ("KEY", Side::Left),
        ("STATE", Side::Left),
        ("FOR", Side::Left),
        ("CAUSE", Side::Left),
        ("BACK", Side::Left),
        ("WEIGHT", Side::Right),
        ("RUNNING", Side::Right),
        ("REQUESTS", Side::Right),
        ("FAILURES", Side::Right),
        ("ID", Side::Left),
        ("LAST ERROR", Side::Left),
    ];
    let row = |key: &KeyView| {
        [
            key.site.clone(),
            key.label.clone(),
            key.masked.clone(),
            key.state.clone(),
            key.scope.clone().unwrap_or_default(),
            key.cause.as_deref().map(words).unwrap_or_default(),
            key.until.as_deref().map(countdown).unwrap_or_default(),
            key.weight.to_string(),
            key.in_flight.to_string(),
            key.requests.to_string(),
            key.failures.to_string(),
            key.id.clone(),
            key.last_error.clone().unwrap_or_default(),
        ]
    };
    let rows: Vec<_> = keys.iter().map(row).collect();
    answer::table(headings, &rows)
}

/// A code as words: `rate_limited` → `rate limited`.
pub(super) fn words(code: &str) -> String {
    code.replace('_', " ")
}

/// How long until then: `in 4 min`.
pub(super) fn countdown(until: &str) -> String {
    match Timestamp::parse(until) {
        Some(then) => wait((then.millis() - SystemClock.now().millis()).div_euclid(1_000)),
        None => until.to_owned(),
    }
}

fn wait(seconds: i64) -> String {
    match seconds {
        ..=0 => "now".to_owned(),
        1..=99 => format!("in {seconds} s"),
        100..=5_999 => format!("in {} min", (seconds + 59) / 60),
        6_000..=172_799 => format!("in {} h", (seconds + 3_599) / 3_600),
        _ => format!("in {} days", (seconds + 86_399) / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_are_rounded_up() {
        for (seconds, expected) in [
            (-3, "now"),
            (0, "now"),
            (1, "in 1 s"),
            (100, "in 2 min"),
            (3_600, "in 60 min"),
            (7_201, "in 3 h"),
            (200_000, "in 3 days"),
        ] {
            assert_eq!(wait(seconds), expected);
        }
    }
}
