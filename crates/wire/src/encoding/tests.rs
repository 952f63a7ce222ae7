use std::io::Write;

use super::*;

fn encode(encoding: &str, text: &[u8]) -> Vec<u8> {
    let fast = flate2::Compression::fast();
    let mut out = Vec::new();
    match encoding {
        "gzip" => {
            let mut encoder = flate2::write::GzEncoder::new(&mut out, fast);
            encoder.write_all(text).unwrap();
            encoder.finish().unwrap();
        }
        "deflate" => {
            let mut encoder = flate2::write::ZlibEncoder::new(&mut out, fast);
            encoder.write_all(text).unwrap();
            encoder.finish().unwrap();
        }
        "raw deflate" => {
            let mut encoder = flate2::write::DeflateEncoder::new(&mut out, fast);
            encoder.write_all(text).unwrap();
            encoder.finish().unwrap();
        }
        "br" => {
            let mut encoder = brotli::CompressorWriter::new(&mut out, 4096, 5, 20);
            encoder.write_all(text).unwrap();
        }
        _ => out = ::zstd::encode_all(text, 3).unwrap(),
    }
    out
}

fn in_pieces(decoder: &mut Decoder, encoded: &[u8], size: usize) -> Vec<u8> {
    let pieces = encoded.chunks(size);
    pieces
        .flat_map(|piece| decoder.feed(piece).into_owned())
        .collect()
}

/// What the bombs unfold to, in bytes: more than their few kilobytes may.
const UNFOLDED: usize = 32 * 1024 * 1024;

const JSON: &[u8] = br#"{"model":"m","choices":[{"message":{"content":"Hello"}}]}"#;

#[test]
fn decodes_in_any_chunking() {
    let text = "data: {\"text\":\"你好, hello\"}\n\n".repeat(200);
    for encoding in ["gzip", "deflate", "br", "zstd"] {
        let encoded = encode(encoding, text.as_bytes());
        for size in [1, 7, 1000, encoded.len()] {
            let mut decoder = Decoder::new(Some(encoding));
            let decoded = in_pieces(&mut decoder, &encoded, size);
            assert!(decoded == text.as_bytes(), "{encoding} in pieces of {size}");
            assert!(!decoder.is_cut());
        }
        assert_eq!(
            decode(Some(encoding), &encoded).as_deref(),
            Some(text.as_bytes())
        );
    }
    assert_eq!(decode(None, b"plain").as_deref(), Some(&b"plain"[..]));
}

#[test]
fn a_bomb_stops_while_it_unfolds() {
    let zeros = vec![0; UNFOLDED];
    for encoding in ["gzip", "br", "zstd", "deflate"] {
        let bomb = encode(encoding, &zeros);
        let earned = (FREE + MOST_RATIO * bomb.len()).min(MOST_DECODED);
        let mut decoder = Decoder::new(Some(encoding));
        let decoded = decoder.feed(&bomb).into_owned();
        assert_eq!(decoded.len(), earned, "{encoding}");
        // What was allocated, not only what was used.
        assert!(decoded.capacity() <= 2 * earned, "{encoding}");
        assert!(decoder.is_cut() && is_cut(Some(encoding), &bomb));
        assert!(decoder.feed(&bomb).is_empty());
        assert_eq!(decode(Some(encoding), &bomb).unwrap().len(), earned);
        let beginning = decode_up_to(Some(encoding), &bomb, 1000).unwrap();
        assert_eq!(beginning.len(), 1000, "{encoding}");

        let mut decoder = Decoder::new(Some(encoding));
        let decoded = in_pieces(&mut decoder, &bomb, 100);
        assert!(decoded.len() <= earned && decoder.is_cut(), "{encoding}");
    }
}

#[test]
fn a_bomb_in_a_bomb_stops_too() {
    let inner = encode("zstd", &vec![0; UNFOLDED]);
    let bomb = encode("gzip", &inner);
    let mut decoder = Decoder::new(Some("zstd, gzip"));
    assert!(decoder.feed(&bomb).len() <= FREE + MOST_RATIO * bomb.len());
    assert!(decoder.is_cut());
}

#[test]
fn what_conversations_compress_to_is_no_bomb() {
    let event = |n: usize| {
        format!(
            "data: {{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{{\"text\":\"{n}\"}}}}\n\n"
        )
    };
    let text: String = (0..120_000).map(event).collect();
    assert!(text.len() > 2 * FREE);
    for encoding in ["gzip", "zstd"] {
        let encoded = encode(encoding, text.as_bytes());
        let mut decoder = Decoder::new(Some(encoding));
        let decoded = in_pieces(&mut decoder, &encoded, 16 * 1024);
        assert!(decoded == text.as_bytes(), "{encoding}");
    }
}

#[test]
fn stacked_codings_come_off_last_first() {
    let encoded = encode("br", &encode("gzip", JSON));
    for size in [1, 5, encoded.len()] {
        let mut decoder = Decoder::new(Some("gzip, identity,BR"));
        assert_eq!(in_pieces(&mut decoder, &encoded, size), JSON);
    }
    assert_eq!(decode(Some("gzip,gzip,gzip,gzip,gzip"), JSON), None);
}

#[test]
fn what_names_no_coding_changes_nothing() {
    for name in ["", "identity", "none", "utf-8", "UTF-8, none", "rot13"] {
        assert!(Decoder::new(Some(name)).is_identity(), "{name}");
        assert_eq!(decode(Some(name), JSON).as_deref(), Some(JSON), "{name}");
    }
    let encoded = encode("gzip", JSON);
    for name in ["gzip, identity", "identity, gzip", "X-GZIP", "none,gzip"] {
        assert_eq!(
            decode(Some(name), &encoded).as_deref(),
            Some(JSON),
            "{name}"
        );
    }
}

#[test]
fn text_under_a_wrong_header_is_text() {
    let stream = b"event: message_start\ndata: {\"type\":\"message_start\"}\n\n";
    for encoding in ["gzip", "deflate", "br", "zstd", "br, gzip"] {
        for text in [JSON, stream] {
            assert_eq!(
                decode(Some(encoding), text).as_deref(),
                Some(text),
                "{encoding}"
            );
        }
    }
    assert_eq!(decode(Some("gzip"), b"\xff\xfe\x00nonsense"), None);
    assert_eq!(decode(Some("gzip"), b"\x1f\x8bnonsense"), None);
}

#[test]
fn deflate_without_its_wrapping_is_read() {
    let encoded = encode("raw deflate", JSON);
    for size in [1, 3, encoded.len()] {
        let mut decoder = Decoder::new(Some("deflate"));
        assert_eq!(in_pieces(&mut decoder, &encoded, size), JSON);
    }
}

#[test]
fn what_follows_a_complete_body_does_not_count() {
    for encoding in ["gzip", "deflate", "raw deflate", "br", "zstd"] {
        let name = encoding.trim_start_matches("raw ");
        for junk in [&b"\r\n"[..], b"junk that is no member", &[0; 300]] {
            let mut encoded = encode(encoding, JSON);
            encoded.extend_from_slice(junk);
            for size in [1, encoded.len()] {
                let mut decoder = Decoder::new(Some(name));
                assert_eq!(in_pieces(&mut decoder, &encoded, size), JSON, "{encoding}");
            }
            assert_eq!(decode(Some(name), &encoded).as_deref(), Some(JSON));
        }
    }
    for encoding in ["gzip", "zstd"] {
        let twice = encode(encoding, JSON).repeat(2);
        assert_eq!(decode(Some(encoding), &twice).unwrap(), JSON.repeat(2));
    }
}

#[test]
fn a_body_that_breaks_off_gives_its_beginning() {
    let text: Vec<u8> = (0..200_000u32)
        .flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes())
        .collect();
    for encoding in ["gzip", "deflate", "br", "zstd"] {
        let encoded = encode(encoding, &text);
        let decoded = decode(Some(encoding), &encoded[..encoded.len() / 2]).unwrap();
        assert!(!decoded.is_empty(), "{encoding}");
        assert!(text.starts_with(&decoded), "{encoding}");
    }
}
