//! Linux: WebKitGTK's weak spots, the tray on the session bus, the autostart folder.

mod network_process;

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tauri::AppHandle;
use zbus::Connection;
use zbus::zvariant::OwnedValue;

use super::Ink;

/// How long the session bus may take; without an answer we go by what is usual.
const PATIENCE: Duration = Duration::from_millis(500);

/// Name of whoever shows tray icons.
const TRAY_HOST: &str = "org.kde.StatusNotifierWatcher";

/// Switches WebKitGTK's DMA-BUF renderer off where it is known to leave windows blank.
const DMABUF_OFF: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";

/// Sets what GTK and WebKit read once, at their start.
pub(crate) fn prepare() {
    // With NVIDIA's driver the renderer leaves the window blank. Elsewhere switching it off makes
    // newer Mesa abort, so it stays on; and whoever set the variable knows better.
    if std::env::var_os(DMABUF_OFF).is_none() && nvidia(Path::new("/")) {
        #[expect(
            unsafe_code,
            reason = "first statement of main, so there is only one thread"
        )]
        // SAFETY: no other thread exists that could read the environment at the same time.
        unsafe {
            std::env::set_var(DMABUF_OFF, "1");
        }
    }
}

/// Whether NVIDIA's own driver is loaded; `root` is `/` but in tests. The free driver, nouveau, is
/// Mesa and needs nothing.
fn nvidia(root: &Path) -> bool {
    ["proc/driver/nvidia/version", "sys/module/nvidia"]
        .iter()
        .any(|path| root.join(path).exists())
}

/// Whether there is neither X11 nor Wayland.
pub(crate) fn no_display() -> bool {
    let absent = |name| std::env::var_os(name).is_none_or(|value| value.is_empty());
    absent("DISPLAY") && absent("WAYLAND_DISPLAY")
}

/// Whether somebody shows tray icons at this moment. Stock GNOME does not.
pub(crate) async fn tray_host_present() -> bool {
    let asked = async {
        let bus = Connection::session().await?;
        let asked = ("org.freedesktop.DBus", "/org/freedesktop/DBus");
        let reply = bus
            .call_method(
                Some(asked.0),
                asked.1,
                Some(asked.0),
                "NameHasOwner",
                &TRAY_HOST,
            )
            .await?;
        reply.body().deserialize::<bool>()
    };
    matches!(tokio::time::timeout(PATIENCE, asked).await, Ok(Ok(true)))
}

/// The ink that is visible on the panel.
pub(crate) async fn tray_ink() -> Ink {
    let desktop = std::env::var("XDG_CURRENT_DESKTOP").unwrap_or_default();
    let scheme = tokio::time::timeout(PATIENCE, colour_scheme()).await;
    ink(&desktop, scheme.ok().and_then(Result::ok))
}

/// GNOME's and its relatives' panels are dark in every theme; the others follow the colour scheme,
/// and only KDE's and LXQt's are light when none is named.
fn ink(desktop: &str, scheme: Option<u32>) -> Ink {
    let is = |name: &str| {
        desktop
            .split(':')
            .any(|part| part.eq_ignore_ascii_case(name))
    };
    if ["GNOME", "Unity", "X-Cinnamon", "Pantheon"]
        .iter()
        .any(|name| is(name))
    {
        return Ink::White;
    }
    match scheme {
        Some(1) => Ink::White,
        Some(2) => Ink::Black,
        _ if is("KDE") || is("LXQt") => Ink::Black,
        _ => Ink::White,
    }
}

/// The desktop's colour scheme: 0 no preference, 1 dark, 2 light.
async fn colour_scheme() -> zbus::Result<u32> {
    let bus = Connection::session().await?;
    let reply = bus
        .call_method(
            Some("org.freedesktop.portal.Desktop"),
            "/org/freedesktop/portal/desktop",
            Some("org.freedesktop.portal.Settings"),
            "ReadOne",
            &("org.freedesktop.appearance", "color-scheme"),
        )
        .await?;
    let value: OwnedValue = reply.body().deserialize()?;
    Ok(u32::try_from(value)?)
}

/// Linux keeps hidden windows out of the task bar by itself.
pub(crate) fn in_dock(_handle: &AppHandle, _shown: bool) {}

/// Frees what the web engine keeps when no window is left.
pub(crate) async fn free_web_engine() {
    network_process::end().await;
}

/// The program that is to start at login. An AppImage runs from a place that is gone afterwards.
pub(crate) fn program() -> io::Result<PathBuf> {
    match std::env::var_os("APPIMAGE") {
        Some(image) => Ok(image.into()),
        None => std::env::current_exe(),
    }
}

/// An argument of `Exec=`, as the Desktop Entry Specification wants it quoted.
pub(crate) fn in_login_entry(path: &Path) -> String {
    let mut quoted = String::from("\"");
    for character in path.display().to_string().chars() {
        match character {
            // The value is unescaped as a string first, then as a quoted argument.
            '"' | '`' | '$' => quoted.extend(["\\\\", &character.to_string()]),
            '\\' => quoted.push_str("\\\\\\\\"),
            '%' => quoted.push_str("%%"),
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

/// Whether the entry in the autostart folder is one that the desktop follows: users switch entries
/// off with a tool that leaves the file there.
pub(crate) fn login_entry_counts(name: &str) -> bool {
    let config = std::env::var_os("XDG_CONFIG_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::home_dir().map(|home| home.join(".config")));
    let file = config.map(|folder| folder.join("autostart").join(format!("{name}.desktop")));
    file.and_then(|file| std::fs::read_to_string(file).ok())
        .is_none_or(|entry| counts(&entry))
}

fn counts(entry: &str) -> bool {
    !entry.lines().any(|line| {
        let line = line.replace(' ', "");
        matches!(
            line.as_str(),
            "Hidden=true" | "X-GNOME-Autostart-enabled=false"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_icon_is_visible_on_the_panel() {
        assert_eq!(ink("ubuntu:GNOME", Some(2)), Ink::White);
        assert_eq!(ink("KDE", None), Ink::Black);
        assert_eq!(ink("KDE", Some(1)), Ink::White);
        assert_eq!(ink("XFCE", Some(2)), Ink::Black);
        assert_eq!(ink("", Some(0)), Ink::White);
    }

    #[test]
    fn paths_survive_the_desktop_file() {
        let check = |path: &str, quoted| assert_eq!(in_login_entry(Path::new(path)), quoted);
        check("/opt/Relay scope/app", r#""/opt/Relay scope/app""#);
        check("/a$b%c", r#""/a\\$b%%c""#);
        check(r"/a\b", r#""/a\\\\b""#);
    }

    #[test]
    fn an_entry_that_was_switched_off_does_not_count() {
        assert!(counts("[Desktop Entry]\nName=Relayscope\n"));
        assert!(!counts("[Desktop Entry]\nHidden=true\n"));
        assert!(!counts(
            "[Desktop Entry]\nX-GNOME-Autostart-enabled = false\n"
        ));
    }

    #[test]
    fn only_nvidias_own_driver_is_taken_for_it() {
        let with = |path: &str| {
            let root = tempfile::tempdir().unwrap();
            std::fs::create_dir_all(root.path().join(path)).unwrap();
            nvidia(root.path())
        };
        assert!(with("proc/driver/nvidia/version"));
        assert!(with("sys/module/nvidia"));
        assert!(!with("sys/module/nouveau"));
    }
}
