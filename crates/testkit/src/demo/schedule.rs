//! Which turn is sent next, and when. The same seed gives the same schedule.

use std::time::Duration;

use super::book::Book;
use crate::dice::Dice;

/// Requests of the beginning, so that the first screen is alive.
const BURST: usize = 25;
/// Of these: with a failure, or a client that leaves.
const BURST_EVENTFUL: usize = 3;
/// Pause between two of them, in ms: all are sent within two seconds.
const BURST_GAP: u64 = 75;
/// Pauses later on, in ms: about ten requests a minute.
const GAP: (u64, u64) = (4_200, 7_200);
/// Sessions that go on side by side.
const SIDE_BY_SIDE: usize = 3;

/// A turn and the pause before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Planned {
    pub(super) pause: Duration,
    /// Index of the session.
    pub(super) session: usize,
    /// Index of the turn.
    pub(super) turn: usize,
    /// The client's id of the conversation.
    pub(super) conversation: String,
}

/// Plans without end.
#[derive(Debug)]
pub(super) struct Schedule<'a> {
    book: &'a Book,
    dice: Dice,
    burst: Vec<(usize, usize)>,
    active: Vec<Going>,
    waiting: Vec<usize>,
}

/// A session that goes on.
#[derive(Debug)]
struct Going {
    session: usize,
    next: usize,
    conversation: String,
}

impl<'a> Schedule<'a> {
    pub(super) fn new(book: &'a Book, seed: u64) -> Self {
        let mut burst = burst(book);
        burst.reverse();
        Self {
            book,
            dice: Dice::new(seed),
            burst,
            active: Vec::new(),
            waiting: Vec::new(),
        }
    }

    fn going_on(&mut self) -> Planned {
        while self.active.len() < SIDE_BY_SIDE {
            if self.waiting.is_empty() {
                self.waiting = (0..self.book.sessions.len()).collect();
            }
            let session = self.waiting.remove(self.dice.below(self.waiting.len()));
            self.active.push(Going {
                session,
                next: 0,
                conversation: self.dice.uuid(),
            });
        }
        let at = self.dice.below(self.active.len());
        let going = &mut self.active[at];
        let turn = going.next;
        let (session, conversation) = (going.session, going.conversation.clone());
        going.next += 1;
        if going.next == self.book.sessions[session].turns.len() {
            self.active.remove(at);
        }
        let pause = Duration::from_millis(self.dice.between(GAP.0, GAP.1));
        Planned {
            pause,
            session,
            turn,
            conversation,
        }
    }
}

impl Iterator for Schedule<'_> {
    type Item = Planned;

    fn next(&mut self) -> Option<Planned> {
        let Some((session, turn)) = self.burst.pop() else {
            return Some(self.going_on());
        };
        // The turns of a session have the same id in the burst.
        let conversation = Dice::new(session as u64 + 7).uuid();
        Some(Planned {
            pause: Duration::from_millis(BURST_GAP),
            session,
            turn,
            conversation,
        })
    }
}

/// The long answers first, because they shall still stream when the first screen is looked at; then turns
/// of all sessions in turn; at the end some with which something happens.
fn burst(book: &Book) -> Vec<(usize, usize)> {
    let longest = book
        .sessions
        .iter()
        .map(|session| session.turns.len())
        .max()
        .unwrap_or(0);
    let all = (0..longest).flat_map(|turn| (0..book.sessions.len()).map(move |at| (at, turn)));
    let (mut burst, mut calm, mut eventful) = (Vec::new(), Vec::new(), Vec::new());
    for (session, turn) in all {
        let Some(sent) = book.sessions[session].turns.get(turn) else {
            continue;
        };
        if sent.long {
            burst.push((session, turn));
        } else if sent.trouble.is_some() || sent.leave_after_ms.is_some() {
            eventful.push((session, turn));
        } else {
            calm.push((session, turn));
        }
    }
    eventful.truncate(BURST_EVENTFUL);
    calm.truncate(BURST.saturating_sub(burst.len() + eventful.len()));
    burst.extend(calm);
    burst.extend(eventful);
    burst
}

#[cfg(test)]
#[allow(clippy::expect_used)]
mod tests {
    use super::*;

    #[test]
    fn is_the_same_for_the_same_seed() {
        let book = Book::read().expect("the book is readable");
        let first: Vec<Planned> = Schedule::new(&book, 1).take(200).collect();
        let again: Vec<Planned> = Schedule::new(&book, 1).take(200).collect();
        assert_eq!(first, again);
        let other: Vec<Planned> = Schedule::new(&book, 2).take(200).collect();
        assert_ne!(first, other);
    }

    #[test]
    fn begins_with_a_burst_and_goes_on_calmly() {
        let book = Book::read().expect("the book is readable");
        let planned: Vec<Planned> = Schedule::new(&book, 1).take(225).collect();
        let (burst, calm) = planned.split_at(25);
        assert!(burst.iter().map(|one| one.pause).sum::<Duration>() < Duration::from_secs(2));
        let long = |one: &&Planned| book.sessions[one.session].turns[one.turn].long;
        assert_eq!(burst.iter().filter(long).count(), 3);
        let minutes = calm
            .iter()
            .map(|one| one.pause)
            .sum::<Duration>()
            .as_secs_f64()
            / 60.0;
        let rate = calm.len() as f64 / minutes;
        assert!((8.0..15.0).contains(&rate), "{rate}");
    }
}
