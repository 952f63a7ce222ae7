//! Slices of bodies.

use std::sync::Arc;

use store::{Body, Side};
use wire::conversation::Slice;
use wire::text_lines::Lines;
use wire::{Dialect, conversation, encoding};

use super::cache::Text;
use super::running::Running;
use super::{Queries, QueryError, answered, replay};
use crate::view::{BodyLines, EventList, FoundLines};

/// Lines of one answer at most.
const MOST_LINES: usize = 2_000;

/// One of an exchange's bodies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// What the client sent.
    Request,
    /// What the upstream was sent.
    Sent,
    /// What the upstream answered.
    Response,
    /// What the client got.
    Answered,
}

impl Part {
    fn is_answer(self) -> bool {
        matches!(self, Self::Response | Self::Answered)
    }
}

/// How a body is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Indented JSON, or the text as it is.
    Pretty,
    /// As received.
    Exact,
    /// A stream put together.
    Assembled,
}

impl Queries {
    /// Some lines of a body.
    pub async fn lines(
        &self,
        id: String,
        part: Part,
        form: Form,
        from: usize,
        count: usize,
    ) -> Result<BodyLines, QueryError> {
        self.blocking(move |queries| {
            let lines = queries.text(&id, part, form)?;
            let slice = lines.slice(from, count.min(MOST_LINES));
            Ok(BodyLines {
                total: lines.total() as u32,
                numbered: lines.numbered() as u32,
                numbers: (from..from + slice.len())
                    .map(|index| lines.number(index))
                    .collect(),
                bytes: lines.bytes() as f64,
                from: from as u32,
                lines: slice.into_iter().map(str::to_owned).collect(),
            })
        })
        .await
    }

    /// Lines of a body that hold a text.
    pub async fn find(
        &self,
        id: String,
        part: Part,
        form: Form,
        text: String,
    ) -> Result<FoundLines, QueryError> {
        self.blocking(move |queries| {
            let found = queries.text(&id, part, form)?.find(&text);
            Ok(FoundLines {
                lines: found.lines,
                times: found.times,
                more: found.more,
            })
        })
        .await
    }

    /// Some events of a streamed answer.
    pub async fn events(
        &self,
        id: String,
        part: Part,
        from: usize,
        count: usize,
    ) -> Result<EventList, QueryError> {
        self.blocking(move |queries| {
            let name = format!("{id} {part:?} events");
            let events = match queries.cache.get(&name) {
                Some(Text::Events(events)) => events,
                _ => {
                    let grows = queries.live.running(&id).is_some();
                    let body = queries.body_of(&id, part)?;
                    let events = Arc::new(replay::events(&body));
                    if !grows {
                        queries.cache.put(name, Text::Events(events.clone()));
                    }
                    events
                }
            };
            Ok(EventList {
                total: events.len() as u32,
                from: from as u32,
                events: events
                    .iter()
                    .skip(from)
                    .take(count.min(MOST_LINES))
                    .cloned()
                    .collect(),
            })
        })
        .await
    }

    /// Part of one text inside a body.
    pub async fn text_part(
        &self,
        id: String,
        part: Part,
        pointer: String,
        offset: usize,
        length: usize,
    ) -> Result<Slice, QueryError> {
        self.blocking(move |queries| {
            let json = queries.json(&id, part)?;
            conversation::text_at(&json, &pointer, offset, length).ok_or(QueryError::NotFound)
        })
        .await
    }

    /// An image inside a body: its media type and its bytes.
    pub async fn image(
        &self,
        id: String,
        part: Part,
        pointer: String,
    ) -> Result<(String, Vec<u8>), QueryError> {
        self.blocking(move |queries| {
            let json = queries.json(&id, part)?;
            conversation::image_at(&json, &pointer).ok_or(QueryError::NotFound)
        })
        .await
    }

    /// A body, decoded, with its content type.
    pub async fn body(
        &self,
        id: String,
        part: Part,
    ) -> Result<(Option<String>, Vec<u8>), QueryError> {
        self.blocking(move |queries| {
            let body = queries.body_of(&id, part)?;
            let plain = encoding::decode(body.encoding.as_deref(), &body.kept);
            Ok((body.content_type, plain.unwrap_or(body.kept)))
        })
        .await
    }

    /// A kept body; of an exchange that still runs, what has come so far. Without a translation both sides are
    /// the same.
    pub(super) fn body_of(&self, id: &str, part: Part) -> Result<Body, QueryError> {
        if let Some(exchange) = self.live.running(id) {
            let body = Running::look(exchange).body(part);
            return body.ok_or(QueryError::NotFound);
        }
        let stored = |side| self.store.body(id, side)?.ok_or(QueryError::NotFound);
        match part {
            Part::Request => stored(Side::Request),
            Part::Sent => stored(Side::Sent).or_else(|_| stored(Side::Request)),
            Part::Response => stored(Side::Response),
            Part::Answered => {
                let body = stored(Side::Response)?;
                let status = self.find_row(id)?.status;
                let translated = self.kept(id)?.translation;
                Ok(match translated {
                    Some(translation) => answered::answered(&translation.memory, status, body),
                    None => body,
                })
            }
        }
    }

    /// A body as the JSON that pointers point into: a streamed answer is put together first.
    fn json(&self, id: &str, part: Part) -> Result<Vec<u8>, QueryError> {
        let body = self.body_of(id, part)?;
        if part.is_answer() && replay::is_stream(&body) {
            let json = replay::assembled(self.dialect_of(id, part)?, &body);
            return Ok(serde_json::to_vec(&json).unwrap_or_default());
        }
        encoding::decode(body.encoding.as_deref(), &body.kept).ok_or(QueryError::NotFound)
    }

    fn text(&self, id: &str, part: Part, form: Form) -> Result<Arc<Lines>, QueryError> {
        let name = format!("{id} {part:?} {form:?}");
        if let Some(Text::Lines(lines)) = self.cache.get(&name) {
            return Ok(lines);
        }
        // Asked before it is read: it may end meanwhile, and a half text must not stay.
        let grows = self.live.running(id).is_some();
        let body = self.body_of(id, part)?;
        let plain = || {
            encoding::decode(body.encoding.as_deref(), &body.kept)
                .unwrap_or_else(|| body.kept.clone())
        };
        let lines = match form {
            Form::Exact => Lines::exact(&plain()),
            Form::Assembled if part.is_answer() && replay::is_stream(&body) => {
                let json = replay::assembled(self.dialect_of(id, part)?, &body);
                Lines::pretty(&serde_json::to_vec(&json).unwrap_or_default())
            }
            Form::Pretty | Form::Assembled => Lines::pretty(&plain()),
        };
        let lines = Arc::new(lines);
        if !grows {
            self.cache.put(name, Text::Lines(lines.clone()));
        }
        Ok(lines)
    }

    fn dialect_of(&self, id: &str, part: Part) -> Result<Dialect, QueryError> {
        if matches!(part, Part::Sent | Part::Response)
            && let Some(translation) = self.kept(id)?.translation
        {
            return Ok(translation.to);
        }
        Ok(Dialect::from_name(&self.find_row(id)?.dialect))
    }
}
