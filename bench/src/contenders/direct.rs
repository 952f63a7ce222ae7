//! Nothing between client and upstream: what the measuring itself costs.

use std::net::SocketAddr;
use std::time::Duration;

use super::{Contender, Server};
use crate::fault::Fault;

/// Its column in the table.
pub(crate) const NAME: &str = "direct";

/// The direct connection.
pub(super) struct Direct;

impl Contender for Direct {
    fn name(&self) -> &'static str {
        NAME
    }

    fn start(&self, upstream: SocketAddr, _: &str) -> Result<Server, Fault> {
        Ok(Server {
            address: upstream,
            process: None,
            served_after: Duration::ZERO,
            _files: None,
        })
    }
}
