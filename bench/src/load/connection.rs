//! One keep-alive connection of the client.

use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};
use hyper::header::{CONTENT_TYPE, HOST, HeaderValue};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use super::Order;
use crate::body::Pieces;
use crate::fault::Fault;

/// The path that every contender forwards.
const PATH: &str = "/v1/messages";

/// An open connection.
pub(super) struct Connection {
    sender: SendRequest<Pieces>,
    host: String,
    /// The value of `x-upstream-provider`, where a call names one.
    provider: Option<&'static str>,
}

impl Connection {
    /// Connects.
    pub(super) async fn open(order: &Order) -> Result<Self, Fault> {
        let socket = TcpStream::connect(order.address).await?;
        socket.set_nodelay(true)?;
        let (sender, driver) = http1::handshake(TokioIo::new(socket)).await?;
        // What goes wrong on the connection shows in the call that waits for it.
        tokio::task::spawn_local(async move { driver.await.ok() });
        Ok(Self {
            sender,
            host: order.address.to_string(),
            provider: order.translated.then_some("openai"),
        })
    }

    /// Calls and waits for the whole answer.
    pub(super) async fn call(&mut self, body: Pieces) -> Result<(), Fault> {
        let response = self.begin(PATH, body).await?;
        drain(response.into_body()).await
    }

    /// Calls for a stream of so many deltas.
    pub(super) async fn stream(
        &mut self,
        deltas: u64,
        interval_us: u64,
        body: Pieces,
    ) -> Result<Incoming, Fault> {
        let path = format!("{PATH}?deltas={deltas}&interval_us={interval_us}");
        Ok(self.begin(&path, body).await?.into_body())
    }

    /// The same, with the name that the proxy gave the exchange.
    pub(super) async fn named_stream(
        &mut self,
        deltas: u64,
        interval_us: u64,
        body: Pieces,
    ) -> Result<(String, Incoming), Fault> {
        let path = format!("{PATH}?deltas={deltas}&interval_us={interval_us}");
        let response = self.begin(&path, body).await?;
        let name = response.headers().get("x-request-id");
        let name = name.and_then(|name| name.to_str().ok()).map(str::to_owned);
        let unnamed = || Fault::misbehaved(&self.host, "gives its exchanges no name");
        Ok((name.ok_or_else(unnamed)?, response.into_body()))
    }

    async fn begin(&mut self, path: &str, body: Pieces) -> Result<Response<Incoming>, Fault> {
        let mut request = Request::post(path)
            .header(HOST, &self.host)
            .header(CONTENT_TYPE, "application/json")
            .header("x-api-key", "sk-ant-made-up-for-the-benchmark")
            .header("anthropic-version", "2023-06-01")
            .header("user-agent", "claude-cli/2.0 (external, cli)")
            .body(body)
            .map_err(|cause| Fault::misbehaved("the client", cause.to_string()))?;
        if let Some(provider) = self.provider {
            let provider = HeaderValue::from_static(provider);
            request
                .headers_mut()
                .insert("x-upstream-provider", provider);
        }
        self.sender.ready().await?;
        let response = self.sender.send_request(request).await?;
        if response.status().is_success() {
            return Ok(response);
        }
        let problem = format!("answered {}", response.status());
        Err(Fault::misbehaved(&self.host, problem))
    }
}

/// Reads an answer to its end.
pub(super) async fn drain(mut body: Incoming) -> Result<(), Fault> {
    while let Some(frame) = body.frame().await {
        frame?;
    }
    Ok(())
}
