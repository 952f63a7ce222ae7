//! Tool calls of an answer: each has an id of its own and a name, or is lost.

use std::collections::HashSet;

use super::events::Stop;
use super::failure::Failure;
use crate::translate::mint::mint;

/// Calls seen so far.
#[derive(Debug, Default)]
pub(in crate::translate) struct Calls {
    ids: HashSet<String>,
    lost: usize,
    expected: bool,
}

impl Calls {
    /// The id of the next call: its own, or a new one where that is missing or taken. `None` for a call
    /// without a name, which nobody can make.
    pub(in crate::translate) fn next(
        &mut self,
        id: String,
        name: &str,
        seed: &str,
    ) -> Option<String> {
        if name.is_empty() {
            self.lost += 1;
            return None;
        }
        let count = self.ids.len().to_string();
        let id = match id.is_empty() || self.ids.contains(&id) {
            true => mint("call_", 24, &[seed, &count]),
            false => id,
        };
        self.ids.insert(id.clone());
        Some(id)
    }

    /// Notes whether there should be one, as far as is known by now.
    pub(in crate::translate) fn expect(&mut self, expected: bool) {
        self.expected = expected;
    }

    /// Calls that can be made.
    pub(in crate::translate) fn count(&self) -> usize {
        self.ids.len()
    }

    /// The error of a turn that lost the only call it was about: it would seem to be over.
    pub(in crate::translate) fn lost(&self, stop: &Stop) -> Option<Failure> {
        let expected = stop.reason == "tool_use" || self.lost > 0 || self.expected;
        (expected && self.ids.is_empty())
            .then(|| Failure::own("the model called a tool, but the call did not arrive"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_call_has_an_id_of_its_own() {
        let mut calls = Calls::default();
        let id = |calls: &mut Calls, id: &str| calls.next(id.to_owned(), "read", "seed");
        assert_eq!(id(&mut calls, "a").as_deref(), Some("a"));
        let second = id(&mut calls, "a");
        let third = id(&mut calls, "");
        assert!(second.is_some() && second != third);
        assert_eq!(calls.count(), 3);
        assert_eq!(calls.next("b".to_owned(), "", "seed"), None);
        assert_eq!(calls.lost(&Stop::default()), None, "others are left");
    }

    #[test]
    fn a_lost_call_is_an_error() {
        let mut calls = Calls::default();
        assert_eq!(calls.lost(&Stop::default()), None);
        let stop = Stop {
            reason: "tool_use".to_owned(),
            explanation: None,
        };
        assert!(calls.lost(&stop).is_some());
        calls.next("b".to_owned(), "", "seed");
        assert!(calls.lost(&Stop::default()).is_some());
    }
}
