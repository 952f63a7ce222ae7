//! What stations, networks and those in between do instead of answering.

use std::io::Write;
use std::time::Duration;

use bytes::Bytes;

use crate::reply::Reply;
use crate::script::{Script, Step};

/// A web page in place of an answer.
pub(super) const PAGE: &str = "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Example Relay</title></head><body><div id=\"root\"></div></body></html>\n";

/// Something that is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trap {
    /// A web page with status 200.
    Page,
    /// A Cloudflare challenge, marked by its header.
    Challenge,
    /// An older one, known by its script.
    OldChallenge,
    /// Moved to another address, for good.
    Elsewhere(String),
    /// Moved to the same address, again and again.
    Circle,
    /// A network's log-in page with status 200.
    CaptivePortal,
    /// Plain text, 404.
    PlainNotFound,
    /// 429 without a word.
    RateLimited,
    /// A status without a body.
    Status(u16),
    /// These bytes as JSON, whatever they are.
    Json(Vec<u8>),
    /// So many MiB of JSON.
    Huge {
        /// MiB.
        mib: u64,
    },
    /// So many MiB of zeros in a few kilobytes of gzip.
    GzipBomb {
        /// MiB once decoded.
        mib: u64,
    },
    /// Called gzip, and neither that nor text.
    GzipLie,
    /// A byte of a good beginning now and then, for ever.
    Drip {
        /// Milliseconds between bytes.
        gap_ms: u64,
    },
    /// JSON that ends in the middle, with the connection.
    Cut,
    /// Invalid UTF-8 inside JSON.
    BadText,
    /// Nothing is said at all.
    Silence,
    /// The connection is broken off.
    Reset,
    /// No HTTP.
    Noise,
}

impl Trap {
    /// What is written.
    pub(super) fn script(&self, target: &str) -> Script {
        let json = || Reply::new(200).header("content-type", "application/json; charset=utf-8");
        match self {
            Self::Page => page(200),
            Self::Challenge => Reply::new(403)
                .header("content-type", "text/html; charset=utf-8")
                .header("cf-mitigated", "challenge")
                .header("server", "cloudflare")
                .whole("<!DOCTYPE html><html><head><title>Just a moment...</title></head></html>"),
            Self::OldChallenge => Reply::new(503)
                .header("content-type", "text/html; charset=utf-8")
                .whole("<html><head><title>Please wait</title></head><script>window._cf_chl_opt={}</script></html>"),
            Self::Elsewhere(base) => Reply::new(301)
                .header("location", format!("{base}{target}"))
                .whole(""),
            Self::Circle => Reply::new(302).header("location", target).whole(""),
            Self::CaptivePortal => Reply::new(200)
                .header("content-type", "text/html")
                .whole("<html><head><meta http-equiv=\"refresh\" content=\"0; url=http://portal.hotel.example/in\"></head></html>"),
            Self::PlainNotFound => plain_not_found(),
            Self::RateLimited => Reply::new(429).whole(""),
            Self::Status(status) => Reply::new(*status).whole(""),
            Self::Json(bytes) => json().whole(bytes),
            Self::Huge { mib } => huge(*mib),
            Self::GzipBomb { mib } => json().header("content-encoding", "gzip").whole(bomb(*mib)),
            Self::GzipLie => json().header("content-encoding", "gzip").whole(b"\x7fno gzip\0"),
            Self::Drip { gap_ms } => {
                let mut stream = json().chunked();
                stream.write("{\"success\":true,\"data\":\"");
                stream.drip(vec![b'x'; 100_000], Duration::from_millis(*gap_ms));
                stream.finish()
            }
            Self::Cut => json()
                .header("content-length", "4000")
                .bare()
                .cut(Step::Write(Bytes::from_static(b"{\"success\":true,\"data\":{\"quota\":12")))
                .then(Step::Close),
            Self::BadText => json().whole(b"{\"success\":false,\"message\":\"\xff\xfe\x80 no\"}"),
            Self::Silence => Script::only(Step::Hang),
            Self::Reset => Script::only(Step::Reset),
            Self::Noise => Script::write(&b"\x15\x03\x01\x00\x02\x02\x50 not http"[..]).then(Step::Close),
        }
    }
}

/// A web page of the single-page application.
pub(super) fn page(status: u16) -> Script {
    Reply::new(status)
        .header("content-type", "text/html; charset=utf-8")
        .whole(PAGE)
}

/// What a bare gin application answers.
pub(super) fn plain_not_found() -> Script {
    Reply::new(404)
        .header("content-type", "text/plain")
        .whole("404 page not found")
}

fn huge(mib: u64) -> Script {
    let piece = vec![b'x'; 1024 * 1024];
    let mut stream = Reply::new(200)
        .header("content-type", "application/json; charset=utf-8")
        .chunked();
    stream.write("{\"success\":true,\"data\":\"");
    stream.repeat(piece, mib);
    stream.write("\"}");
    stream.finish()
}

fn bomb(mib: u64) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    let piece = vec![b' '; 1024 * 1024];
    // Writing to memory does not fail; a bomb without an end would show at once in a test.
    let written = (0..mib).try_for_each(|_| encoder.write_all(&piece));
    written.and_then(|()| encoder.finish()).unwrap_or_default()
}
