//! Sites that answer badly: pages, silence, breaks, trickles, floods.

use std::time::Duration;

use serde_json::json;

use super::site::{Answered, Said, Site, Visit};
use crate::reply::Reply;
use crate::script::Step;

/// How a site is bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bad {
    /// A page in HTML, whatever was asked.
    Page,
    /// Nothing, not even a head.
    Stalls,
    /// A head and half an event, then nothing.
    StallsMidStream,
    /// The connection breaks at once.
    Resets,
    /// A byte at a time.
    Drips,
    /// An answer of OpenAI's protocol.
    OpenAiShape,
    /// The stream ends in the middle of an event.
    CutStream,
    /// One event of 20 MB.
    HugeEvent,
    /// 200 without a body.
    Empty,
    /// JSON that is none.
    BrokenJson,
    /// A document full of members of other types than expected.
    WrongTypes,
    /// Bytes that are no text.
    Noise,
}

impl Bad {
    /// All of them with their names.
    pub const ALL: &[(&str, Self)] = &[
        ("page-in-html", Self::Page),
        ("stalls", Self::Stalls),
        ("stalls-mid-stream", Self::StallsMidStream),
        ("resets", Self::Resets),
        ("drips", Self::Drips),
        ("openai-shape", Self::OpenAiShape),
        ("cut-stream", Self::CutStream),
        ("huge-event", Self::HugeEvent),
        ("empty", Self::Empty),
        ("broken-json", Self::BrokenJson),
        ("wrong-types", Self::WrongTypes),
        ("noise", Self::Noise),
    ];
}

impl Site for Bad {
    fn answer(&self, visit: &Visit) -> Answered {
        let head = || {
            Reply::new(200)
                .header("content-type", "text/event-stream; charset=utf-8")
                .chunked()
        };
        let begun = "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"content\":[],\"usage\":{\"input_tokens\":9,\"output_tokens\":1}}}\n\n";
        let half = "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_del";
        match self {
            Self::Page => Answered::page(
                200,
                "<!DOCTYPE html><html><body><h1>Welcome to the station</h1></body></html>",
            ),
            Self::Stalls => Answered::script(crate::script::Script::only(Step::Hang)),
            Self::StallsMidStream => {
                let mut stream = head();
                stream.write(begun);
                stream.write(half);
                Answered::script(stream.cut(Step::Hang))
            }
            Self::Resets => Answered::script(crate::script::Script::only(Step::Reset)),
            Self::Drips => {
                let mut stream = head();
                stream.drip(begun, Duration::from_millis(1));
                Answered::script(stream.finish())
            }
            Self::OpenAiShape => Answered::document(
                200,
                json!({
                    "id": "chatcmpl-9", "object": "chat.completion", "model": visit.model(),
                    "choices": [{ "index": 0, "message": { "role": "assistant", "content": "Hello" }, "finish_reason": "stop" }],
                    "usage": { "prompt_tokens": 9, "completion_tokens": 1, "total_tokens": 10 },
                }),
            ),
            Self::CutStream => {
                let mut stream = head();
                stream.write(begun);
                stream.write(half);
                Answered::script(stream.cut(Step::Close))
            }
            Self::HugeEvent => {
                let mut stream = head();
                stream.write(begun);
                stream.write("event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"");
                stream.repeat("x".repeat(64 * 1024), 320);
                stream.write("\"}}\n\n");
                Answered::script(stream.finish())
            }
            Self::Empty => Answered::new(200, Said::Text("application/json", String::new())),
            Self::BrokenJson => Answered::new(
                200,
                Said::Text(
                    "application/json",
                    "{\"id\":\"msg_1\",\"content\":[{\"type\":".to_owned(),
                ),
            ),
            Self::WrongTypes => Answered::document(
                200,
                json!({
                    "id": 7, "type": "message", "role": null, "model": [], "content": { "text": 1 }, "stop_reason": {}, "stop_sequence": -1,
                    "usage": { "input_tokens": "many", "output_tokens": -4, "cache_creation": [], "cache_read_input_tokens": 1e300 },
                }),
            ),
            Self::Noise => {
                let mut stream = head();
                let noise: Vec<u8> = (0..4_096u32)
                    .map(|at| (at.wrapping_mul(2_654_435_761) >> 11) as u8)
                    .collect();
                stream.write(noise);
                Answered::script(stream.finish())
            }
        }
    }
}
