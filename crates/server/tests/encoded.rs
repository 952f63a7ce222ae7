//! Bodies that are compressed, or say that they are.

use std::io::Write;
use std::time::{Duration, Instant};

use crate::harness::{Fixed, Harness, question};

/// What the bombs unfold to, in bytes.
const UNFOLDED: usize = 32 * 1024 * 1024;

/// Far above what one of them takes, far below what all of it would.
const SOON: Duration = Duration::from_secs(10);

pub(crate) fn encode(encoding: &str, text: &[u8]) -> Vec<u8> {
    let fast = flate2::Compression::fast();
    let mut out = Vec::new();
    match encoding {
        "gzip" => {
            let mut encoder = flate2::write::GzEncoder::new(&mut out, fast);
            encoder.write_all(text).unwrap();
            encoder.finish().unwrap();
        }
        "br" => {
            let mut encoder = brotli::CompressorWriter::new(&mut out, 4096, 5, 20);
            encoder.write_all(text).unwrap();
        }
        _ => out = zstd::encode_all(text, 3).unwrap(),
    }
    out
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bomb_passes_and_is_kept_folded() {
    let upstream = Fixed::start().await;
    let door = Harness::new().upstream_at(&upstream.base_url).start().await;
    let zeros = vec![b'0'; UNFOLDED];
    for encoding in ["gzip", "br", "zstd"] {
        let bomb = encode(encoding, &zeros);
        for kind in ["application/json", "text/event-stream"] {
            upstream.says_whole(kind, Some(encoding), &bomb);
            let ask = door.ask("POST", "/v1/messages");
            let ask = ask.header("content-encoding", encoding).body(bomb.clone());
            let begin = Instant::now();
            let heard = ask.send().await;
            let what = format!("{encoding} {kind}");
            assert!(heard.body == bomb, "{what}");
            assert!(begin.elapsed() < SOON, "{what}: {:?}", begin.elapsed());
            let detail = door.detail(heard.id()).await;
            assert!(begin.elapsed() < 3 * SOON, "{what}: {:?}", begin.elapsed());
            for side in ["request_body", "response_body"] {
                assert_eq!(detail[side]["truncated"], true, "{what} {side}");
                assert_eq!(detail[side]["bytes"], bomb.len() as f64, "{what} {side}");
                let text = detail[side]["text"].as_str().unwrap();
                assert!(text.len() < UNFOLDED, "{what} {side}: {}", text.len());
            }
        }
    }
}

/// An answer that says what it cost.
const ANSWER: &[u8] = br#"{"id":"msg_1","type":"message","role":"assistant","model":"claude-opus-5-5","content":[{"type":"text","text":"Hello there"}],"stop_reason":"end_turn","usage":{"input_tokens":100,"output_tokens":50}}"#;

#[tokio::test]
async fn an_answer_counts_whatever_its_header_calls_it() {
    let upstream = Fixed::start().await;
    let door = Harness::new().upstream_at(&upstream.base_url).start().await;
    let mut raw = Vec::new();
    let mut encoder = flate2::write::DeflateEncoder::new(&mut raw, flate2::Compression::fast());
    encoder.write_all(ANSWER).unwrap();
    encoder.finish().unwrap();
    let with_junk = |encoding| [encode(encoding, ANSWER), b"\r\njunk".to_vec()].concat();
    for (encoding, body) in [
        ("none", ANSWER.to_vec()),
        ("utf-8", ANSWER.to_vec()),
        ("gzip", ANSWER.to_vec()),
        ("br", ANSWER.to_vec()),
        ("gzip, identity", encode("gzip", ANSWER)),
        ("gzip, br", encode("br", &encode("gzip", ANSWER))),
        ("deflate", raw),
        ("gzip", with_junk("gzip")),
        ("br", with_junk("br")),
        ("zstd", with_junk("zstd")),
    ] {
        upstream.says_whole("application/json", Some(encoding), &body);
        let ask = door.call("/v1/messages", "text", false);
        let heard = ask.send().await;
        assert!(heard.body == body, "{encoding}");
        let detail = door.detail(heard.id()).await;
        let what = format!("{encoding}: {detail}");
        assert_eq!(detail["outcome"], "done", "{what}");
        assert_eq!(detail["tokens"]["output"], 50, "{what}");
        assert_eq!(detail["tokens"]["basis"], "exact", "{what}");
    }
}

#[tokio::test]
async fn a_packed_request_is_known_by_its_model() {
    let upstream = Fixed::start().await;
    let door = Harness::new().upstream_at(&upstream.base_url).start().await;
    upstream.says_whole("application/json", None, ANSWER);
    let body = question("text", false);
    for encoding in ["gzip", "br", "zstd"] {
        let ask = door.ask("POST", "/v1/messages");
        let ask = ask.header("content-encoding", encoding);
        let heard = ask.body(encode(encoding, body.as_bytes())).send().await;
        let detail = door.detail(heard.id()).await;
        assert_eq!(detail["model"], "scenario:text", "{encoding}");
        let curl = format!("/api/request/{}/curl", heard.id());
        let curl = door.signed_in("GET", &curl).send().await.text();
        assert!(curl.contains("scenario:text"), "{curl}");
        assert!(!curl.contains("content-encoding"), "{curl}");
    }
}
