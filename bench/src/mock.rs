//! The upstream: answers at once. A stream's deltas carry the time of sending.
//!
//! `POST /v1/messages` is answered with one JSON document in Anthropic's shape; with
//! `?deltas=N&interval_us=U` it is a stream. `POST /v1/chat/completions` is answered with a stream of
//! [`CHAT_DELTAS`] in OpenAI's shape, for training alone. `GET /connections` says how many connections have
//! been accepted.

use std::cell::Cell;
use std::convert::Infallible;
use std::net::Ipv4Addr;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame};
use http_body_util::{BodyExt as _, Either, Full};
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};

use crate::clock;
use crate::fault::Fault;
use crate::mark::{self, Mark};

/// A short answer with usage.
const ANSWER: &str = concat!(
    r#"{"id":"msg_bench","type":"message","role":"assistant","model":"claude-sonnet-4-5-20250929","content":"#,
    r#"[{"type":"text","text":"The function reads the file once, splits it into lines and keeps those that "#,
    r#"hold the word; everything else in the module only prepares the arguments for it. Two tests cover the "#,
    r#"empty file and the file without an end of line. I would change the name, because it hides that the "#,
    r#"order of the lines is kept."}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":"#,
    r#"1200,"cache_creation_input_tokens":300,"cache_read_input_tokens":6000,"output_tokens":85}}"#
);
const OPENING: &str = concat!(
    "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"msg_bench\",\"type\":\"message\",",
    "\"role\":\"assistant\",\"model\":\"claude-sonnet-4-5-20250929\",\"content\":[],\"stop_reason\":null,",
    "\"usage\":{\"input_tokens\":1200,\"cache_creation_input_tokens\":300,\"cache_read_input_tokens\":6000,",
    "\"output_tokens\":1}}}\n\n",
    "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":",
    "{\"type\":\"text\",\"text\":\"\"}}\n\n"
);
const CLOSING: &str = concat!(
    "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}\n\n",
    "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\",",
    "\"stop_sequence\":null},\"usage\":{\"output_tokens\":85}}\n\n",
    "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"
);

/// How many deltas a chat has, and how often they come: a translated call has no query to ask with.
const CHAT_DELTAS: u64 = 150;
const CHAT_PERIOD: Duration = Duration::from_millis(10);

/// The words of a dialect's stream.
struct Words {
    opening: &'static str,
    /// Around a delta's text.
    delta: (&'static str, &'static str),
    closing: &'static str,
}

const MESSAGES: Words = Words {
    opening: OPENING,
    delta: (
        "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":\
         {\"type\":\"text_delta\",\"text\":\"",
        " of a line\"}}\n\n",
    ),
    closing: CLOSING,
};

/// Bytes of text in each delta of a stream of messages.
pub(crate) const DELTA_TEXT: u64 = (mark::LENGTH + " of a line".len()) as u64;

const CHAT: Words = Words {
    opening: "data: {\"id\":\"chatcmpl-bench\",\"object\":\"chat.completion.chunk\",\"model\":\"gpt-5.1\",\
              \"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}\n\n",
    delta: (
        "data: {\"id\":\"chatcmpl-bench\",\"object\":\"chat.completion.chunk\",\"model\":\"gpt-5.1\",\
         \"choices\":[{\"index\":0,\"delta\":{\"content\":\"",
        " of a line\"}}]}\n\n",
    ),
    closing: "data: {\"id\":\"chatcmpl-bench\",\"object\":\"chat.completion.chunk\",\"model\":\"gpt-5.1\",\
              \"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n\
              data: {\"id\":\"chatcmpl-bench\",\"object\":\"chat.completion.chunk\",\"model\":\"gpt-5.1\",\
              \"choices\":[],\"usage\":{\"prompt_tokens\":7500,\"completion_tokens\":85}}\n\ndata: [DONE]\n\n",
};

/// Serves until it is killed. Says its address on stderr.
pub(crate) fn serve() -> Result<(), Fault> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    tokio::task::LocalSet::new().block_on(&runtime, accept())
}

async fn accept() -> Result<(), Fault> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    eprintln!("listening on http://{}", listener.local_addr()?);
    let accepted = Rc::new(Cell::new(0));
    loop {
        let (socket, _) = listener.accept().await?;
        // Else a small write waits up to 40 ms for the other side's acknowledgement.
        socket.set_nodelay(true)?;
        accepted.set(accepted.get() + 1);
        let accepted = Rc::clone(&accepted);
        tokio::task::spawn_local(async move {
            let service = service_fn(move |request| answer(request, accepted.get()));
            // A client that leaves is no matter for the mock.
            http1::Builder::new()
                .serve_connection(TokioIo::new(socket), service)
                .await
                .ok();
        });
    }
}

async fn answer(
    request: Request<Incoming>,
    accepted: u64,
) -> Result<Response<Either<Full<Bytes>, Deltas>>, hyper::Error> {
    if request.method() == Method::GET {
        return Ok(Response::new(Either::Left(Full::from(
            accepted.to_string(),
        ))));
    }
    let query = request.uri().query().unwrap_or_default().to_string();
    let is_chat = request.uri().path().ends_with("/chat/completions");
    let mut body = request.into_body();
    while let Some(frame) = body.frame().await {
        frame?;
    }
    let deltas = match is_chat {
        true => Some(Deltas::new(&CHAT, CHAT_DELTAS, CHAT_PERIOD)),
        false => Deltas::asked_for(&query),
    };
    let (body, kind) = match deltas {
        Some(deltas) => (Either::Right(deltas), "text/event-stream; charset=utf-8"),
        None => (Either::Left(Full::from(ANSWER)), "application/json"),
    };
    let mut response = Response::new(body);
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    Ok(response)
}

/// The body of a stream: opening, stamped deltas at a steady pace, closing.
pub(crate) struct Deltas {
    words: &'static Words,
    state: State,
    /// How many deltas there will be.
    count: u64,
    pace: Interval,
}

enum State {
    Opening,
    /// The number of the next delta.
    Delta(u64),
    Over,
}

impl Deltas {
    /// The stream that a query asks for.
    fn asked_for(query: &str) -> Option<Self> {
        let number = |name: &str| -> Option<u64> {
            query
                .split('&')
                .find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))?
                .parse()
                .ok()
        };
        let period = Duration::from_micros(number("interval_us")?.max(1));
        Some(Self::new(&MESSAGES, number("deltas")?, period))
    }

    fn new(words: &'static Words, count: u64, period: Duration) -> Self {
        let mut pace = interval_at(Instant::now() + period, period);
        pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self {
            words,
            state: State::Opening,
            count,
            pace,
        }
    }
}

impl Body for Deltas {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let (bytes, next) = match self.state {
            State::Opening => (
                Bytes::from_static(self.words.opening.as_bytes()),
                State::Delta(0),
            ),
            State::Delta(number) if number < self.count => {
                // The first one comes at once; a timer would make it wait for its grain of a millisecond.
                if number > 0 {
                    ready!(self.pace.poll_tick(context));
                }
                (delta(self.words, number), State::Delta(number + 1))
            }
            State::Delta(_) => (
                Bytes::from_static(self.words.closing.as_bytes()),
                State::Over,
            ),
            State::Over => return Poll::Ready(None),
        };
        self.state = next;
        Poll::Ready(Some(Ok(Frame::data(bytes))))
    }
}

fn delta(words: &Words, sequence: u64) -> Bytes {
    let mark = Mark {
        sent: clock::now(),
        sequence,
    };
    let (before, after) = words.delta;
    Bytes::from([before, &mark.text(), after].concat())
}
