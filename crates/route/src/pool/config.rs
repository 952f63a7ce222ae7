//! The sites and keys, as the user set them up.

use crate::names::{KeyId, SiteId};
use crate::strategies::{self, Strategy};

/// A site and its keys, in the user's order.
#[derive(Clone, Debug)]
pub struct SiteConfig {
    /// Name.
    pub site: SiteId,
    /// How its keys take turns.
    pub strategy: &'static dyn Strategy,
    /// Its keys.
    pub keys: Vec<KeyConfig>,
}

impl SiteConfig {
    /// A site whose keys take turns.
    pub fn new(site: impl Into<SiteId>, keys: impl IntoIterator<Item = KeyConfig>) -> Self {
        Self {
            site: site.into(),
            strategy: strategies::usual(),
            keys: keys.into_iter().collect(),
        }
    }

    /// With another strategy.
    pub fn strategy(mut self, strategy: &'static dyn Strategy) -> Self {
        self.strategy = strategy;
        self
    }
}

/// A key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyConfig {
    /// Fingerprint.
    pub id: KeyId,
    /// Weight for the weighted strategy; 0 for "only when there is no other".
    pub weight: u32,
    /// Whether the user left it switched on.
    pub enabled: bool,
}

impl KeyConfig {
    /// A key of weight 1 that is switched on.
    pub fn new(id: impl Into<KeyId>) -> Self {
        Self {
            id: id.into(),
            weight: 1,
            enabled: true,
        }
    }

    /// With another weight.
    pub fn weight(mut self, weight: u32) -> Self {
        self.weight = weight;
        self
    }

    /// Switched off.
    pub fn disabled(mut self) -> Self {
        self.enabled = false;
        self
    }
}
