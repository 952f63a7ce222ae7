//! The pooled client against a server that does exactly what it is told, over real sockets.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt, Full};
use relayscope_net::{Answer, ConnectTimeout, NetError, Outbound, OwnAddresses, Upstream};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

const SOON: Duration = Duration::from_secs(5);
const HELLO: &str = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello";

fn client() -> Upstream {
    Upstream::new(
        Outbound::Direct,
        ConnectTimeout(SOON),
        OwnAddresses::default(),
    )
}

async fn call(upstream: &Upstream, address: SocketAddr) -> Result<Answer, NetError> {
    let request = Request::post(format!("http://{address}/v1/messages"))
        .body(Full::new(Bytes::from_static(b"{}")))
        .unwrap();
    timeout(SOON, upstream.send(request)).await.unwrap()
}

async fn text(answer: Answer) -> Bytes {
    let body = answer.response.into_body().collect();
    timeout(SOON, body).await.unwrap().unwrap().to_bytes()
}

/// Reads one request: its head, and the two bytes of its body. `false`: the connection is over.
async fn heard(socket: &mut TcpStream) -> bool {
    let mut seen = Vec::new();
    while !seen.ends_with(b"\r\n\r\n{}") {
        let mut some = [0; 1024];
        match socket.read(&mut some).await {
            Ok(0) | Err(_) => return false,
            Ok(count) => seen.extend_from_slice(&some[..count]),
        }
    }
    true
}

/// A server whose connections are handled by `serve`; counts them.
async fn server<F>(
    serve: impl Fn(TcpStream, usize) -> F + Send + 'static,
) -> (SocketAddr, Arc<AtomicUsize>)
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let count = Arc::new(AtomicUsize::new(0));
    let counted = count.clone();
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let number = counted.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(serve(socket, number));
        }
    });
    (address, count)
}

async fn say(socket: &mut TcpStream, text: &str) {
    socket.write_all(text.as_bytes()).await.unwrap();
}

#[tokio::test]
async fn calls_one_after_the_other_share_a_connection() {
    let (address, connections) = server(|mut socket, _| async move {
        while heard(&mut socket).await {
            say(&mut socket, HELLO).await;
        }
    })
    .await;
    let upstream = client();
    for number in 0..20 {
        let answer = call(&upstream, address).await.unwrap();
        assert_eq!(answer.reused, number > 0);
        assert_eq!(&text(answer).await[..], b"hello");
    }
    assert_eq!(connections.load(Ordering::SeqCst), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_at_once_do_not_wait_for_each_other() {
    let (address, connections) = server(|mut socket, _| async move {
        while heard(&mut socket).await {
            tokio::time::sleep(Duration::from_millis(50)).await;
            say(&mut socket, HELLO).await;
        }
    })
    .await;
    let upstream = client();
    for _ in 0..2 {
        let calls = (0..8).map(|_| {
            let upstream = upstream.clone();
            tokio::spawn(async move { text(call(&upstream, address).await.unwrap()).await })
        });
        for done in calls.collect::<Vec<_>>() {
            assert_eq!(&done.await.unwrap()[..], b"hello");
        }
    }
    let opened = connections.load(Ordering::SeqCst);
    assert!(
        (8..=9).contains(&opened),
        "{opened} for 16 calls, 8 at once"
    );
}

#[tokio::test]
async fn a_connection_that_was_closed_while_idle_is_replaced() {
    let (address, connections) = server(|mut socket, _| async move {
        heard(&mut socket).await;
        say(&mut socket, HELLO).await;
    })
    .await;
    let upstream = client();
    for _ in 0..3 {
        let answer = call(&upstream, address).await.unwrap();
        assert!(!answer.reused);
        text(answer).await;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(connections.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn a_kept_connection_that_dies_without_an_answer_is_tried_again_once() {
    let (address, connections) = server(|mut socket, number| async move {
        heard(&mut socket).await;
        say(&mut socket, HELLO).await;
        // The first connection takes a second request and is gone.
        heard(&mut socket).await;
        if number > 0 {
            say(&mut socket, HELLO).await;
        }
    })
    .await;
    let upstream = client();
    text(call(&upstream, address).await.unwrap()).await;
    let answer = call(&upstream, address).await.unwrap();
    assert!(!answer.reused, "over a fresh one");
    assert_eq!(&text(answer).await[..], b"hello");
    assert_eq!(connections.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_fresh_connection_that_dies_is_an_error() {
    let (address, connections) = server(|mut socket, _| async move {
        heard(&mut socket).await;
    })
    .await;
    let error = call(&client(), address).await.unwrap_err();
    assert!(matches!(error, NetError::Closed { .. }), "{error}");
    assert_eq!(connections.load(Ordering::SeqCst), 1, "not tried again");
}

#[tokio::test]
async fn whoever_says_close_is_not_called_again() {
    let (address, connections) = server(|mut socket, _| async move {
        heard(&mut socket).await;
        let answer = HELLO.replace("\r\n\r\n", "\r\nconnection: close\r\n\r\n");
        say(&mut socket, &answer).await;
        // Still open for a while: it is the word that counts.
        heard(&mut socket).await;
    })
    .await;
    let upstream = client();
    for _ in 0..2 {
        assert_eq!(
            &text(call(&upstream, address).await.unwrap()).await[..],
            b"hello"
        );
    }
    assert_eq!(connections.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn pieces_come_as_they_are_sent() {
    let (address, _) = server(|mut socket, _| async move {
        heard(&mut socket).await;
        say(
            &mut socket,
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n",
        )
        .await;
        for _ in 0..3 {
            tokio::time::sleep(Duration::from_millis(30)).await;
            say(&mut socket, "3\r\nabc\r\n").await;
        }
        say(&mut socket, "0\r\n\r\n").await;
        heard(&mut socket).await;
    })
    .await;
    let mut body = call(&client(), address).await.unwrap().response.into_body();
    for _ in 0..3 {
        let frame = timeout(SOON, body.frame()).await.unwrap().unwrap().unwrap();
        assert_eq!(&frame.into_data().unwrap()[..], b"abc");
    }
    assert!(timeout(SOON, body.frame()).await.unwrap().is_none());
}

#[tokio::test]
async fn an_answer_that_is_dropped_stops_the_upstream() {
    let (gone, mut told) = tokio::sync::mpsc::channel(1);
    let (address, _) = server(move |mut socket, _| {
        let gone = gone.clone();
        async move {
            heard(&mut socket).await;
            say(
                &mut socket,
                "HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\nhalf",
            )
            .await;
            let over = !heard(&mut socket).await;
            gone.send(over).await.unwrap();
        }
    })
    .await;
    let upstream = client();
    let mut body = call(&upstream, address).await.unwrap().response.into_body();
    timeout(SOON, body.frame()).await.unwrap();
    drop(body);
    assert_eq!(timeout(SOON, told.recv()).await.unwrap(), Some(true));
}

#[tokio::test]
async fn half_an_answer_is_an_error() {
    let (address, _) = server(|mut socket, _| async move {
        heard(&mut socket).await;
        say(
            &mut socket,
            "HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\nhalf",
        )
        .await;
    })
    .await;
    let body = call(&client(), address).await.unwrap().response.into_body();
    assert!(timeout(SOON, body.collect()).await.unwrap().is_err());
}
