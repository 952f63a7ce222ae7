//! The clipboard.

use std::sync::{Arc, Mutex, PoisonError};

/// Our side of the clipboard. On Linux what was copied lives as long as this.
#[derive(Clone, Default)]
pub(crate) struct Clipboard(Arc<Mutex<Option<arboard::Clipboard>>>);

impl Clipboard {
    /// Puts `text` into the clipboard.
    pub(crate) fn copy(&self, text: String) {
        let kept = Arc::clone(&self.0);
        // Asking the display server can take a while, and this is called on the main thread.
        tauri::async_runtime::spawn_blocking(move || {
            if let Err(error) = put(
                &mut kept.lock().unwrap_or_else(PoisonError::into_inner),
                text,
            ) {
                tracing::warn!(%error, "cannot copy");
            }
        });
    }
}

fn put(kept: &mut Option<arboard::Clipboard>, text: String) -> Result<(), arboard::Error> {
    let clipboard = match kept {
        Some(clipboard) => clipboard,
        None => kept.insert(arboard::Clipboard::new()?),
    };
    clipboard.set_text(text)
}
