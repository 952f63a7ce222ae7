//! When what streams brought could be seen in a panel: what the panel was told, put beside what was sent.

use std::collections::HashMap;

use serde::Deserialize;

use super::streams::Window;
use super::{Panel, percentile};
use crate::mock::DELTA_TEXT;

/// While an answer runs, Relayscope counts a token for so many bytes of it.
const BYTES_PER_TOKEN: u64 = 4;

/// What one stream brought. Moments on the shared clock.
pub(super) struct Stream {
    /// The proxy's name of the exchange.
    pub(super) name: String,
    /// When the call was sent.
    pub(super) begun: u64,
    /// When the client had all of the answer.
    pub(super) ended: u64,
    /// When the upstream made each delta.
    pub(super) sent: Vec<u64>,
}

/// A message of the WebSocket.
pub(super) struct Heard {
    /// When it came.
    pub(super) at: u64,
    pub(super) message: Message,
}

/// Of a message, what is needed here.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Message {
    Started {
        exchanges: Vec<Told>,
    },
    Progress {
        exchanges: Vec<Told>,
    },
    Finished {
        exchanges: Vec<Told>,
    },
    #[serde(other)]
    Other,
}

/// What is told of one exchange.
#[derive(Deserialize)]
pub(super) struct Told {
    id: String,
    tokens: Tokens,
}

#[derive(Deserialize)]
struct Tokens {
    output: Option<u64>,
}

/// What came of the comparison.
pub(super) struct Seen {
    /// From the stamp of each delta in the window to the message that shows it.
    pub(super) deltas: Vec<u64>,
    /// Streams and deltas that were never shown, and counts that no number of deltas explains.
    pub(super) lost: usize,
    /// Everything else.
    pub(super) panel: Panel,
}

/// What a panel was told of one exchange.
#[derive(Default)]
struct Shown {
    started: Option<u64>,
    finished: Option<u64>,
    /// When the row changed, and how many deltas it showed then.
    changes: Vec<(u64, Option<usize>)>,
}

/// Puts both beside each other.
pub(super) fn compare(streams: &[Stream], heard: &[Heard], window: Window) -> Seen {
    let shown = by_name(heard);
    let nothing = Shown::default();
    let (mut deltas, mut started, mut first, mut ended) = (vec![], vec![], vec![], vec![]);
    let (mut lost, mut busiest) = (0, 0.0_f64);
    for stream in streams {
        let shown = shown.get(stream.name.as_str()).unwrap_or(&nothing);
        let mut note = |times: &mut Vec<u64>, since: u64, at: Option<u64>| match at {
            // What the client reads after the panel was told is as good as told at once.
            Some(at) => times.push(at.saturating_sub(since)),
            None => lost += 1,
        };
        note(&mut started, stream.begun, shown.started);
        note(&mut ended, stream.ended, shown.finished);
        for (number, sent) in stream.sent.iter().enumerate() {
            if number == 0 {
                note(&mut first, *sent, shown.shows(number));
            }
            if window.holds(*sent) {
                note(&mut deltas, *sent, shown.shows(number));
            }
        }
        lost += shown
            .changes
            .iter()
            .filter(|(_, deltas)| deltas.is_none())
            .count();
        busiest = busiest.max(shown.rate(window));
    }
    let messages = heard.iter().filter(|it| window.holds(it.at)).count();
    let slowest = |mut times: Vec<u64>| {
        times.sort_unstable();
        percentile(&times, 99)
    };
    Seen {
        deltas,
        lost,
        panel: Panel {
            started: slowest(started),
            first: slowest(first),
            ended: slowest(ended),
            messages: messages as f64 / ((window.to - window.from) as f64 / 1e9),
            changes: busiest,
        },
    }
}

impl Shown {
    /// When this delta could be seen first: the row's end shows all of them.
    fn shows(&self, delta: usize) -> Option<u64> {
        let mut changes = self.changes.iter();
        let shown = changes.find(|(_, deltas)| deltas.is_some_and(|deltas| deltas > delta));
        shown.map(|(at, _)| *at).or(self.finished)
    }

    /// Changes a second within the window.
    fn rate(&self, window: Window) -> f64 {
        let moments = self.changes.iter().map(|(at, _)| *at);
        let moments: Vec<u64> = moments.filter(|at| window.holds(*at)).collect();
        match moments[..] {
            [first, .., last] => (moments.len() - 1) as f64 / ((last - first) as f64 / 1e9),
            _ => 0.0,
        }
    }
}

fn by_name(heard: &[Heard]) -> HashMap<&str, Shown> {
    let mut all: HashMap<&str, Shown> = HashMap::new();
    for Heard { at, message } in heard {
        let (Message::Started { exchanges }
        | Message::Progress { exchanges }
        | Message::Finished { exchanges }) = message
        else {
            continue;
        };
        for told in exchanges {
            let shown = all.entry(&told.id).or_default();
            match message {
                Message::Started { .. } => shown.started = shown.started.or(Some(*at)),
                Message::Progress { .. } => {
                    shown.changes.push((*at, deltas_in(told.tokens.output)));
                }
                _ => shown.finished = shown.finished.or(Some(*at)),
            }
        }
    }
    all
}

/// How many deltas are in a row that shows so many tokens. The opening of a stream says 1 or none.
fn deltas_in(tokens: Option<u64>) -> Option<usize> {
    let Some(tokens @ 2..) = tokens else {
        return Some(0);
    };
    let deltas = (tokens * BYTES_PER_TOKEN).div_ceil(DELTA_TEXT);
    let exact = deltas * DELTA_TEXT / BYTES_PER_TOKEN == tokens;
    exact.then(|| usize::try_from(deltas).unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests {
    use super::{Heard, Stream, Window, compare, deltas_in};
    use crate::mock::DELTA_TEXT;

    const MILLISECOND: u64 = 1_000_000;

    fn heard(at: u64, kind: &str, output: u64) -> Heard {
        let text = format!(
            r#"{{"type":"{kind}","revision":7,"exchanges":[{{"id":"req_1","phase":"streaming","tokens":{{"output":{output}}}}}]}}"#
        );
        Heard {
            at: at * MILLISECOND,
            message: serde_json::from_str(&text).unwrap(),
        }
    }

    #[test]
    fn token_counts_say_how_many_deltas_are_shown() {
        for deltas in 1..2_000 {
            let tokens = deltas * DELTA_TEXT / 4;
            assert_eq!(deltas_in(Some(tokens)), Some(deltas as usize));
        }
        assert_eq!(deltas_in(None), Some(0));
        assert_eq!(deltas_in(Some(1)), Some(0));
        assert_eq!(deltas_in(Some(10)), None, "between one delta and two");
    }

    #[test]
    fn each_delta_is_seen_in_the_first_message_that_counts_it() {
        let tokens = |deltas: u64| deltas * DELTA_TEXT / 4;
        let stream = Stream {
            name: "req_1".into(),
            begun: 0,
            ended: 200 * MILLISECOND,
            sent: [20, 40, 60, 180].map(|at| at * MILLISECOND).into(),
        };
        let messages = [
            heard(10, "started", 0),
            heard(10, "progress", 1),
            heard(50, "progress", tokens(2)),
            heard(150, "progress", tokens(3)),
            heard(230, "finished", 85),
        ];
        let window = Window {
            from: 30 * MILLISECOND,
            to: 230 * MILLISECOND,
        };
        let seen = compare(&[stream], &messages, window);
        assert_eq!(seen.deltas, [10, 90, 50].map(|wait| wait * MILLISECOND));
        assert_eq!(seen.lost, 0);
        assert_eq!(seen.panel.started, 10_000.0);
        assert_eq!(seen.panel.first, 30_000.0);
        assert_eq!(seen.panel.ended, 30_000.0);
        assert_eq!(seen.panel.changes, 10.0);
        assert_eq!(seen.panel.messages, 10.0);
    }

    #[test]
    fn what_nobody_was_told_is_lost() {
        let stream = Stream {
            name: "req_2".into(),
            begun: 0,
            ended: 9,
            sent: vec![1],
        };
        let window = Window { from: 0, to: 9 };
        let other = [heard(1, "started", 0), heard(2, "totals_of_tomorrow", 0)];
        // Its start, its end, its first delta as such, and as one of the window.
        assert_eq!(compare(&[stream], &other, window).lost, 4);
    }
}
