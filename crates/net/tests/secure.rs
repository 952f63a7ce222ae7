//! The pooled client over TLS: HTTP/2 where the server speaks it, HTTP/1.1 where not.
//!
//! The client trusts what the system trusts, read once per process. Each test therefore runs itself again
//! in a process whose system is told to trust the test's own certificate; only Linux can be told so.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use std::convert::Infallible;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, Version};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use relayscope_net::{ConnectTimeout, Outbound, OwnAddresses, Upstream};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// Where the process inside finds certificate and key.
const INSIDE: &str = "RELAYSCOPE_TEST_CERTIFICATE";

/// Runs `test` in a process that trusts a certificate made for it.
fn trusting(name: &str, test: impl AsyncFnOnce(&str)) {
    if let Ok(pem) = std::env::var(INSIDE) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        return runtime.block_on(test(&pem));
    }
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let pem = made.cert.pem();
    let directory = tempfile::tempdir().unwrap();
    let trusted = directory.path().join("trusted.pem");
    std::fs::write(&trusted, &pem).unwrap();
    let inside = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", name, "--nocapture"])
        .env("SSL_CERT_FILE", &trusted)
        .env(INSIDE, [pem, made.signing_key.serialize_pem()].concat())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&inside.stderr);
    assert!(inside.status.success(), "{said}");
}

/// A secure server that offers these protocols and answers with what it was sent; counts connections.
async fn server(pem: &str, protocols: &[&[u8]]) -> (u16, Arc<AtomicUsize>) {
    let certificate = CertificateDer::from_pem_slice(pem.as_bytes()).unwrap();
    let key = PrivateKeyDer::from_pem_slice(pem.as_bytes()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let connections = Arc::new(AtomicUsize::new(0));
    let counted = connections.clone();
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::SeqCst);
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let io = TokioIo::new(acceptor.accept(socket).await.unwrap());
                hyper_util::server::conn::auto::Builder::new(TokioExecutor::new())
                    .serve_connection(io, service_fn(echo))
                    .await
                    .ok();
            });
        }
    });
    (port, connections)
}

async fn echo(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    // Long enough for calls made at once to be under way at once.
    tokio::time::sleep(Duration::from_millis(30)).await;
    let version = request.version();
    let host = request.headers().get("host").is_some();
    let body = request.into_body().collect().await.unwrap().to_bytes();
    let mut response = Response::new(Full::new(body));
    let headers = response.headers_mut();
    headers.insert("x-host-header", host.to_string().parse().unwrap());
    headers.insert("x-version", format!("{version:?}").parse().unwrap());
    Ok(response)
}

/// Makes calls at once; gives what the first answer's head said of version and `Host`.
async fn calls(upstream: &Upstream, port: u16, count: usize) -> (Version, String, String) {
    let sent: Vec<_> = (0..count)
        .map(|number| {
            let upstream = upstream.clone();
            tokio::spawn(async move {
                // Longer than the windows that HTTP/2 begins with.
                let body = Bytes::from(vec![b'a' + number as u8 % 26; 300_000]);
                let request = Request::post(format!("https://localhost:{port}/v1/messages"))
                    .body(Full::new(body.clone()))
                    .unwrap();
                let answer = upstream.send(request).await.unwrap();
                let head = |name: &str| {
                    let value = answer.response.headers().get(name).unwrap();
                    value.to_str().unwrap().to_owned()
                };
                let said = (
                    answer.response.version(),
                    head("x-version"),
                    head("x-host-header"),
                );
                let echoed = answer.response.into_body().collect().await.unwrap();
                assert_eq!(echoed.to_bytes(), body);
                said
            })
        })
        .collect();
    let mut all = Vec::new();
    for call in sent {
        all.push(call.await.unwrap());
    }
    all.swap_remove(0)
}

fn client() -> Upstream {
    let timeout = ConnectTimeout(Duration::from_secs(5));
    Upstream::new(Outbound::Direct, timeout, OwnAddresses::default())
}

#[test]
fn calls_at_once_share_a_connection_of_http_2() {
    trusting("calls_at_once_share_a_connection_of_http_2", async |pem| {
        let (port, connections) = server(pem, &[b"h2", b"http/1.1"]).await;
        let upstream = client();
        let (version, told, host) = calls(&upstream, port, 1).await;
        assert_eq!(version, Version::HTTP_2);
        assert_eq!((told.as_str(), host.as_str()), ("HTTP/2.0", "false"));
        calls(&upstream, port, 12).await;
        assert_eq!(connections.load(Ordering::SeqCst), 1);
    });
}

#[test]
fn a_server_without_http_2_is_spoken_to_as_before() {
    trusting(
        "a_server_without_http_2_is_spoken_to_as_before",
        async |pem| {
            let (port, connections) = server(pem, &[b"http/1.1"]).await;
            let upstream = client();
            let (version, told, host) = calls(&upstream, port, 1).await;
            assert_eq!(version, Version::HTTP_11);
            assert_eq!((told.as_str(), host.as_str()), ("HTTP/1.1", "true"));
            for _ in 0..5 {
                calls(&upstream, port, 1).await;
            }
            assert_eq!(connections.load(Ordering::SeqCst), 1, "one after the other");
            calls(&upstream, port, 4).await;
            assert_eq!(connections.load(Ordering::SeqCst), 4, "four at once");
        },
    );
}
