//! One price list: what a million tokens of each kind cost.

use std::fmt;
use std::str::FromStr;

use base::{Nanos, Usage};

use crate::bucket::Bucket;
use crate::error::Problem;

/// Prices per 1,000,000 tokens, in the currency of the row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rates {
    /// Fresh prompt tokens.
    pub input: Nanos,
    /// Generated tokens.
    pub output: Nanos,
    /// Tokens read from a cache; `None` means that no price is published, not that they are free.
    pub cache_read: Option<Nanos>,
    /// Tokens written to a cache, by lifetime, shortest first. Empty means that writes bill as input.
    pub cache_write: Box<[(Lifetime, Nanos)]>,
}

impl Rates {
    /// Price of a write with a five-minute or unnamed lifetime: the shortest one that is sold.
    pub fn cache_write_5m(&self) -> Nanos {
        self.cache_write_of(Lifetime::FIVE_MINUTES)
    }

    /// Price of a write that lives an hour, or the shortest lifetime where an hour is not sold.
    pub fn cache_write_1h(&self) -> Nanos {
        self.cache_write_of(Lifetime::ONE_HOUR)
    }

    fn cache_write_of(&self, lifetime: Lifetime) -> Nanos {
        let mut prices = self.cache_write.iter();
        let price = prices.find(|(sold, _)| *sold == lifetime);
        let price = price.or_else(|| self.cache_write.first());
        price.map_or(self.input, |(_, price)| *price)
    }

    /// The token buckets of a usage with their counts and prices.
    pub(crate) fn charges(&self, usage: &Usage) -> [(Bucket, u64, Option<Nanos>); 5] {
        [
            (Bucket::Input, usage.input, Some(self.input)),
            (Bucket::CacheRead, usage.cache_read, self.cache_read),
            (
                Bucket::CacheWrite5m,
                usage.cache_write_5m,
                Some(self.cache_write_5m()),
            ),
            (
                Bucket::CacheWrite1h,
                usage.cache_write_1h,
                Some(self.cache_write_1h()),
            ),
            (Bucket::Output, usage.output, Some(self.output)),
        ]
    }
}

/// How long a written cache lives, in minutes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lifetime(pub u32);

impl Lifetime {
    /// Anthropic's default.
    pub const FIVE_MINUTES: Self = Self(5);
    /// Anthropic's longer one.
    pub const ONE_HOUR: Self = Self(60);
}

/// `5m`, `1h`.
impl fmt::Display for Lifetime {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            minutes if minutes % 60 == 0 => write!(out, "{}h", minutes / 60),
            minutes => write!(out, "{minutes}m"),
        }
    }
}

impl FromStr for Lifetime {
    type Err = Problem;

    fn from_str(text: &str) -> Result<Self, Problem> {
        let minutes = match text.strip_suffix('h') {
            Some(hours) => hours
                .parse::<u32>()
                .ok()
                .and_then(|hours| hours.checked_mul(60)),
            None => text
                .strip_suffix('m')
                .and_then(|minutes| minutes.parse().ok()),
        };
        match minutes {
            Some(minutes) if minutes > 0 => Ok(Self(minutes)),
            _ => Err(Problem::NotALifetime(text.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rates(cache_write: &[(u32, i64)]) -> Rates {
        let cache_write = cache_write.iter();
        Rates {
            input: Nanos(100),
            output: Nanos(500),
            cache_read: None,
            cache_write: cache_write
                .map(|&(ttl, price)| (Lifetime(ttl), Nanos(price)))
                .collect(),
        }
    }

    #[test]
    fn writes_bill_at_their_lifetime_then_at_the_shortest_then_as_input() {
        for (sold, five_minutes, one_hour) in [
            (&[(5, 125), (60, 200)][..], 125, 200),
            (&[(5, 125)], 125, 125),
            (&[(30, 125), (720, 250)], 125, 125),
            (&[], 100, 100),
        ] {
            let rates = rates(sold);
            assert_eq!(rates.cache_write_5m(), Nanos(five_minutes), "{sold:?}");
            assert_eq!(rates.cache_write_1h(), Nanos(one_hour), "{sold:?}");
        }
    }

    #[test]
    fn lifetimes_read_what_they_print() {
        for text in ["5m", "30m", "1h", "12h"] {
            assert_eq!(text.parse::<Lifetime>().unwrap().to_string(), text);
        }
        for text in ["", "5", "m", "0m", "-5m", "1d"] {
            assert!(text.parse::<Lifetime>().is_err(), "{text}");
        }
    }
}
