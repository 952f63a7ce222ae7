//! Carries one request: intake → plan → attempt → tee → outcome.
//!
//! The bytes of the answer reach the client first and unchanged; a copy is read for usage, times and
//! the record. Nothing here waits for a disk or knows a database: whoever wants to know what happens
//! implements [`Observer`].

mod attempt;
mod body;
mod budget;
mod carry;
mod count;
mod ending;
mod error;
mod exchange;
mod finish;
mod header_list;
mod headers;
mod intake;
mod judge;
mod live;
mod observer;
mod outgoing;
mod pass_on;
mod recording;
mod request_body;
mod respond;
mod route;
mod silence;
mod tee;
mod translation;
mod window;

pub use body::{BodyError, ProxyBody};
pub use carry::{Limits, Proxy};
pub use error::ProxyError;
pub use exchange::{Caller, Exchange};
pub use finish::{Arrival, Attempt, Connection, Finish, Outcome, Times, Why};
pub use header_list::HeaderList;
pub use intake::{COUNT_TOKENS, MODELS, Place, header_value, place};
pub use live::{Live, Progress};
pub use observer::{CostText, Observer};
pub use respond::{header_text, refusal};
pub use route::{
    Candidate, Credentials, Identity, Journey, JourneyEnd, Judgement, Refusal, Route, RouteAsk,
    Said, Seen, Speak, Taught,
};
pub use translation::{TranslatedBody, Translation};
