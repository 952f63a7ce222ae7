//! The floor: a proxy of the same HTTP library that does nothing but forward.

use std::net::SocketAddr;
use std::time::Instant;

use super::{Contender, Server};
use crate::fault::Fault;
use crate::machine;
use crate::process::{Process, pinned};

/// The proxy in `crate::pass_through`.
pub(super) struct PassThrough;

impl Contender for PassThrough {
    fn name(&self) -> &'static str {
        "floor"
    }

    fn start(&self, upstream: SocketAddr, processors: &str) -> Result<Server, Fault> {
        let mut command = pinned(processors, &machine::ourselves()?);
        command.arg("pass-through").arg(upstream.to_string());
        let begun = Instant::now();
        let (process, address) = Process::listening(self.name(), command)?;
        Server::ready(begun, address, process, None)
    }
}
