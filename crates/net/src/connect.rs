//! The connector of the pooled client.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use http::Uri;
use hyper_util::client::legacy::connect::proxy::{SocksV5, Tunnel};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tower::Service;

use crate::dial::{Dialled, dial};
use crate::error::NetError;
use crate::facts::ConnectionFacts;
use crate::outbound::{Outbound, Proxy, address};
use crate::own::OwnAddresses;
use crate::tls;

/// What the connector needs; replaced whole when a setting changes.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) outbound: Outbound,
    pub(crate) timeout: Duration,
}

/// Opens connections.
#[derive(Clone, Debug)]
pub(crate) struct Connector {
    pub(crate) plan: Arc<ArcSwap<Plan>>,
    pub(crate) own: OwnAddresses,
}

impl Connector {
    /// Opens a connection to the host of an address.
    pub(crate) async fn connect(&self, target: &Uri) -> Result<Line, NetError> {
        let plan = self.plan.load_full();
        let opened = open(target, &plan.outbound, &self.own);
        match tokio::time::timeout(plan.timeout, opened).await {
            Ok(result) => result,
            Err(_) => Err(NetError::ConnectTimeout {
                host: target.host().unwrap_or_default().to_owned(),
                seconds: plan.timeout.as_secs(),
            }),
        }
    }
}

async fn open(target: &Uri, outbound: &Outbound, own: &OwnAddresses) -> Result<Line, NetError> {
    let host = target.host().unwrap_or_default().to_owned();
    let secure = target.scheme_str() == Some("https");
    let port = target.port_u16().unwrap_or(if secure { 443 } else { 80 });
    let (dialled, path) = match outbound.proxy_for(target) {
        None => (dial(&host, port, own).await?, "direct".to_owned()),
        Some(proxy) => {
            let path = address(&proxy.uri);
            (through(proxy, &host, port, own).await?, path)
        }
    };
    let Dialled {
        stream,
        dns,
        connect,
    } = dialled;
    let remote = stream.peer_addr().ok();
    if !secure {
        let facts = ConnectionFacts::new(dns, connect, None, remote, path);
        return Ok(Line {
            pipe: Pipe::Plain(stream),
            facts,
        });
    }
    let failed = |reason: String| NetError::Tls {
        host: host.clone(),
        reason,
    };
    let begin = Instant::now();
    let connector = TlsConnector::from(tls::config().map_err(failed)?);
    let bare = host
        .trim_start_matches('[')
        .trim_end_matches(']')
        .to_owned();
    let name = rustls::pki_types::ServerName::try_from(bare).map_err(|e| failed(e.to_string()))?;
    let stream = connector
        .connect(name, stream)
        .await
        .map_err(|e| failed(e.to_string()))?;
    let facts = ConnectionFacts::new(dns, connect, Some(begin.elapsed()), remote, path);
    Ok(Line {
        pipe: Pipe::Tls(Box::new(stream)),
        facts,
    })
}

/// Opens a tunnel through a proxy: SOCKS 5, or HTTP `CONNECT`.
async fn through(
    proxy: Proxy,
    host: &str,
    port: u16,
    own: &OwnAddresses,
) -> Result<Dialled, NetError> {
    let name = address(&proxy.uri);
    let failed = |reason: String| NetError::Proxy {
        proxy: name.clone(),
        reason,
    };
    let proxy_host = proxy.uri.host().unwrap_or_default().to_owned();
    let scheme = proxy.uri.scheme_str().unwrap_or("http").to_owned();
    let socks = scheme.starts_with("socks5");
    let proxy_port = proxy
        .uri
        .port_u16()
        .unwrap_or(if socks { 1080 } else { 8080 });
    let begin = Instant::now();
    let own = own.clone();
    let dialler = tower::service_fn(move |_: Uri| {
        let (proxy_host, own) = (proxy_host.clone(), own.clone());
        async move {
            dial(&proxy_host, proxy_port, &own)
                .await
                .map(|line| TokioIo::new(line.stream))
        }
    });
    let target: Uri = format!("https://{host}:{port}")
        .parse()
        .map_err(|_| failed("bad target".into()))?;
    let stream = if socks {
        let mut socks = SocksV5::new(proxy.uri.clone(), dialler).local_dns(scheme == "socks5");
        if let Some((user, password)) = proxy.user {
            socks = socks.with_auth(user, password);
        }
        socks
            .call(target)
            .await
            .map_err(|error| failed(error.to_string()))?
    } else {
        let mut tunnel = Tunnel::new(proxy.uri.clone(), dialler);
        if let Some(basic) = proxy.basic {
            tunnel = tunnel.with_auth(basic);
        }
        tunnel
            .call(target)
            .await
            .map_err(|error| failed(error.to_string()))?
    };
    Ok(Dialled {
        stream: stream.into_inner(),
        dns: Duration::ZERO,
        connect: begin.elapsed(),
    })
}

/// An open connection, plain or secure.
#[derive(Debug)]
pub(crate) struct Line {
    pipe: Pipe,
    facts: ConnectionFacts,
}

#[derive(Debug)]
enum Pipe {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

impl Line {
    /// How it came about.
    pub(crate) fn facts(&self) -> &ConnectionFacts {
        &self.facts
    }

    /// Whether both sides agreed on HTTP/2.
    pub(crate) fn is_http2(&self) -> bool {
        match &self.pipe {
            Pipe::Plain(_) => false,
            Pipe::Tls(stream) => stream.get_ref().1.alpn_protocol() == Some(b"h2"),
        }
    }
}

impl AsyncRead for Line {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        match &mut self.pipe {
            Pipe::Plain(stream) => Pin::new(stream).poll_read(context, buffer),
            Pipe::Tls(stream) => Pin::new(stream).poll_read(context, buffer),
        }
    }
}

impl AsyncWrite for Line {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        match &mut self.pipe {
            Pipe::Plain(stream) => Pin::new(stream).poll_write(context, bytes),
            Pipe::Tls(stream) => Pin::new(stream).poll_write(context, bytes),
        }
    }

    fn poll_flush(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<std::io::Result<()>> {
        match &mut self.pipe {
            Pipe::Plain(stream) => Pin::new(stream).poll_flush(context),
            Pipe::Tls(stream) => Pin::new(stream).poll_flush(context),
        }
    }

    fn poll_shutdown(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<std::io::Result<()>> {
        match &mut self.pipe {
            Pipe::Plain(stream) => Pin::new(stream).poll_shutdown(context),
            Pipe::Tls(stream) => Pin::new(stream).poll_shutdown(context),
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[std::io::IoSlice<'_>],
    ) -> Poll<std::io::Result<usize>> {
        match &mut self.pipe {
            Pipe::Plain(stream) => Pin::new(stream).poll_write_vectored(context, slices),
            Pipe::Tls(stream) => Pin::new(stream).poll_write_vectored(context, slices),
        }
    }

    fn is_write_vectored(&self) -> bool {
        match &self.pipe {
            Pipe::Plain(stream) => stream.is_write_vectored(),
            Pipe::Tls(stream) => stream.is_write_vectored(),
        }
    }
}
