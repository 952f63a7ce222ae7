//! The data directory: where things lie, and who uses it.

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::files;

/// Locked while a process uses the directory. Empty: on Windows a locked file cannot be read.
const LOCK: &str = "lock";

/// Tells who holds the lock.
const HOLDER: &str = "running.json";

/// The directory, held for this process.
#[derive(Debug)]
pub struct DataDir {
    path: PathBuf,
    _lock: File,
    /// Whether the last process that used it ended properly.
    pub was_clean: bool,
}

/// Why the directory cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DataDirError {
    /// A living process uses it.
    #[error("{} is in use by Relayscope (pid {pid}{})", .path.display(), .port.map(|port| format!(", port {port}")).unwrap_or_default())]
    InUse {
        /// The directory.
        path: PathBuf,
        /// Its process.
        pid: u32,
        /// Its port, once it listens.
        port: Option<u16>,
    },
    /// It cannot be made or written.
    #[error("the data directory {} cannot be used ({reason})", .path.display())]
    Unusable {
        /// The directory.
        path: PathBuf,
        /// The system's words.
        reason: String,
    },
    /// The system has no place for it.
    #[error("the system names no home directory: say where with --data-dir")]
    NoHome,
}

/// Who holds the lock, for others to read.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Holder {
    /// Process id.
    pub pid: u32,
    /// Port, once it listens.
    pub port: Option<u16>,
    /// Whether it ended properly.
    pub clean: bool,
}

impl DataDir {
    /// The directory to use: the one given, `RELAYSCOPE_DATA_DIR`, or the platform's.
    pub fn place(given: Option<PathBuf>) -> Result<PathBuf, DataDirError> {
        let variable = std::env::var_os("RELAYSCOPE_DATA_DIR").filter(|path| !path.is_empty());
        if let Some(path) = given.or(variable.map(PathBuf::from)) {
            return Ok(path);
        }
        let project = directories::ProjectDirs::from("dev", "relayscope", "relayscope");
        Ok(project.ok_or(DataDirError::NoHome)?.data_dir().to_owned())
    }

    /// Makes the directory and holds it for this process.
    pub fn hold(path: &Path) -> Result<Self, DataDirError> {
        let unusable = |error: std::io::Error| DataDirError::Unusable {
            path: path.to_owned(),
            reason: error.to_string(),
        };
        files::private_directory(path).map_err(unusable)?;
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt;
            options.mode(0o600);
        }
        let lock = options.open(path.join(LOCK)).map_err(unusable)?;
        let before = read_holder(path);
        if lock.try_lock().is_err() {
            let holder = before.unwrap_or(Holder {
                pid: 0,
                port: None,
                clean: false,
            });
            let (pid, port) = (holder.pid, holder.port);
            return Err(DataDirError::InUse {
                path: path.to_owned(),
                pid,
                port,
            });
        }
        let was_clean = match before {
            Some(holder) => holder.clean,
            // After a power cut it may be there and say nothing.
            None => !path.join(HOLDER).exists(),
        };
        let directory = Self {
            path: path.to_owned(),
            _lock: lock,
            was_clean,
        };
        directory.tell(None, false);
        Ok(directory)
    }

    /// Who uses a directory now, if anybody does.
    pub fn holder(path: &Path) -> Option<Holder> {
        let lock = File::open(path.join(LOCK)).ok()?;
        // Whoever can lock it is alone.
        match lock.try_lock_shared() {
            Ok(()) => None,
            Err(_) => read_holder(path),
        }
    }

    /// Tells others where we listen.
    pub fn listens_on(&self, port: u16) {
        self.tell(Some(port), false);
    }

    /// Tells the next process that all is in order.
    pub fn leave_clean(&self) {
        self.tell(None, true);
    }

    /// A file in it.
    pub fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// The directory.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn tell(&self, port: Option<u16>, clean: bool) {
        let holder = Holder {
            pid: std::process::id(),
            port,
            clean,
        };
        let text = serde_json::to_string(&holder).unwrap_or_default();
        if let Err(error) = files::publish(&self.path.join(HOLDER), text.as_bytes()) {
            tracing::warn!(%error, "{HOLDER} could not be written");
        }
    }
}

fn read_holder(path: &Path) -> Option<Holder> {
    let text = std::fs::read_to_string(path.join(HOLDER)).ok()?;
    serde_json::from_str(&text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_process_at_a_time() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("data");
        assert!(DataDir::holder(&path).is_none());
        let held = DataDir::hold(&path).unwrap();
        held.listens_on(7357);
        let error = DataDir::hold(&path).unwrap_err();
        assert!(
            matches!(
                error,
                DataDirError::InUse {
                    port: Some(7357),
                    ..
                }
            ),
            "{error}"
        );
        assert_eq!(DataDir::holder(&path).unwrap().port, Some(7357));
        drop(held);
        assert!(DataDir::holder(&path).is_none());
        let again = DataDir::hold(&path).unwrap();
        assert!(!again.was_clean, "nobody said good-bye");
        again.leave_clean();
        drop(again);
        assert!(DataDir::hold(&path).unwrap().was_clean);
        std::fs::write(path.join(HOLDER), "").unwrap();
        assert!(!DataDir::hold(&path).unwrap().was_clean, "a power cut");
    }
}
