//! Streams of OpenAI Responses.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Value, json};

use super::parts::{
    Object, append, filled, integer, object, push, set, string, take_array, take_object,
};
use super::{Assembled, BlockKind, BlockSpan, Incoming};

/// The answer so far.
#[derive(Debug, Default)]
pub(super) struct Machine {
    /// The `response` of the last event that carried one.
    response: Object,
    /// Items by their place in the output.
    items: BTreeMap<i64, Item>,
    by_id: HashMap<String, i64>,
    last: i64,
    ended: bool,
}

#[derive(Debug)]
struct Item {
    json: Object,
    content: BTreeMap<i64, Object>,
    summary: BTreeMap<i64, Object>,
    /// The whole item came: nothing is added any more.
    whole: bool,
    span: BlockSpan,
}

impl Machine {
    pub(super) fn take(&mut self, event: Incoming<'_>) {
        let mut data = object(event.value);
        if let Some(response) = take_object(&mut data, "response") {
            self.response = response;
        }
        let Some(name) = event.name.strip_prefix("response.") else {
            return;
        };
        match name {
            "completed" | "incomplete" | "done" => self.ended = true,
            "output_item.added" | "output_item.done" => {
                if let Some(json) = take_object(&mut data, "item") {
                    self.item(&data, json, name.ends_with(".done"), event.index);
                }
            }
            _ => self.change(name, data, event.index),
        }
    }

    /// An item that begins or is whole.
    fn item(&mut self, data: &Object, json: Object, whole: bool, event: u32) {
        let id = filled(&json, "id").map(str::to_owned);
        let known = id.as_ref().and_then(|id| self.by_id.get(id).copied());
        let place = integer(data, "output_index").or(known);
        let place = place.unwrap_or_else(|| {
            self.items
                .keys()
                .next_back()
                .map_or(0, |last| last.saturating_add(1))
        });
        if let Some(id) = id {
            self.by_id.insert(id, place);
        }
        self.last = place;
        let item = self.items.entry(place).or_insert_with(|| Item::at(event));
        item.span.last_event = event;
        item.span.kind = kind(string(&json, "type").unwrap_or_default());
        if whole || !item.whole {
            item.begin(json, whole);
        }
    }

    /// A delta, or the end of a part.
    fn change(&mut self, name: &str, mut data: Object, event: u32) {
        let Some(change) = Change::of(name) else {
            return;
        };
        let known = || filled(&data, "item_id").and_then(|id| self.by_id.get(id).copied());
        let place = integer(&data, "output_index")
            .or_else(known)
            .unwrap_or(self.last);
        let item = self.items.entry(place).or_insert_with(|| {
            let mut item = Item::at(event);
            item.span.kind = kind(change.item);
            set(&mut item.json, "type", change.item);
            item
        });
        self.last = place;
        item.span.last_event = event;
        if !item.whole {
            item.change(&change, &mut data);
        }
    }

    pub(super) fn finish(mut self) -> Assembled {
        if self.response.is_empty() && self.items.is_empty() {
            return Assembled::default();
        }
        let mut blocks: Vec<_> = self.items.values().map(|item| item.span).collect();
        blocks.sort_by_key(|span| span.first_event);
        // The last event repeats the output, or leaves it empty: then it is what the items say.
        let told = take_array(&mut self.response, "output");
        let collected: Vec<Value> = self.items.into_values().map(Item::finish).collect();
        let output = if told.len() >= collected.len() {
            told
        } else {
            collected
        };
        if self.response.is_empty() || !self.response.contains_key("object") {
            set(&mut self.response, "object", "response");
        }
        set(&mut self.response, "output", output);
        Assembled {
            json: Value::Object(self.response),
            complete: self.ended,
            error: None,
            blocks,
        }
    }
}

/// What an event changes in its item.
struct Change {
    /// The `type` of the item, if it was never announced.
    item: &'static str,
    /// The list of parts, with the `type` of a part; `None` for a member of the item itself.
    part: Option<(&'static str, &'static str)>,
    /// The member that grows.
    member: &'static str,
    action: Action,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Action {
    /// `delta` is appended.
    Append,
    /// The member is given as a whole.
    Set,
    /// The part is given as a whole.
    Part,
    /// `annotation` is added to the part.
    Annotate,
}

impl Change {
    fn of(name: &str) -> Option<Self> {
        let (thing, action) = match name.rsplit_once('.')? {
            ("content_part", "added" | "done") => ("output_text", Action::Part),
            ("reasoning_summary_part", "added" | "done") => {
                ("reasoning_summary_text", Action::Part)
            }
            ("output_text.annotation", "added") => ("output_text", Action::Annotate),
            (thing, "delta") => (thing, Action::Append),
            (thing, "done") => (thing, Action::Set),
            _ => return None,
        };
        let (item, part, member) = match thing {
            "output_text" => ("message", Some(("content", "output_text")), "text"),
            "refusal" => ("message", Some(("content", "refusal")), "refusal"),
            "reasoning_text" => ("reasoning", Some(("content", "reasoning_text")), "text"),
            "reasoning_summary_text" => ("reasoning", Some(("summary", "summary_text")), "text"),
            "function_call_arguments" => ("function_call", None, "arguments"),
            "mcp_call_arguments" => ("mcp_call", None, "arguments"),
            "custom_tool_call_input" => ("custom_tool_call", None, "input"),
            "code_interpreter_call_code" => ("code_interpreter_call", None, "code"),
            _ => return None,
        };
        Some(Self {
            item,
            part,
            member,
            action,
        })
    }
}

impl Item {
    fn at(event: u32) -> Self {
        Self {
            json: Object::new(),
            content: BTreeMap::new(),
            summary: BTreeMap::new(),
            whole: false,
            span: BlockSpan::at(BlockKind::Other, event),
        }
    }

    fn begin(&mut self, mut json: Object, whole: bool) {
        self.whole = whole;
        if !whole {
            for (name, parts) in [
                ("content", &mut self.content),
                ("summary", &mut self.summary),
            ] {
                if json.get(name).is_some_and(Value::is_array) {
                    for (index, part) in (0..).zip(take_array(&mut json, name)) {
                        parts.entry(index).or_insert_with(|| object(part));
                    }
                    set(&mut json, name, Value::Array(Vec::new()));
                }
            }
        }
        self.json = json;
    }

    fn change(&mut self, change: &Change, data: &mut Object) {
        let target = match change.part {
            None => &mut self.json,
            Some((list, kind)) => {
                let (parts, index) = match list {
                    "summary" => (&mut self.summary, integer(data, "summary_index")),
                    _ => (&mut self.content, integer(data, "content_index")),
                };
                parts
                    .entry(index.unwrap_or(0))
                    .or_insert_with(|| object(json!({"type": kind})))
            }
        };
        match change.action {
            Action::Append => {
                append(
                    target,
                    change.member,
                    string(data, "delta").unwrap_or_default(),
                );
            }
            Action::Set => {
                if let Some(whole) = data
                    .get_mut(change.member)
                    .filter(|whole| whole.is_string())
                {
                    set(target, change.member, whole.take());
                }
            }
            Action::Part => {
                if let Some(part) = take_object(data, "part") {
                    *target = part;
                }
            }
            Action::Annotate => {
                if let Some(annotation) = data.get_mut("annotation").map(Value::take) {
                    push(target, "annotations", annotation);
                }
            }
        }
    }

    fn finish(mut self) -> Value {
        if self.whole {
            return Value::Object(self.json);
        }
        for (name, parts) in [("content", self.content), ("summary", self.summary)] {
            if !parts.is_empty() {
                let parts: Vec<Value> = parts.into_values().map(Value::Object).collect();
                set(&mut self.json, name, parts);
            }
        }
        Value::Object(self.json)
    }
}

fn kind(item: &str) -> BlockKind {
    match item {
        "message" => BlockKind::Text,
        "reasoning" => BlockKind::Thinking,
        name if name.ends_with("_call") => BlockKind::ToolUse,
        _ => BlockKind::Other,
    }
}
