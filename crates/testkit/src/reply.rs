//! Builds the bytes of an HTTP/1.1 answer.

use std::fmt::Write as _;
use std::time::Duration;

use bytes::Bytes;

use crate::script::{Script, Step};

/// Status and headers of an answer that is being built.
#[derive(Clone, Debug)]
pub struct Reply {
    version: &'static str,
    status: u16,
    headers: Vec<(String, String)>,
}

/// How the end of a body is marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Framing {
    Chunked,
    /// By the end of the connection, or by a length that was promised in the head.
    Bare,
}

/// A body that is being built piece by piece, after its head.
#[derive(Clone, Debug)]
pub struct Stream {
    script: Script,
    framing: Framing,
}

impl Reply {
    /// An HTTP/1.1 answer without headers.
    pub fn new(status: u16) -> Self {
        Self {
            version: "HTTP/1.1",
            status,
            headers: Vec::new(),
        }
    }

    /// The same as HTTP/1.0.
    pub fn http10(mut self) -> Self {
        self.version = "HTTP/1.0";
        self
    }

    /// Sets a header, in place of one of that name.
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.retain(|(had, _)| had != name);
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// Removes a header.
    pub fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(had, _)| had != name);
        self
    }

    /// Adds headers.
    pub fn headers(mut self, headers: impl IntoIterator<Item = (String, String)>) -> Self {
        self.headers.extend(headers);
        self
    }

    /// The whole answer in one write, with its length.
    pub fn whole(self, body: impl AsRef<[u8]>) -> Script {
        let body = body.as_ref();
        let mut bytes = self
            .header("content-length", body.len().to_string())
            .head()
            .into_bytes();
        bytes.extend_from_slice(body);
        Script::write(bytes)
    }

    /// A body in chunks.
    pub fn chunked(self) -> Stream {
        let head = self.header("transfer-encoding", "chunked").head();
        Stream {
            script: Script::write(head),
            framing: Framing::Chunked,
        }
    }

    /// A body that ends with the connection, or after the length that a header promised.
    pub fn bare(self) -> Stream {
        Stream {
            script: Script::write(self.head()),
            framing: Framing::Bare,
        }
    }

    /// The head's bytes, blank line included.
    pub fn head(&self) -> String {
        let mut text = format!(
            "{} {} {}\r\n",
            self.version,
            self.status,
            reason(self.status)
        );
        for (name, value) in &self.headers {
            // Writing to a String cannot fail.
            let _ = write!(text, "{name}: {value}\r\n");
        }
        text.push_str("\r\n");
        text
    }
}

// === impl Stream ===

impl Stream {
    /// One piece of the body, in one write.
    pub fn write(&mut self, piece: impl AsRef<[u8]>) {
        let bytes = self.framed(piece.as_ref());
        self.step(Step::Write(bytes));
    }

    /// The same piece many times.
    pub fn repeat(&mut self, piece: impl AsRef<[u8]>, times: u64) {
        let piece = self.framed(piece.as_ref());
        self.step(Step::Repeat { piece, times });
    }

    /// One piece, byte by byte.
    pub fn drip(&mut self, piece: impl AsRef<[u8]>, gap: Duration) {
        let bytes = self.framed(piece.as_ref());
        self.step(Step::Drip { bytes, gap });
    }

    /// One piece with the clock in it.
    pub fn stamp(&mut self, before: &str, after: &str) {
        let marked = self.framed(format!("{before}{:020}{after}", 0).as_bytes());
        let start = marked.len() - after.len() - 20 - self.trailer().len();
        let end = start + 20;
        let step = Step::Stamp {
            before: marked.slice(..start),
            after: marked.slice(end..),
        };
        self.step(step);
    }

    /// A pause.
    pub fn wait(&mut self, pause: Duration) {
        self.step(Step::Wait(pause));
    }

    /// A pause until a moment of the script.
    pub fn until(&mut self, moment: Duration) {
        self.step(Step::Until(moment));
    }

    /// Bytes outside of the framing.
    pub fn raw(&mut self, bytes: impl Into<Bytes>) {
        self.step(Step::Write(bytes.into()));
    }

    /// Ends the body as announced.
    pub fn finish(mut self) -> Script {
        match self.framing {
            Framing::Chunked => self.raw("0\r\n\r\n"),
            Framing::Bare => self.step(Step::Close),
        }
        self.script
    }

    /// Ends the body with trailer fields.
    pub fn finish_with_trailers(mut self, trailers: &[(&str, &str)]) -> Script {
        let fields: String = trailers
            .iter()
            .map(|(name, value)| format!("{name}: {value}\r\n"))
            .collect();
        self.raw(format!("0\r\n{fields}\r\n"));
        self.script
    }

    /// Ends the connection in the middle of the body.
    pub fn cut(self, how: Step) -> Script {
        self.script.then(how)
    }

    /// The body as it is, its promised length written.
    pub fn leave(self) -> Script {
        self.script
    }

    fn step(&mut self, step: Step) {
        self.script.steps.push(step);
    }

    fn trailer(&self) -> &'static str {
        match self.framing {
            Framing::Chunked => "\r\n",
            Framing::Bare => "",
        }
    }

    fn framed(&self, piece: &[u8]) -> Bytes {
        match self.framing {
            Framing::Chunked => {
                let mut bytes = format!("{:x}\r\n", piece.len()).into_bytes();
                bytes.extend_from_slice(piece);
                bytes.extend_from_slice(b"\r\n");
                bytes.into()
            }
            Framing::Bare => Bytes::copy_from_slice(piece),
        }
    }
}

fn reason(status: u16) -> &'static str {
    match status {
        100 => "Continue",
        102 => "Processing",
        103 => "Early Hints",
        200 => "OK",
        301 => "Moved Permanently",
        302 => "Found",
        307 => "Temporary Redirect",
        308 => "Permanent Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        402 => "Payment Required",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        409 => "Conflict",
        413 => "Payload Too Large",
        422 => "Unprocessable Entity",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        511 => "Network Authentication Required",
        _ => "",
    }
}
