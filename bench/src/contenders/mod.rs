//! Who is measured. One file each; a new one is listed in `all()`.

mod direct;
mod nginx;
mod pass_through;
mod relayscope;

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::fault::Fault;
use crate::options::Options;
use crate::process::Process;

pub(crate) use direct::NAME as DIRECT;
pub(crate) use nginx::NAME as NGINX;
pub(crate) use relayscope::{NAME as RELAYSCOPE, Relayscope};

/// Something between the client and the upstream (or nothing, for a direct connection).
pub(crate) trait Contender {
    /// Its column in the table.
    fn name(&self) -> &'static str;
    /// Starts it on these processors, in front of that upstream.
    fn start(&self, upstream: SocketAddr, processors: &str) -> Result<Server, Fault>;
}

/// Everyone who can be measured with these options.
pub(crate) fn all(options: &Options) -> Vec<Box<dyn Contender>> {
    let mut contenders: Vec<Box<dyn Contender>> = vec![Box::new(direct::Direct)];
    if let Some(nginx) = nginx::Nginx::find(options.nginx.as_deref()) {
        contenders.push(Box::new(nginx));
    }
    if let Some(program) = &options.relayscope {
        contenders.push(Box::new(Relayscope {
            program: program.clone(),
        }));
    }
    if options.floor {
        contenders.push(Box::new(pass_through::PassThrough));
    }
    contenders
}

/// A contender that runs and has served its first request.
pub(crate) struct Server {
    /// Where to call it.
    pub(crate) address: SocketAddr,
    /// Its process; none for the direct connection.
    pub(crate) process: Option<Process>,
    /// From its start to the end of its first answer.
    pub(crate) served_after: Duration,
    /// Its files; removed after the process has ended.
    _files: Option<TempDir>,
}

impl Server {
    /// A started process, measured until its first answer.
    fn ready(
        begun: Instant,
        address: SocketAddr,
        process: Process,
        files: Option<TempDir>,
    ) -> Result<Self, Fault> {
        first_answer(address)?;
        Ok(Self {
            address,
            process: Some(process),
            served_after: begun.elapsed(),
            _files: files,
        })
    }
}

/// One small call, as soon as the address accepts.
fn first_answer(address: SocketAddr) -> Result<(), Fault> {
    const WITHIN: Duration = Duration::from_secs(10);
    const BODY: &str = r#"{"model":"claude-sonnet-4-5-20250929","max_tokens":16,"messages":[{"role":"user","content":"hello"}]}"#;
    let deadline = Instant::now() + WITHIN;
    let mut socket = loop {
        match TcpStream::connect(address) {
            Ok(socket) => break socket,
            Err(cause) if Instant::now() > deadline => return Err(cause.into()),
            Err(_) => std::thread::sleep(Duration::from_micros(200)),
        }
    };
    socket.set_read_timeout(Some(WITHIN))?;
    write!(
        socket,
        "POST /v1/messages HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\n\
         x-api-key: sk-ant-made-up\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{BODY}",
        BODY.len(),
    )?;
    let mut answer = String::new();
    socket.read_to_string(&mut answer)?;
    if answer.starts_with("HTTP/1.1 200") {
        return Ok(());
    }
    let problem = format!(
        "answered its first request with: {}",
        answer.lines().next().unwrap_or("nothing")
    );
    Err(Fault::misbehaved(&address.to_string(), problem))
}
