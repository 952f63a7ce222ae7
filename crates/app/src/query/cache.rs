//! The last few texts that somebody looked at, so that scrolling does not read them anew.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use wire::text_lines::Lines;

use crate::view::EventView;

/// Texts that are kept at once: both sides of one exchange. They may be large.
const KEPT: usize = 2;

/// A text that was put together.
#[derive(Clone)]
pub(super) enum Text {
    Lines(Arc<Lines>),
    Events(Arc<Vec<EventView>>),
}

/// Texts by the name of what they show.
#[derive(Default)]
pub(super) struct Cache(Mutex<VecDeque<(String, Text)>>);

impl Cache {
    pub(super) fn get(&self, name: &str) -> Option<Text> {
        let texts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        texts
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, text)| text.clone())
    }

    pub(super) fn put(&self, name: String, text: Text) {
        let mut texts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        texts.push_back((name, text));
        while texts.len() > KEPT {
            texts.pop_front();
        }
    }

    pub(super) fn clear(&self) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }
}
