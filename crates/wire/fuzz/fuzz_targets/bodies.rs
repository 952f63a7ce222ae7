//! Bodies: whatever they are, they are shown; every text that the view cuts can be read on.

#![no_main]

use libfuzzer_sys::fuzz_target;
use relayscope_wire::conversation::{self, Content, Conversation};
use relayscope_wire::count;
use relayscope_wire::dialect::Dialect;
use relayscope_wire::text_lines::Lines;

fuzz_target!(|input: (u8, &[u8])| {
    let (dialect, body) = input;
    let dialect = match dialect % 3 {
        0 => Dialect::Anthropic,
        1 => Dialect::OpenAiChat,
        _ => Dialect::OpenAiResponses,
    };
    let said = [
        conversation::request(dialect, body),
        conversation::answer(dialect, body),
    ];
    said.iter().flatten().for_each(|said| check(said, body));
    count::request(dialect, body);
    let lines = Lines::pretty(body);
    lines.find("a");
    let pretty = serde_json::from_str::<serde_json::Value>(lines.text());
    if let Ok(value) = serde_json::from_slice::<serde_json::Value>(body) {
        assert_eq!(pretty.ok(), Some(value));
    }
});

fn check(said: &Conversation, body: &[u8]) {
    for block in said.turns.iter().flat_map(|turn| &turn.blocks) {
        match &block.content {
            Content::Text { text } if !text.pointer.is_empty() => {
                let slice = conversation::text_at(body, &text.pointer, 0, text.text.len());
                assert_eq!(slice.map(|slice| slice.text).as_ref(), Some(&text.text));
            }
            Content::Image {
                pointer: Some(pointer),
                ..
            } => {
                conversation::image_at(body, pointer);
            }
            _ => {}
        }
    }
}
