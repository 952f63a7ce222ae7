//! What an attempt says about the key, the site and another try.

use base::Timestamp;
use serde::{Deserialize, Serialize};

use crate::cause::{Cause, Kind};

/// What an attempt that brought nothing says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// Why.
    pub cause: Cause,
    /// What is concerned.
    pub scope: Scope,
    /// What may be tried next.
    pub retry: Retry,
    /// How long, where the upstream said so.
    pub until: Option<Until>,
    /// Status of the answer; for an error inside a 200, the status it stands for.
    pub status: Option<u16>,
    /// The upstream's own words, without secrets.
    pub said: Option<Said>,
}

impl Verdict {
    /// The verdict that a cause gives by itself.
    pub fn of(cause: Cause) -> Self {
        let (scope, retry) = usual(cause);
        Self {
            cause,
            scope,
            retry,
            until: None,
            status: None,
            said: None,
        }
    }

    /// The same verdict with the upstream's moment of recovery.
    pub fn until(mut self, until: Option<Until>) -> Self {
        self.until = until;
        self
    }

    /// What the cause means.
    pub fn kind(&self) -> Kind {
        self.cause.kind()
    }
}

/// What a verdict concerns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Only this request.
    Request,
    /// The key.
    Key,
    /// The key, for models of the same family.
    KeyFamily,
    /// The key, for this model.
    KeyModel,
    /// The site, for this model.
    SiteModel,
    /// The site.
    Site,
}

/// What may be tried next. The same key is never asked twice for one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Retry {
    /// Nothing.
    Never,
    /// Nothing, unless the user allowed it: the work may have been done and billed.
    IfAllowed,
    /// Another key.
    OtherKey,
    /// A key of another site; another key of this one only when there is no other site.
    OtherSiteFirst,
    /// A key of another site.
    OtherSite,
}

/// When the upstream said that it would go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Until {
    /// The moment, by our clock.
    pub at: Timestamp,
    /// How it was said.
    pub basis: Basis,
}

/// How a moment of recovery was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// Without a name: believed up to half an hour.
    Stated,
    /// As the end of a named window (five hours, a week): believed in full.
    Window,
}

/// The upstream's words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// Its error code or type.
    pub code: Option<String>,
    /// Its message, cut and without secrets.
    pub message: String,
}

fn usual(cause: Cause) -> (Scope, Retry) {
    match cause.kind() {
        Kind::CallerFault | Kind::Cancelled => (Scope::Request, Retry::Never),
        Kind::LocalFault => (Scope::Site, Retry::OtherSite),
        Kind::InvalidKey | Kind::Suspect | Kind::Exhausted | Kind::RateLimited => {
            (Scope::Key, Retry::OtherKey)
        }
        Kind::Unaffordable => (Scope::KeyFamily, Retry::OtherKey),
        Kind::PoolBusy => (Scope::SiteModel, Retry::OtherSiteFirst),
        Kind::Overloaded => (Scope::SiteModel, Retry::OtherKey),
        Kind::ModelUnavailable => (Scope::KeyModel, Retry::OtherKey),
        Kind::Transient => match cause {
            Cause::ConnectFailed
            | Cause::ConnectTimeout
            | Cause::TlsFailed
            | Cause::BrowserChallenge => (Scope::Site, Retry::OtherSiteFirst),
            _ => (Scope::Key, Retry::OtherKey),
        },
        Kind::AmbiguousTimeout => (Scope::Key, Retry::IfAllowed),
    }
}
