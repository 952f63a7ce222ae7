//! The body of a turn with its history, in the words of the program that is imitated.

use serde_json::{Value, json};

use super::book::{Book, PICTURE, Program, Session, Tool, Turn};
use crate::answer::Block;

/// A turn of a session that a client is about to send.
#[derive(Clone, Copy, Debug)]
pub(super) struct Due<'a> {
    pub(super) book: &'a Book,
    pub(super) session: &'a Session,
    /// Index of the turn.
    pub(super) turn: usize,
}

impl<'a> Due<'a> {
    /// The turn itself.
    pub(super) fn turn(&self) -> &'a Turn {
        &self.session.turns[self.turn]
    }

    /// Whether a stream is asked for.
    pub(super) fn streams(&self) -> bool {
        match self.session.client {
            Program::ClaudeCode | Program::Codex => true,
            Program::PythonAnthropic => !self.session.independent,
            Program::PythonOpenai => self.session.model.starts_with("deepseek"),
        }
    }

    /// The body; `conversation` is the id that the client gives to the session.
    pub(super) fn body(&self, conversation: &str) -> Value {
        match self.session.client {
            Program::ClaudeCode => self.claude_code(conversation),
            Program::PythonAnthropic => self.python_anthropic(),
            Program::PythonOpenai => self.chat(),
            Program::Codex => self.responses(conversation),
        }
    }

    fn claude_code(&self, conversation: &str) -> Value {
        let session = self.session;
        let cached = json!({ "type": "ephemeral" });
        let account = json!({ "device_id": format!("{:064x}", 0x5eed), "account_uuid": "", "session_id": conversation });
        let mut messages = self.messages();
        messages.insert(
            1,
            json!({ "role": "system", "content": self.environment() }),
        );
        if let Some(last) = messages
            .iter_mut()
            .rev()
            .find(|message| message["role"] == "user")
            && let Some(block) = last["content"]
                .as_array_mut()
                .and_then(|blocks| blocks.last_mut())
        {
            block["cache_control"] = cached.clone();
        }
        json!({
            "model": session.model,
            "messages": messages,
            "system": [
                { "type": "text", "text": "You are a careful helper in a terminal." },
                { "type": "text", "text": session.system.trim(), "cache_control": cached },
            ],
            "tools": self.tools(|tool, schema| json!({
                "name": tool.name, "description": tool.description, "input_schema": schema,
            })),
            "metadata": { "user_id": account.to_string() },
            "max_tokens": 32_000,
            "thinking": { "type": "adaptive" },
            "output_config": { "effort": "medium" },
            "stream": true,
        })
    }

    fn python_anthropic(&self) -> Value {
        let mut body = json!({
            "model": self.session.model,
            "max_tokens": 2_048,
            "system": self.session.system.trim(),
            "messages": self.messages(),
        });
        if self.streams() {
            body["stream"] = true.into();
        }
        body
    }

    fn chat(&self) -> Value {
        let mut messages = vec![json!({ "role": "system", "content": self.session.system.trim() })];
        for (at, turn) in self.history() {
            if let Some(user) = &turn.user {
                messages.push(json!({ "role": "user", "content": user }));
            }
            if at < self.turn {
                messages.push(json!({ "role": "assistant", "content": text_of(turn) }));
            }
        }
        let mut body =
            json!({ "model": self.session.model, "messages": messages, "temperature": 0.3 });
        let tools = self.tools(|tool, schema| {
            let function = json!({
                "name": tool.name, "description": tool.description, "parameters": schema,
            });
            json!({ "type": "function", "function": function })
        });
        if !tools.is_empty() {
            body["tools"] = tools.into();
        }
        if self.streams() {
            body["stream"] = true.into();
            body["stream_options"] = json!({ "include_usage": true });
        }
        body
    }

    fn responses(&self, conversation: &str) -> Value {
        let part = |kind: &str, text: &str| json!([{ "type": kind, "text": text }]);
        let message = |role: &str, kind: &str, text: &str| json!({ "type": "message", "role": role, "content": part(kind, text) });
        let mut input = vec![
            message("developer", "input_text", self.session.system.trim()),
            message("developer", "input_text", &self.environment()),
        ];
        for (at, turn) in self.history() {
            if let Some(user) = &turn.user {
                input.push(message("user", "input_text", user));
            }
            for (place, result) in turn.results.iter().enumerate() {
                let id = self.call_id(at - 1, place);
                input.push(
                    json!({ "type": "function_call_output", "call_id": id, "output": result }),
                );
            }
            if at < self.turn {
                for (place, block) in spoken(turn).enumerate() {
                    input.push(match block {
                        Block::ToolUse { name, input } => json!({
                            "type": "function_call",
                            "name": name,
                            "arguments": input.to_string(),
                            "call_id": self.call_id(at, place - said(turn)),
                        }),
                        Block::Text(text) | Block::Thinking(text) => {
                            message("assistant", "output_text", &text)
                        }
                    });
                }
            }
        }
        json!({
            "model": self.session.model,
            "input": input,
            "tools": self.tools(|tool, schema| json!({
                "type": "function", "name": tool.name, "description": tool.description,
                "strict": false, "parameters": schema,
            })),
            "tool_choice": "auto",
            "parallel_tool_calls": true,
            "reasoning": { "effort": "medium", "summary": "auto" },
            "store": false,
            "stream": true,
            "include": ["reasoning.encrypted_content"],
            "prompt_cache_key": conversation,
        })
    }

    /// Messages in Anthropic's form.
    fn messages(&self) -> Vec<Value> {
        let mut messages = Vec::new();
        for (at, turn) in self.history() {
            messages.push(json!({ "role": "user", "content": self.sent(at, turn) }));
            if at < self.turn {
                let mut calls = 0;
                let blocks = turn.blocks().into_iter().map(|block| match block {
                    Block::Thinking(text) => {
                        json!({ "type": "thinking", "thinking": text, "signature": "EqQBdemo==" })
                    }
                    Block::Text(text) => json!({ "type": "text", "text": text }),
                    Block::ToolUse { name, input } => {
                        calls += 1;
                        let id = self.call_id(at, calls - 1);
                        json!({ "type": "tool_use", "id": id, "name": name, "input": input })
                    }
                });
                messages
                    .push(json!({ "role": "assistant", "content": blocks.collect::<Vec<_>>() }));
            }
        }
        messages
    }

    fn sent(&self, at: usize, turn: &Turn) -> Vec<Value> {
        let mut blocks: Vec<Value> = turn
            .results
            .iter()
            .enumerate()
            .map(|(place, result)| {
                let id = self.call_id(at - 1, place);
                json!({ "type": "tool_result", "tool_use_id": id, "content": result })
            })
            .collect();
        if turn.image {
            let source = json!({ "type": "base64", "media_type": "image/png", "data": PICTURE });
            blocks.push(json!({ "type": "image", "source": source }));
        }
        if let Some(user) = &turn.user {
            blocks.push(json!({ "type": "text", "text": user }));
        }
        blocks
    }

    fn history(&self) -> impl Iterator<Item = (usize, &'a Turn)> {
        let first = if self.session.independent {
            self.turn
        } else {
            0
        };
        self.session
            .turns
            .iter()
            .enumerate()
            .take(self.turn + 1)
            .skip(first)
    }

    fn tools(&self, shape: impl Fn(&Tool, Value) -> Value) -> Vec<Value> {
        let named = |name: &String| self.book.tools.iter().find(|tool| tool.name == *name);
        let schema = |tool: &Tool| {
            let property = |(name, about): (&String, &String)| {
                (
                    name.clone(),
                    json!({ "type": "string", "description": about }),
                )
            };
            let properties: serde_json::Map<_, _> = tool.parameters.iter().map(property).collect();
            json!({ "type": "object", "properties": properties, "required": tool.required })
        };
        self.session
            .tools
            .iter()
            .filter_map(named)
            .map(|tool| shape(tool, schema(tool)))
            .collect()
    }

    /// What a coding agent tells about the place it works in: the bulk of its prompts.
    fn environment(&self) -> String {
        const AREAS: &[&str] = &[
            "core", "api", "forms", "reports", "import", "store", "mail", "search",
        ];
        let directory = &self.session.directory;
        let mut text = format!(
            "Working directory: {directory}\nPlatform: linux\nDay: 2026-11-20\nFiles (the first 320 of 611):\n"
        );
        for at in 0..320 {
            let area = AREAS[at / 40];
            text.push_str(&format!(
                "{directory}/src/{area}/part_{:02}_{}.txt\n",
                at % 40,
                at * 37 % 101
            ));
        }
        text
    }

    fn call_id(&self, turn: usize, place: usize) -> String {
        format!(
            "toolu_01{}{turn:02}{place}",
            self.session.project.replace('-', "")
        )
    }
}

fn text_of(turn: &Turn) -> String {
    let texts = turn.blocks().into_iter().filter_map(|block| match block {
        Block::Text(text) => Some(text),
        _ => None,
    });
    texts.collect()
}

/// What a client of Responses sends back: no thinking.
fn spoken(turn: &Turn) -> impl Iterator<Item = Block> {
    turn.blocks()
        .into_iter()
        .filter(|block| !matches!(block, Block::Thinking(_)))
}

/// How many texts stand before the calls of a turn.
fn said(turn: &Turn) -> usize {
    spoken(turn)
        .filter(|block| matches!(block, Block::Text(_)))
        .count()
}
