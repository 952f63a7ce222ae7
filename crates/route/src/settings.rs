//! Durations, counts and caps, from `config/routing/defaults.toml`.

use std::time::Duration;

use serde::Deserialize;

use crate::cause::Kind;
use crate::error::RoutingFileError;

const FILE: &str = "defaults.toml";
const TEXT: &str = include_str!("../../../config/routing/defaults.toml");

macro_rules! sections {
    ($($(#[$about:meta])* $section:ident { $($(#[$field_about:meta])* $field:ident: $type:ty,)* })*) => {
        $(
            $(#[$about])*
            #[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
            #[serde(deny_unknown_fields)]
            pub struct $section { $($(#[$field_about])* pub $field: $type,)* }
        )*
    };
}

/// Every number of routing. The file explains each.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the sections are named after what they hold")]
pub struct Settings {
    pub breaker: Breaker,
    pub transient: Transient,
    pub rate_limit: RateLimit,
    pub pool_busy: Growing,
    pub overloaded: Growing,
    pub unauthorized: Unauthorized,
    pub unaffordable: Resting,
    pub exhausted: Exhausted,
    pub model_unavailable: Resting,
    pub half_open: HalfOpen,
    pub session: Session,
    pub failover: Failover,
    pub clock: Clock,
    pub memory: Memory,
}

sections! {
    /// When failures that may pass cool a key.
    Breaker {
        /// In a row within the window.
        failures: u32,
        /// Length of the window.
        window_s: u64,
        /// Or this share of the samples.
        ratio_percent: u32,
        /// Of at least so many.
        min_samples: u32,
    }
    /// Cooling after such failures.
    Transient {
        /// Times the number of ejections.
        base_s: u64,
        /// At most.
        max_s: u64,
        /// Until one ejection is forgotten.
        decay_s: u64,
    }
    /// Cooling after a 429.
    RateLimit {
        /// Without a hint: times 2^n.
        base_s: u64,
        /// At most, without a hint.
        max_s: u64,
        /// At most, for a moment without a name.
        stated_max_s: u64,
        /// At most, for the end of a named window.
        window_max_s: u64,
        /// Least jitter.
        jitter_min_s: u64,
        /// Most jitter.
        jitter_max_s: u64,
        /// Moments further away are errors.
        longest_s: u64,
    }
    /// Cooling that doubles.
    Growing {
        /// Times 2^n.
        base_s: u64,
        /// At most.
        max_s: u64,
    }
    /// A bare 401.
    Unauthorized {
        /// The first.
        cool_s: u64,
        /// A second within this time makes the key invalid.
        again_within_s: u64,
    }
    /// Cooling of one length.
    Resting {
        /// How long.
        cool_s: u64,
    }
    /// A key without money.
    Exhausted {
        /// Until it is tried again.
        probe_s: u64,
    }
    /// Coming back.
    HalfOpen {
        /// Successes that it takes.
        successes: u32,
    }
    /// Stickiness.
    Session {
        /// Until a conversation is forgotten.
        ttl_s: u64,
        /// Conversations remembered.
        max: usize,
    }
    /// Other keys and sites for one request.
    Failover {
        /// In total.
        max_attempts: usize,
        /// Time that failed attempts may take.
        max_added_s: u64,
    }
    /// The wall clock.
    Clock {
        /// A jump back that counts.
        jump_back_s: u64,
    }
    /// What is kept in memory.
    Memory {
        /// Models per key and per site.
        scopes: usize,
        /// Characters of an error's text.
        error_text: usize,
    }
}

impl Settings {
    /// The defaults that are compiled in.
    pub fn bundled() -> Result<Self, RoutingFileError> {
        Self::parse(FILE, TEXT)
    }

    /// Reads the text; nothing may be unknown and nothing left out.
    pub fn parse(file: &str, text: &str) -> Result<Self, RoutingFileError> {
        let settings: Self =
            toml::from_str(text).map_err(|error| RoutingFileError::toml(file, text, &error))?;
        let wrong = |field: &str, problem| {
            Err(RoutingFileError::Value {
                file: file.to_owned(),
                field: field.to_owned(),
                problem,
            })
        };
        if settings.breaker.failures == 0 {
            return wrong("breaker.failures", "at least 1");
        }
        if !(1..=100).contains(&settings.breaker.ratio_percent) {
            return wrong("breaker.ratio_percent", "between 1 and 100");
        }
        if settings.half_open.successes == 0 {
            return wrong("half_open.successes", "at least 1");
        }
        if settings.failover.max_attempts == 0 {
            return wrong("failover.max_attempts", "at least 1");
        }
        if settings.rate_limit.jitter_min_s > settings.rate_limit.jitter_max_s {
            return wrong("rate_limit.jitter_min_s", "not above jitter_max_s");
        }
        Ok(settings)
    }

    /// The longest that anything of this kind cools.
    pub fn longest(&self, kind: Kind) -> Duration {
        Duration::from_secs(match kind {
            Kind::CallerFault | Kind::Cancelled | Kind::InvalidKey => 0,
            Kind::Transient | Kind::AmbiguousTimeout | Kind::LocalFault => self.transient.max_s,
            Kind::Suspect => self.unauthorized.cool_s,
            Kind::Exhausted => self.exhausted.probe_s,
            Kind::Unaffordable => self.unaffordable.cool_s,
            Kind::RateLimited => {
                let limit = &self.rate_limit;
                limit.max_s.max(limit.stated_max_s).max(limit.window_max_s)
            }
            Kind::PoolBusy => self.pool_busy.max_s,
            Kind::Overloaded => self.overloaded.max_s,
            Kind::ModelUnavailable => self.model_unavailable.cool_s,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bundled_file_is_right_and_strict() {
        let settings = Settings::bundled().unwrap();
        assert_eq!(settings.failover.max_attempts, 3);
        let unknown = TEXT.replace("window_s = 60", "window_s = 60\nwindows_s = 60");
        let error = Settings::parse("mine.toml", &unknown).unwrap_err();
        assert!(error.to_string().starts_with("mine.toml, line"), "{error}");
        let zero = TEXT.replace("failures = 3", "failures = 0");
        let error = Settings::parse("mine.toml", &zero).unwrap_err();
        assert_eq!(
            error.to_string(),
            "mine.toml, `breaker.failures`: at least 1"
        );
    }
}
