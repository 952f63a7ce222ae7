//! Windows.

use std::io;
use std::path::{Path, PathBuf};

use tauri::AppHandle;
use windows_registry::CURRENT_USER;

use super::Ink;

/// Where the user's choice of light or dark is kept.
const PERSONALIZE: &str = r"Software\Microsoft\Windows\CurrentVersion\Themes\Personalize";

/// Nothing to prepare.
pub(crate) fn prepare() {}

/// Windows always has a display for a program with a user.
pub(crate) fn no_display() -> bool {
    false
}

/// The notification area is always there.
pub(crate) async fn tray_host_present() -> bool {
    true
}

/// The task bar has a theme of its own, apart from the windows'.
pub(crate) async fn tray_ink() -> Ink {
    let light = CURRENT_USER
        .open(PERSONALIZE)
        .and_then(|key| key.get_u32("SystemUsesLightTheme"));
    // Without the value (Windows 10 before 1903) the task bar is dark.
    if light == Ok(1) {
        Ink::Black
    } else {
        Ink::White
    }
}

/// Windows keeps hidden windows out of the task bar by itself.
pub(crate) fn in_dock(_handle: &AppHandle, _shown: bool) {}

/// WebView2 ends its processes itself.
pub(crate) async fn free_web_engine() {}

/// The program that is to start at login.
pub(crate) fn program() -> io::Result<PathBuf> {
    std::env::current_exe()
}

/// The registry holds a command line. A path cannot contain quotation marks here.
pub(crate) fn in_login_entry(path: &Path) -> String {
    format!("\"{}\"", path.display())
}

/// What the task manager switched off was already asked for.
pub(crate) fn login_entry_counts(_name: &str) -> bool {
    true
}

/// Resolves when the console asks the program to end. Windows tells windows about a log-out, and
/// Tauri ends its loop for that.
pub(crate) async fn asked_to_end() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending().await
    }
}
