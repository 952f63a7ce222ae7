//! What the panel can ask of the desktop, as the core sees it.

use std::sync::{Arc, Weak};

use app::stations::LowBalance;
use app::{Desktop, DesktopError};

use crate::shell::Shell;
use crate::{login, low_balance, notification};

/// The shell behind the core's [`Desktop`]. Weak, because the shell owns the core.
pub(crate) struct Door(Weak<Shell>);

impl Door {
    /// The door to `shell`.
    pub(crate) fn new(shell: &Arc<Shell>) -> Self {
        Self(Arc::downgrade(shell))
    }
}

impl Desktop for Door {
    fn show_window(&self) {
        if let Some(shell) = self.0.upgrade() {
            shell.show();
        }
    }

    fn has_tray(&self) -> bool {
        self.0.upgrade().is_some_and(|shell| shell.tray.is_up())
    }

    fn start_at_login(&self) -> Result<bool, DesktopError> {
        let shell = self.0.upgrade().ok_or(DesktopError::NotHere)?;
        login::is_on(&shell.arguments).map_err(refused)
    }

    fn set_start_at_login(&self, on: bool) -> Result<(), DesktopError> {
        let shell = self.0.upgrade().ok_or(DesktopError::NotHere)?;
        login::set(&shell.arguments, on).map_err(refused)?;
        shell.changed.notify_one();
        Ok(())
    }

    fn notify(&self, title: &str, body: &str) {
        tauri::async_runtime::spawn(notification::show(title.to_owned(), body.to_owned()));
    }

    fn open_page(&self, url: &str) -> Result<(), DesktopError> {
        let opened = webbrowser::open(url);
        opened.map_err(|error| DesktopError::Refused(error.to_string()))
    }

    fn tell_low_balance(&self, low: &LowBalance) {
        if let Some(shell) = self.0.upgrade() {
            low_balance::tell(&shell, low.clone());
        }
    }

    fn quit(&self) {
        if let Some(shell) = self.0.upgrade() {
            shell.quit();
        }
    }
}

fn refused(error: auto_launch::Error) -> DesktopError {
    DesktopError::Refused(error.to_string())
}
