//! Accepting connections and sending each request to its half of the house.

use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use app::App;
use axum::Router;
use http::{Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use net::Drive;
use proxy::Caller;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

use crate::api::{self, Api};
use crate::body::ServerBody;
use crate::guard::Guard;

/// A client that sends its head slower than this is not one (slow-loris).
const HEAD_TIMEOUT: Duration = Duration::from_secs(15);

/// Bytes that a connection reads at once; a head of twice the length is refused. A long body goes through a buffer that stays
/// in the processor's cache; hyper's own limit is six times as much, which a flood of long bodies would fill.
const READ_AT_ONCE: usize = 64 * 1024;

/// Pause after a failed accept: the process is out of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Everything that a connection needs.
#[derive(Clone)]
pub(crate) struct Door {
    app: Arc<App>,
    guard: Arc<Guard>,
    api: Router,
}

impl Door {
    pub(crate) fn new(
        app: Arc<App>,
        guard: Arc<Guard>,
        address: SocketAddr,
        end: CancellationToken,
    ) -> Self {
        let api = api::router(Api {
            app: app.clone(),
            address,
            end,
        });
        Self { app, guard, api }
    }

    async fn answer(self, request: Request<Incoming>, peer: SocketAddr) -> Response<ServerBody> {
        let place = proxy::place(request.uri().path());
        let admitted = self
            .guard
            .admit(request.method(), request.uri(), request.headers(), peer);
        let visitor = match admitted {
            Ok(visitor) => visitor,
            Err(refusal) => {
                let dialect = place.map(|place| place.dialect);
                return refusal.answer(dialect).map(ServerBody::Api);
            }
        };
        if let Some(place) = place {
            let caller = Caller {
                used_access_key: visitor.used_access_key,
            };
            let response = self.app.proxy().carry(request, place, caller).await;
            return response.map(ServerBody::Proxy);
        }
        let mut request = request.map(axum::body::Body::new);
        request.extensions_mut().insert(visitor);
        // Boxed: the proxy's requests would carry its size along.
        match Box::pin(self.api.oneshot(request)).await {
            Ok(response) => response.map(ServerBody::Api),
            Err(never) => match never {},
        }
    }
}

/// Accepts until the end.
pub(crate) async fn accept(
    listener: TcpListener,
    door: Door,
    end: CancellationToken,
    tasks: TaskTracker,
) {
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = end.cancelled() => return,
        };
        match accepted {
            Ok((stream, peer)) => {
                tasks.spawn(connection(stream, peer, door.clone(), end.clone()));
            }
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

async fn connection(stream: TcpStream, peer: SocketAddr, door: Door, end: CancellationToken) {
    // Nagle's algorithm against delayed acknowledgements would cost 40 ms per stream.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection keeps Nagle's algorithm");
    }
    let service = service_fn(move |request| {
        let door = door.clone();
        async move { Ok::<_, Infallible>(door.answer(request, peer).await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_buf_size(READ_AT_ONCE)
        // A delta that waits to be written keeps the buffer that it was read into: the connection that it came
        // from would need another one for every delta. Copied, it does not; and it goes out in one piece.
        .writev(false)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    let mut connection = pin!(connection);
    let driven = drive(connection.as_mut(), &end).await;
    let result = match driven {
        Some(result) => result,
        None => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = result {
        tracing::trace!(%error, "a connection ended");
    }
}

/// A connection until it ends; `None`: the end of all has come first.
async fn drive<C: Future>(
    mut connection: Pin<&mut C>,
    end: &CancellationToken,
) -> Option<C::Output> {
    // Taking a piece of a request's body tells the connection, which is this very task.
    let drive = Drive::default();
    let mut cancelled = pin!(end.cancelled());
    let mut is_told = false;
    poll_fn(|context| {
        let driven = drive.poll(context, |context| connection.as_mut().poll(context));
        if let Poll::Ready(result) = driven {
            return Poll::Ready(Some(result));
        }
        // This task is told once whom to wake: asking for it with every turn would cost three locks.
        let is_over = match std::mem::replace(&mut is_told, true) {
            true => end.is_cancelled(),
            false => cancelled.as_mut().poll(context).is_ready(),
        };
        if is_over {
            Poll::Ready(None)
        } else {
            Poll::Pending
        }
    })
    .await
}
