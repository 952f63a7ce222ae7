//! Start at login.

use std::path::{Path, PathBuf};

use auto_launch::{AutoLaunch, AutoLaunchBuilder, MacOSLaunchMode, WindowsEnableMode};

use crate::arguments::Arguments;
use crate::platform;

/// Name of the entry that the system keeps.
const NAME: &str = "Relayscope";

/// Whether the program starts at login.
pub(crate) fn is_on(arguments: &Arguments) -> Result<bool, auto_launch::Error> {
    Ok(entry(arguments)?.is_enabled()? && platform::login_entry_counts(NAME))
}

/// Switches start at login.
pub(crate) fn set(arguments: &Arguments, on: bool) -> Result<(), auto_launch::Error> {
    let entry = entry(arguments)?;
    if on { entry.enable() } else { entry.disable() }
}

/// Turns the switch over, for the tray.
pub(crate) fn toggle(arguments: &Arguments) {
    let on = is_on(arguments).unwrap_or(false);
    if let Err(error) = set(arguments, !on) {
        tracing::warn!(%error, "cannot change start at login");
    }
}

/// Writes the entry anew when it is on: a program that was moved leaves a dead path behind.
pub(crate) fn refresh(arguments: &Arguments) {
    // A development build would put itself in the place of the installed program.
    if cfg!(debug_assertions) || !is_on(arguments).unwrap_or(false) {
        return;
    }
    if let Err(error) = set(arguments, true) {
        tracing::warn!(%error, "cannot renew start at login");
    }
}

fn entry(arguments: &Arguments) -> Result<AutoLaunch, auto_launch::Error> {
    let program = platform::program()?;
    AutoLaunchBuilder::new()
        .set_app_name(NAME)
        .set_app_path(&platform::in_login_entry(&program))
        .set_args(&options(arguments, platform::in_login_entry))
        .set_macos_launch_mode(MacOSLaunchMode::LaunchAgent)
        .set_windows_enable_mode(WindowsEnableMode::CurrentUser)
        .build()
}

/// Options of the start at login: in the tray, on the same data. A port is saved, not repeated.
fn options(arguments: &Arguments, written: impl Fn(&Path) -> String) -> Vec<String> {
    let mut options = vec!["--minimized".to_owned()];
    for (name, path) in [
        ("--data-dir", &arguments.data_dir),
        ("--config", &arguments.config),
    ] {
        if let Some(path) = path {
            let path = std::path::absolute(path).unwrap_or_else(|_| PathBuf::from(path));
            options.extend([name.to_owned(), written(&path)]);
        }
    }
    options
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn the_start_at_login_uses_the_same_data_and_no_window() {
        let written = |path: &Path| format!("<{}>", path.display());
        assert_eq!(options(&Arguments::default(), written), ["--minimized"]);
        let arguments = Arguments {
            data_dir: Some("/my data".into()),
            port: Some(1),
            ..Arguments::default()
        };
        assert_eq!(
            options(&arguments, written),
            ["--minimized", "--data-dir", "</my data>"]
        );
    }
}
