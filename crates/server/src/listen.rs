//! Opening the ports.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use tokio::net::TcpListener;

use crate::holder;
use crate::start::StartError;

/// Opens the address; with 127.0.0.1 also [::1], where the machine has it.
pub(crate) async fn open(bind: IpAddr, port: u16) -> Result<Vec<TcpListener>, StartError> {
    let first = TcpListener::bind(SocketAddr::new(bind, port))
        .await
        .map_err(|error| {
            use std::io::ErrorKind::{AddrInUse, AddrNotAvailable, PermissionDenied};
            match error.kind() {
                AddrInUse => StartError::PortTaken {
                    port,
                    holder: holder::of_port(port),
                    next_free: holder::next_free(port),
                },
                PermissionDenied => StartError::PortForbidden { port },
                AddrNotAvailable => StartError::NoSuchAddress { address: bind },
                _ => StartError::Listen {
                    port,
                    reason: error.to_string(),
                },
            }
        })?;
    let port = first.local_addr().map_or(port, |address| address.port());
    let mut listeners = vec![first];
    if bind == IpAddr::from([127, 0, 0, 1]) {
        match TcpListener::bind(SocketAddr::new(Ipv6Addr::LOCALHOST.into(), port)).await {
            Ok(second) => listeners.push(second),
            Err(error) => tracing::debug!(%error, "[::1] is not used"),
        }
    }
    Ok(listeners)
}
