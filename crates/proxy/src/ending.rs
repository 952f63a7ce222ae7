//! The end of an exchange, which comes exactly once.

use std::sync::Arc;

use bytes::Bytes;
use wire::Dialect;

use crate::error::ProxyError;
use crate::exchange::Exchange;
use crate::finish::{Finish, Outcome, Times};
use crate::observer::Observer;
use crate::recording::Recording;
use crate::route::{Journey, JourneyEnd};

/// Makes sure that every exchange ends exactly once, also when its task is dropped.
pub(crate) struct Ending {
    pub(crate) exchange: Arc<Exchange>,
    pub(crate) observer: Arc<dyn Observer>,
    /// See [`Ending::draft`].
    finish: Option<Box<Finish>>,
    /// Told how it ended for the place that answered.
    pub(crate) journey: Option<Box<dyn Journey>>,
    concluded: bool,
}

impl Ending {
    pub(crate) fn new(exchange: Arc<Exchange>, observer: Arc<dyn Observer>) -> Self {
        Self {
            exchange,
            observer,
            finish: None,
            journey: None,
            concluded: false,
        }
    }

    /// What is known of the end so far. It stays in this place until it is recorded.
    pub(crate) fn draft(&mut self) -> &mut Finish {
        self.finish.get_or_insert_default()
    }

    /// The site that answered, or was asked last.
    pub(crate) fn site(&self) -> Option<&str> {
        let last = self.finish.as_ref()?.attempts.last()?;
        Some(&last.site)
    }

    /// What a complete transfer amounts to.
    pub(crate) fn judge(&self, exchange: &Exchange, recording: &Recording) -> Outcome {
        let fold = &recording.fold;
        let status = self.finish.as_ref().and_then(|finish| finish.status);
        let status = status.unwrap_or_default();
        match () {
            () if status >= 400 => Outcome::Error,
            () if exchange.dialect == Dialect::Other => Outcome::Done,
            // Nothing was answered: the client is sent elsewhere, which no API does.
            () if status >= 300 => Outcome::Error,
            () if status != 200 && recording.bytes == 0 => Outcome::Empty,
            () if status != 200 => Outcome::Done,
            () if recording.is_unread() => Outcome::Done,
            () if fold.error.is_some() => Outcome::ErrorInside,
            () if recording.bytes == 0 => Outcome::Empty,
            () if !fold.has_content && fold.model.is_none() => Outcome::ErrorInside,
            () if recording.is_stream() && !fold.ended && fold.stop_reason.is_none() => {
                Outcome::Cut
            }
            () if !fold.has_content => Outcome::Empty,
            () => Outcome::Done,
        }
    }

    /// A copy of what there is, for whoever looks.
    pub(crate) fn so_far(&self, recording: &Recording) -> Finish {
        let draft = self.finish.as_deref().cloned().unwrap_or_default();
        Finish {
            response_body: Bytes::copy_from_slice(recording.body.bytes()),
            response_bytes: recording.bytes,
            arrivals: recording.arrivals.clone(),
            times: Times {
                first_byte: recording.arrivals.first().map(|arrival| arrival.at_us),
                first_token: recording.first_token_us,
                last_token: recording.last_token_us,
                ..draft.times
            },
            ..draft
        }
    }

    /// Tells the observer.
    pub(crate) fn conclude(
        mut self,
        outcome: Outcome,
        error: Option<ProxyError>,
        recording: Option<&mut Recording>,
    ) {
        self.tell(outcome, error, recording);
    }

    fn tell(
        &mut self,
        outcome: Outcome,
        error: Option<ProxyError>,
        recording: Option<&mut Recording>,
    ) {
        self.concluded = true;
        self.exchange.live.window.close();
        let mut finish = self.finish.take().unwrap_or_default();
        (finish.outcome, finish.error) = (outcome, error);
        finish.times.last_byte = self.exchange.elapsed_us();
        if let Some(recording) = recording {
            fill(&mut finish, recording);
        }
        if outcome == Outcome::Cut && finish.error.is_none() {
            finish.error = Some(ProxyError::Truncated);
        }
        if let Some(mut journey) = self.journey.take() {
            journey.end(match outcome {
                Outcome::Done => JourneyEnd::Done,
                Outcome::Cut => JourneyEnd::Failed("cut"),
                Outcome::ErrorInside => JourneyEnd::Failed("error_inside"),
                Outcome::Empty => JourneyEnd::Failed("empty_answer"),
                // An error status was judged when it came; a client that leaves says nothing.
                Outcome::Error | Outcome::ClientLeft => JourneyEnd::Neutral,
            });
        }
        self.observer.finished(&self.exchange, finish);
    }
}

/// Moves what was recorded into the finish.
fn fill(finish: &mut Finish, recording: &mut Recording) {
    let (usage, basis) = recording.usage();
    finish.times.first_byte = recording.arrivals.first().map(|arrival| arrival.at_us);
    finish.times.first_token = recording.first_token_us;
    finish.times.last_token = recording.last_token_us;
    finish.response_body = Bytes::from(recording.body.hand_over());
    finish.response_bytes = recording.bytes;
    finish.arrivals = std::mem::take(&mut recording.arrivals);
    finish.is_stream = recording.is_stream();
    finish.usage = usage;
    finish.usage_basis = basis;
    finish.input_told = recording.fold.knows_input();
    finish.output_told = recording.fold.knows_output();
    finish.content_bytes = recording.fold.content_bytes as u64;
    finish.model = recording.fold.model.take();
    finish.response_id = recording.fold.response_id.take();
    finish.stop_reason = recording.fold.stop_reason.take();
    finish.inner_error = recording
        .fold
        .error
        .take()
        .map(|error| (error.kind, error.message));
}

impl Drop for Ending {
    /// The task was dropped while it waited for the upstream: the client went away.
    fn drop(&mut self) {
        if !self.concluded {
            self.tell(Outcome::ClientLeft, None, None);
        }
    }
}

impl std::fmt::Debug for Ending {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Ending")
            .field("id", &self.exchange.id)
            .finish_non_exhaustive()
    }
}
