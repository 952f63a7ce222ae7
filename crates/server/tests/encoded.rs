//! Bodies that are compressed, or say that they are.

use std::io::Write;
use std::time::{Duration, Instant};

use crate::harness::{Fixed, Harness};

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
