//! Notices: what a person should hear of although nobody asked. Shown by the panel, and by the desktop where
//! there is one.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use crate::app::App;
use crate::view::{ErrorView, NoticeView};
use crate::words::Words;

/// Notices that wait to be seen.
const MOST: usize = 20;

/// The notices that nobody has dismissed.
#[derive(Debug, Default)]
pub(crate) struct Notices {
    list: Mutex<VecDeque<NoticeView>>,
}

impl App {
    /// Tells something, a code of `notices.<code>` in the locale files. The same one is told once.
    pub(crate) fn notice(&self, said: &ErrorView) {
        self.notice_of(said, None);
    }

    /// The same about something that the tester said.
    pub(crate) fn notice_of(&self, said: &ErrorView, claim: Option<verify::Claim>) {
        let notice = NoticeView {
            id: format!("{}{}", said.code, self.clock().now().0),
            at: self.clock().now().to_jiff().to_string(),
            code: said.code.clone(),
            params: said.params.clone(),
            claim,
        };
        {
            let list = self.notices().list.lock();
            let mut list = list.unwrap_or_else(PoisonError::into_inner);
            let is_same = |it: &NoticeView| it.code == notice.code && it.params == notice.params;
            list.retain(|it| !is_same(it));
            list.push_front(notice.clone());
            list.truncate(MOST);
        }
        if let Some(desktop) = self.desktop() {
            let words = Words::of(&self.settings().ui.language);
            let title = words.text("notices", &format!("{}_title", said.code), &said.params);
            let body = words.text("notices", &said.code, &said.params);
            if let (Some(title), Some(body)) = (title, body) {
                desktop.notify(&title, &body);
            }
        }
        self.live().sites_changed();
    }

    /// Notices, newest first.
    pub fn notices_shown(&self) -> Vec<NoticeView> {
        let list = self.notices().list.lock();
        let list = list.unwrap_or_else(PoisonError::into_inner);
        list.iter().cloned().collect()
    }

    /// Takes a notice away; tells whether it was there.
    pub fn dismiss_notice(&self, id: &str) -> bool {
        let list = self.notices().list.lock();
        let mut list = list.unwrap_or_else(PoisonError::into_inner);
        let before = list.len();
        list.retain(|it| it.id != id);
        list.len() < before
    }
}
