//! Relayscope as people run it: recording everything, bodies included, into a fresh data directory.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::{Contender, Server};
use crate::fault::Fault;
use crate::process::{Process, pinned};

/// Its column in the table.
pub(crate) const NAME: &str = "relayscope";

/// Relayscope.
pub(crate) struct Relayscope {
    /// The release build.
    pub(crate) program: PathBuf,
}

impl Relayscope {
    /// Starts it with a data directory that there is already.
    pub(crate) fn start_in(
        &self,
        data: &Path,
        upstream: SocketAddr,
        processors: &str,
    ) -> Result<Server, Fault> {
        let mut command = pinned(processors, &self.program);
        command
            .arg("--data-dir")
            .arg(data)
            .args(["serve", "--no-console", "--port", "0"])
            .env(
                "RELAYSCOPE_ANTHROPIC_BASE_URL",
                format!("http://{upstream}"),
            )
            .env("RELAYSCOPE_OPENAI_BASE_URL", format!("http://{upstream}"));
        let begun = Instant::now();
        let (process, address) = Process::listening(NAME, command)?;
        Server::ready(begun, address, process, None)
    }
}

impl Contender for Relayscope {
    fn name(&self) -> &'static str {
        NAME
    }

    fn start(&self, upstream: SocketAddr, processors: &str) -> Result<Server, Fault> {
        let files = tempfile::tempdir()?;
        let server = self.start_in(files.path(), upstream, processors)?;
        Ok(Server {
            _files: Some(files),
            ..server
        })
    }
}
