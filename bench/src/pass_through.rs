//! A proxy that only forwards: what hyper's server and pooled client cost by themselves.

use std::net::Ipv4Addr;

use bytes::Bytes;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, Uri};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpListener;

use crate::fault::Fault;

/// Forwards to the upstream named by the only argument until it is killed. Says its address on stderr.
pub(crate) fn serve(arguments: &[String]) -> Result<(), Fault> {
    let [upstream] = arguments else {
        return Err(Fault::WrongUse(
            "`pass-through` needs the upstream's host:port.".into(),
        ));
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(accept(upstream.clone()))
}

async fn accept(upstream: String) -> Result<(), Fault> {
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    let client: Client<_, Incoming> = Client::builder(TokioExecutor::new()).build(connector);
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    eprintln!("listening on http://{}", listener.local_addr()?);
    loop {
        let (socket, _) = listener.accept().await?;
        socket.set_nodelay(true)?;
        let (client, upstream) = (client.clone(), upstream.clone());
        tokio::spawn(async move {
            let service =
                service_fn(move |request| forward(client.clone(), upstream.clone(), request));
            // A client that leaves is no matter for the others.
            http1::Builder::new()
                .serve_connection(TokioIo::new(socket), service)
                .await
                .ok();
        });
    }
}

async fn forward(
    client: Client<HttpConnector, Incoming>,
    upstream: String,
    mut request: Request<Incoming>,
) -> Result<Response<Incoming>, hyper_util::client::legacy::Error> {
    let path = request
        .uri()
        .path_and_query()
        .map_or("/", |path| path.as_str());
    let place = Bytes::from(format!("http://{upstream}{path}"));
    *request.uri_mut() = Uri::from_maybe_shared(place).unwrap_or_default();
    client.request(request).await
}
