//! macOS.

use std::io;
use std::path::{Path, PathBuf};

use tauri::{ActivationPolicy, AppHandle};

use super::Ink;

/// Nothing to prepare.
pub(crate) fn prepare() {}

/// macOS always has a display for a program with a user.
pub(crate) fn no_display() -> bool {
    false
}

/// The menu bar is always there.
pub(crate) async fn tray_host_present() -> bool {
    true
}

/// A template image: the system inks it.
pub(crate) async fn tray_ink() -> Ink {
    Ink::Black
}

/// With a window the program is in the Dock and in Cmd+Tab, without one only in the menu bar.
pub(crate) fn in_dock(handle: &AppHandle, shown: bool) {
    let policy = if shown {
        ActivationPolicy::Regular
    } else {
        ActivationPolicy::Accessory
    };
    if let Err(error) = handle.set_activation_policy(policy) {
        tracing::warn!(%error, "cannot change the Dock icon");
    }
}

/// WebKit ends its processes itself.
pub(crate) async fn free_web_engine() {}

/// The program that is to start at login.
pub(crate) fn program() -> io::Result<PathBuf> {
    std::env::current_exe()
}

/// A launch agent has a list of arguments, so nothing is quoted.
pub(crate) fn in_login_entry(path: &Path) -> String {
    path.display().to_string()
}

/// A launch agent that is there counts.
pub(crate) fn login_entry_counts(_name: &str) -> bool {
    true
}
