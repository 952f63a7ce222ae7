//! A persona behind a real port.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::{CancellationToken, DropGuard};

use super::chance::Chance;
use super::site::{Site, Visit};
use super::spell;
use crate::player::{Played, play};
use crate::request::{Incoming, Request};

/// A running site. It stops when it is dropped.
pub struct Standing {
    address: SocketAddr,
    counted: Arc<AtomicU64>,
    _stop: DropGuard,
}

struct Counter {
    site: Arc<dyn Site>,
    chance: Chance,
    number: Arc<AtomicU64>,
}

impl Standing {
    /// Starts a site on a free port of 127.0.0.1.
    pub async fn start(site: Arc<dyn Site>) -> io::Result<Self> {
        Self::start_on(SocketAddr::from(([127, 0, 0, 1], 0)), site).await
    }

    /// Starts a site on this address.
    pub async fn start_on(address: SocketAddr, site: Arc<dyn Site>) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let stop = CancellationToken::new();
        let counted = Arc::new(AtomicU64::new(0));
        let counter = Arc::new(Counter {
            site,
            chance: Chance::new(u64::from(address.port())),
            number: counted.clone(),
        });
        tokio::spawn(accept(listener, counter, stop.clone()));
        Ok(Self {
            address,
            counted,
            _stop: stop.drop_guard(),
        })
    }

    /// `http://127.0.0.1:PORT`, as it is given to clients.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// How many requests arrived.
    pub fn requests(&self) -> u64 {
        self.counted.load(Ordering::Relaxed)
    }
}

async fn accept(listener: TcpListener, counter: Arc<Counter>, stop: CancellationToken) {
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.cancelled() => return,
        };
        let Ok((socket, _)) = accepted else { continue };
        // Without it every event waits 40 ms for the delayed acknowledgement of the one before.
        let _ = socket.set_nodelay(true);
        let (counter, stop) = (counter.clone(), stop.clone());
        tokio::spawn(async move {
            tokio::select! {
                () = serve(socket, &counter) => {}
                () = stop.cancelled() => {}
            }
        });
    }
}

async fn serve(socket: TcpStream, counter: &Counter) {
    let (reader, mut writer) = socket.into_split();
    let mut incoming = Incoming::new(reader);
    while let Ok(Some(mut request)) = incoming.head().await {
        if !continues(&request, &mut writer).await {
            return;
        }
        let Ok(body) = incoming.body(&request).await else {
            return;
        };
        request.body = body;
        let script = counter.script(&request);
        let played = tokio::select! {
            biased;
            played = play(script, &mut writer) => played,
            () = incoming.client_leaves() => Played::Left,
        };
        if played != Played::Whole || request.wants_close() {
            return;
        }
    }
}

async fn continues(request: &Request, writer: &mut (impl AsyncWriteExt + Unpin)) -> bool {
    let expects = request
        .header("expect")
        .is_some_and(|value| value.contains("100-continue"));
    !expects
        || writer
            .write_all(b"HTTP/1.1 100 Continue\r\n\r\n")
            .await
            .is_ok()
}

impl Counter {
    fn script(&self, request: &Request) -> crate::script::Script {
        let visit = Visit::of(request, self.number.fetch_add(1, Ordering::Relaxed));
        let answered = self.site.answer(&visit);
        let script = spell::script(&visit, answered, &mut self.chance.dice());
        if visit.method == "HEAD" {
            // The first write is behind the wait.
            let mut script = script;
            script
                .steps
                .retain(|step| !matches!(step, crate::script::Step::Wait(_)));
            return script.head_only();
        }
        script
    }
}
