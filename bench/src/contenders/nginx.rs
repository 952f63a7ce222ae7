//! The yardstick: nginx as one would set it up for this very job.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Instant;

use super::{Contender, Server};
use crate::fault::Fault;
use crate::process::{Process, pinned};

/// Its column in the table.
pub(crate) const NAME: &str = "nginx";

/// nginx.
pub(super) struct Nginx {
    program: PathBuf,
}

impl Nginx {
    /// Where the person says it is, or where Debian and PATH have it.
    pub(super) fn find(said: Option<&Path>) -> Option<Self> {
        let mut places: Vec<PathBuf> = said.map(Path::to_path_buf).into_iter().collect();
        let path = std::env::var_os("PATH").unwrap_or_default();
        places.extend(std::env::split_paths(&path).map(|directory| directory.join("nginx")));
        places.push("/usr/sbin/nginx".into());
        let program = places.into_iter().find(|place| place.is_file())?;
        Some(Self { program })
    }
}

impl Contender for Nginx {
    fn name(&self) -> &'static str {
        NAME
    }

    fn start(&self, upstream: SocketAddr, processors: &str) -> Result<Server, Fault> {
        let files = tempfile::tempdir()?;
        // Free at this moment; nginx cannot pick one by itself.
        let address = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?;
        let path = files.path().join("nginx.conf");
        fs::write(&path, configuration(address, upstream, files.path())).map_err(|cause| {
            Fault::File {
                path: path.clone(),
                cause,
            }
        })?;
        let mut command = pinned(processors, &self.program);
        command
            .arg("-p")
            .arg(files.path())
            .arg("-c")
            .arg(&path)
            .args(["-e", "stderr"]);
        command.stderr(Stdio::null());
        let begun = Instant::now();
        let process = Process::start(NAME, command)?;
        Server::ready(begun, address, process, Some(files))
    }
}

/// No buffering of answers, connections kept on both sides, nothing logged, one worker. Request bodies
/// are passed on as they come: collected first, those above the buffer would go through a file. 256 kB was
/// the best of the buffer sizes from 64 kB to 2 MB.
fn configuration(address: SocketAddr, upstream: SocketAddr, files: &Path) -> String {
    let files = files.display();
    // The worker would otherwise become another user, who may not write into our directory.
    let user = if rustix::process::geteuid().is_root() {
        "user root;"
    } else {
        ""
    };
    format!(
        "{user}
daemon off;
worker_processes 1;
pid {files}/nginx.pid;
error_log stderr crit;
events {{ worker_connections 8192; }}
http {{
    access_log off;
    client_body_temp_path {files}/body;
    proxy_temp_path {files}/proxy;
    fastcgi_temp_path {files}/fastcgi;
    uwsgi_temp_path {files}/uwsgi;
    scgi_temp_path {files}/scgi;
    tcp_nodelay on;
    keepalive_timeout 300s;
    keepalive_requests 100000000;
    client_max_body_size 64m;
    client_body_buffer_size 256k;
    upstream mock {{
        server {upstream};
        keepalive 1024;
        keepalive_requests 100000000;
        keepalive_timeout 300s;
    }}
    server {{
        listen {address} backlog=4096;
        location / {{
            proxy_pass http://mock;
            proxy_http_version 1.1;
            proxy_set_header Connection \"\";
            proxy_buffering off;
            proxy_request_buffering off;
            proxy_read_timeout 300s;
        }}
    }}
}}
"
    )
}
