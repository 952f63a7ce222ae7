//! The server: a listener and its connections.

use std::io;
use std::net::SocketAddr;

use tokio::net::TcpListener;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::connection;
use crate::journal::Journal;

/// A running fake upstream. It stops when it is dropped.
#[derive(Debug)]
pub struct Upstream {
    address: SocketAddr,
    journal: Journal,
    _stop: DropGuard,
}

impl Upstream {
    /// Starts on a free port of 127.0.0.1.
    pub async fn start() -> io::Result<Self> {
        Self::start_on(SocketAddr::from(([127, 0, 0, 1], 0))).await
    }

    /// Starts on this address.
    pub async fn start_on(address: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let journal = Journal::default();
        let stop = CancellationToken::new();
        tokio::spawn(accept(listener, journal.clone(), stop.clone()));
        Ok(Self {
            address,
            journal,
            _stop: stop.drop_guard(),
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `http://127.0.0.1:PORT`, as it is given to clients.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What arrived.
    pub fn journal(&self) -> &Journal {
        &self.journal
    }
}

async fn accept(listener: TcpListener, journal: Journal, stop: CancellationToken) {
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.cancelled() => return,
        };
        let Ok((socket, _)) = accepted else { continue };
        // Without it every chunk waits 40 ms for the delayed acknowledgement of the one before.
        let _ = socket.set_nodelay(true);
        let journal = journal.clone();
        let stop = stop.clone();
        tokio::spawn(async move {
            tokio::select! {
                () = connection::serve(socket, journal) => {}
                () = stop.cancelled() => {}
            }
        });
    }
}
