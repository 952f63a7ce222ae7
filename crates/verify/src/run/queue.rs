//! Calls that wait, are under way, or are answered.

use std::collections::{BTreeMap, VecDeque};

use base::Timestamp;

use crate::ask::Ask;
use crate::call::{Call, CallId, Door, Request};

/// A call with the probes that wait for it.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) call: Call,
    /// Indices of the probes.
    pub(super) owners: Vec<usize>,
    /// The request before it was shaped.
    plain: Request,
    /// Not to be sent before.
    not_before: Timestamp,
    pub(super) input_tokens: u64,
    pub(super) output_tokens: u64,
}

/// Calls in all states.
#[derive(Debug, Default)]
pub(super) struct Queue {
    next: u32,
    waiting: VecDeque<Asked>,
    in_flight: BTreeMap<CallId, Asked>,
    /// Shared calls by slot.
    shared: BTreeMap<String, CallId>,
    /// Which call took the place of another.
    replaced: BTreeMap<CallId, CallId>,
}

impl Queue {
    pub(super) fn in_flight(&self) -> usize {
        self.in_flight.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    pub(super) fn clear(&mut self) {
        self.waiting.clear();
    }

    pub(super) fn has_ready(&self, now: Timestamp) -> bool {
        self.waiting.iter().any(|asked| asked.not_before <= now)
    }

    /// When the next call may be sent.
    pub(super) fn earliest(&self) -> Option<Timestamp> {
        self.waiting.iter().map(|asked| asked.not_before).min()
    }

    /// Tokens that calls under way may still cost: prompt, generated.
    pub(super) fn promised(&self) -> (u64, u64) {
        self.in_flight
            .values()
            .fold((0, 0), |(input, output), asked| {
                (input + asked.input_tokens, output + asked.output_tokens)
            })
    }

    pub(super) fn find_shared(&self, slot: &str) -> Option<CallId> {
        self.shared.get(slot).copied()
    }

    /// Makes a probe wait for a call; `false` if that is answered already.
    pub(super) fn join(&mut self, id: CallId, owner: usize) -> bool {
        let id = self.last_of(id);
        let waiting = self.waiting.iter_mut().find(|asked| asked.call.id == id);
        let Some(asked) = waiting.or_else(|| self.in_flight.get_mut(&id)) else {
            return false;
        };
        asked.owners.push(owner);
        true
    }

    pub(super) fn add(
        &mut self,
        probe: &str,
        ask: Ask,
        request: Request,
        preset: &str,
        owner: usize,
        now: Timestamp,
    ) -> CallId {
        let id = self.fresh();
        if ask.is_shared {
            self.shared.insert(ask.slot.clone(), id);
        }
        self.waiting.push_back(Asked {
            call: Call {
                id,
                probe: probe.to_owned(),
                slot: ask.slot,
                door: ask.door,
                preset: preset.to_owned(),
                attempt: 1,
                timeout_ms: ask.timeout_ms,
                request,
            },
            owners: vec![owner],
            plain: ask.request,
            not_before: now.plus_micros(ask.after_ms.saturating_mul(1_000) as i64),
            input_tokens: ask.input_tokens,
            output_tokens: ask.output_tokens,
        });
        id
    }

    /// The next call that may be sent now.
    pub(super) fn pop(&mut self, now: Timestamp) -> Option<Asked> {
        let place = self
            .waiting
            .iter()
            .position(|asked| asked.not_before <= now)?;
        self.waiting.remove(place)
    }

    pub(super) fn send(&mut self, asked: Asked) -> Call {
        let call = asked.call.clone();
        self.in_flight.insert(call.id, asked);
        call
    }

    pub(super) fn returned(&mut self, id: CallId) -> Option<Asked> {
        self.in_flight.remove(&id)
    }

    /// Asks the same once more, before everything else.
    pub(super) fn again(
        &mut self,
        mut asked: Asked,
        preset: &str,
        shape: impl FnOnce(Request) -> Request,
    ) {
        let id = self.fresh();
        self.replaced.insert(asked.call.id, id);
        asked.call.id = id;
        asked.call.attempt = asked.call.attempt.saturating_add(1);
        if asked.call.preset != preset && asked.call.door == Door::Site {
            asked.call.request = shape(asked.plain.clone());
            asked.call.preset = preset.to_owned();
        }
        self.waiting.push_front(asked);
    }

    /// Gives calls that wait another shape.
    pub(super) fn reshape(&mut self, preset: &str, shape: impl Fn(Request) -> Request) {
        for asked in &mut self.waiting {
            if asked.call.door == Door::Site {
                asked.call.request = shape(asked.plain.clone());
                asked.call.preset = preset.to_owned();
            }
        }
    }

    /// The call that finally stood in the place of this one.
    pub(super) fn last_of(&self, id: CallId) -> CallId {
        let mut id = id;
        while let Some(next) = self.replaced.get(&id) {
            id = *next;
        }
        id
    }

    fn fresh(&mut self) -> CallId {
        let id = CallId(self.next);
        self.next = self.next.saturating_add(1);
        id
    }
}
