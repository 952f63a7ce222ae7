//! What the shell remembers between starts, in `desktop.json` of the data directory. Not settings:
//! nobody needs to edit it, and losing it costs one notification.

use std::path::Path;

use serde::{Deserialize, Serialize};

/// Name of the file.
const FILE: &str = "desktop.json";

/// The remembered things.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Remembered {
    /// The user was told that closing keeps Relayscope in the tray.
    pub(crate) close_explained: bool,
}

impl Remembered {
    /// What the data directory remembers; nothing if the file is missing or unreadable.
    pub(crate) fn read(data_dir: &Path) -> Self {
        std::fs::read(data_dir.join(FILE))
            .ok()
            .and_then(|file| serde_json::from_slice(&file).ok())
            .unwrap_or_default()
    }

    /// Keeps it. Failing is only logged: the worst that follows is one more notification.
    pub(crate) fn write(self, data_dir: &Path) {
        let file = serde_json::to_vec(&self).unwrap_or_default();
        if let Err(error) = app::files::replace(&data_dir.join(FILE), &file) {
            tracing::warn!(%error, "cannot keep {FILE}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_or_broken_file_remembers_nothing_and_a_written_one_does() {
        let folder =
            std::env::temp_dir().join(format!("relayscope-remembered-{}", std::process::id()));
        assert!(std::fs::create_dir_all(&folder).is_ok());
        assert_eq!(Remembered::read(&folder), Remembered::default());
        assert!(std::fs::write(folder.join(FILE), "{broken").is_ok());
        assert_eq!(Remembered::read(&folder), Remembered::default());
        let told = Remembered {
            close_explained: true,
        };
        told.write(&folder);
        assert_eq!(Remembered::read(&folder), told);
        assert!(std::fs::remove_dir_all(&folder).is_ok());
    }
}
