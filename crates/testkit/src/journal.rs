//! What arrived: the requests as received, and counters of connections and of clients that left.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::Serialize;

use crate::request::Request;

/// Requests kept; older ones are forgotten.
const KEPT: usize = 1_000;
/// Bytes kept of each body.
const BODY_KEPT: usize = 32 * 1024;

/// How an answer ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// It still runs.
    Running,
    /// Written to its end.
    Answered,
    /// The scenario ended the connection.
    EndedByScenario,
    /// The client went away first.
    ClientLeft,
}

/// One received request.
#[derive(Clone, Debug, Serialize)]
pub struct Received {
    /// Rising from 1.
    pub number: u64,
    /// The TCP connection that carried it, rising from 1.
    pub connection: u64,
    /// How many requests that connection had carried before.
    pub earlier_on_connection: u64,
    /// When the whole request had been read, milliseconds since 1970.
    pub received_ms: f64,
    /// For example `POST`.
    pub method: String,
    /// Path and query.
    pub target: String,
    /// For example `HTTP/1.1`.
    pub version: String,
    /// Names as written, in order.
    pub headers: Vec<(String, String)>,
    /// Length of the body.
    pub body_bytes: usize,
    /// CRC-32 of the body (zlib's).
    pub body_crc32: u32,
    /// Beginning of the body.
    pub body: String,
    /// The scenario that answered.
    pub scenario: String,
    /// How the answer ended.
    pub ended: Ended,
    /// When it ended, milliseconds since 1970.
    pub ended_ms: Option<f64>,
}

/// Counters since the start or the last reset. Control requests are not counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counters {
    /// TCP connections accepted.
    pub connections_accepted: u64,
    /// Of these (and of earlier ones): open now.
    pub connections_open: u64,
    /// Requests received.
    pub requests: u64,
    /// Of these: being answered now.
    pub in_flight: u64,
    /// Of these: the client left before the answer was over.
    pub cancelled_by_client: u64,
}

/// Shared by all connections of one server.
#[derive(Clone, Debug, Default)]
pub struct Journal {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    received: VecDeque<Received>,
    counters: Counters,
    connections: u64,
    numbers: u64,
}

impl Journal {
    /// The requests received, oldest first.
    pub fn requests(&self) -> Vec<Received> {
        self.lock().received.iter().cloned().collect()
    }

    /// The counters.
    pub fn counters(&self) -> Counters {
        self.lock().counters
    }

    /// Forgets the requests and begins to count anew; what is open or runs stays counted.
    pub fn reset(&self) {
        let mut state = self.lock();
        state.received.clear();
        state.counters = Counters {
            connections_open: state.counters.connections_open,
            in_flight: state.counters.in_flight,
            ..Counters::default()
        };
    }

    pub(crate) fn accepted(&self) -> u64 {
        let mut state = self.lock();
        state.counters.connections_accepted += 1;
        state.counters.connections_open += 1;
        state.connections += 1;
        state.connections
    }

    /// The connection turned out to carry control requests.
    pub(crate) fn is_control(&self) {
        let counters = &mut self.lock().counters;
        counters.connections_accepted = counters.connections_accepted.saturating_sub(1);
    }

    pub(crate) fn closed(&self) {
        let counters = &mut self.lock().counters;
        counters.connections_open = counters.connections_open.saturating_sub(1);
    }

    /// Notes a request; the number names it when it ends.
    pub(crate) fn began(
        &self,
        request: &Request,
        scenario: &str,
        connection: u64,
        earlier: u64,
    ) -> u64 {
        let mut crc = flate2::Crc::new();
        crc.update(&request.body);
        let kept = &request.body[..request.body.len().min(BODY_KEPT)];
        let mut received = Received {
            number: 0,
            connection,
            earlier_on_connection: earlier,
            received_ms: milliseconds(),
            method: request.method.clone(),
            target: request.target.clone(),
            version: request.version.clone(),
            headers: request.headers.clone(),
            body_bytes: request.body.len(),
            body_crc32: crc.sum(),
            body: String::from_utf8_lossy(kept).into_owned(),
            scenario: scenario.to_owned(),
            ended: Ended::Running,
            ended_ms: None,
        };
        let mut state = self.lock();
        state.numbers += 1;
        state.counters.requests += 1;
        state.counters.in_flight += 1;
        received.number = state.numbers;
        if state.received.len() == KEPT {
            state.received.pop_front();
        }
        state.received.push_back(received);
        state.numbers
    }

    pub(crate) fn ended(&self, number: u64, how: Ended) {
        let mut state = self.lock();
        state.counters.in_flight = state.counters.in_flight.saturating_sub(1);
        if how == Ended::ClientLeft {
            state.counters.cancelled_by_client += 1;
        }
        // Searched from the end: the newest are the ones that run.
        if let Some(received) = state
            .received
            .iter_mut()
            .rev()
            .find(|one| one.number == number)
        {
            received.ended = how;
            received.ended_ms = Some(milliseconds());
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn milliseconds() -> f64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_secs_f64()
        * 1_000.0
}
