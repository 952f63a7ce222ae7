//! One request's way over sites and keys.

use std::sync::Arc;
use std::time::Duration;

use base::Timestamp;
use http::HeaderMap;
use proxy::{
    Candidate, Credentials, Journey, JourneyEnd, Judgement, ProxyError, Said, Seen, Taught, Why,
};
use route::{
    Answer, Ask, Attempt, Cause, Course, Failure, Next, Permit, Progress, Report, Scope,
    SessionKey, SiteId, Stop, Usage, Verdict,
};

use wire::Dialect;

use super::book::Sites;
use super::router::seconds_until;
use super::routing::Routing;
use super::view;

/// Times that a lost race for a permit is run again.
const RACES: usize = 8;

/// Bytes of an upstream's error answer that are remembered for the time when no key is left.
const SAID_BYTES: usize = 8 * 1024;

/// See [`Journey`].
pub(super) struct SiteJourney {
    pub(super) sites: Arc<Sites>,
    pub(super) routing: Arc<Routing>,
    pub(super) choice: Vec<SiteId>,
    /// What the caller speaks.
    pub(super) caller: Dialect,
    /// The model as the caller named it.
    pub(super) asked: String,
    /// The model that the route asks for.
    pub(super) model: String,
    pub(super) aliases: Vec<(SiteId, String)>,
    pub(super) session: Option<SessionKey>,
    pub(super) course: Course,
    pub(super) why: Why,
    pub(super) permit: Option<Permit>,
    /// The place that is tried.
    pub(super) present: Option<route::Candidate>,
}

impl SiteJourney {
    fn plan(&self) -> Result<route::Plan, route::Nobody> {
        self.plan_after(Some(&self.course))
    }

    fn plan_after(&self, course: Option<&Course>) -> Result<route::Plan, route::Nobody> {
        let ask = Ask {
            sites: &self.choice,
            model: &self.model,
            aliases: &self.aliases,
            session: self.session.clone(),
            course,
        };
        let now = self.sites.clock().now();
        self.sites
            .pool()
            .with(|pool| pool.plan(&ask, now, self.sites.random()))
    }

    /// What the proxy has to know of a place.
    fn place(&self, candidate: &route::Candidate) -> Option<Candidate> {
        let site = self.routing.site(&candidate.site)?;
        let key = site.keys.get(&candidate.key)?;
        let model = (candidate.model != self.asked).then(|| candidate.model.clone());
        Some(Candidate {
            site: site.site.name.as_str().into(),
            key_label: key.secret.as_ref().map(|_| key.label.as_str().into()),
            base: site.base.clone(),
            credentials: match &key.secret {
                Some(secret) => Credentials::Key(secret.clone()),
                None => Credentials::None,
            },
            model,
            speak: self.sites.speak(site, self.caller, &candidate.model),
            corrections: self.sites.counting().now(),
            way: site.way.clone(),
            why: Some(Arc::new(view::why(
                &self.routing,
                candidate,
                &self.choice,
                &self.why,
            ))),
        })
    }

    /// Tells the pool what is wrong with the present place, and says what to do.
    fn failed(&mut self, verdict: Verdict) -> Judgement {
        let now = self.sites.clock().now();
        let cause = view::cause(verdict.cause);
        let next = self.course.decide(&verdict, now, Progress::Nothing);
        self.report(&Report::Failed(verdict));
        if next == Next::PlanAgain && self.plan().is_ok() {
            return Judgement::Next {
                cause,
                wait: Duration::ZERO,
            };
        }
        // A request that would fail anywhere is not worth to be sent again.
        let retry_after = match next {
            Next::PassOn(Stop::NotRetryable) => None,
            _ => self.earliest(now),
        };
        Judgement::PassOn {
            cause: Some(cause),
            retry_after,
        }
    }

    /// Seconds until the first key comes back, where a new request would find nobody: the keys that this
    /// one has tried count as well.
    fn earliest(&self, now: Timestamp) -> Option<u64> {
        let nobody = self.plan_after(None).err()?;
        Some(seconds_until(nobody.earliest?, now))
    }

    fn report(&mut self, report: &Report) {
        let Some(permit) = self.permit.take() else {
            return;
        };
        let now = self.sites.clock().now();
        let change = permit.report(report, now, self.sites.random());
        self.sites.changed(&change);
    }

    fn remember(&self, status: http::StatusCode, headers: &HeaderMap, body: &[u8]) {
        let Some(permit) = &self.permit else { return };
        let speak = self
            .routing
            .site(permit.site())
            .and_then(|site| self.sites.speak(site, self.caller, &self.model));
        let said = Said {
            dialect: speak.map_or(self.caller, |speak| speak.dialect),
            status,
            content_type: headers.get(http::header::CONTENT_TYPE).cloned(),
            body: bytes::Bytes::copy_from_slice(&body[..body.len().min(SAID_BYTES)]),
        };
        self.sites.remember(permit.site(), permit.key(), said);
    }
}

impl Journey for SiteJourney {
    fn next(&mut self) -> Option<Arc<Candidate>> {
        for _ in 0..RACES {
            let plan = self.plan().ok()?;
            let candidate = plan.candidates.first()?;
            let now = self.sites.clock().now();
            // Another request may just have taken the one trial of a key that comes back.
            let Ok(permit) = self.sites.pool().begin(candidate, now) else {
                continue;
            };
            self.course.note(candidate);
            self.permit = Some(permit);
            self.present = Some(candidate.clone());
            return self.place(candidate).map(Arc::new);
        }
        None
    }

    fn has_other(&self) -> bool {
        self.plan().is_ok()
    }

    fn judge(&mut self, seen: &Seen<'_>, _: Duration) -> Judgement {
        let now = self.sites.clock().now();
        let verdict = match seen {
            Seen::Failed(error) => Some(Verdict::of(failure(error).cause())),
            Seen::Wrong("empty_answer") => Some(Verdict::of(Failure::EmptyAnswer.cause())),
            Seen::Wrong(_) => Some(Verdict::of(Failure::ProtocolError.cause())),
            Seen::Answered {
                status,
                headers,
                body,
            } => {
                let answer = Answer {
                    status: status.as_u16(),
                    headers,
                    body,
                };
                let verdict = self
                    .sites
                    .classifier()
                    .judge(&Attempt::Answered(answer), now);
                // What one request did wrong is no answer to another client.
                if verdict
                    .as_ref()
                    .is_some_and(|verdict| verdict.scope != Scope::Request)
                    // An error inside a 200, or inside a stream, has no status and form to be repeated in.
                    && !status.is_success()
                {
                    self.remember(*status, headers, body);
                }
                verdict
            }
        };
        match verdict {
            Some(verdict) => self.failed(verdict),
            None => Judgement::good(),
        }
    }

    fn learned(&mut self, taught: &Taught) -> Option<Arc<Candidate>> {
        let candidate = self.present.as_ref()?;
        let site = self.routing.site(&candidate.site)?;
        let is_new = self.sites.taught(&site.site.id, &candidate.model, taught);
        let better = is_new.then(|| self.place(candidate)).flatten();
        better.map(Arc::new)
    }

    fn end(&mut self, end: JourneyEnd) {
        match end {
            JourneyEnd::Done => self.report(&Report::Succeeded(Usage { tokens: 0 })),
            JourneyEnd::Failed(_) => {
                self.report(&Report::Failed(Verdict::of(Cause::ConnectionReset)));
            }
            // The permit releases itself and says nothing about the key.
            JourneyEnd::Neutral => self.permit = None,
        }
    }
}

fn failure(error: &ProxyError) -> Failure {
    match error {
        ProxyError::Upstream(error) => Failure::from(error),
        ProxyError::FirstByteTimeout { .. } => Failure::FirstByteTimeout,
        _ => Failure::ConnectionReset,
    }
}
