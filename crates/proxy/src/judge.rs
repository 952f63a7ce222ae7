//! What an answer means for the place that gave it.

use std::time::Duration;

use http::StatusCode;
use wire::Dialect;
use wire::translate::lesson;

use crate::attempt::Answered;
use crate::exchange::Exchange;
use crate::route::{Candidate, Journey, Judgement, Seen, Taught};

/// What a refusal shows about a place, so that it can be spoken to in another way.
pub(crate) fn taught(
    exchange: &Exchange,
    candidate: &Candidate,
    answered: &Answered,
) -> Option<Taught> {
    let status = answered.parts.status.as_u16();
    match (&answered.translation, &candidate.speak) {
        (Some(translation), Some(speak)) if matches!(status, 400 | 404 | 422 | 500) => {
            let body = answered.tee.recording().beginning();
            lesson::learn(&speak.capabilities, &translation.sent, status, &body).map(Taught::Lesson)
        }
        (None, None) if exchange.dialect == Dialect::OpenAiResponses => {
            matches!(status, 404 | 405 | 501).then_some(Taught::NoResponses)
        }
        _ => None,
    }
}

/// What an answer means. A stream has been looked into only where another place could still be tried.
pub(crate) fn judge(
    journey: &mut dyn Journey,
    answered: &Answered,
    elapsed: Duration,
) -> Judgement {
    let (status, headers) = (answered.parts.status, &answered.parts.headers);
    let (tee, dialect) = (&answered.tee, answered.dialect);
    let recording = tee.recording();
    if status.is_client_error() || status.is_server_error() {
        let body = recording.beginning();
        return journey.judge(
            &Seen::Answered {
                status,
                headers,
                body: &body,
            },
            elapsed,
        );
    }
    if let Some(error) = recording
        .fold
        .error
        .as_ref()
        .filter(|_| !recording.fold.has_content)
    {
        let body = error.to_json();
        return journey.judge(
            &Seen::Answered {
                status,
                headers,
                body: &body,
            },
            elapsed,
        );
    }
    let over = matches!(tee.ended(), Some(None));
    let known = status == StatusCode::OK && dialect != Dialect::Other;
    let wrong = match () {
        () if known && recording.is_page() => Some("not_the_api"),
        () if !known || !over || recording.fold.has_content || recording.is_unread() => None,
        () if recording.bytes == 0 => Some("empty_answer"),
        () if recording.is_whole() && recording.fold.model.is_none() => Some("not_the_api"),
        () if recording.is_stream() && recording.fold.model.is_none() => Some("not_the_api"),
        () => None,
    };
    match wrong {
        Some(cause) => journey.judge(&Seen::Wrong(cause), elapsed),
        None => journey.judge(
            &Seen::Answered {
                status,
                headers,
                body: &[],
            },
            elapsed,
        ),
    }
}
