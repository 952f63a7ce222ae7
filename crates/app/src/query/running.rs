//! An exchange that still runs: its request, and what has come of the answer.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use proxy::{Exchange, Finish, HeaderList};
use store::{Body, NewBody, Side};

use super::answered;
use super::lines::Part;
use crate::record::{self, Kept};

/// Longest wait for the task that carries the exchange: it answers at once unless its client does not read.
const PATIENCE: Duration = Duration::from_millis(50);

/// A running exchange at one moment, with its secrets masked.
pub(super) struct Running {
    exchange: Arc<Exchange>,
    so_far: Option<Arc<Finish>>,
    secrets: Vec<Vec<u8>>,
}

impl Running {
    /// Looks at it. Blocks for a moment.
    pub(super) fn look(exchange: Arc<Exchange>) -> Self {
        let so_far = exchange.live.answer(PATIENCE);
        let mut secrets = record::secrets(&exchange.headers, &exchange.path);
        if let Some(so_far) = &so_far {
            secrets.extend(record::secrets(&so_far.sent_headers, ""));
        }
        Self {
            exchange,
            so_far,
            secrets,
        }
    }

    /// The client's session.
    pub(super) fn session(&self) -> Option<String> {
        let session = self.exchange.session()?;
        Some(record::word(session, &self.secrets))
    }

    /// What lists do not show of it.
    pub(super) fn kept(&self) -> Kept {
        let headers = |headers| record::headers(headers, &self.secrets);
        let request = Kept {
            request_headers: headers(&self.exchange.headers),
            request_bytes: self.exchange.body_bytes,
            ..Kept::default()
        };
        let Some(so_far) = &self.so_far else {
            return request;
        };
        let url = so_far.upstream_url.as_ref().map(ToString::to_string);
        Kept {
            upstream_url: url.map(|url| record::address(&url, &self.secrets)),
            sent_headers: headers(&so_far.sent_headers),
            response_headers: headers(&so_far.response_headers),
            response_bytes: so_far.response_bytes,
            times: so_far.times,
            connection: so_far.connection.clone(),
            attempts: so_far.attempts.clone(),
            translation: so_far.translation.as_ref().map(Into::into),
            ..request
        }
    }

    /// One of its bodies; `None` where nothing has come yet.
    pub(super) fn body(&self, part: Part) -> Option<Body> {
        let translation = || self.so_far.as_ref()?.translation.as_ref();
        match (part, translation()) {
            (Part::Request, _) | (Part::Sent, None) => {
                let exchange = &self.exchange;
                Some(self.masked(&exchange.headers, exchange.body(), exchange.body_bytes))
            }
            (Part::Sent, Some(translation)) => {
                let (headers, sent) = (&self.so_far.as_ref()?.sent_headers, &translation.sent);
                Some(self.masked(headers, sent.clone(), sent.len() as u64))
            }
            (Part::Response, _) | (Part::Answered, None) => self.response(),
            (Part::Answered, Some(translation)) => {
                Some(answered::so_far(&translation.memory, &self.response()?))
            }
        }
    }

    fn response(&self) -> Option<Body> {
        let so_far = self.so_far.as_ref()?;
        let body = so_far.response_body.clone();
        let mut body = self.masked(&so_far.response_headers, body, so_far.response_bytes);
        body.arrivals = so_far
            .arrivals
            .iter()
            .map(|arrival| (arrival.end, arrival.at_us))
            .collect();
        Some(body)
    }

    fn masked(&self, headers: &HeaderList, body: Bytes, bytes: u64) -> Body {
        // The side is of no account here.
        let NewBody {
            kept,
            bytes,
            content_type,
            encoding,
            ..
        } = record::masked(Side::Request, headers, body, bytes, &[], &self.secrets);
        Body {
            kept: kept.to_vec(),
            bytes,
            content_type,
            encoding,
            arrivals: Vec::new(),
        }
    }
}
