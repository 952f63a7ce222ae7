//! Content blocks of every dialect. Their `type` names do not collide, so one place reads them all:
//! relays mix the dialects.

use super::media;
use super::node::{Node, Object};
use super::path::Path;
use super::reader::{Reader, cache_mark, short, signature};
use super::{Block, Content, Text};
use crate::count;

/// How deep tool results may hold blocks that are read one by one; deeper ones are shown as JSON.
/// Each level is scanned again, and no dialect nests more than two.
const DEEPEST: usize = 4;

/// Reads blocks into a list.
pub(super) struct Blocks<'r> {
    /// Texts and tokens.
    pub(super) reader: &'r mut Reader,
    /// The blocks so far.
    pub(super) list: Vec<Block>,
    depth: usize,
}

impl<'r> Blocks<'r> {
    pub(super) fn new(reader: &'r mut Reader) -> Self {
        Self {
            reader,
            list: Vec::new(),
            depth: 0,
        }
    }

    /// A `content`: a string, an array of blocks, or one block.
    pub(super) fn content(&mut self, node: Node<'_>, path: &Path<'_>) {
        if node.is_array() {
            for (index, element) in node.elements().into_iter().enumerate() {
                self.block(element, &path.element(index));
            }
        } else if !node.is_null() {
            self.block(node, path);
        }
    }

    /// One block.
    fn block(&mut self, node: Node<'_>, path: &Path<'_>) {
        if let Some(text) = node.string() {
            return self.text(&text, path, None);
        }
        let object = node.object();
        let cache = cache_mark(&object);
        let name = object.string_or_empty("type");
        match name.as_ref() {
            "text" | "input_text" | "output_text" | "summary_text" | "reasoning_text" => {
                self.text_member(&object, "text", path, cache);
            }
            "refusal" => self.text_member(&object, "refusal", path, cache),
            "thinking" | "redacted_thinking" => self.thinking(&object, path, cache),
            "tool_use" | "server_tool_use" | "mcp_tool_use" => self.tool_use(&object, path, cache),
            "tool_result" => self.tool_result(&object, path, cache),
            name if name.ends_with("_tool_result") => self.tool_result(&object, path, cache),
            "image" | "image_url" | "input_image" => {
                let image = media::image(self.reader, &object, path);
                self.push(image, cache);
            }
            "document" | "file" | "input_file" => media::document(self, &object, path, cache),
            "audio" | "input_audio" => {
                self.reader.add(count::AUDIO);
                let json = self.reader.json_uncounted(node, path);
                self.push(
                    Content::Other {
                        name: short(&name),
                        json,
                    },
                    cache,
                );
            }
            "tool_reference" | "tool_addition" => {
                let named = object.object("tool");
                let tool = object
                    .string("tool_name")
                    .or_else(|| named.string("tool_name"));
                self.reader.load(&tool.unwrap_or_default());
                self.other(&name, node, path, cache);
            }
            _ => self.other(&name, node, path, cache),
        }
    }

    pub(super) fn push(&mut self, content: Content, cache: Option<String>) {
        self.list.push(Block { content, cache });
    }

    pub(super) fn text(&mut self, text: &str, path: &Path<'_>, cache: Option<String>) {
        let text = self.reader.text(text, path);
        self.push(Content::Text { text }, cache);
    }

    fn text_member(
        &mut self,
        object: &Object<'_>,
        name: &str,
        path: &Path<'_>,
        cache: Option<String>,
    ) {
        let text = object.string_or_empty(name);
        self.text(&text, &path.member(name), cache);
    }

    /// Anything that has no form of its own, as JSON.
    pub(super) fn other(
        &mut self,
        name: &str,
        node: Node<'_>,
        path: &Path<'_>,
        cache: Option<String>,
    ) {
        let json = self.reader.json(node, path);
        self.push(
            Content::Other {
                name: short(name),
                json,
            },
            cache,
        );
    }

    /// Reasoning that is in clear text.
    pub(super) fn reasoning(&mut self, text: &str, path: &Path<'_>) {
        let text = self.reader.text(text, path);
        self.push(
            Content::Thinking {
                text,
                signature: None,
                redacted: false,
            },
            None,
        );
    }

    fn thinking(&mut self, object: &Object<'_>, path: &Path<'_>, cache: Option<String>) {
        let redacted = object
            .string("type")
            .is_some_and(|name| name == "redacted_thinking");
        let place = path.member("thinking");
        let node = object.get("thinking");
        if let Some(list) = node.filter(|node| node.is_array()) {
            // Mistral sends a list of text parts.
            for (index, part) in list.elements().into_iter().enumerate() {
                let text = part.object().string_or_empty("text");
                self.reasoning(&text, &place.element(index).member("text"));
            }
            return;
        }
        let text = node.and_then(Node::string).unwrap_or_default();
        let hidden = text.is_empty();
        let text = self.reader.text(&text, &place);
        if hidden {
            let sealed = object.string("data").or_else(|| object.string("signature"));
            self.reader
                .add(count::sealed(sealed.map_or(0, |sealed| sealed.len())));
        }
        let signature = signature(object, "signature");
        let thinking = Content::Thinking {
            text,
            signature,
            redacted,
        };
        self.push(thinking, cache);
    }

    fn tool_use(&mut self, object: &Object<'_>, path: &Path<'_>, cache: Option<String>) {
        let call = Call {
            id: short(&object.string_or_empty("id")),
            name: short(&object.string_or_empty("name")),
            input: object.get("input"),
            form: Form::Json,
        };
        self.call(call, &path.member("input"), cache);
    }

    /// A tool call of any dialect.
    pub(super) fn call(&mut self, call: Call<'_>, path: &Path<'_>, cache: Option<String>) {
        self.reader.text(&call.name, path);
        let (input, valid) = self.input(call.input, call.form, path);
        self.push(
            Content::ToolCall {
                id: call.id,
                name: call.name,
                input,
                valid,
            },
            cache,
        );
    }

    fn input(&mut self, input: Option<Node<'_>>, form: Form, path: &Path<'_>) -> (Text, bool) {
        let Some(node) = input else {
            return (Text::default(), true);
        };
        // OpenAI sends the JSON as a string.
        let Some(text) = node.string() else {
            return (self.reader.json(node, path), true);
        };
        if form == Form::Free || text.is_empty() {
            return (self.reader.text(&text, path), true);
        }
        match Node::parse(&text) {
            Some(json) => (self.reader.json(json, path), true),
            None => (self.reader.text(&text, path), false),
        }
    }

    fn tool_result(&mut self, object: &Object<'_>, path: &Path<'_>, cache: Option<String>) {
        let call_id = short(&object.string_or_empty("tool_use_id"));
        let content = object.get("content");
        let told = content
            .filter(|node| node.is_object())
            .map(|node| node.object());
        let failed = told.and_then(|told| told.string("type").map(|name| name.ends_with("_error")));
        let is_error = object.get("is_error").is_some_and(Node::is_true) || failed == Some(true);
        self.result(call_id, is_error, content, &path.member("content"), cache);
    }

    /// A tool result of any dialect.
    pub(super) fn result(
        &mut self,
        call_id: String,
        is_error: bool,
        content: Option<Node<'_>>,
        path: &Path<'_>,
        cache: Option<String>,
    ) {
        let mut inner = Blocks {
            reader: self.reader,
            list: Vec::new(),
            depth: self.depth + 1,
        };
        match content {
            Some(node) if inner.depth > DEEPEST => inner.other("tool_result", node, path, None),
            Some(node) => inner.content(node, path),
            None => {}
        }
        let blocks = inner.list;
        self.push(
            Content::ToolResult {
                call_id,
                is_error,
                blocks,
            },
            cache,
        );
    }
}

/// A tool call before its input is read.
pub(super) struct Call<'a> {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) input: Option<Node<'a>>,
    pub(super) form: Form,
}

/// What the input of a tool call is when it comes as a string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// JSON; anything else is a fault of the model.
    Json,
    /// Free text (OpenAI's custom tools).
    Free,
}
