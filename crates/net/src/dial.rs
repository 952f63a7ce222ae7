//! From a host name to an open TCP connection.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::base_url::BaseUrl;
use crate::error::NetError;
use crate::own::OwnAddresses;

/// Head start of one address over the next (RFC 8305 recommends 250 ms).
const HEAD_START: Duration = Duration::from_millis(250);

/// An open connection and how long it took.
pub(crate) struct Dialled {
    pub(crate) stream: TcpStream,
    pub(crate) dns: Duration,
    pub(crate) connect: Duration,
}

/// Resolves and connects, trying the addresses in turn with a head start each.
pub(crate) async fn dial(host: &str, port: u16, own: &OwnAddresses) -> Result<Dialled, NetError> {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let begin = Instant::now();
    let found = tokio::net::lookup_host((bare, port)).await;
    let addresses: Vec<SocketAddr> = found
        .map_err(|error| NetError::Resolve {
            host: host.to_owned(),
            reason: error.to_string(),
        })?
        .collect();
    let dns = begin.elapsed();
    if addresses.iter().any(|address| own.contains(*address)) {
        return Err(NetError::SelfLoop {
            host: format!("{host}:{port}"),
        });
    }
    let begin = Instant::now();
    let stream = race(alternate(addresses))
        .await
        .map_err(|reason| NetError::Connect {
            host: format!("{host}:{port}"),
            reason,
        })?;
    // Without this, Nagle's algorithm and delayed acknowledgements add 40 ms to a request. A socket that
    // cannot be told is one that is closed already: the first write will say so.
    let _ = stream.set_nodelay(true);
    Ok(Dialled {
        stream,
        dns,
        connect: begin.elapsed(),
    })
}

async fn race(addresses: Vec<SocketAddr>) -> Result<TcpStream, String> {
    let mut running = JoinSet::new();
    let mut waiting = addresses.into_iter().peekable();
    let mut last = "the name has no address".to_owned();
    loop {
        match waiting.next() {
            Some(address) => {
                running.spawn(TcpStream::connect(address));
            }
            None if running.is_empty() => return Err(last),
            None => {}
        }
        let done = tokio::select! {
            done = running.join_next() => done,
            () = tokio::time::sleep(HEAD_START), if waiting.peek().is_some() => None,
        };
        match done {
            Some(Ok(Ok(stream))) => return Ok(stream),
            Some(Ok(Err(error))) => last = error.to_string(),
            Some(Err(error)) => last = error.to_string(),
            None => {}
        }
    }
}

/// IPv6 and IPv4 in turn, beginning with the family that the resolver put first.
fn alternate(addresses: Vec<SocketAddr>) -> Vec<SocketAddr> {
    let first_is_v6 = addresses.first().is_some_and(SocketAddr::is_ipv6);
    let (same, other): (Vec<_>, Vec<_>) = addresses
        .into_iter()
        .partition(|address| address.is_ipv6() == first_is_v6);
    let mut ordered = Vec::with_capacity(same.len() + other.len());
    let (mut same, mut other) = (same.into_iter(), other.into_iter());
    loop {
        let pair = (same.next(), other.next());
        if pair == (None, None) {
            return ordered;
        }
        ordered.extend(pair.0);
        ordered.extend(pair.1);
    }
}

/// Opens a TCP connection and closes it again: whether somebody is there, without asking anything.
pub async fn probe(base: &BaseUrl, own: &OwnAddresses, patience: Duration) -> Result<(), NetError> {
    let seconds = patience.as_secs();
    let timeout = NetError::ConnectTimeout {
        host: base.host().to_owned(),
        seconds,
    };
    let dialled = tokio::time::timeout(patience, dial(base.host(), base.port(), own)).await;
    dialled.map_err(|_| timeout)?.map(|_| ())
}
