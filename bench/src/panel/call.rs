//! One question over HTTP, on a connection of its own.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use crate::fault::Fault;

/// What an answer may take at most.
const PATIENCE: Duration = Duration::from_secs(60);

/// Asks and reads the whole answer.
pub(super) fn get(address: SocketAddr, path: &str) -> Result<(), Fault> {
    let mut socket = TcpStream::connect(address)?;
    socket.set_nodelay(true)?;
    socket.set_read_timeout(Some(PATIENCE))?;
    write!(
        socket,
        "GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n"
    )?;
    let mut answer = Vec::new();
    socket.read_to_end(&mut answer)?;
    if answer.starts_with(b"HTTP/1.1 200") {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&answer);
    let problem = format!(
        "answered {path} with: {}",
        said.lines().next().unwrap_or("nothing")
    );
    Err(Fault::misbehaved(&address.to_string(), problem))
}
