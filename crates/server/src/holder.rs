//! Which program has the port that we want.

use std::net::TcpListener;

/// `nginx (pid 123)`, where the system tells.
pub(crate) fn of_port(port: u16) -> Option<String> {
    let found = listeners::get_all().ok()?;
    let listener = found
        .into_iter()
        .find(|listener| listener.socket.port() == port)?;
    Some(format!(
        "{} (pid {})",
        listener.process.name, listener.process.pid
    ))
}

/// The next port above that nobody has.
pub(crate) fn next_free(port: u16) -> Option<u16> {
    (port.checked_add(1)?..=port.saturating_add(50))
        .find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok())
}
