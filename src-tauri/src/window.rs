//! The main window: built when somebody wants to see it, freed when it was hidden for long.
//! The proxy never depends on it.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tauri::webview::{Color, DownloadEvent, NewWindowResponse};
use tauri::{AppHandle, Manager, Theme, Url, WebviewUrl, WebviewWindow, WebviewWindowBuilder};
use tauri_plugin_window_state::{AppHandleExt, StateFlags, WindowExt};

use crate::navigation::{Destination, destination, open_in_browser};
use crate::shell::Shell;
use crate::{notification, platform};

/// Label of the main window.
pub(crate) const MAIN: &str = "main";

/// Size of a first window, and the least one in which the panel's layout works.
const SIZE: (f64, f64) = (1280.0, 800.0);
const LEAST: (f64, f64) = (880.0, 560.0);

/// The panel's `--bg-surface`, so that a window does not flash before its page is painted.
const LIGHT: Color = Color(0xFF, 0xFF, 0xFF, 0xFF);
const DARK: Color = Color(0x17, 0x1A, 0x1E, 0xFF);

/// How long the web engine stays after the last window: what the page stored is written meanwhile,
/// and a window that is opened again at once finds it.
const LINGER: Duration = Duration::from_secs(3);

/// What is kept of a window. Whether it was visible is decided anew at each start.
pub(crate) fn kept() -> StateFlags {
    StateFlags::SIZE | StateFlags::POSITION | StateFlags::MAXIMIZED | StateFlags::FULLSCREEN
}

/// How a window appears.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Appearance {
    /// In front, with the keyboard.
    Front,
    /// In the task bar only.
    Minimised,
}

/// Shows the main window, building it if there is none. `url` is asked for only then.
pub(crate) async fn show(shell: &Arc<Shell>, appearance: Appearance) {
    let _one_at_a_time = shell.opening.lock().await;
    // Whoever waits to free the window finds that it is wanted again.
    shell.hidings.fetch_add(1, Ordering::Relaxed);
    let Some(url) = shell.open_url() else { return };
    if let Err(error) = try_show(shell, url, appearance) {
        tracing::error!(%error, "cannot show the window");
    }
}

/// Shows the main window in the task bar if there is none: somebody who started minimised and got
/// no tray would not know that the program runs.
pub(crate) async fn show_if_none(shell: &Arc<Shell>) {
    if shell.handle.get_webview_window(MAIN).is_none() {
        show(shell, Appearance::Minimised).await;
    }
}

fn try_show(shell: &Arc<Shell>, url: Url, appearance: Appearance) -> tauri::Result<()> {
    before_show(&shell.handle);
    let window = match shell.handle.get_webview_window(MAIN) {
        Some(window) => {
            window.set_theme(theme(shell))?;
            if !window.is_visible()? {
                // Window managers place a window anew when it comes back.
                window.restore_state(kept())?;
            }
            window
        }
        None => build(shell, url)?,
    };
    match appearance {
        Appearance::Front => {
            window.show()?;
            window.unminimize()?;
            window.set_focus()
        }
        Appearance::Minimised => {
            window.show()?;
            window.minimize()
        }
    }
}

fn build(shell: &Arc<Shell>, url: Url) -> tauri::Result<WebviewWindow> {
    let home = url.clone();
    let elsewhere = url.clone();
    let notified = Arc::clone(shell);
    let window = WebviewWindowBuilder::new(&shell.handle, MAIN, WebviewUrl::External(url))
        .title("Relayscope")
        .inner_size(SIZE.0, SIZE.1)
        .min_inner_size(LEAST.0, LEAST.1)
        .prevent_overflow()
        .visible(false)
        .theme(theme(shell))
        // Files dropped on the panel belong to its page, not to the shell.
        .disable_drag_drop_handler()
        .on_navigation(move |url| match destination(url, &home) {
            Destination::Window => true,
            Destination::Browser => {
                open_in_browser(url);
                false
            }
            Destination::Nowhere => false,
        })
        .on_new_window(move |url, _features| {
            // Also our own pages: a second window would have no sign-in and no place to hide.
            if destination(&url, &elsewhere) != Destination::Nowhere {
                open_in_browser(&url);
            }
            NewWindowResponse::Deny
        })
        .on_download(move |_webview, event| {
            if let DownloadEvent::Finished {
                path,
                success: true,
                ..
            } = event
            {
                let title = notified.text().say("download.title", &[]);
                let place = path
                    .map(|path| path.display().to_string())
                    .unwrap_or_default();
                tauri::async_runtime::spawn(notification::show(title, place));
            }
            true
        })
        .build()?;
    paint_before_page(&window)?;
    Ok(window)
}

/// Hides the main window, and frees it when it stays hidden.
pub(crate) fn hide(shell: &Arc<Shell>) {
    let Some(window) = shell.handle.get_webview_window(MAIN) else {
        return;
    };
    save_geometry(&shell.handle);
    if let Err(error) = window.hide() {
        tracing::warn!(%error, "cannot hide the window");
        return;
    }
    platform::in_dock(&shell.handle, false);
    let hiding = shell.hidings.fetch_add(1, Ordering::Relaxed) + 1;
    let Some(delay) = shell
        .core()
        .map(|app| app.settings().desktop.free_window_after_s)
    else {
        return;
    };
    if delay == 0 {
        return;
    }
    let shell = Arc::clone(shell);
    tauri::async_runtime::spawn(async move {
        tokio::time::sleep(Duration::from_secs(delay)).await;
        let _one_at_a_time = shell.opening.lock().await;
        if shell.hidings.load(Ordering::Relaxed) == hiding
            && let Err(error) = window.destroy()
        {
            tracing::warn!(%error, "cannot free the window");
        }
    });
}

/// No window is left, so what showed them is freed too.
pub(crate) fn last_gone(shell: &Arc<Shell>) {
    let shell = Arc::clone(shell);
    tauri::async_runtime::spawn(async move {
        tokio::time::sleep(LINGER).await;
        let _one_at_a_time = shell.opening.lock().await;
        if shell.handle.webview_windows().is_empty() {
            platform::free_web_engine().await;
        }
    });
}

/// Minimises the main window.
pub(crate) fn minimise(shell: &Arc<Shell>) {
    if let Some(window) = shell.handle.get_webview_window(MAIN)
        && let Err(error) = window.minimize()
    {
        tracing::warn!(%error, "cannot minimise the window");
    }
}

/// Closes the main window without a question, because its server is gone.
pub(crate) fn discard(shell: &Arc<Shell>) {
    let Some(window) = shell.handle.get_webview_window(MAIN) else {
        return;
    };
    save_geometry(&shell.handle);
    if let Err(error) = window.destroy() {
        tracing::warn!(%error, "cannot close the window");
    }
}

/// The theme of the setting `ui.theme`; `None` follows the system.
pub(crate) fn theme(shell: &Shell) -> Option<Theme> {
    match shell.core()?.settings().ui.theme.as_str() {
        "light" => Some(Theme::Light),
        "dark" => Some(Theme::Dark),
        _ => None,
    }
}

/// Lets a new window have the page's colour from its first frame on.
pub(crate) fn paint_before_page(window: &WebviewWindow) -> tauri::Result<()> {
    let colour = if window.theme()? == Theme::Dark {
        DARK
    } else {
        LIGHT
    };
    window.set_background_color(Some(colour))
}

/// What a window needs before it can be seen.
pub(crate) fn before_show(handle: &AppHandle) {
    platform::in_dock(handle, true);
}

fn save_geometry(handle: &AppHandle) {
    if let Err(error) = handle.save_window_state(kept()) {
        tracing::warn!(%error, "cannot keep the window's place");
    }
}
