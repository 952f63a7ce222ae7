//! What closing the window means.

use std::sync::Arc;

use crate::shell::Shell;
use crate::{notice, notification, remembered, window};

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Close {
    /// Into the tray.
    Hide,
    /// Into the tray, and say so, because it never happened before.
    HideAndExplain,
    /// There is no tray to hide in: let the user decide.
    Ask,
    /// End the program.
    Quit,
}

/// What the decision depends on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Circumstances {
    /// The setting `desktop.close_to_tray`.
    pub(crate) close_to_tray: bool,
    /// Somebody shows our tray icon at this moment.
    pub(crate) tray: bool,
    /// The user was told before.
    pub(crate) explained: bool,
}

/// Decides. A window is never hidden where no tray could bring it back.
pub(crate) fn decide(circumstances: Circumstances) -> Close {
    match circumstances {
        Circumstances {
            close_to_tray: false,
            ..
        } => Close::Quit,
        Circumstances { tray: false, .. } => Close::Ask,
        Circumstances {
            explained: false, ..
        } => Close::HideAndExplain,
        _ => Close::Hide,
    }
}

/// The user closed the main window.
pub(crate) async fn main_window(shell: &Arc<Shell>) {
    let Some(app) = shell.core() else {
        // No server, so nothing that would go on in the background.
        return shell.quit();
    };
    let explained = remembered::Remembered::read(app.data_dir()).close_explained;
    let tray = shell.tray.ask().await;
    let close_to_tray = app.settings().desktop.close_to_tray;
    match decide(Circumstances {
        close_to_tray,
        tray,
        explained,
    }) {
        Close::Hide => window::hide(shell),
        Close::HideAndExplain => {
            window::hide(shell);
            let text = shell.text();
            let title = text.say("close.title", &[]);
            if notification::show(title, text.say("close.body", &[])).await {
                remembered::Remembered {
                    close_explained: true,
                }
                .write(app.data_dir());
            }
        }
        Close::Ask => notice::open(shell, notice::Subject::NoTray).await,
        Close::Quit => shell.quit(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(close_to_tray: bool, tray: bool, explained: bool, expected: Close) {
        let circumstances = Circumstances {
            close_to_tray,
            tray,
            explained,
        };
        assert_eq!(decide(circumstances), expected, "{circumstances:?}");
    }

    #[test]
    fn closing_hides_only_where_a_tray_brings_the_window_back() {
        check(true, true, false, Close::HideAndExplain);
        check(true, true, true, Close::Hide);
        check(true, false, false, Close::Ask);
        check(true, false, true, Close::Ask);
    }

    #[test]
    fn who_does_not_want_the_tray_quits() {
        for tray in [true, false] {
            check(false, tray, true, Close::Quit);
            check(false, tray, false, Close::Quit);
        }
    }
}
