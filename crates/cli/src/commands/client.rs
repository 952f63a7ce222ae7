//! How commands reach the data: through the server that holds it, or else through one of their own.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use app::sites::SiteError;
use app::{DataDir, SettingsStore};
use net::{BaseUrl, OwnAddresses};
use reqwest::Method;
use serde::Serialize;
use serde::de::DeserializeOwned;
use server::{Options, Running, StartError};

use crate::ask::{AskError, Server};
use crate::failure::Failure;

/// Longest wait for a holder that begins or ends: its streams get 10 s to end.
const PATIENCE: Duration = Duration::from_secs(12);

/// Pause between two looks at the holder.
const PAUSE: Duration = Duration::from_millis(50);

/// How often a question is asked again whose answer was lost.
const MOST_LOST: u32 = 3;

/// Where the data lies, as the command line says.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) data_dir: Option<PathBuf>,
    pub(crate) config: Option<PathBuf>,
}

/// Asks the server that holds the data directory. Where there is none, runs one on a free port until
/// the command is done: every command is the same HTTP call in both cases.
pub(crate) struct Client {
    data_dir: PathBuf,
    config: Option<PathBuf>,
    ours: Option<Running>,
}

/// Does a command's work with a client. Who is asked to stop drops the work where it stands.
pub(crate) fn with(
    place: Place,
    work: impl AsyncFnOnce(&mut Client) -> Result<(), Failure>,
) -> Result<(), Failure> {
    to_the_end(place, async |client| {
        tokio::select! {
            done = work(client) => done,
            asked = super::asked_to_stop() => {
                Err(asked.map_or_else(Failure::from, |()| Failure::new("stopped")))
            }
        }
    })
}

/// The same for work that listens itself for being asked to stop.
pub(crate) fn to_the_end(
    place: Place,
    work: impl AsyncFnOnce(&mut Client) -> Result<(), Failure>,
) -> Result<(), Failure> {
    if std::env::var_os("RELAYSCOPE_LOG").is_some() {
        crate::log::begin();
    }
    let data_dir = DataDir::place(place.data_dir)?;
    super::runtime()?.block_on(async {
        let mut client = Client {
            data_dir,
            config: place.config,
            ours: None,
        };
        let done = work(&mut client).await;
        if let Some(ours) = client.ours {
            ours.stop().await;
        }
        done
    })
}

impl Client {
    /// Reads something.
    pub(crate) async fn get<T: DeserializeOwned>(&mut self, path: &str) -> Result<T, Failure> {
        self.send(Method::GET, path, &()).await
    }

    /// Asks for something to be done.
    pub(crate) async fn send<T: DeserializeOwned>(
        &mut self,
        method: Method,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, Failure> {
        let body = serde_json::to_value(body)?;
        let body = Some(&body).filter(|body| !body.is_null());
        let until = Instant::now() + PATIENCE;
        let mut lost = 0;
        loop {
            let server = self.reach(until).await?;
            match server.ask(method.clone(), path, body).await {
                Ok(answer) => {
                    let understood = serde_json::from_value(answer);
                    return understood.map_err(|error| AskError::Broken(error.to_string()).into());
                }
                // Another command's server may just have ended. Nothing is done twice: a site or a key
                // that is there already is refused.
                Err(AskError::Unreachable { .. }) if Instant::now() < until => {}
                Err(AskError::Lost(_)) if lost < MOST_LOST => lost += 1,
                Err(error) => return Err(error.into()),
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// The server to ask, begun where there is none.
    async fn reach(&mut self, until: Instant) -> Result<Server, Failure> {
        loop {
            if let Some(ours) = &self.ours {
                let token = ours.app().session().token().clone();
                return Ok(Server::new(ours.address().port(), token));
            }
            let is_late = Instant::now() >= until;
            match DataDir::holder(&self.data_dir) {
                None => match self.begin().await {
                    Ok(running) => {
                        self.ours = Some(running);
                        continue;
                    }
                    Err(StartError::DataDirInUse { .. }) if !is_late => {}
                    Err(error) => return Err(error.into()),
                },
                Some(holder) => match holder.port {
                    Some(port) => return Server::of(&self.data_dir, port),
                    None if !is_late => {}
                    None => {
                        let says = "Relayscope is just starting or ending";
                        let pid = holder.pid;
                        return Err(Failure::new(format!("{says} (pid {pid}): try again")));
                    }
                },
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn begin(&self) -> Result<Running, StartError> {
        let options = Options {
            data_dir: Some(self.data_dir.clone()),
            config: self.config.clone(),
            port: Some(0),
            bind: Some("127.0.0.1".to_owned()),
            ..Options::default()
        };
        server::start(options).await
    }

    /// Whether the data is open in this process.
    pub(crate) fn is_alone(&self) -> bool {
        self.ours.is_some()
    }

    /// Refuses a site at the address where Relayscope will listen. A server that runs there knows its
    /// own address; the one that runs for this command listens elsewhere.
    pub(crate) async fn refuse_own_address(&mut self, url: &str) -> Result<(), Failure> {
        self.reach(Instant::now() + PATIENCE).await?;
        let Ok(base) = BaseUrl::parse(url) else {
            return Ok(()); // the server says what is wrong with it
        };
        let host = base.host().trim_start_matches('[').trim_end_matches(']');
        let ip: Option<IpAddr> = match host {
            "localhost" => Some(IpAddr::from([127, 0, 0, 1])),
            host => host.parse().ok(),
        };
        let (Some(ip), true) = (ip, self.is_alone()) else {
            return Ok(());
        };
        let config = self.config.clone();
        let config = config.unwrap_or_else(|| self.data_dir.join("config.toml"));
        let variable = |name: &str| std::env::var(name).ok();
        let listens = SettingsStore::load(&config, &variable, &[])?.now();
        let bind: IpAddr = listens.server.bind.parse()?;
        let own = OwnAddresses::default();
        own.set(vec![SocketAddr::new(bind, listens.server.port)]);
        if own.contains(SocketAddr::new(ip, base.port())) {
            return Err(SiteError::SiteIsSelf(base.authority().to_owned()).into());
        }
        Ok(())
    }
}
