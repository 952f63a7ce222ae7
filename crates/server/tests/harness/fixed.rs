//! An upstream that says the same bytes to everybody.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Answers every request with the bytes it was told last, and closes.
pub struct Fixed {
    pub base_url: String,
    answer: Arc<Mutex<Vec<u8>>>,
}

impl Fixed {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base_url = format!("http://{}", listener.local_addr().unwrap());
        let answer = Arc::new(Mutex::new(Vec::new()));
        let said = answer.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let said = said.lock().unwrap().clone();
                tokio::spawn(answer_one(stream, said));
            }
        });
        Self { base_url, answer }
    }

    /// What is answered from now on: status line and headers without the last empty line, then the body.
    pub fn says(&self, head: &str, body: &[u8]) {
        let mut answer = format!("HTTP/1.1 {head}\r\nconnection: close\r\n\r\n").into_bytes();
        answer.extend_from_slice(body);
        *self.answer.lock().unwrap() = answer;
    }

    /// The same for a whole answer of this content type, perhaps encoded.
    pub fn says_whole(&self, kind: &str, encoding: Option<&str>, body: &[u8]) {
        let encoding = encoding.map(|name| format!("content-encoding: {name}\r\n"));
        let encoding = encoding.unwrap_or_default();
        let length = body.len();
        self.says(
            &format!("200 OK\r\ncontent-type: {kind}\r\n{encoding}content-length: {length}"),
            body,
        );
    }
}

async fn answer_one(mut stream: TcpStream, answer: Vec<u8>) {
    let mut heard = Vec::new();
    let mut piece = vec![0; 64 * 1024];
    loop {
        match stream.read(&mut piece).await {
            Ok(0) | Err(_) => return,
            Ok(read) => heard.extend_from_slice(&piece[..read]),
        }
        let Some(end) = heard.windows(4).position(|four| four == b"\r\n\r\n") else {
            continue;
        };
        let head = String::from_utf8_lossy(&heard[..end]).to_ascii_lowercase();
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length:"));
        let length: usize = length.map_or(0, |length| length.trim().parse().unwrap());
        if heard.len() >= end + 4 + length {
            break;
        }
    }
    let _ = stream.write_all(&answer).await;
    let _ = stream.shutdown().await;
}
