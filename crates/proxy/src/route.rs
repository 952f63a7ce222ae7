//! Where a request goes. The decision is somebody else's; these are its words.

use base::Secret;
use net::BaseUrl;
use wire::{Dialect, Summary};

use crate::error::ProxyError;

/// What a route is chosen by.
#[derive(Debug)]
pub struct RouteAsk<'a> {
    /// The dialect of the request.
    pub dialect: Dialect,
    /// Path to call, for example `/v1/messages`.
    pub path: &'a str,
    /// Headers as the client sent them.
    pub headers: &'a http::HeaderMap,
    /// Model, stream, session.
    pub summary: &'a Summary,
    /// Project of the caller.
    pub project: Option<&'a str>,
}

/// One place to try.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// Name of the site, or the host name where no site is configured.
    pub site: String,
    /// Label of the key.
    pub key_label: Option<String>,
    /// Its base address.
    pub base: BaseUrl,
    /// What to identify with.
    pub credentials: Credentials,
}

/// What a call identifies with.
#[derive(Clone, Debug)]
pub enum Credentials {
    /// The caller's own headers go on unchanged.
    Caller,
    /// The caller's are dropped and this key is sent.
    Key(Secret<String>),
    /// The caller's are dropped and none is sent.
    None,
}

/// Chooses where requests go.
pub trait Route: Send + Sync + 'static {
    /// The places to try, best first.
    fn plan(&self, ask: &RouteAsk<'_>) -> Result<Vec<Candidate>, ProxyError>;
}
