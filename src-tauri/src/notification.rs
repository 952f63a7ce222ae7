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
        Err(error) => {
            tracing::error!(%error, "showing a notification failed");
            false
        }
    }
}

/// Shows a notification with buttons (name and label each) and gives the name of the one that was pressed.
/// Only Linux's notifications tell of it; elsewhere there are none.
#[cfg(target_os = "linux")]
pub(crate) async fn ask(
    title: String,
    body: String,
    buttons: Vec<(&'static str, String)>,
) -> Option<String> {
    let asked = tokio::task::spawn_blocking(move || {
        let mut notification = Notification::new();
        notification
            .appname("Relayscope")
            .summary(&title)
            .body(&body);
        for (name, label) in &buttons {
            notification.action(name, label);
        }
        address(&mut notification);
        let handle = notification.show()?;
        let mut pressed = None;
        handle.wait_for_action(|name| {
            // A notification that went by itself is told as an action of its own.
            pressed = (name != "__closed").then(|| name.to_owned());
        });
        Ok::<_, notify_rust::error::Error>(pressed)
    });
    match asked.await {
        Ok(Ok(pressed)) => pressed,
        Ok(Err(error)) => {
            tracing::info!(%error, "no notification could be shown");
            None
        }
        Err(error) => {
            tracing::error!(%error, "showing a notification failed");
            None
        }
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
    // It can be said once in a run; then it stays said.
    static SAID: std::sync::Once = std::sync::Once::new();
    SAID.call_once(|| {
        if !cfg!(debug_assertions)
            && let Err(error) = notify_rust::set_application(crate::IDENTIFIER)
        {
            tracing::info!(%error, "notifications carry another program's name");
        }
    });
}
