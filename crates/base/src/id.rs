//! Names of things.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Name of one exchange: `req_` and 32 hexadecimal digits that sort by time (a version 7 UUID).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ExchangeId(uuid::Uuid);

/// How every name begins.
const PREFIX: &str = "req_";

impl ExchangeId {
    /// A new name; later ones sort after earlier ones.
    pub fn new() -> Self {
        Self(uuid::Uuid::now_v7())
    }
}

impl Default for ExchangeId {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Display for ExchangeId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = [0; PREFIX.len() + uuid::fmt::Simple::LENGTH];
        let (prefix, digits) = text.split_at_mut(PREFIX.len());
        prefix.copy_from_slice(PREFIX.as_bytes());
        self.0.simple().encode_lower(digits);
        out.write_str(std::str::from_utf8(&text).map_err(|_| fmt::Error)?)
    }
}

/// The text is not the name of an exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAnExchangeId;

impl FromStr for ExchangeId {
    type Err = NotAnExchangeId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text
            .strip_prefix(PREFIX)
            .filter(|digits| digits.len() == 32);
        let digits = digits.ok_or(NotAnExchangeId)?;
        uuid::Uuid::try_parse(digits)
            .map(Self)
            .map_err(|_| NotAnExchangeId)
    }
}

impl Serialize for ExchangeId {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ExchangeId {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        text.parse()
            .map_err(|_| serde::de::Error::custom("not an exchange id"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes_and_nothing_else() {
        let id = ExchangeId::new();
        assert_eq!(id.to_string().parse(), Ok(id));
        for bad in [
            "",
            "req_",
            "req_zz",
            "msg_0190163d8694739bb8e3ae7a3f3a5c2e",
            "req_0190163d-8694-739b-b8e3-ae7a3f3a5c2e",
        ] {
            assert_eq!(bad.parse::<ExchangeId>(), Err(NotAnExchangeId), "{bad}");
        }
    }

    #[test]
    fn later_ids_sort_later() {
        let ids: Vec<_> = (0..100).map(|_| ExchangeId::new()).collect();
        assert!(ids.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(
            ids.windows(2)
                .all(|pair| pair[0].to_string() < pair[1].to_string())
        );
    }
}
