//! Streams: the same answer whatever the pieces, and a conversation from every answer.

#![no_main]

use libfuzzer_sys::fuzz_target;
use relayscope_wire::assemble::{self, Assembler};
use relayscope_wire::dialect::Dialect;
use relayscope_wire::sse::{Event, Parser};
use relayscope_wire::{conversation, count};

fuzz_target!(|input: (u8, u8, &[u8])| {
    let (dialect, length, stream) = input;
    let dialect = match dialect % 3 {
        0 => Dialect::Anthropic,
        1 => Dialect::OpenAiChat,
        _ => Dialect::OpenAiResponses,
    };
    let assembled = assemble::answer(dialect, stream);
    if !stream.trim_ascii_start().starts_with(b"{") {
        let mut assembler = Assembler::new(dialect);
        let mut parser = Parser::new();
        let mut each = |event: Event<'_>| assembler.event(&event);
        for piece in stream.chunks(usize::from(length).max(1)) {
            parser.feed(piece, &mut each);
        }
        parser.finish(&mut each);
        assert_eq!(assembled, assembler.finish());
    }
    let json = serde_json::to_vec(&assembled.json).unwrap();
    conversation::answer(dialect, &json);
    count::answer(dialect, &assembled.json);
});
