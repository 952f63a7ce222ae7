//! What has happened and is not in the list yet.
//!
//! The tasks that carry requests and the recorder leave it here without a lock. The recorder gives way to every
//! other program: were it stopped while it held a lock, a request that wanted the same would wait until those
//! programs are done, which was a second and more under a compiler.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};

/// Where starts and ends are left. A channel for each: within one a sender may wait for another sender.
#[derive(Debug)]
pub(super) struct Inbox<Start, End> {
    starts: Sender<Start>,
    ends: Sender<End>,
    /// Ends that wait, about.
    waiting: AtomicUsize,
}

/// Where they are taken from.
#[derive(Debug)]
pub(super) struct News<Start, End> {
    starts: Receiver<Start>,
    ends: Receiver<End>,
}

/// An empty inbox.
pub(super) fn inbox<Start, End>() -> (Inbox<Start, End>, News<Start, End>) {
    let (to_starts, starts) = mpsc::channel();
    let (to_ends, ends) = mpsc::channel();
    let inbox = Inbox {
        starts: to_starts,
        ends: to_ends,
        waiting: AtomicUsize::new(0),
    };
    (inbox, News { starts, ends })
}

impl<Start, End> Inbox<Start, End> {
    /// Something began.
    pub(super) fn start(&self, start: Start) {
        // The list lives as long as its inbox.
        let _ = self.starts.send(start);
    }

    /// Something ended that had begun. Gives how many ends wait now.
    pub(super) fn end(&self, end: End) -> usize {
        let _ = self.ends.send(end);
        self.waiting.fetch_add(1, Ordering::Relaxed) + 1
    }
}

impl<Start, End> News<Start, End> {
    /// All that waits. The ends are looked for first, so that the start of each is among these starts or was
    /// taken before.
    pub(super) fn take(&self, inbox: &Inbox<Start, End>) -> (Vec<Start>, Vec<End>) {
        let ends: Vec<End> = self.ends.try_iter().collect();
        if !ends.is_empty() {
            inbox.waiting.store(0, Ordering::Relaxed);
        }
        (self.starts.try_iter().collect(), ends)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_end_comes_before_its_start() {
        const EACH: usize = 20_000;
        let (inbox, news) = inbox::<usize, usize>();
        let mut running = HashSet::new();
        let mut ended = 0;
        std::thread::scope(|threads| {
            for thread in 0..3 {
                let inbox = &inbox;
                threads.spawn(move || {
                    for number in 0..EACH {
                        inbox.start(thread * EACH + number);
                        inbox.end(thread * EACH + number);
                    }
                });
            }
            while ended < 3 * EACH {
                let (starts, ends) = news.take(&inbox);
                running.extend(starts);
                ended += ends.len();
                assert!(ends.iter().all(|end| running.remove(end)));
            }
        });
        assert!(running.is_empty());
    }

    #[test]
    fn ends_are_counted_until_they_are_taken() {
        let (inbox, news) = inbox::<(), ()>();
        assert_eq!([inbox.end(()), inbox.end(())], [1, 2]);
        news.take(&inbox);
        assert_eq!(inbox.end(()), 1);
    }
}
