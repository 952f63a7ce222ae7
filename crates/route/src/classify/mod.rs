//! From an answer or a failure to a verdict: local evidence, then codes and words, then headers, then the
//! status.

mod body;
mod duration;
mod failure;
mod hints;
mod moment;
mod normal;
mod phrases;
mod resets;
mod status;
mod windows;

use base::Timestamp;
use http::HeaderMap;

pub use self::failure::Failure;

use self::body::ErrorBody;
use self::phrases::Phrases;
use self::resets::Resets;
use crate::cause::{Cause, Kind};
use crate::error::RoutingFileError;
use crate::settings::Settings;
use crate::verdict::{Basis, Scope, Until, Verdict};

/// Bytes of an error body that are looked at.
const BODY_LIMIT: usize = 8 * 1024;

/// How an attempt went.
#[derive(Clone, Copy, Debug)]
pub enum Attempt<'a> {
    /// The upstream answered.
    Answered(Answer<'a>),
    /// It did not.
    Failed(Failure),
}

/// What the upstream answered.
#[derive(Clone, Copy, Debug)]
pub struct Answer<'a> {
    /// Status.
    pub status: u16,
    /// Headers.
    pub headers: &'a HeaderMap,
    /// Beginning of the body, decoded; of a stream, its first event as it came. Only the first 8 KiB are
    /// read.
    pub body: &'a [u8],
}

/// Judges attempts.
#[derive(Clone, Debug)]
pub struct Classifier {
    phrases: Phrases,
    longest_s: u64,
    error_text: usize,
}

impl Classifier {
    /// With the phrases and defaults that are compiled in.
    pub fn bundled() -> Result<Self, RoutingFileError> {
        Self::new(phrases::FILE, phrases::TEXT, &Settings::bundled()?)
    }

    /// With other phrases.
    pub fn new(file: &str, phrases: &str, settings: &Settings) -> Result<Self, RoutingFileError> {
        Ok(Self {
            phrases: Phrases::parse(file, phrases)?,
            longest_s: settings.rate_limit.longest_s,
            error_text: settings.memory.error_text,
        })
    }

    /// What an attempt says; `None` when nothing is wrong. A 2xx is only judged by an error object or an
    /// error event: what a model writes is nobody's evidence.
    pub fn judge(&self, attempt: &Attempt<'_>, now: Timestamp) -> Option<Verdict> {
        match attempt {
            Attempt::Failed(failure) => Some(Verdict::of(failure.cause())),
            Attempt::Answered(answer) => self.judge_answer(answer, now),
        }
    }

    fn judge_answer(&self, answer: &Answer<'_>, now: Timestamp) -> Option<Verdict> {
        let head = &answer.body[..answer.body.len().min(BODY_LIMIT)];
        let body = ErrorBody::read(head);
        let status = match answer.status {
            100..=299 if !body.is_error() => return None,
            100..=299 => body.status(),
            status => status,
        };
        let row = self.phrases.find(status, &body);
        let mut verdict = Verdict::of(match row {
            Some(row) => row.cause,
            None => status::cause(status, answer.headers, &body),
        });
        if let Some(scope) = row.and_then(|row| row.scope) {
            verdict.scope = scope;
        }
        verdict.status = Some(status);
        verdict.said = body.said(self.error_text);
        if verdict.kind() == Kind::RateLimited {
            self.find_reset(&mut verdict, answer.headers, &body, now);
        }
        Some(verdict)
    }

    /// When the upstream goes on: the latest of what its headers and its body say.
    fn find_reset(
        &self,
        verdict: &mut Verdict,
        headers: &HeaderMap,
        body: &ErrorBody,
        now: Timestamp,
    ) {
        let resets = Resets::new(headers, now, self.longest_s);
        let window = windows::rejected(&resets);
        let ends = window.iter().filter_map(|window| window.end);
        let ends = ends.chain(hints::window(&resets, body)).max();
        let stated = resets.stated().max(hints::stated(&resets, body));
        if let Some(window) = &window {
            verdict.cause = Cause::UsageWindow;
            if window.only_models {
                verdict.scope = Scope::KeyFamily;
            }
        } else if ends.is_some() {
            verdict.cause = Cause::UsageWindow;
        }
        // A named window, whose end the answer tells only without a name, is believed all the same.
        let named = verdict.cause == Cause::UsageWindow;
        let basis = if named { Basis::Window } else { Basis::Stated };
        let at = ends.max(stated);
        verdict.until = at.map(|at| Until { at, basis });
    }
}
