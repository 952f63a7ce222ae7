//! The upstream's bytes: events, or JSON where a stream was asked for, or another dialect altogether.

use serde_json::{Value, json};

use super::errors;
use super::machine::Machine;
use super::writer;
use crate::assemble::tolerant;
use crate::sse::{Event, LARGEST_EVENT, Parser};
use crate::translate::error::ErrorAnswer;
use crate::translate::memory::Memory;
use crate::translate::object::Object;
use crate::translate::told::Told;

/// Largest answer in one piece of JSON, in bytes.
const LARGEST_BODY: usize = 64 * 1024 * 1024;
/// The parser cuts an event here: what comes out of it is not whole.
const CUT_AT: usize = LARGEST_EVENT - 16;

/// A translated stream.
#[derive(Debug)]
pub(in crate::translate) struct StreamMachine {
    machine: Machine,
    form: Form,
    /// Events of Anthropic's own dialect are passed on.
    foreign: Option<Foreign>,
}

/// What the upstream sends.
#[derive(Debug)]
enum Form {
    /// Nothing but white space so far.
    Unknown,
    /// Server-sent events.
    Events(Parser),
    /// JSON or a web page, kept until it is whole.
    Body(Vec<u8>),
}

/// A stream that is Anthropic's already.
#[derive(Debug, Default)]
struct Foreign {
    started: bool,
    ended: bool,
}

impl StreamMachine {
    pub(in crate::translate) fn new(memory: Memory) -> Self {
        Self {
            machine: Machine::new(memory),
            form: Form::Unknown,
            foreign: None,
        }
    }

    pub(in crate::translate) fn feed(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        if self.ended() {
            return;
        }
        if matches!(self.form, Form::Unknown) {
            let first = bytes
                .iter()
                .find(|byte| !byte.is_ascii_whitespace() && !b"\xEF\xBB\xBF".contains(byte));
            self.form = match first {
                None => return,
                Some(b'{' | b'[' | b'<') => Form::Body(Vec::new()),
                Some(_) => Form::Events(Parser::new()),
            };
        }
        match &mut self.form {
            Form::Unknown => {}
            Form::Events(_) => self.events(
                |parser, each| parser.feed(bytes, &mut |event| each(event)),
                out,
            ),
            Form::Body(body) if body.len() + bytes.len() <= LARGEST_BODY => {
                body.extend_from_slice(bytes);
            }
            Form::Body(_) => {
                let fault = errors::upstream_fault("upstream sent more than 64 MiB in one piece");
                self.machine.fail(&fault, out);
            }
        }
    }

    /// Runs the parser and takes what it gives.
    fn events(
        &mut self,
        run: impl FnOnce(&mut Parser, &mut dyn FnMut(Event<'_>)),
        out: &mut Vec<u8>,
    ) {
        let Form::Events(parser) = &mut self.form else {
            return;
        };
        let (machine, foreign) = (&mut self.machine, &mut self.foreign);
        run(parser, &mut |event| {
            if event.data.len() >= CUT_AT {
                let fault = errors::upstream_fault("upstream sent an event of more than 8 MiB");
                return machine.fail(&fault, out);
            }
            take(machine, foreign, &event, out);
        });
    }

    pub(in crate::translate) fn finish(&mut self, out: &mut Vec<u8>) {
        if self.ended() {
            return;
        }
        self.events(|parser, each| parser.finish(&mut |event| each(event)), out);
        if let Form::Body(body) = &mut self.form {
            let body = std::mem::take(body);
            take_body(&mut self.machine, &body, out);
        }
        match &mut self.foreign {
            Some(foreign) => foreign.cut(&self.machine, out),
            None => self.machine.finish(out),
        }
    }

    pub(in crate::translate) fn broke(&mut self, out: &mut Vec<u8>) {
        match &mut self.foreign {
            _ if self.machine.ended() => {}
            Some(foreign) => foreign.cut(&self.machine, out),
            None => self.machine.broke(out),
        }
    }

    pub(in crate::translate) fn ping(&mut self, out: &mut Vec<u8>) {
        if self.ended() {
            return;
        }
        if self.started() {
            writer::ping(out);
        } else {
            self.machine.begin(out);
        }
    }

    pub(in crate::translate) fn failed_early(&self) -> Option<&ErrorAnswer> {
        self.machine.failure().filter(|_| !self.started())
    }

    /// The error that ended the answer, also where it was told in the stream.
    pub(in crate::translate) fn failure(&self) -> Option<&ErrorAnswer> {
        self.machine.failure()
    }

    /// Whether the upstream said that it calls a tool, and no call came.
    pub(in crate::translate) fn lost_call(&self) -> bool {
        self.machine.lost_call()
    }

    pub(in crate::translate) fn started(&self) -> bool {
        self.machine.started() || self.foreign.as_ref().is_some_and(|foreign| foreign.started)
    }

    pub(in crate::translate) fn ended(&self) -> bool {
        self.machine.ended() || self.foreign.as_ref().is_some_and(|foreign| foreign.ended)
    }
}

/// Takes one event, whichever dialect it is of.
fn take(
    machine: &mut Machine,
    foreign: &mut Option<Foreign>,
    event: &Event<'_>,
    out: &mut Vec<u8>,
) {
    if let Some(foreign) = foreign {
        return foreign.take(machine.memory(), event, out);
    }
    if event.name.is_empty() || machine.ended() {
        return machine.event(event.name, event.data, out);
    }
    match event.name {
        b"message_start" if !machine.started() => {
            let mut passed = Foreign::default();
            passed.take(machine.memory(), event, out);
            *foreign = Some(passed);
        }
        name if name.starts_with(b"response.") => {
            let fault = errors::upstream_fault(
                "upstream answered in another dialect (OpenAI Responses) than Chat Completions",
            );
            machine.fail(&fault, out);
        }
        _ => machine.event(event.name, event.data, out),
    }
}

/// Takes an answer that is no stream.
fn take_body(machine: &mut Machine, body: &[u8], out: &mut Vec<u8>) {
    match tolerant::value(body) {
        Some(Value::Object(answer)) => {
            if answer
                .get("object")
                .is_some_and(|object| object == "response")
            {
                let fault = errors::upstream_fault(
                    "upstream answered in another dialect (OpenAI Responses) than Chat Completions",
                );
                return machine.fail(&fault, out);
            }
            machine.chunk(answer, out);
            if !machine.ended() {
                machine.done(out);
            }
        }
        Some(other) => machine.fail(&errors::inside(machine.memory(), &Told::of(&other)), out),
        None => {
            let lines: Vec<Object> = body
                .split(|byte| *byte == b'\n')
                .filter_map(|line| match tolerant::value(line.trim_ascii()) {
                    Some(Value::Object(chunk)) => Some(chunk),
                    _ => None,
                })
                .collect();
            // Chunks without the dress of events, line by line.
            if lines.iter().any(|line| line.contains_key("choices")) {
                lines.into_iter().for_each(|line| machine.chunk(line, out));
            } else if body.trim_ascii_start().starts_with(b"<") {
                let told = Told::read(body);
                machine.fail(&errors::upstream_fault(&told.message), out);
            } else {
                machine.fail(
                    &errors::upstream_fault("upstream sent an answer that is no JSON"),
                    out,
                );
            }
        }
    }
}

impl Foreign {
    /// Passes an event on; only the model is the one that was asked for.
    fn take(&mut self, memory: &Memory, event: &Event<'_>, out: &mut Vec<u8>) {
        if self.ended {
            return;
        }
        let name = String::from_utf8_lossy(event.name);
        let Some(mut data) = tolerant::value(event.data) else {
            return;
        };
        if let Some(model) = data.pointer_mut("/message/model") {
            *model = json!(memory.model);
        }
        if let Some(Value::String(tool)) = data.pointer_mut("/content_block/name") {
            *tool = memory.tool_name(tool).to_owned();
        }
        self.started = true;
        self.ended = matches!(&*name, "message_stop" | "error");
        writer::event(out, &name, &data);
    }

    fn cut(&mut self, machine: &Machine, out: &mut Vec<u8>) {
        if !self.ended {
            self.ended = true;
            let error = json!({
                "type": "error",
                "error": {"type": "api_error", "message": super::machine::CUT},
                "request_id": machine.memory().seed,
            });
            writer::event(out, "error", &error);
        }
    }
}
