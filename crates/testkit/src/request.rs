//! A request as it arrived, and reading it from a socket.

use std::io;

use bytes::{Buf, Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt};

/// Longest head that is read, in bytes: far above what any client sends.
const HEAD_LIMIT: usize = 1024 * 1024;

/// A request as it arrived.
#[derive(Clone, Debug)]
pub struct Request {
    /// For example `POST`.
    pub method: String,
    /// Path and query.
    pub target: String,
    /// For example `HTTP/1.1`.
    pub version: String,
    /// Names as written, in order.
    pub headers: Vec<(String, String)>,
    /// The body without its framing.
    pub body: Bytes,
}

/// The reading side of a connection with what was read ahead.
pub(crate) struct Incoming<R> {
    reader: R,
    ahead: BytesMut,
}

impl Request {
    /// The first header of that name.
    pub fn header(&self, name: &str) -> Option<&str> {
        let is_it = |(had, _): &&(String, String)| had.eq_ignore_ascii_case(name);
        self.headers
            .iter()
            .find(is_it)
            .map(|(_, value)| value.as_str())
    }

    /// The target without its query.
    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    /// Whether the client wants the connection closed after the answer.
    pub fn wants_close(&self) -> bool {
        match self.header("connection") {
            Some(value) => value.eq_ignore_ascii_case("close"),
            None => self.version == "HTTP/1.0",
        }
    }

    fn parse(head: &[u8]) -> io::Result<Self> {
        let text = String::from_utf8_lossy(head);
        let mut lines = text.split("\r\n");
        let mut first = lines.next().unwrap_or_default().split(' ');
        let (Some(method), Some(target), Some(version)) =
            (first.next(), first.next(), first.next())
        else {
            return Err(io::ErrorKind::InvalidData.into());
        };
        let headers = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
            .collect();
        Ok(Self {
            method: method.to_owned(),
            target: target.to_owned(),
            version: version.to_owned(),
            headers,
            body: Bytes::new(),
        })
    }
}

// === impl Incoming ===

impl<R: AsyncRead + Unpin> Incoming<R> {
    pub(crate) fn new(reader: R) -> Self {
        Self {
            reader,
            ahead: BytesMut::with_capacity(64 * 1024),
        }
    }

    /// The next request without its body; `None` when the client has closed the connection.
    pub(crate) async fn head(&mut self) -> io::Result<Option<Request>> {
        loop {
            if let Some(end) = self.ahead.windows(4).position(|four| four == b"\r\n\r\n") {
                let head = self.ahead.split_to(end);
                self.ahead.advance(4);
                return Request::parse(&head).map(Some);
            }
            if self.ahead.len() > HEAD_LIMIT {
                return Err(io::ErrorKind::InvalidData.into());
            }
            if self.more().await? == 0 {
                return Ok(None);
            }
        }
    }

    /// The body that belongs to this head.
    pub(crate) async fn body(&mut self, request: &Request) -> io::Result<Bytes> {
        let chunked = request
            .header("transfer-encoding")
            .is_some_and(|value| value.to_ascii_lowercase().contains("chunked"));
        if chunked {
            return self.chunks().await;
        }
        let length = request
            .header("content-length")
            .and_then(|value| value.parse().ok());
        self.exactly(length.unwrap_or(0)).await
    }

    /// Comes back when the client has left; what it sends meanwhile is kept for the next request.
    pub(crate) async fn client_leaves(&mut self) {
        while self.ahead.len() < HEAD_LIMIT {
            match self.more().await {
                Ok(0) | Err(_) => return,
                Ok(_) => {}
            }
        }
        std::future::pending().await
    }

    async fn chunks(&mut self) -> io::Result<Bytes> {
        let mut body = BytesMut::new();
        loop {
            let line = self.line().await?;
            let size = line.split(';').next().unwrap_or_default().trim();
            let size = usize::from_str_radix(size, 16)
                .map_err(|_| io::Error::from(io::ErrorKind::InvalidData))?;
            if size == 0 {
                while !self.line().await?.is_empty() {}
                return Ok(body.freeze());
            }
            body.extend_from_slice(&self.exactly(size).await?);
            self.line().await?;
        }
    }

    async fn line(&mut self) -> io::Result<String> {
        loop {
            if let Some(end) = self.ahead.windows(2).position(|two| two == b"\r\n") {
                let line = self.ahead.split_to(end);
                self.ahead.advance(2);
                return Ok(String::from_utf8_lossy(&line).into_owned());
            }
            self.more_or_end().await?;
        }
    }

    async fn exactly(&mut self, length: usize) -> io::Result<Bytes> {
        self.ahead.reserve(length.saturating_sub(self.ahead.len()));
        while self.ahead.len() < length {
            self.more_or_end().await?;
        }
        Ok(self.ahead.split_to(length).freeze())
    }

    async fn more_or_end(&mut self) -> io::Result<()> {
        match self.more().await? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(()),
        }
    }

    async fn more(&mut self) -> io::Result<usize> {
        self.reader.read_buf(&mut self.ahead).await
    }
}
