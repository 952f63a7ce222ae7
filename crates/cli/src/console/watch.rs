//! The live list's messages, as the panel reads them.
//!
//! The panel subscribes to the frames that the web panel gets too: only they carry the speed of running
//! answers, and a second's changes are a few kilobytes where all rows would be copied ten times a second.

use std::collections::VecDeque;
use std::sync::Arc;

use app::live::Live;
use app::view::Message;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

/// Somebody who looks.
pub(crate) struct Watch {
    live: Arc<Live>,
    waiting: VecDeque<Arc<str>>,
    frames: Receiver<Arc<str>>,
}

impl Watch {
    /// Begins with the whole list.
    pub(crate) fn begin(live: &Arc<Live>) -> Self {
        let watch = live.watch(None);
        Self {
            live: live.clone(),
            waiting: watch.first.into(),
            frames: watch.frames,
        }
    }

    /// The next message; `None` when there will be none. Safe to be cancelled.
    pub(crate) async fn next(&mut self) -> Option<Message> {
        loop {
            let frame = match self.waiting.pop_front() {
                Some(frame) => frame,
                None => match self.frames.recv().await {
                    Ok(frame) => frame,
                    Err(RecvError::Closed) => return None,
                    Err(RecvError::Lagged(_)) => {
                        self.again();
                        continue;
                    }
                },
            };
            match serde_json::from_str(&frame) {
                // Rows that ended in the same frame as the clearing are told nobody: look anew.
                Ok(Message::Cleared { .. }) => self.again(),
                Ok(message) => return Some(message),
                Err(error) => tracing::error!(%error, "a message of the live list cannot be read"),
            }
        }
    }

    fn again(&mut self) {
        *self = Self::begin(&self.live.clone());
    }
}
