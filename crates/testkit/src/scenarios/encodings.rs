//! Compressed answers. Every event is flushed, so that a client can decode it when it arrives.

use std::io::{self, Write};

use super::{Call, Scenario};
use crate::delivery::{events_of, json_reply, stream_reply};
use crate::script::{Script, Step};
use crate::sse::Event;

pub(super) const ALL: &[Scenario] = &[
    Scenario::new("gzip", "compressed with gzip", |call| {
        encoded(call, "gzip", gzip)
    }),
    Scenario::new("deflate", "compressed with deflate (zlib)", |call| {
        encoded(call, "deflate", zlib)
    }),
    Scenario::new("br", "compressed with brotli", |call| {
        encoded(call, "br", brotli)
    }),
    Scenario::new("zstd", "compressed with zstd", |call| {
        encoded(call, "zstd", zstd)
    }),
    Scenario::new("gzip-cut", "gzip that ends in its middle", |call| {
        let pieces = gzip(&texts(call)).unwrap_or_default();
        let mut stream = stream_reply(call)
            .header("content-encoding", "gzip")
            .chunked();
        pieces[..pieces.len() / 2]
            .iter()
            .for_each(|piece| stream.write(piece));
        stream.cut(Step::Close)
    }),
    Scenario::new("gzip-lie", "called gzip and not compressed", |call| {
        let document = call.dialect().whole(&call.text_answer()).to_string();
        json_reply(call, 200)
            .header("content-encoding", "gzip")
            .whole(document)
    }),
];

/// Compresses pieces so that each can be decoded before the next; the last holds the end mark.
type Encoder = fn(&[String]) -> io::Result<Vec<Vec<u8>>>;

fn encoded(call: &Call, name: &str, encoder: Encoder) -> Script {
    // Writing to memory does not fail; an empty body would show at once in a test.
    let pieces = encoder(&texts(call)).unwrap_or_default();
    if call.ask().stream {
        let mut stream = stream_reply(call)
            .header("content-encoding", name)
            .chunked();
        pieces
            .iter()
            .filter(|piece| !piece.is_empty())
            .for_each(|piece| stream.write(piece));
        stream.finish()
    } else {
        json_reply(call, 200)
            .header("content-encoding", name)
            .whole(pieces.concat())
    }
}

fn texts(call: &Call) -> Vec<String> {
    let answer = call.text_answer();
    if call.ask().stream {
        events_of(call, &answer).iter().map(Event::text).collect()
    } else {
        vec![call.dialect().whole(&answer).to_string()]
    }
}

fn gzip(texts: &[String]) -> io::Result<Vec<Vec<u8>>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    let mut pieces = Vec::new();
    for text in texts {
        encoder.write_all(text.as_bytes())?;
        encoder.flush()?;
        pieces.push(std::mem::take(encoder.get_mut()));
    }
    pieces.push(encoder.finish()?);
    Ok(pieces)
}

fn zlib(texts: &[String]) -> io::Result<Vec<Vec<u8>>> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    let mut pieces = Vec::new();
    for text in texts {
        encoder.write_all(text.as_bytes())?;
        encoder.flush()?;
        pieces.push(std::mem::take(encoder.get_mut()));
    }
    pieces.push(encoder.finish()?);
    Ok(pieces)
}

fn brotli(texts: &[String]) -> io::Result<Vec<Vec<u8>>> {
    let mut encoder = brotli::CompressorWriter::new(Vec::new(), 4_096, 5, 20);
    let mut pieces = Vec::new();
    for text in texts {
        encoder.write_all(text.as_bytes())?;
        encoder.flush()?;
        pieces.push(std::mem::take(encoder.get_mut()));
    }
    pieces.push(encoder.into_inner());
    Ok(pieces)
}

fn zstd(texts: &[String]) -> io::Result<Vec<Vec<u8>>> {
    let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), 3)?;
    let mut pieces = Vec::new();
    for text in texts {
        encoder.write_all(text.as_bytes())?;
        encoder.flush()?;
        pieces.push(std::mem::take(encoder.get_mut()));
    }
    pieces.push(encoder.finish()?);
    Ok(pieces)
}
