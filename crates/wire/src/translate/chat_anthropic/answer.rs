//! The whole answer.

use serde_json::{Value, json};

use super::chunks;
use crate::translate::error::ErrorAnswer;
use crate::translate::from_anthropic::calls::Calls;
use crate::translate::from_anthropic::events::{Block, Happening, Stop};
use crate::translate::from_anthropic::usage::Totals;
use crate::translate::from_anthropic::{moment, whole};
use crate::translate::memory::Memory;

/// The message so far.
#[derive(Default)]
struct Message {
    text: Option<String>,
    thoughts: Option<String>,
    calls: Vec<Value>,
    /// Where the pieces of the open block go.
    open: Kind,
}

#[derive(Clone, Copy, Default)]
enum Kind {
    #[default]
    Nothing,
    Text,
    Thinking,
    Call,
}

pub(in crate::translate) fn answer(memory: &Memory, body: &[u8]) -> Result<Vec<u8>, ErrorAnswer> {
    let happened = whole::read(body).map_err(|failure| failure.answer(memory))?;
    let (mut message, mut calls) = (Message::default(), Calls::default());
    let (mut totals, mut stop) = (Totals::default(), Stop::default());
    for happening in happened {
        match happening {
            Happening::Usage(told) => totals.take(&told),
            Happening::Opened(_, block) => message.open(block, &mut calls, memory),
            Happening::Piece(_, piece) => {
                totals.count(&piece);
                message.piece(&piece);
            }
            Happening::Stopped(why) => stop = why,
            _ => {}
        }
    }
    if let Some(failure) = calls.lost(&stop) {
        return Err(failure.answer(memory));
    }
    let finish = chunks::finish(&stop, &calls, memory);
    let choice = json!({
        "index": 0,
        "message": message.into_json(stop.explanation, memory),
        "logprobs": null,
        "finish_reason": finish,
    });
    let answer = json!({
        "id": chunks::id(memory),
        "object": "chat.completion",
        "created": moment::seconds(&memory.seed),
        "model": memory.model,
        "choices": [choice],
        "usage": totals.chat(memory),
    });
    Ok(answer.to_string().into_bytes())
}

impl Message {
    fn open(&mut self, block: Block, calls: &mut Calls, memory: &Memory) {
        self.open = match block {
            Block::Text => Kind::Text,
            Block::Thinking => Kind::Thinking,
            Block::Sealed(_) => Kind::Nothing,
            Block::Call { id, name } => match calls.next(id, &name, &memory.seed) {
                Some(id) => {
                    let function = json!({"name": memory.tool_name(&name), "arguments": ""});
                    let call = json!({"id": id, "type": "function", "function": function});
                    self.calls.push(call);
                    Kind::Call
                }
                None => Kind::Nothing,
            },
        };
    }

    fn piece(&mut self, piece: &str) {
        match self.open {
            Kind::Nothing => {}
            Kind::Text => self.text.get_or_insert_default().push_str(piece),
            Kind::Thinking => self.thoughts.get_or_insert_default().push_str(piece),
            Kind::Call => {
                let arguments = self.calls.last_mut();
                let arguments = arguments.and_then(|call| call.pointer_mut("/function/arguments"));
                if let Some(Value::String(arguments)) = arguments {
                    arguments.push_str(piece);
                }
            }
        }
    }

    fn into_json(self, refusal: Option<String>, memory: &Memory) -> Value {
        let mut message = json!({
            "role": "assistant",
            "content": self.text,
            "refusal": refusal,
        });
        if let Some(thoughts) = self.thoughts {
            message["reasoning_content"] = json!(thoughts);
        }
        match self.calls.first() {
            Some(first) if memory.functions => message["function_call"] = first["function"].clone(),
            Some(_) => message["tool_calls"] = Value::Array(self.calls),
            None => {}
        }
        message
    }
}
