//! Many answers at once: what is kept of them while they run has a common limit.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::Value;

use crate::harness::{Door, Harness, PATIENCE};

/// An answer of about 100 KB.
const LONG: &str = "slow?ttft=0&rate=3200&tokens=800";

/// The same within two seconds: those that begin together run together.
const SLOW: &str = "slow?ttft=0&rate=400&tokens=800";

/// What all answers may hold together.
const TOGETHER: usize = 256 * 1024;

/// Kept of every answer whatever there is room for.
const BEGINNING: usize = 8 * 1024;

async fn crowded() -> Door {
    let door = Harness::new().start().await;
    door.running().app().proxy().set_limits(proxy::Limits {
        body_mib: 64,
        request_idle: PATIENCE,
        first_byte: PATIENCE,
        idle: PATIENCE,
        record_bytes: 8 << 20,
        record_together_bytes: TOGETHER,
        stream_cost_comment: false,
    });
    door
}

fn kept(detail: &Value) -> usize {
    detail["response_body"]["kept_bytes"].as_f64().unwrap() as usize
}

/// One answer alone is kept whole.
async fn has_room(door: &Door) {
    let heard = door.call("/v1/messages", LONG, true).send().await;
    let detail = door.detail(heard.id()).await;
    assert_eq!(kept(&detail), heard.body.len());
    assert_eq!(detail["response_body"]["truncated"], false);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_there_is_no_room_for_passes_and_only_the_record_is_shorter() {
    let door = crowded().await;
    has_room(&door).await;
    let calls = (0..12).map(|_| door.call("/v1/messages", SLOW, true).send());
    let (mut sum, mut cut) = (0, 0);
    for heard in join_all(calls).await {
        assert_eq!((heard.status, heard.broken), (200, false));
        assert!(heard.text().contains("message_stop"), "it came whole");
        let detail = door.detail(heard.id()).await;
        let (body, tokens) = (&detail["response_body"], &detail["tokens"]);
        assert_eq!(detail["outcome"], "done");
        assert_eq!(tokens["output"], 800, "counted to its end");
        assert_eq!(tokens["basis"], "exact");
        assert_eq!(body["bytes"], heard.body.len() as f64);
        assert_eq!(body["truncated"], kept(&detail) < heard.body.len());
        assert!(kept(&detail) >= BEGINNING);
        let text = body["text"].as_str().unwrap();
        assert!(heard.text().starts_with(text), "no gap in what is kept");
        let marks = detail["timing"]["marks"].as_array().unwrap();
        let last = marks.iter().find(|mark| mark["name"] == "last_token");
        let last = last.unwrap()["at_ms"].as_f64().unwrap();
        let last_kept = detail["timing"]["blocks"][0][2].as_f64().unwrap();
        let is_cut = body["truncated"] == true;
        assert_eq!(last_kept < last, is_cut, "timed to its end");
        sum += kept(&detail);
        cut += usize::from(is_cut);
    }
    assert!(sum <= TOGETHER + 12 * BEGINNING, "{sum}");
    assert!(cut >= 8, "{cut} of 12 were cut short");
    has_room(&door).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_leaves_gives_the_room_back() {
    let door = crowded().await;
    let mut ids = Vec::new();
    for _ in 0..6 {
        let slow = "slow?ttft=0&rate=1600&tokens=80000";
        let running = door.call("/v1/messages", slow, true).head().await.unwrap();
        ids.push(
            running.headers()["x-request-id"]
                .to_str()
                .unwrap()
                .to_owned(),
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
        drop(running);
    }
    for id in &ids {
        assert_eq!(door.detail(id).await["outcome"], "client_left");
    }
    has_room(&door).await;
}

#[tokio::test]
async fn a_whole_answer_tells_its_cost_without_any_room() {
    let door = crowded().await;
    // Larger than all the room there is.
    let sized = "sized?bytes=1500000";
    let heard = door.call("/v1/messages", sized, false).send().await;
    let detail = door.detail(heard.id()).await;
    assert_eq!(detail["outcome"], "done");
    assert_eq!(detail["tokens"]["basis"], "exact");
    assert!(detail["tokens"]["output"].as_u64().unwrap() > 1_000);
}

/// A document of which only the beginning is kept says nothing; that is no fault of the upstream.
#[tokio::test]
async fn an_answer_too_long_to_be_read_is_no_failure() {
    let door = Harness::new()
        .setting("capture.max_body_mib", 1)
        .start()
        .await;
    for (bytes, exact) in [(1_500_000, true), (6_000_000, false)] {
        let sized = format!("sized?bytes={bytes}");
        let heard = door.call("/v1/messages", &sized, false).send().await;
        assert!(heard.body.len() > bytes);
        let detail = door.detail(heard.id()).await;
        assert_eq!(detail["outcome"], "done", "{bytes}");
        let basis = &detail["tokens"]["basis"];
        assert_eq!(basis == "exact", exact, "{bytes} {basis}");
        assert_eq!(detail["response_body"]["truncated"], true);
        assert_eq!(kept(&detail), 1 << 20);
    }
}
