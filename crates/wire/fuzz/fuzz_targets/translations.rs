//! Translated streams: valid for the official clients whatever the upstream sends and however it is cut.

#![no_main]

#[path = "../../tests/translate/anthropic_events.rs"]
mod anthropic_events;
#[path = "../../tests/translate/valid.rs"]
mod valid;

use libfuzzer_sys::fuzz_target;
use relayscope_wire::translate::{self, Capabilities, Memory, Pair, StreamMachine, Target};

fuzz_target!(|input: (u8, u8, bool, &[u8])| {
    let (which, length, ping, bytes) = input;
    let pair = match which % 4 {
        0 => Pair::AnthropicChat,
        1 => Pair::ChatAnthropic,
        2 => Pair::ResponsesAnthropic,
        _ => Pair::ResponsesChat,
    };
    let memory = Memory::new(pair, "req_1");
    let run = |length: usize, ping: bool| {
        let mut machine = StreamMachine::new(memory.clone());
        let mut out = Vec::new();
        for piece in bytes.chunks(length) {
            machine.feed(piece, &mut out);
            if ping {
                machine.ping(&mut out);
            }
        }
        machine.finish(&mut out);
        assert!(machine.ended());
        out
    };
    let out = run(usize::from(length).max(1), ping);
    let text = String::from_utf8_lossy(&out);
    match pair {
        _ if out.is_empty() => {}
        Pair::AnthropicChat => {
            let message = anthropic_events::read(&out);
            assert!(message.stopped != message.error.is_some());
        }
        Pair::ChatAnthropic => drop(valid::chat(&text)),
        Pair::ResponsesAnthropic | Pair::ResponsesChat => drop(valid::responses(&text)),
    }
    if !ping {
        assert_eq!(out, run(usize::MAX, false));
    }
    let _ = translate::answer(&memory, bytes);
    let able = Capabilities::default();
    let target = Target {
        model: "m",
        capabilities: &able,
        seed: "s",
        input_tokens: None,
    };
    let _ = translate::request(pair, bytes, &target);
    let _ = translate::lesson::learn(&able, bytes, 400, bytes);
});
