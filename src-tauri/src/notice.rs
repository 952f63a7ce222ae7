//! The small windows that show the shell's own pages: a failed start, and closing without a tray.

use std::sync::Arc;

use tauri::http::Response;
use tauri::{AppHandle, Manager, Url, WebviewUrl, WebviewWindowBuilder};

use crate::engine::{self, Again};
use crate::page::{self, Act, Button, Page, Weight};
use crate::shell::Shell;
use crate::text::Text;
use crate::{problem, window};

/// What a window is about. Each has at most one window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    /// The server did not start.
    StartError,
    /// The main window was closed and no tray is there to hide in.
    NoTray,
}

impl Subject {
    const ALL: [Self; 2] = [Self::StartError, Self::NoTray];

    /// Label of the window, and name of the page.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::StartError => "error",
            Self::NoTray => "ask",
        }
    }

    /// The subject of the window labelled `label`.
    pub(crate) fn of(label: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|subject| subject.label() == label)
    }

    fn page(self, shell: &Shell, text: &Text) -> Option<Page> {
        match self {
            Self::StartError => shell.failure(|error| problem::page(error, text)),
            Self::NoTray => Some(no_tray(text)),
        }
    }

    /// Wide enough for the longest English sentence in four lines.
    fn size(self) -> (f64, f64) {
        match self {
            Self::StartError => (560.0, 320.0),
            Self::NoTray => (480.0, 280.0),
        }
    }
}

fn no_tray(text: &Text) -> Page {
    let button = |act, key, weight| Button {
        act,
        label: text.say(key, &[]),
        weight,
    };
    Page {
        title: text.say("ask.title", &[]),
        paragraphs: vec![text.say("ask.text", &[])],
        buttons: vec![
            button(Act::Minimise, "ask.minimise", Weight::Primary),
            button(Act::Cancel, "ask.cancel", Weight::Plain),
            button(Act::Quit, "ask.quit", Weight::Quiet),
        ],
    }
}

/// Shows the window of `subject` with what is true now.
pub(crate) async fn open(shell: &Arc<Shell>, subject: Subject) {
    let _one_at_a_time = shell.opening.lock().await;
    if let Err(error) = show(shell, subject) {
        // Without even this window the log is the only place left.
        tracing::error!(%error, "cannot show the {} window", subject.label());
    }
}

fn show(shell: &Arc<Shell>, subject: Subject) -> tauri::Result<()> {
    let handle = &shell.handle;
    let title = subject
        .page(shell, &shell.text())
        .map(|page| page.title)
        .unwrap_or_default();
    window::before_show(handle);
    let url = Url::parse(&page::address(subject.label())).map_err(tauri::Error::InvalidUrl)?;
    if let Some(window) = handle.get_webview_window(subject.label()) {
        window.navigate(url)?;
        window.set_title(&title)?;
        window.show()?;
        return window.set_focus();
    }
    let (width, height) = subject.size();
    let pressed = Arc::clone(shell);
    let window =
        WebviewWindowBuilder::new(handle, subject.label(), WebviewUrl::CustomProtocol(url))
            .title(title)
            .inner_size(width, height)
            .min_inner_size(400.0, 240.0)
            .center()
            .visible(false)
            .theme(window::theme(shell))
            .on_navigation(move |url| {
                if let Some(act) = page::act(url) {
                    let shell = Arc::clone(&pressed);
                    tauri::async_runtime::spawn(async move { perform(&shell, subject, act).await });
                    return false;
                }
                page::ours(url)
            })
            .build()?;
    window::paint_before_page(&window)?;
    window.show()?;
    window.set_focus()
}

/// Closes the window of `subject`, if it is there.
pub(crate) fn close(handle: &AppHandle, subject: Subject) {
    if let Some(window) = handle.get_webview_window(subject.label())
        && let Err(error) = window.destroy()
    {
        tracing::warn!(%error, "cannot close the {} window", subject.label());
    }
}

/// A button was pressed.
async fn perform(shell: &Arc<Shell>, subject: Subject, act: Act) {
    match act {
        Act::UsePort => engine::start_again(shell, Again::FreePort).await,
        Act::Retry => engine::start_again(shell, Again::Unchanged).await,
        Act::Minimise => {
            close(&shell.handle, subject);
            window::minimise(shell);
        }
        Act::Cancel => close(&shell.handle, subject),
        Act::Quit => shell.quit(),
    }
}

/// The user closed the window of `subject` without an answer.
pub(crate) fn dismissed(shell: &Arc<Shell>, subject: Subject) {
    match subject {
        // Nothing runs behind this window.
        Subject::StartError => shell.quit(),
        Subject::NoTray => close(&shell.handle, subject),
    }
}

/// Answers a window's request for its page.
pub(crate) fn serve(handle: &AppHandle, label: &str) -> Response<Vec<u8>> {
    let page = handle.try_state::<Arc<Shell>>().and_then(|shell| {
        let text = shell.text();
        let page = Subject::of(label)?.page(&shell, &text)?;
        Some(page.html(text.language))
    });
    let status = if page.is_some() { 200 } else { 404 };
    Response::builder()
        .status(status)
        .header("content-type", "text/html; charset=utf-8")
        .header("content-security-policy", page::POLICY)
        .header("cache-control", "no-store")
        .body(page.unwrap_or_default().into_bytes())
        .unwrap_or_default()
}
