//! Which of the usable keys is asked first. A new strategy is a new file and a line in [`all`].

mod fill_first;
mod least_used;
mod random;
mod round_robin;
mod weighted;

use std::fmt;

use base::Timestamp;

/// What a strategy knows of a usable key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seat {
    /// Place among the site's keys, as the user ordered them.
    pub place: usize,
    /// Weight that the user gave; 0 for "only when there is no other".
    pub weight: u32,
    /// Requests that run.
    pub in_flight: u32,
    /// Tokens of the last minute.
    pub recent_tokens: u64,
    /// When it was last used.
    pub last_used: Option<Timestamp>,
    /// Number of its last pick; grows with every pick of the pool.
    pub turn: u64,
    /// What the weighted strategy owes it.
    pub credit: i64,
}

/// Orders usable keys. Ordering changes nothing, so that looking at the order is free.
pub trait Strategy: Send + Sync + 'static {
    /// Its name in settings and the API.
    fn name(&self) -> &'static str;

    /// Brings the best to the front.
    fn order(&self, seats: &mut [Seat], random: u64);

    /// Accounts for a pick: `seats` are the keys that were usable, `chosen` the one at that index.
    fn picked(&self, _seats: &mut [Seat], _chosen: usize) {}
}

/// Every strategy, the default first.
pub fn all() -> [&'static dyn Strategy; 5] {
    [
        &round_robin::RoundRobin,
        &weighted::Weighted,
        &least_used::LeastUsed,
        &random::Random,
        &fill_first::FillFirst,
    ]
}

/// The default: every key in turn.
pub fn usual() -> &'static dyn Strategy {
    &round_robin::RoundRobin
}

/// The strategy of that name.
pub fn named(name: &str) -> Result<&'static dyn Strategy, UnknownStrategy> {
    let found = all().into_iter().find(|strategy| strategy.name() == name);
    found.ok_or_else(|| UnknownStrategy(name.to_owned()))
}

impl fmt::Debug for dyn Strategy {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

/// There is no strategy of that name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownStrategy(pub String);

impl fmt::Display for UnknownStrategy {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known: Vec<_> = all().iter().map(|strategy| strategy.name()).collect();
        write!(
            out,
            "there is no strategy “{}”; there are {}",
            self.0,
            known.join(", ")
        )
    }
}

impl std::error::Error for UnknownStrategy {}
