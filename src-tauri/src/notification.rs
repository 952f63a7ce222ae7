//! Notifications of the desktop.

use notify_rust::Notification;

/// Shows a notification; `false` when nobody takes it.
pub(crate) async fn show(title: String, body: String) -> bool {
    // The bus call waits for the notification daemon, so it is kept off the runtime's threads.
    let sent = tokio::task::spawn_blocking(move || {
        let mut notification = Notification::new();
        notification
            .appname("Relayscope")
            .summary(&title)
            .body(&body);
        address(&mut notification);
        notification.show().map(drop)
    });
    match sent.await {
        Ok(Ok(())) => true,
        Ok(Err(error)) => {
            tracing::info!(%error, "no notification could be shown");
            false
        }
        Err(_) => false,
    }
}

/// Says who speaks, as the platform wants to know it.
#[cfg(target_os = "linux")]
fn address(notification: &mut Notification) {
    notification.icon("relayscope-desktop");
}

/// Windows shows the name behind the shortcut that an installer made; a development build has none
/// and would show nothing.
#[cfg(windows)]
fn address(notification: &mut Notification) {
    if !cfg!(debug_assertions) {
        notification.app_id(crate::IDENTIFIER);
    }
}

/// macOS takes name and icon from the bundle.
#[cfg(target_os = "macos")]
fn address(_notification: &mut Notification) {
    if !cfg!(debug_assertions) {
        let _ = notify_rust::set_application(crate::IDENTIFIER);
    }
}
