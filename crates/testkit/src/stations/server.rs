//! The server of a station.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::{CancellationToken, DropGuard};

use super::answer::{Visit, answer};
use super::model_call::{self, Seller, Served};
use super::state::{Software, State};
use crate::personas::Site;
use crate::player::{Played, play};
use crate::request::{Incoming, Request};
use crate::script::{Script, Step};

/// Requests that are remembered.
const REMEMBERED: usize = 10_000;

/// A running station. It stops when it is dropped.
pub struct Station {
    address: SocketAddr,
    inside: Arc<Inside>,
    _stop: DropGuard,
}

/// A request that came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// `GET`.
    pub method: String,
    /// Path and query.
    pub target: String,
    /// Names as written.
    pub headers: Vec<(String, String)>,
    /// The body as text.
    pub body: String,
}

struct Inside {
    state: Mutex<State>,
    asked: Mutex<Vec<Asked>>,
    seller: Option<Seller>,
}

impl Station {
    /// Starts one with one key and no past on a free port of 127.0.0.1.
    pub async fn start(software: Software) -> io::Result<Self> {
        Self::start_with(State::new(software)).await
    }

    /// Starts one in a certain state.
    pub async fn start_with(state: State) -> io::Result<Self> {
        Self::begin(state, None).await
    }

    /// Starts one whose models are somebody else's: a persona's.
    pub async fn start_selling(state: State, seller: Arc<dyn Site>) -> io::Result<Self> {
        Self::begin(state, Some(Seller::new(seller))).await
    }

    async fn begin(state: State, seller: Option<Seller>) -> io::Result<Self> {
        let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await?;
        let address = listener.local_addr()?;
        let stop = CancellationToken::new();
        let inside = Arc::new(Inside {
            state: Mutex::new(state),
            asked: Mutex::new(Vec::new()),
            seller,
        });
        tokio::spawn(accept(listener, inside.clone(), stop.clone()));
        Ok(Self {
            address,
            inside,
            _stop: stop.drop_guard(),
        })
    }

    /// `http://127.0.0.1:PORT`, as it is given to clients.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Text of the first key.
    pub fn key(&self) -> String {
        let state = self.inside.state();
        state
            .keys
            .first()
            .map_or(String::new(), |key| key.text.clone())
    }

    /// Looks at the state, or changes it.
    pub fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.inside.state())
    }

    /// What was asked, oldest first.
    pub fn asked(&self) -> Vec<Asked> {
        self.inside.asked().clone()
    }

    /// Forgets what was asked.
    pub fn forget(&self) {
        self.inside.asked().clear();
    }
}

impl Inside {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn asked(&self) -> MutexGuard<'_, Vec<Asked>> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, request: &Request) {
        let mut asked = self.asked();
        if asked.len() == REMEMBERED {
            asked.remove(0);
        }
        asked.push(Asked {
            method: request.method.clone(),
            target: request.target.clone(),
            headers: request.headers.clone(),
            body: String::from_utf8_lossy(&request.body).into_owned(),
        });
    }

    /// What is said, and what is charged when it has been said.
    fn answer(&self, request: &Request, earlier: u64) -> (Script, Option<Served>) {
        let mut state = self.state();
        let visit = Visit {
            request,
            now: seconds() + state.settings.clock_ahead_s,
        };
        let trap = state
            .traps
            .iter()
            .find(|(start, _)| request.path().starts_with(start));
        if let Some((_, trap)) = trap {
            return (trap.script(&request.target), None);
        }
        if let Some(seller) = &self.seller
            && !model_call::is_of_station(&visit)
        {
            let number = state.served;
            let mut served = seller.serve(&state, &visit, number);
            return (std::mem::take(&mut served.script), Some(served));
        }
        if !model_call::is_model_call(&visit) {
            return (answer(&mut state, &visit), None);
        }
        let number = state.served + 1;
        match model_call::serve(&state, &visit, number, earlier) {
            Ok(mut served) => (std::mem::take(&mut served.script), Some(served)),
            Err(refusal) => (refusal, None),
        }
    }

    fn charge(&self, served: &Served, ms: u64) {
        let mut state = self.state();
        let now = seconds() + state.settings.clock_ahead_s;
        if let Some((key, row)) = served.row(&state, now, ms) {
            state.charge(&key, row);
        }
    }
}

/// Puts header lines into an answer's head.
pub(super) fn with_headers(mut script: Script, lines: &str) -> Script {
    if let Some(Step::Write(bytes)) = script.steps.first_mut()
        && let Some(end) = bytes.windows(2).position(|two| two == b"\r\n")
    {
        let (first, rest) = bytes.split_at(end + 2);
        *bytes = Bytes::from([first, lines.as_bytes(), rest].concat());
    }
    script
}

async fn accept(listener: TcpListener, inside: Arc<Inside>, stop: CancellationToken) {
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.cancelled() => return,
        };
        let Ok((socket, _)) = accepted else { continue };
        // Without it every event waits 40 ms for the delayed acknowledgement of the one before.
        let _ = socket.set_nodelay(true);
        let (inside, stop) = (inside.clone(), stop.clone());
        tokio::spawn(async move {
            tokio::select! {
                () = serve(socket, &inside) => {}
                () = stop.cancelled() => {}
            }
        });
    }
}

async fn serve(socket: TcpStream, inside: &Inside) {
    let (reader, mut writer) = socket.into_split();
    let mut incoming = Incoming::new(reader);
    let mut earlier = 0;
    while let Ok(Some(mut request)) = incoming.head().await {
        let Ok(body) = incoming.body(&request).await else {
            return;
        };
        request.body = body;
        inside.note(&request);
        let (script, served) = inside.answer(&request, earlier);
        earlier += 1;
        let script = match request.method.as_str() {
            "HEAD" => script.head_only(),
            _ => script,
        };
        let began = Instant::now();
        let played = tokio::select! {
            biased;
            played = play(script, &mut writer) => played,
            () = incoming.client_leaves() => Played::Left,
        };
        if let Some(served) = served {
            inside.charge(&served, began.elapsed().as_millis() as u64);
        }
        if played != Played::Whole || request.wants_close() {
            return;
        }
    }
}

fn seconds() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs() as i64)
}
