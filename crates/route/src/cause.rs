//! Why an attempt brought nothing.

use serde::{Deserialize, Serialize};

/// Why an attempt brought nothing: the code of the API and the locale files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// The request is wrong.
    BadRequest,
    /// The request is longer than the model's context.
    ContextTooLong,
    /// The request is larger than the upstream takes.
    RequestTooLarge,
    /// The vendor refuses the content.
    ContentRefused,
    /// The key may not do this one thing.
    NotPermitted,
    /// The site lets only certain programs in.
    ClientNotAllowed,
    /// The path does not exist there.
    NotFound,
    /// The upstream answered with a redirect, which is never followed.
    Redirected,
    /// The client went away.
    ClientLeft,
    /// Relayscope is shutting down.
    ShuttingDown,
    /// The name of the upstream has no address.
    NameNotFound,
    /// There is no way to the network.
    NetworkUnreachable,
    /// The proxy on the way out refused.
    ProxyRefused,
    /// The certificate is not trusted here.
    CertificateNotTrusted,
    /// The address is Relayscope's own.
    SelfLoop,
    /// The key is not known there.
    InvalidKey,
    /// The key has expired.
    KeyExpired,
    /// The key is switched off there.
    KeyDisabled,
    /// The account behind the key is closed or banned.
    AccountDisabled,
    /// A bare 401 that does not say why.
    Unauthorized,
    /// The key's own quota is used up.
    QuotaExhausted,
    /// The account has no money.
    BalanceExhausted,
    /// A spending limit set by its owner is reached.
    SpendLimit,
    /// There is no subscription, or it has ended.
    SubscriptionEnded,
    /// The rest of the balance is too small for this request.
    CannotAfford,
    /// Too many requests or tokens in a short time.
    RateLimited,
    /// Too many requests at once.
    ConcurrencyLimited,
    /// The window of a subscription (five hours, a day, a week) is used up.
    UsageWindow,
    /// The relay's own accounts are busy.
    PoolBusy,
    /// The relay has no channel for this model at the moment.
    NoChannel,
    /// The model's servers are overloaded.
    Overloaded,
    /// The model does not exist there, or not for this key.
    ModelUnavailable,
    /// The upstream failed.
    ServerError,
    /// The upstream failed at reaching its own upstream.
    BadGateway,
    /// The upstream says that it is not available.
    Unavailable,
    /// A 403 that does not say why.
    Forbidden,
    /// A page that wants to see a browser.
    BrowserChallenge,
    /// Nobody accepted the connection.
    ConnectFailed,
    /// Connecting took too long.
    ConnectTimeout,
    /// The TLS handshake failed.
    TlsFailed,
    /// The connection ended before an answer came.
    ConnectionReset,
    /// What came is not HTTP, or not what was asked for.
    ProtocolError,
    /// A 200 without content.
    EmptyAnswer,
    /// The upstream gave up waiting.
    UpstreamTimeout,
    /// The answer did not begin in time.
    FirstByteTimeout,
}

/// What a cause means for the key and for another attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The request's own fault: another key would say the same.
    CallerFault,
    /// Nobody waits for the answer any more.
    Cancelled,
    /// Our side or the way out.
    LocalFault,
    /// The key will not work again by itself.
    InvalidKey,
    /// The key may be invalid; once is no proof.
    Suspect,
    /// The key has no money or quota.
    Exhausted,
    /// The key has too little for this request, maybe enough for a smaller one.
    Unaffordable,
    /// The key has to wait.
    RateLimited,
    /// The site has nobody to serve the model now.
    PoolBusy,
    /// The model's servers are overloaded.
    Overloaded,
    /// The key cannot use the model.
    ModelUnavailable,
    /// Nobody knows; it may work at once.
    Transient,
    /// The work may have been done and billed.
    AmbiguousTimeout,
}

impl Cause {
    /// What the cause means.
    pub fn kind(self) -> Kind {
        match self {
            Self::BadRequest
            | Self::ContextTooLong
            | Self::RequestTooLarge
            | Self::ContentRefused
            | Self::NotPermitted
            | Self::ClientNotAllowed
            | Self::NotFound
            | Self::Redirected => Kind::CallerFault,
            Self::ClientLeft | Self::ShuttingDown => Kind::Cancelled,
            Self::NameNotFound
            | Self::NetworkUnreachable
            | Self::ProxyRefused
            | Self::CertificateNotTrusted
            | Self::SelfLoop => Kind::LocalFault,
            Self::InvalidKey | Self::KeyExpired | Self::KeyDisabled | Self::AccountDisabled => {
                Kind::InvalidKey
            }
            Self::Unauthorized => Kind::Suspect,
            Self::QuotaExhausted
            | Self::BalanceExhausted
            | Self::SpendLimit
            | Self::SubscriptionEnded => Kind::Exhausted,
            Self::CannotAfford => Kind::Unaffordable,
            Self::RateLimited | Self::ConcurrencyLimited | Self::UsageWindow => Kind::RateLimited,
            Self::PoolBusy | Self::NoChannel => Kind::PoolBusy,
            Self::Overloaded => Kind::Overloaded,
            Self::ModelUnavailable => Kind::ModelUnavailable,
            Self::ServerError
            | Self::BadGateway
            | Self::Unavailable
            | Self::Forbidden
            | Self::BrowserChallenge
            | Self::ConnectFailed
            | Self::ConnectTimeout
            | Self::TlsFailed
            | Self::ConnectionReset
            | Self::ProtocolError
            | Self::EmptyAnswer => Kind::Transient,
            Self::UpstreamTimeout | Self::FirstByteTimeout => Kind::AmbiguousTimeout,
        }
    }
}

impl Kind {
    /// Whether it may be over at once, so that it never takes the last key away.
    pub fn is_transient(self) -> bool {
        matches!(
            self,
            Self::Transient | Self::AmbiguousTimeout | Self::LocalFault
        )
    }
}
