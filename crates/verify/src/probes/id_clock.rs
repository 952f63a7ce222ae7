//! P18: ids of answers and requests. Anthropic's are clocks; every cloud and every program has its own form.

use std::collections::BTreeMap;

use super::clock;
use crate::ask::Ask;
use crate::call::CallId;
use crate::claim::Claim;
use crate::context::Context;
use crate::identifier::{self, Cloud, Form};
use crate::observe::Observation;
use crate::plan::Depth;
use crate::probe::{About, Cost, Family, Forgeability, Probe};
use crate::reading::{Axis, Contradiction, Evidence, Finding, Integrity, Outcome, Reading, Who};

static ABOUT: About = About {
    id: "id-clock",
    number: "P18",
    family: Family::Ids,
    forge: Forgeability::Static,
    axis: Axis::Protocol,
    depth: Depth::Quick,
    opt_in: None,
    cost: Cost::FREE,
    source: "354 public recordings: 34 of 34 ids fit the wall clock",
};

/// Seconds that an id may lie beside the exchange.
const TOLERANCE_S: i64 = 15;

/// Form of an answer's id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum IdForm {
    /// A clock that was running during the exchange.
    Clock,
    /// A clock that stands at another time.
    WrongTime,
    /// 128 bits that are no clock.
    Random,
    /// Bedrock's.
    Bedrock,
    /// Vertex's.
    Vertex,
    /// Vercel's.
    Vercel,
    /// Zhipu's: 14 digits of a date.
    Zhipu,
    /// Made by a converter: `chatcmpl-…`, `msg_` and a UUID or hex.
    Converted,
    /// Anything else.
    Strange,
}

/// The form of an answer's id.
pub(super) fn form_of(seen: &Observation) -> Option<IdForm> {
    let id = seen.answered()?.id.as_str();
    let read = identifier::read("msg", id);
    Some(match (read.cloud, &read.form) {
        (Cloud::Bedrock, _) => IdForm::Bedrock,
        (Cloud::Vertex, _) => IdForm::Vertex,
        (Cloud::None, Form::Clock(at)) if clock::fits(&seen.exchange, *at, TOLERANCE_S) => {
            IdForm::Clock
        }
        (Cloud::None, Form::Clock(_)) => IdForm::WrongTime,
        (Cloud::None, Form::Random) => IdForm::Random,
        (Cloud::None, Form::Other) => other_form(id),
    })
}

fn other_form(id: &str) -> IdForm {
    let rest = id.strip_prefix("msg_").unwrap_or(id);
    let digits = rest.get(..14).unwrap_or_default();
    let is_date = digits.len() == 14
        && digits.starts_with("20")
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && digits
            .get(4..6)
            .and_then(|month| month.parse().ok())
            .is_some_and(|month: u8| (1..=12).contains(&month));
    if is_date {
        return IdForm::Zhipu;
    }
    if id.starts_with("gen_") || id.starts_with("gen-") {
        return IdForm::Vercel;
    }
    let hex = rest.bytes().filter(u8::is_ascii_hexdigit).count();
    let is_hex = hex >= 24
        && rest
            .bytes()
            .all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    if id.starts_with("chatcmpl") || id.starts_with("resp_") || id.starts_with("msg_msg_") || is_hex
    {
        return IdForm::Converted;
    }
    IdForm::Strange
}

/// P18.
pub(super) struct IdClock;

impl Probe for IdClock {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn ask(&self, _context: &Context, _so_far: &[&Observation]) -> Vec<Ask> {
        Vec::new()
    }

    fn read(&self, _context: &Context, _own: &[&Observation], all: &[&Observation]) -> Reading {
        let mut forms: BTreeMap<IdForm, Vec<(CallId, &str)>> = BTreeMap::new();
        let mut ids: BTreeMap<&str, Vec<CallId>> = BTreeMap::new();
        for seen in all {
            let Some((form, message)) = form_of(seen).zip(seen.answered()) else {
                continue;
            };
            forms
                .entry(form)
                .or_default()
                .push((seen.id(), message.id.as_str()));
            if !message.id.is_empty() {
                ids.entry(message.id.as_str()).or_default().push(seen.id());
            }
        }
        if let Some((id, calls)) = ids.iter().find(|(_, calls)| calls.len() > 1) {
            return repeated(id, calls, all);
        }
        let Some((main, calls)) = forms.iter().max_by_key(|(_, calls)| calls.len()) else {
            return Reading::neutral(Claim::new("ids.nothing"));
        };
        let mut reading = read_form(*main, calls.len());
        for (form, calls) in &forms {
            let Some((call, id)) = calls.first() else {
                continue;
            };
            let claim = Claim::new(form_code(*form)).with("count", calls.len());
            let evidence = Evidence::of(claim).at(*call).expecting("msg_011C…", id);
            reading = reading.seen(evidence.from_source(ABOUT.source));
        }
        // A date in place of an id is one vendor's own form.
        for (call, _) in forms.get(&IdForm::Zhipu).into_iter().flatten() {
            reading = reading.marking(*call, Who::Foreign("zhipu".to_owned()));
        }
        if forms.len() > 1 {
            reading = reading.figure("id_forms", forms.len() as f64);
        }
        reading
    }
}

/// One id for several answers: they come from a store. For different questions that settles the matter.
fn repeated(id: &str, calls: &[CallId], all: &[&Observation]) -> Reading {
    let claim = Claim::new("ids.repeated")
        .with("id", id)
        .with("count", calls.len());
    let asked = |call: &CallId| {
        let seen = all.iter().find(|seen| seen.id() == *call)?;
        seen.call.request.body.as_ref()?.get("messages")
    };
    let first = calls.first().and_then(asked);
    let differ = calls.iter().any(|call| asked(call) != first);
    let mut evidence = Evidence::of(claim.clone()).from_source(ABOUT.source);
    evidence.call = calls.last().copied();
    let reading = Reading::new(Outcome::Fail, "repeated", claim)
        .seen(evidence)
        .finding(Integrity::Canned, Finding::Yes)
        .scoring(Axis::Protocol, 0.0);
    if differ {
        return reading.contradicting(Contradiction::Canned);
    }
    reading
}

fn read_form(form: IdForm, count: usize) -> Reading {
    let claim = Claim::new(form_code(form)).with("count", count);
    let (outcome, result, score) = match form {
        IdForm::Clock => (Outcome::Pass, "clock", 1.0),
        IdForm::Bedrock => (Outcome::Pass, "bedrock", 1.0),
        IdForm::Vertex => (Outcome::Pass, "vertex", 1.0),
        IdForm::Random => (Outcome::Warn, "random", 0.4),
        IdForm::WrongTime => (Outcome::Fail, "wrong-time", 0.0),
        IdForm::Zhipu => (Outcome::Fail, "zhipu", 0.0),
        IdForm::Converted => (Outcome::Warn, "converted", 0.2),
        IdForm::Vercel | IdForm::Strange => return Reading::neutral(claim),
    };
    Reading::new(outcome, result, claim).scoring(Axis::Protocol, score)
}

fn form_code(form: IdForm) -> &'static str {
    match form {
        IdForm::Clock => "ids.clock",
        IdForm::WrongTime => "ids.wrong-time",
        IdForm::Random => "ids.random",
        IdForm::Bedrock => "ids.bedrock",
        IdForm::Vertex => "ids.vertex",
        IdForm::Vercel => "ids.vercel",
        IdForm::Zhipu => "ids.zhipu",
        IdForm::Converted => "ids.converted",
        IdForm::Strange => "ids.strange",
    }
}
