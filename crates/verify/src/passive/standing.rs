//! What is usual for a site, and when it changes.

use std::collections::{BTreeMap, BTreeSet};

use base::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Sighting, Trait};
use crate::claim::Claim;
use crate::statistics::Average;

/// Sightings of one form before it is usual.
const LEARNED: u64 = 8;

/// Moving average of deviations from which it is a change: four in a row, or most of a dozen. A site that sends
/// every third call elsewhere stays below, and is found by what those calls name.
const CHANGED: f64 = 0.55;

/// Microseconds for which one notice is not repeated: a day.
const QUIET_US: i64 = 24 * 3_600 * 1_000_000;

/// Notices that are remembered as told.
const MOST_TOLD: usize = 64;

/// What is usual for one site.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Standing {
    /// Exchanges seen.
    pub seen: u64,
    /// Exchanges that settled something against the site.
    pub contradicted: u64,
    /// By model and form.
    usual: BTreeMap<String, BTreeMap<Trait, Usual>>,
    /// When which notice was told, by its text as data.
    told: BTreeMap<String, Timestamp>,
}

/// One form of one model.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Usual {
    value: String,
    /// Sightings of it.
    count: u64,
    /// How often it was something else lately.
    deviation: Average,
    /// What it was instead.
    instead: BTreeSet<String>,
}

/// Something that the user should know.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Notice {
    /// The model that was asked for.
    pub model: String,
    /// What.
    pub claim: Claim,
    /// Whether it settles the matter, or only calls for a test.
    pub is_sure: bool,
}

impl Standing {
    /// Takes what one exchange shows; what to tell about it.
    pub fn take(&mut self, sighting: &Sighting, now: Timestamp) -> Vec<Notice> {
        self.seen = self.seen.saturating_add(1);
        let mut notices = Vec::new();
        if !sighting.contradictions.is_empty() {
            self.contradicted = self.contradicted.saturating_add(1);
        }
        for contradiction in &sighting.contradictions {
            notices.push(Notice {
                model: sighting.model.clone(),
                claim: contradiction.claim(),
                is_sure: true,
            });
        }
        for claim in &sighting.oddities {
            notices.push(Notice {
                model: sighting.model.clone(),
                claim: claim.clone(),
                is_sure: false,
            });
        }
        let usual = self.usual.entry(sighting.model.clone()).or_default();
        for (form, value) in &sighting.traits {
            if let Some(claim) = usual.entry(*form).or_default().take(*form, value) {
                let model = sighting.model.clone();
                notices.push(Notice {
                    model,
                    claim,
                    is_sure: false,
                });
            }
        }
        notices.retain(|notice| self.is_news(notice, now));
        notices
    }

    /// The usual form of a trait; `None` while it is being learned.
    pub fn usual(&self, model: &str, form: Trait) -> Option<&str> {
        let usual = self.usual.get(model)?.get(&form)?;
        (usual.count >= LEARNED).then_some(usual.value.as_str())
    }

    /// Notes that something is told; `false` if it was told lately.
    fn is_news(&mut self, notice: &Notice, now: Timestamp) -> bool {
        let key = format!("{} {:?}", notice.model, notice.claim);
        let is_old = |told: &Timestamp| now.0.saturating_sub(told.0) >= QUIET_US;
        if self.told.get(&key).is_some_and(|told| !is_old(told)) {
            return false;
        }
        self.told.retain(|_, told| !is_old(told));
        if self.told.len() >= MOST_TOLD {
            self.told.clear();
        }
        self.told.insert(key, now);
        true
    }
}

impl Usual {
    /// Takes the next form; the change, if it has just become one.
    fn take(&mut self, form: Trait, value: &str) -> Option<Claim> {
        if self.count == 0 {
            value.clone_into(&mut self.value);
        }
        if self.value == value {
            self.count = self.count.saturating_add(1);
            self.deviation.take(0.0);
            return None;
        }
        if self.count < LEARNED {
            // Not settled yet: start again with what came last.
            *self = Self {
                value: value.to_owned(),
                count: 1,
                ..Self::default()
            };
            return None;
        }
        if self.instead.len() < 8 {
            self.instead.insert(value.to_owned());
        }
        if self.deviation.take(1.0) < CHANGED {
            return None;
        }
        let before = std::mem::replace(&mut self.value, value.to_owned());
        *self = Self {
            value: value.to_owned(),
            count: 1,
            ..Self::default()
        };
        let name = match form {
            Trait::Id => "passive.id",
            Trait::ToolId => "passive.tool-id",
            Trait::Padding => "passive.padding",
            Trait::Usage => "passive.usage",
            Trait::SignedModel => "passive.signed-model",
            Trait::SignedPlace => "passive.signed-place",
            Trait::Signed => "passive.signed",
            Trait::Model => "passive.model",
            Trait::Limits => "passive.limits",
        };
        Some(Claim::new(name).with("before", before).with("after", value))
    }
}
