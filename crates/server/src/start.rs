//! Starting and stopping.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use app::{App, DataDirError, Desktop, OpenError, OpenOptions, Override};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::guard::Guard;
use crate::{listen, serve};

/// Longest wait for streams that still run when the program ends.
const DRAIN: Duration = Duration::from_secs(10);

/// How to start.
#[derive(Clone, Default)]
pub struct Options {
    /// Data directory; the platform's when not given.
    pub data_dir: Option<PathBuf>,
    /// Settings file.
    pub config: Option<PathBuf>,
    /// Port from the command line; 0 picks a free one.
    pub port: Option<u16>,
    /// Address from the command line.
    pub bind: Option<String>,
    /// Further settings from the command line.
    pub overrides: Vec<Override>,
    /// The desktop around us.
    pub desktop: Option<Arc<dyn Desktop>>,
    /// Whether everything is made up.
    pub demo: bool,
}

/// Why the server cannot start. Every sentence says what to do.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Another program listens there.
    #[error("port {port} is taken{}{}", .holder.as_ref().map(|holder| format!(" by {holder}")).unwrap_or_default(), .next_free.map(|free| format!(": use --port {free}, or set server.port")).unwrap_or_default())]
    PortTaken {
        /// The port.
        port: u16,
        /// `nginx (pid 123)`, where it is known.
        holder: Option<String>,
        /// The next free one.
        next_free: Option<u16>,
    },
    /// Ports below 1024 belong to the administrator.
    #[error("the system does not let this user listen on port {port}: use a port above 1023")]
    PortForbidden {
        /// The port.
        port: u16,
    },
    /// No network card has the address.
    #[error("this machine has no address {address}: set server.bind to one of its own")]
    NoSuchAddress {
        /// The address.
        address: IpAddr,
    },
    /// Something else about the port.
    #[error("port {port} cannot be opened ({reason})")]
    Listen {
        /// The port.
        port: u16,
        /// The system's words.
        reason: String,
    },
    /// Others could reach it without a key.
    #[error(
        "{address} can be reached by others: set security.require_api_key = true first (a key is made then), or listen on 127.0.0.1"
    )]
    KeyNeeded {
        /// The address.
        address: IpAddr,
    },
    /// Another Relayscope uses the data directory.
    #[error("Relayscope is running already (pid {pid}{})", .port.map(|port| format!(", port {port}")).unwrap_or_default())]
    DataDirInUse {
        /// Its process.
        pid: u32,
        /// Its port.
        port: Option<u16>,
    },
    /// Settings, store, data directory.
    #[error(transparent)]
    Open(OpenError),
}

impl From<OpenError> for StartError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::DataDir(DataDirError::InUse { pid, port, .. }) => {
                Self::DataDirInUse { pid, port }
            }
            error => Self::Open(error),
        }
    }
}

/// A server that runs.
pub struct Running {
    app: Arc<App>,
    address: SocketAddr,
    end: CancellationToken,
    tasks: TaskTracker,
}

/// Starts the core and the server. Needs a tokio runtime.
pub async fn start(options: Options) -> Result<Running, StartError> {
    let mut overrides = options.overrides;
    overrides.extend(options.port.map(|port| ("server.port", port.to_string())));
    overrides.extend(options.bind.map(|bind| ("server.bind", bind)));
    let open = OpenOptions {
        data_dir: options.data_dir,
        config: options.config,
        overrides,
        demo: options.demo,
    };
    let app = App::open(open)?;
    if let Some(desktop) = options.desktop {
        app.set_desktop(desktop);
    }
    let settings = app.settings();
    // Checked when the settings were read.
    let bind: IpAddr = settings
        .server
        .bind
        .parse()
        .unwrap_or(IpAddr::from([127, 0, 0, 1]));
    if !bind.is_loopback() && settings.security.api_key.is_empty() {
        return Err(StartError::KeyNeeded { address: bind });
    }
    let listeners = listen::open(bind, settings.server.port).await?;
    let addresses: Vec<SocketAddr> = listeners
        .iter()
        .filter_map(|listener| listener.local_addr().ok())
        .collect();
    let address = addresses
        .first()
        .copied()
        .unwrap_or_else(|| SocketAddr::new(bind, 0));
    for key in app.self_loops(address.port()) {
        tracing::warn!(
            "{key} points at Relayscope itself: requests there are refused. Unset ANTHROPIC_BASE_URL \
             and OPENAI_BASE_URL for this program, or set RELAYSCOPE_ANTHROPIC_BASE_URL and \
             RELAYSCOPE_OPENAI_BASE_URL"
        );
    }
    app.run(addresses);
    let guard = Arc::new(Guard::new(app.clone(), address));
    let (end, tasks) = (CancellationToken::new(), TaskTracker::new());
    let door = serve::Door::new(app.clone(), guard, address, end.clone());
    for listener in listeners {
        tasks.spawn(serve::accept(
            listener,
            door.clone(),
            end.clone(),
            tasks.clone(),
        ));
    }
    Ok(Running {
        app,
        address,
        end,
        tasks,
    })
}

impl Running {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The core.
    pub fn app(&self) -> &Arc<App> {
        &self.app
    }

    /// An address that signs a browser in once; a new one each time.
    pub fn open_url(&self) -> String {
        let address = self.reachable();
        match self.app.session().one_time_token() {
            Ok(token) => format!("http://{address}/?token={token}"),
            Err(_) => format!("http://{address}/"),
        }
    }

    /// Where programs on this machine reach it.
    pub fn reachable(&self) -> SocketAddr {
        reachable(self.address)
    }

    /// Stops accepting, lets streams end (10 s), writes what waits.
    pub async fn stop(self) {
        self.end.cancel();
        self.tasks.close();
        if tokio::time::timeout(DRAIN, self.tasks.wait())
            .await
            .is_err()
        {
            tracing::warn!("streams that still ran after 10 s were cut");
        }
        self.app.stop().await;
    }
}

/// Where a program on this machine finds a server that listens on `address`: the address itself, or the
/// loopback address for "all addresses", which nobody can call.
pub fn reachable(address: SocketAddr) -> SocketAddr {
    match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => ([127, 0, 0, 1], address.port()).into(),
        IpAddr::V6(ip) if ip.is_unspecified() => {
            (std::net::Ipv6Addr::LOCALHOST, address.port()).into()
        }
        _ => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_addresses_are_called_by_the_own_one() {
        let check = |listening: &str, called: &str| {
            let address = listening.parse::<SocketAddr>().map(reachable);
            assert_eq!(
                address.map(|address| address.to_string()).as_deref(),
                Ok(called)
            );
        };
        check("127.0.0.1:7357", "127.0.0.1:7357");
        check("0.0.0.0:7357", "127.0.0.1:7357");
        check("[::]:7357", "[::1]:7357");
        check("192.168.1.2:7357", "192.168.1.2:7357");
    }
}
