//! What is known of one connection.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// How a connection came about. Shared by every call that it carries.
#[derive(Clone, Debug)]
pub struct ConnectionFacts(Arc<Facts>);

#[derive(Debug)]
struct Facts {
    dns: Duration,
    connect: Duration,
    tls: Option<Duration>,
    remote: Option<Arc<str>>,
    path: Arc<str>,
    calls: AtomicU32,
}

impl ConnectionFacts {
    pub(crate) fn new(
        dns: Duration,
        connect: Duration,
        tls: Option<Duration>,
        remote: Option<SocketAddr>,
        path: String,
    ) -> Self {
        Self(Arc::new(Facts {
            dns,
            connect,
            tls,
            remote: remote.map(|remote| remote.to_string().into()),
            path: path.into(),
            calls: AtomicU32::new(0),
        }))
    }

    /// Counts one more call; gives how many there were before. 0: the connection was opened for it.
    pub fn count_call(&self) -> u32 {
        self.0.calls.fetch_add(1, Ordering::Relaxed)
    }

    /// Calls so far.
    pub fn calls(&self) -> u32 {
        self.0.calls.load(Ordering::Relaxed)
    }

    /// Time of the name look-up.
    pub fn dns(&self) -> Duration {
        self.0.dns
    }

    /// Time of the TCP connect (with a proxy: until its tunnel stood).
    pub fn connect(&self) -> Duration {
        self.0.connect
    }

    /// Time of the TLS handshake.
    pub fn tls(&self) -> Option<Duration> {
        self.0.tls
    }

    /// Address reached: the upstream's, or the proxy's.
    pub fn remote(&self) -> Option<Arc<str>> {
        self.0.remote.clone()
    }

    /// `direct`, or the proxy that was used.
    pub fn path(&self) -> Arc<str> {
        self.0.path.clone()
    }
}
