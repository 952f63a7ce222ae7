//! Which key a conversation uses: prompt caches belong to accounts, so changing the key costs money.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use base::Timestamp;

use crate::names::{KeyId, SiteId};

/// Longer session ids are not worth remembering.
const LONGEST_ID: usize = 512;

/// Name of a conversation within its caller, project and first site, so that no caller can ride on another's.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SessionKey {
    caller: String,
    project: String,
    site: SiteId,
    session: String,
}

impl SessionKey {
    /// `None` for an id that is empty or absurdly long.
    pub fn new(caller: &str, project: &str, site: &SiteId, session: &str) -> Option<Self> {
        (!session.is_empty() && session.len() <= LONGEST_ID).then(|| Self {
            caller: caller.to_owned(),
            project: project.to_owned(),
            site: site.clone(),
            session: session.to_owned(),
        })
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Bound {
    site: SiteId,
    key: KeyId,
    used: Timestamp,
}

/// The table of bindings, oldest use forgotten first.
#[derive(Clone, Debug)]
pub(crate) struct Sessions {
    bound: HashMap<SessionKey, Bound>,
    by_use: BTreeSet<(Timestamp, SessionKey)>,
    lifetime: Duration,
    max: usize,
}

impl Sessions {
    pub(crate) fn new(lifetime: Duration, max: usize) -> Self {
        Self {
            bound: HashMap::new(),
            by_use: BTreeSet::new(),
            lifetime,
            max,
        }
    }

    /// Where the conversation is bound to. Looking does not prolong it.
    pub(crate) fn find(&self, session: &SessionKey, now: Timestamp) -> Option<(&SiteId, &KeyId)> {
        let bound = self.bound.get(session)?;
        (now < self.end(bound.used)).then_some((&bound.site, &bound.key))
    }

    /// Prolongs the binding, if the conversation is bound to this key.
    pub(crate) fn touch(
        &mut self,
        session: &SessionKey,
        site: &SiteId,
        key: &KeyId,
        now: Timestamp,
    ) {
        let is_bound = self
            .find(session, now)
            .is_some_and(|found| found == (site, key));
        if is_bound {
            self.bind(session, site, key, now);
        }
    }

    /// Binds the conversation to a key.
    pub(crate) fn bind(
        &mut self,
        session: &SessionKey,
        site: &SiteId,
        key: &KeyId,
        now: Timestamp,
    ) {
        self.forget(session);
        self.make_room(now);
        if self.max == 0 {
            return;
        }
        let bound = Bound {
            site: site.clone(),
            key: key.clone(),
            used: now,
        };
        self.by_use.insert((now, session.clone()));
        self.bound.insert(session.clone(), bound);
    }

    /// Number of bindings.
    pub(crate) fn len(&self) -> usize {
        self.bound.len()
    }

    fn forget(&mut self, session: &SessionKey) {
        if let Some(bound) = self.bound.remove(session) {
            self.by_use.remove(&(bound.used, session.clone()));
        }
    }

    fn make_room(&mut self, now: Timestamp) {
        while let Some((used, session)) = self.by_use.first().cloned() {
            if self.bound.len() < self.max && now < self.end(used) {
                break;
            }
            self.forget(&session);
        }
    }

    fn end(&self, used: Timestamp) -> Timestamp {
        used.plus_micros(self.lifetime.as_micros() as i64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(name: &str) -> SessionKey {
        SessionKey::new("caller", "project", &"relay".into(), name).unwrap()
    }

    #[test]
    fn binds_prolongs_and_forgets() {
        let mut sessions = Sessions::new(Duration::from_secs(60), 2);
        let at = |second: i64| Timestamp::from_millis(second * 1000);
        let (site, first, second): (SiteId, KeyId, KeyId) =
            ("relay".into(), "a".into(), "b".into());
        sessions.bind(&session("one"), &site, &first, at(0));
        assert_eq!(
            sessions.find(&session("one"), at(59)),
            Some((&site, &first))
        );
        assert_eq!(
            sessions.find(&session("one"), at(60)),
            None,
            "its hour is over"
        );
        sessions.touch(&session("one"), &site, &first, at(59));
        sessions.touch(&session("one"), &site, &second, at(59));
        assert_eq!(
            sessions.find(&session("one"), at(100)),
            Some((&site, &first))
        );
        sessions.bind(&session("two"), &site, &second, at(61));
        sessions.bind(&session("three"), &site, &second, at(62));
        assert_eq!(sessions.len(), 2);
        assert_eq!(
            sessions.find(&session("one"), at(63)),
            None,
            "the oldest gave way"
        );
        assert_eq!(SessionKey::new("caller", "project", &site, ""), None);
        let other = SessionKey::new("other", "project", &site, "two").unwrap();
        assert_eq!(sessions.find(&other, at(63)), None, "another caller's");
    }
}
