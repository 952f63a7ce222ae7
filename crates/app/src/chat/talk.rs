//! One answer of a conversation, as it arrives.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use base::{Nanos, UsageBasis};
use net::Upstream;
use wire::fold::Content;
use wire::{Dialect, Fold, assemble, sse};

use super::delta;
use super::shape::{self, Shaped};
use crate::ping::refusal_of;
use crate::pricing::Pricing;
use crate::sites::call::{Bounds, End, Next, Opened, is_stream};
use crate::sites::{Line, Sites};
use crate::view::{ChatAnswer, ChatEnd, ChatEvent, ErrorView};

/// A person waits here, and can stop at any moment: only a dead site must not be waited for.
const BOUNDS: Bounds = Bounds {
    head: Duration::from_secs(600),
    silence: Duration::from_secs(300),
    whole: Duration::from_secs(1_800),
    bytes: 32 * 1024 * 1024,
};

/// One answer on its way.
pub struct Talk {
    line: Line,
    client: Upstream,
    shaped: Shaped,
    pricing: Pricing,
    sites: Arc<Sites>,
    state: State,
    waiting: VecDeque<ChatEvent>,
    /// Everything of the body so far.
    body: Vec<u8>,
    parser: sse::Parser,
    fold: Fold,
    first_token: Option<Duration>,
    first_thinking: Option<Duration>,
    first_text: Option<Duration>,
    last: Duration,
    /// The beginning of a character whose end has not come yet.
    rest: Vec<u8>,
}

#[derive(Debug)]
enum State {
    Begin,
    Reading(Box<Opened>),
    Over,
}

impl Talk {
    pub(super) fn new(
        line: Line,
        client: Upstream,
        shaped: Shaped,
        pricing: Pricing,
        sites: Arc<Sites>,
    ) -> Self {
        let request = shape::shown(&line, &shaped);
        let waiting = VecDeque::from([ChatEvent::Sent { request }]);
        let fold = Fold::new(shaped.dialect);
        Self {
            line,
            client,
            shaped,
            pricing,
            sites,
            state: State::Begin,
            waiting,
            body: Vec::new(),
            parser: sse::Parser::new(),
            fold,
            first_token: None,
            first_thinking: None,
            first_text: None,
            last: Duration::ZERO,
            rest: Vec::new(),
        }
    }

    /// What comes next; `None` after the end.
    pub async fn next(&mut self) -> Option<ChatEvent> {
        loop {
            if let Some(event) = self.waiting.pop_front() {
                return Some(event);
            }
            match std::mem::replace(&mut self.state, State::Over) {
                State::Over => return None,
                State::Begin => self.begin().await,
                State::Reading(mut opened) => match opened.next().await {
                    Next::Piece(piece) => {
                        let streams = is_stream(&opened.headers) && opened.status.is_success();
                        self.piece(&piece.bytes, piece.at, streams);
                        self.state = State::Reading(opened);
                    }
                    Next::End(end) => self.end(&opened, end),
                },
            }
        }
    }

    async fn begin(&mut self) {
        let call = shape::call(&self.line, &self.shaped);
        match self.line.open(&self.client, call, BOUNDS).await {
            Ok(opened) => {
                let header = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
                    let value = String::from_utf8_lossy(value.as_bytes());
                    (
                        name.to_string(),
                        base::redact::header_value(name.as_str(), &value),
                    )
                };
                self.waiting.push_back(ChatEvent::Head {
                    status: opened.status.as_u16(),
                    ms: millis(opened.head),
                    headers: opened.headers.iter().map(header).collect(),
                });
                self.state = State::Reading(Box::new(opened));
            }
            Err(unheard) => {
                self.last = unheard.after;
                let says = unheard.says.as_deref().unwrap_or_default();
                let params = vec![("says".to_owned(), self.line.without_key(says))];
                let code = unheard.code();
                let message = None;
                self.tell_end(
                    None,
                    Some(ErrorView {
                        code,
                        params,
                        message,
                    }),
                );
            }
        }
    }

    fn piece(&mut self, bytes: &[u8], at: Duration, streams: bool) {
        self.last = at;
        self.body.extend_from_slice(bytes);
        let text = whole_characters(&mut self.rest, bytes);
        if !text.is_empty() {
            let text = self.line.without_key(&text);
            self.waiting.push_back(ChatEvent::Raw {
                ms: millis(at),
                text,
            });
        }
        if !streams {
            return;
        }
        let dialect = self.shaped.dialect;
        let mut found = Vec::new();
        let fold = &mut self.fold;
        self.parser.feed(bytes, &mut |event| {
            fold.event(&event);
            found.extend(delta::of_event(dialect, event.data));
        });
        for (content, text) in found {
            self.tell(content, text, at);
        }
    }

    fn tell(&mut self, content: Content, text: String, at: Duration) {
        self.first_token.get_or_insert(at);
        match content {
            Content::Thinking => self.first_thinking.get_or_insert(at),
            _ => self.first_text.get_or_insert(at),
        };
        let kind = content.name().to_owned();
        self.waiting.push_back(ChatEvent::Delta { kind, text });
    }

    fn end(&mut self, opened: &Opened, end: End) {
        let now = self.sites.clock().now();
        let (status, headers) = (opened.status, &opened.headers);
        let refused = refusal_of(
            &self.line,
            status,
            headers,
            &self.body,
            self.sites.classifier(),
            now,
        );
        let mut error = refused;
        let dialect = self.shaped.dialect;
        if error.is_none() && !is_stream(headers) {
            self.fold.answer(&self.body);
            if let Ok(json) = serde_json::from_slice(&self.body) {
                for (content, text) in delta::of_answer(dialect, &json) {
                    self.tell(content, text, self.last);
                }
            }
        }
        let code = |code: &str, says: Option<String>| ErrorView {
            code: code.to_owned(),
            params: says
                .map(|says| ("says".to_owned(), says))
                .into_iter()
                .collect(),
            message: None,
        };
        if let (None, Some(inner)) = (&error, &self.fold.error) {
            let says = self.line.without_key(&inner.message);
            error = Some(code("error_inside", Some(says)));
        }
        error = error.or(end.code().map(|it| code(it, None)));
        let nothing = !self.fold.has_content && self.first_token.is_none();
        if error.is_none() && nothing && self.fold.model.is_none() {
            let body = String::from_utf8_lossy(&self.body);
            let says: String = self.line.without_key(&body).chars().take(200).collect();
            error = Some(match says.trim() {
                "" => code("empty_answer", None),
                _ => code("other_shape", Some(says)),
            });
        } else if error.is_none() && is_stream(headers) && !self.fold.ended {
            error = Some(code("answer_truncated", None));
        }
        self.tell_end(Some(opened.head), error);
    }

    fn tell_end(&mut self, head: Option<Duration>, error: Option<ErrorView>) {
        let (usage, basis) = self.fold.usage();
        let known = basis != UsageBasis::Unknown;
        let tokens = |count: u64| known.then(|| u32::try_from(count).unwrap_or(u32::MAX));
        let model = self.fold.model.as_deref().unwrap_or(&self.shaped.model);
        let now = self.sites.clock().now();
        let site = Some(self.line.site_name());
        let cost = self.pricing.cost(site, Some(model), &usage, basis, now);
        let spent = self
            .first_token
            .map(|first| self.last.saturating_sub(first));
        let seconds = spent
            .map(|time| time.as_secs_f64())
            .filter(|time| *time > 0.0);
        let thinking = self.first_thinking.map(|first| {
            let end = self.first_text.unwrap_or(self.last);
            millis(end.saturating_sub(first))
        });
        let end = ChatEnd {
            error,
            model: self.fold.model.clone(),
            stop_reason: self.fold.stop_reason.clone(),
            answer: self.answer(),
            input_tokens: tokens(usage.prompt()).filter(|_| self.fold.knows_input()),
            cache_read_tokens: tokens(usage.cache_read).filter(|_| usage.cache_known),
            output_tokens: tokens(usage.output),
            exact: basis == UsageBasis::Exact,
            cost_usd: cost.usd.map(Nanos::to_f64),
            first_byte_ms: head.map(millis),
            first_token_ms: self.first_token.map(millis),
            thinking_ms: thinking,
            total_ms: millis(self.last),
            tokens_per_second: seconds
                .filter(|_| known)
                .map(|seconds| usage.output as f64 / seconds),
        };
        let end = Box::new(end);
        self.waiting.push_back(ChatEvent::End { end });
    }

    /// The answer in its dialect, to be sent back with the next turn.
    fn answer(&self) -> Option<ChatAnswer> {
        let dialect = self.shaped.dialect;
        let json = assemble::answer(dialect, &self.body).json;
        let content = match dialect {
            Dialect::Anthropic => json.get("content")?.clone(),
            _ => return None,
        };
        let dialect = dialect.name().to_owned();
        Some(ChatAnswer { dialect, content })
    }
}

/// The text of a piece; a character that is cut in two waits for its end.
fn whole_characters(rest: &mut Vec<u8>, bytes: &[u8]) -> String {
    rest.extend_from_slice(bytes);
    let end = match std::str::from_utf8(rest) {
        Ok(_) => rest.len(),
        Err(error) if error.error_len().is_none() => error.valid_up_to(),
        Err(_) => rest.len(),
    };
    let kept = rest.split_off(end);
    let text = String::from_utf8_lossy(rest).into_owned();
    *rest = kept;
    text
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_in_two_pieces_is_one_character() {
        let mut rest = Vec::new();
        let bytes = "站点".as_bytes();
        assert_eq!(whole_characters(&mut rest, &bytes[..4]), "站");
        assert_eq!(whole_characters(&mut rest, &bytes[4..]), "点");
        assert_eq!(whole_characters(&mut rest, b"a\xffb"), "a\u{fffd}b");
        assert!(rest.is_empty());
    }
}
