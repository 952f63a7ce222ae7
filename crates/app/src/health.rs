//! Whether the upstreams can be reached: a TCP connection, no request, asked for at most every 30 s.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use net::{BaseUrl, OwnAddresses};
use serde::Serialize;

use crate::settings::SettingsStore;

/// How long an answer holds.
const FRESH: Duration = Duration::from_secs(30);

/// Longest wait for a connection.
const PATIENCE: Duration = Duration::from_secs(3);

/// Whether an upstream can be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Reach {
    /// A connection was accepted.
    Reachable,
    /// It was not.
    Unreachable,
    /// Not looked at yet, or there is a proxy on the way out.
    Unknown,
    /// The address is our own.
    #[serde(rename = "self")]
    Itself,
}

/// Looks at the upstreams.
#[derive(Debug)]
pub struct Health {
    settings: Arc<SettingsStore>,
    own: OwnAddresses,
    seen: Mutex<Option<(Instant, Reach, Reach)>>,
}

impl Health {
    pub(crate) fn new(settings: Arc<SettingsStore>, own: OwnAddresses) -> Self {
        Self {
            settings,
            own,
            seen: Mutex::default(),
        }
    }

    /// Anthropic's and OpenAI's upstream.
    pub async fn upstreams(&self) -> (Reach, Reach) {
        let seen = *self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, anthropic, openai)) = seen.filter(|(at, _, _)| at.elapsed() < FRESH) {
            return (anthropic, openai);
        }
        let settings = self.settings.now();
        let (anthropic, openai) = tokio::join!(
            self.reach(&settings.upstream.anthropic_base_url),
            self.reach(&settings.upstream.openai_base_url)
        );
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) =
            Some((Instant::now(), anthropic, openai));
        (anthropic, openai)
    }

    async fn reach(&self, address: &str) -> Reach {
        let Ok(base) = BaseUrl::parse(address) else {
            return Reach::Unreachable;
        };
        let found = net::probe(&base, &self.own, PATIENCE).await;
        match found {
            Ok(()) => Reach::Reachable,
            Err(net::NetError::SelfLoop { .. }) => Reach::Itself,
            Err(_) => Reach::Unreachable,
        }
    }
}
