//! What only a desktop can do. `src-tauri` implements it; under `serve` there is none.

use crate::stations::LowBalance;

/// Why a desktop cannot do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DesktopError {
    /// Relayscope runs without a desktop.
    #[error("this needs the desktop app; Relayscope runs without a window here")]
    NotHere,
    /// The system refused.
    #[error("the system did not allow it ({0})")]
    Refused(String),
}

/// The desktop around the core.
pub trait Desktop: Send + Sync {
    /// Shows the window, in front.
    fn show_window(&self);

    /// Whether there is a tray icon that brings the window back.
    fn has_tray(&self) -> bool;

    /// Whether Relayscope starts at login.
    fn start_at_login(&self) -> Result<bool, DesktopError>;

    /// Starts at login from now on, or no more.
    fn set_start_at_login(&self, on: bool) -> Result<(), DesktopError>;

    /// Shows a notification.
    fn notify(&self, title: &str, body: &str);

    /// Opens a page in the user's browser.
    fn open_page(&self, url: &str) -> Result<(), DesktopError>;

    /// Tells that a balance is low, with what can be done about it.
    fn tell_low_balance(&self, low: &LowBalance);

    /// Ends the program.
    fn quit(&self);
}
