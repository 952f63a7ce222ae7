//! Where a page in our window may go: our own server, nowhere else.

use tauri::Url;

/// What happens to an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Destination {
    /// Loaded in the window.
    Window,
    /// Opened in the user's browser.
    Browser,
    /// Nothing.
    Nowhere,
}

/// Decides for `url` in a window of the server at `home`.
pub(crate) fn destination(url: &Url, home: &Url) -> Destination {
    if url.origin() == home.origin() {
        return Destination::Window;
    }
    match url.scheme() {
        // A blob's origin is that of the page which made it, and was compared above.
        "about" if url.path() == "blank" => Destination::Window,
        "http" | "https" => Destination::Browser,
        _ => Destination::Nowhere,
    }
}

/// Opens a web address in the user's browser.
pub(crate) fn open_in_browser(url: &Url) {
    let url = url.to_string();
    // Starting a browser can take a second, and this is called on the main thread.
    tauri::async_runtime::spawn_blocking(move || {
        if let Err(error) = webbrowser::open(&url) {
            tracing::warn!(%error, "no browser could be opened");
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(url: &str, expected: Destination) {
        let parse = |text: &str| Url::parse(text).map_err(|error| error.to_string());
        let decided =
            parse("http://127.0.0.1:7357/").and_then(|home| Ok(destination(&parse(url)?, &home)));
        assert_eq!(decided, Ok(expected), "{url}");
    }

    #[test]
    fn only_our_own_server_is_loaded() {
        check("http://127.0.0.1:7357/sites?x=1#y", Destination::Window);
        check("blob:http://127.0.0.1:7357/6f1c", Destination::Window);
        check("about:blank", Destination::Window);
    }

    #[test]
    fn other_web_pages_go_to_the_browser() {
        check("https://relay.example/topup", Destination::Browser);
        check("http://127.0.0.1:8080/", Destination::Browser);
        check("https://127.0.0.1:7357/", Destination::Browser);
        check("http://127.0.0.1.evil.example:7357/", Destination::Browser);
    }

    #[test]
    fn everything_else_goes_nowhere() {
        for url in [
            "file:///etc/passwd",
            "javascript:alert(1)",
            "data:text/html,x",
            "tauri://localhost/",
            "relayscope://localhost/do/quit",
            "blob:https://relay.example/1",
        ] {
            check(url, Destination::Nowhere);
        }
    }
}
