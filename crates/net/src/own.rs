//! Knowing one's own addresses, so that no request goes in a circle.

use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::sync::{Arc, RwLock};

/// Addresses that this process listens on. Empty until it does.
#[derive(Clone, Debug, Default)]
pub struct OwnAddresses(Arc<RwLock<Vec<SocketAddr>>>);

impl OwnAddresses {
    /// Replaces the addresses.
    pub fn set(&self, addresses: Vec<SocketAddr>) {
        *self
            .0
            .write()
            .unwrap_or_else(std::sync::PoisonError::into_inner) = addresses;
    }

    /// Whether a connection to this address would arrive at ourselves.
    pub fn contains(&self, address: SocketAddr) -> bool {
        let own = self
            .0
            .read()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        own.iter()
            .filter(|own| own.port() == address.port())
            .any(|own| {
                own.ip() == address.ip()
                    || is_here(address.ip()) && is_here(own.ip())
                    || own.ip().is_unspecified() && is_of_this_machine(address.ip())
            })
    }
}

/// 127.0.0.2 and `::ffff:127.0.0.1` reach a listener on 127.0.0.1 or on all addresses as well.
fn is_here(ip: IpAddr) -> bool {
    let ip = ip.to_canonical();
    ip.is_loopback() || ip.is_unspecified()
}

/// Whether a network card of this machine has the address: only then can it be bound.
fn is_of_this_machine(ip: IpAddr) -> bool {
    UdpSocket::bind(SocketAddr::new(ip.to_canonical(), 0)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_itself_under_every_name() {
        let own = OwnAddresses::default();
        let contains = |text: &str| own.contains(text.parse().unwrap());
        assert!(
            !contains("127.0.0.1:7357"),
            "nothing is ours before we listen"
        );
        own.set(vec!["127.0.0.1:7357".parse().unwrap()]);
        for here in [
            "127.0.0.1:7357",
            "127.0.0.2:7357",
            "[::1]:7357",
            "0.0.0.0:7357",
            "[::ffff:127.0.0.1]:7357",
        ] {
            assert!(contains(here), "{here}");
        }
        for other in ["127.0.0.1:8080", "192.0.2.1:7357"] {
            assert!(!contains(other), "{other}");
        }
        own.set(vec!["0.0.0.0:7357".parse().unwrap()]);
        assert!(contains("127.0.0.1:7357"));
        assert!(!contains("192.0.2.1:7357"), "no machine has this one");
    }
}
