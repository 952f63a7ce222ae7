//! One Relayscope per user: whoever comes second brings the first to the front.
//!
//! For the usual data directory the single-instance plugin sees to it, before anything else starts.
//! For another one, and on Linux without a session bus, the data directory tells: the server that
//! uses it is asked over HTTP.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use app::DataDir;
use tauri::{AppHandle, Manager};

use crate::arguments::Arguments;
use crate::shell::Shell;

/// Where the running server leaves its session token for programs of the same user.
const TOKEN: &str = "session-token";

/// How long the running server may take; it only has to say yes.
const PATIENCE: Duration = Duration::from_secs(3);

/// Another start handed over its command line.
pub(crate) fn second_start(handle: &AppHandle, arguments: &[String]) {
    // Started at login while running already: nobody asked for a window.
    if arguments.iter().any(|argument| argument == "--minimized") {
        return;
    }
    if let Some(shell) = handle.try_state::<Arc<Shell>>() {
        shell.show();
    }
}

/// What the running Relayscope said to our wish to see its window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// It shows it.
    Shown,
    /// It has none, as `relayscope serve`.
    Refused,
    /// It does not listen: it is on its way up, or down.
    Silent,
}

/// Whether this start has a data directory of its own, so that others do not concern it.
pub(crate) fn apart(arguments: &Arguments) -> bool {
    arguments.data_dir.is_some() || std::env::var_os("RELAYSCOPE_DATA_DIR").is_some()
}

/// Asks the server at `port`, which uses our data directory, to show its window.
pub(crate) async fn show_running(shell: &Arc<Shell>, port: u16) -> Answer {
    let place = DataDir::place(shell.arguments.data_dir.clone());
    let Some(token) = place
        .ok()
        .and_then(|place| std::fs::read_to_string(place.join(TOKEN)).ok())
    else {
        return Answer::Silent;
    };
    match tokio::task::spawn_blocking(move || ask(port, &token)).await {
        Ok(Ok(true)) => Answer::Shown,
        Ok(Ok(false)) => Answer::Refused,
        Ok(Err(_)) | Err(_) => Answer::Silent,
    }
}

/// `POST /api/desktop/show`. Written out, since it is the only request that the shell makes.
fn ask(port: u16, token: &str) -> std::io::Result<bool> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.write_all(request(address, token).as_bytes())?;
    let mut head = [0; 12];
    stream.read_exact(&mut head)?;
    Ok(accepted(&head))
}

fn request(address: SocketAddr, token: &str) -> String {
    format!(
        "POST /api/desktop/show HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\n\
         Content-Length: 0\r\nConnection: close\r\n\r\n"
    )
}

/// Whether the status line reports success.
fn accepted(head: &[u8; 12]) -> bool {
    head.starts_with(b"HTTP/1.1 2")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_request_is_a_whole_one() {
        let request = request(SocketAddr::from(([127, 0, 0, 1], 7357)), "abc");
        let (head, body) = request.split_once("\r\n\r\n").unwrap_or_default();
        assert_eq!(body, "");
        assert!(head.lines().any(|line| line == "Host: 127.0.0.1:7357"));
        assert!(head.lines().any(|line| line == "Content-Length: 0"));
    }

    #[test]
    fn only_success_counts() {
        assert!(accepted(b"HTTP/1.1 204"));
        assert!(!accepted(b"HTTP/1.1 501"));
        assert!(!accepted(b"SSH-2.0-Open"));
    }
}
