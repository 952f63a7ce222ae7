//! The planning.

use base::Timestamp;

use super::resort::last_resorts;
use super::seen::Seen;
use super::{Ask, Binding, Candidate, Nobody, Plan, Skipped, Why};
use crate::pool::Pool;
use crate::pool::record::{KeyRecord, SiteRecord, Standing};
use crate::pool::state::KeyState;

impl Pool {
    /// Whom to ask, best first. Changes nothing: the pick is counted by [`Pool::begin`].
    pub fn plan(&self, ask: &Ask<'_>, now: Timestamp, random: u64) -> Result<Plan, Nobody> {
        let mut usable: Vec<Seen<'_>> = Vec::new();
        // Keys of sites that are busy or failing, and when that ends.
        let mut put_back: Vec<(Timestamp, Seen<'_>)> = Vec::new();
        let mut idle: Vec<Seen<'_>> = Vec::new();
        let mut skipped = Vec::new();
        for (place, id) in ask.sites.iter().enumerate() {
            let Some(site) = self.site(id) else { continue };
            if ask.course.is_some_and(|course| course.bars(id)) {
                continue;
            }
            let model = ask.model_at(id);
            let rest = site.put_back(model, now);
            if let Some(rest) = rest {
                skipped.push(Skipped {
                    site: id.clone(),
                    key: None,
                    state: KeyState::Cooling,
                    cause: Some(rest.cause),
                    until: Some(rest.until),
                });
            }
            for mut seen in self.ordered(site, model, ask, now, random) {
                if !matches!(seen.standing, Standing::Ready | Standing::Trial) {
                    skipped.push(seen.skipped(now));
                    idle.push(seen);
                    continue;
                }
                seen.why = match (&seen.standing, rest) {
                    (_, Some(_)) => Why::BusySite,
                    (Standing::Trial, _) => Why::Trial,
                    _ if place > 0 => Why::Fallback,
                    _ => Why::Turn,
                };
                match rest {
                    Some(rest) => put_back.push((rest.until, seen)),
                    None => usable.push(seen),
                }
            }
        }
        put_back.sort_by_key(|(until, _)| *until);
        usable.extend(put_back.into_iter().map(|(_, seen)| seen));
        if let Some(course) = ask.course {
            usable.sort_by_key(|seen| course.shuns(&seen.site.id));
        }
        if usable.is_empty() {
            usable = last_resorts(idle, ask);
        }
        if usable.is_empty() {
            return Err(nobody(skipped));
        }
        let chosen = |skip: &Skipped| {
            let key = skip.key.as_ref();
            usable
                .iter()
                .any(|seen| seen.site.id == skip.site && Some(&seen.key.id) == key)
        };
        skipped.retain(|skip| !chosen(skip));
        let mut candidates: Vec<_> = usable.iter().map(|seen| seen.candidate()).collect();
        self.bring_bound_forward(&mut candidates, ask, now);
        Ok(Plan {
            candidates,
            skipped,
        })
    }

    /// Puts the conversation's own key first, if it can be used where it is.
    fn bring_bound_forward(&self, candidates: &mut [Candidate], ask: &Ask<'_>, now: Timestamp) {
        let Some(session) = &ask.session else { return };
        let bound = self.sessions.find(session, now);
        let at = bound.and_then(|(site, key)| {
            let at = candidates
                .iter()
                .position(|it| it.site == *site && it.key == *key)?;
            let poor = |why| matches!(why, Why::BusySite | Why::LastResort | Why::Probe);
            (!poor(candidates[at].why) || poor(candidates[0].why)).then_some(at)
        });
        // A key that this request has tried in vain is not lost to the conversation for that.
        let tried = bound.is_some_and(|(site, key)| {
            ask.course.is_some_and(|course| course.has_tried(site, key))
                && self
                    .site(site)
                    .and_then(|of| of.key(key))
                    .is_some_and(|key| {
                        let standing = key.standing(ask.model_at(site), now);
                        matches!(standing, Standing::Ready | Standing::Trial)
                    })
        });
        let binding = if at.is_some() || tried {
            Binding::Stays
        } else {
            Binding::Moves
        };
        for candidate in candidates.iter_mut() {
            candidate.session = Some((session.clone(), binding));
        }
        if let Some(at) = at {
            candidates[at].why = Why::Session;
            candidates[..=at].rotate_right(1);
        }
    }

    /// The keys of a site that were not tried yet, in the order of its strategy.
    fn ordered<'p>(
        &self,
        site: &'p SiteRecord,
        model: &'p str,
        ask: &Ask<'_>,
        now: Timestamp,
        random: u64,
    ) -> Vec<Seen<'p>> {
        let tried = |key: &KeyRecord| {
            ask.course
                .is_some_and(|course| course.has_tried(&site.id, &key.id))
        };
        let keys = site.keys.iter().enumerate().filter(|(_, key)| !tried(key));
        let mut seats: Vec<_> = keys.map(|(place, key)| key.seat(place, now)).collect();
        site.strategy.order(&mut seats, random);
        let seen = seats.iter().map(|seat| {
            let key = &site.keys[seat.place];
            Seen {
                site,
                key,
                model,
                standing: key.standing(model, now),
                why: Why::Turn,
            }
        });
        let mut seen: Vec<_> = seen.collect();
        // A request that has failed once takes no more chances.
        if ask.course.is_some_and(|course| !course.is_first()) {
            seen.sort_by_key(|seen| {
                seen.standing != Standing::Ready
                    || seen.key.breaker.is_doubtful(now, &self.settings)
            });
        }
        seen
    }
}

fn nobody(skipped: Vec<Skipped>) -> Nobody {
    let keys = skipped.iter().filter(|skip| skip.key.is_some());
    let best = keys.clone().min_by_key(|skip| match skip.state {
        KeyState::Active | KeyState::HalfOpen => (0, skip.until),
        KeyState::Cooling => (1, skip.until),
        KeyState::Exhausted => (2, skip.until),
        KeyState::Invalid => (3, None),
        KeyState::Disabled => (4, None),
    });
    Nobody {
        state: best.map(|skip| skip.state),
        cause: best.and_then(|skip| skip.cause),
        earliest: keys.filter_map(|skip| skip.until).min(),
        skipped,
    }
}
