//! What can go wrong on the way out.

/// A call that brought no answer. None of the variants holds a credential.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NetError {
    /// The name has no address.
    #[error("the name {host} could not be found ({reason})")]
    Resolve {
        /// Host name.
        host: String,
        /// The system's words.
        reason: String,
    },
    /// No address accepted a connection.
    #[error("{host} does not accept connections ({reason})")]
    Connect {
        /// Host name.
        host: String,
        /// The system's words.
        reason: String,
    },
    /// The TLS handshake failed.
    #[error("no secure connection to {host} ({reason})")]
    Tls {
        /// Host name.
        host: String,
        /// The library's words.
        reason: String,
    },
    /// Reaching the upstream took too long.
    #[error("{host} could not be reached within {seconds} s")]
    ConnectTimeout {
        /// Host name.
        host: String,
        /// The limit.
        seconds: u64,
    },
    /// The address is Relayscope's own: calling it would make a loop.
    #[error("{host} is Relayscope itself: the request would go in a circle")]
    SelfLoop {
        /// Host name.
        host: String,
    },
    /// The proxy on the way out refused.
    #[error("the proxy {proxy} did not let the call through ({reason})")]
    Proxy {
        /// Address of the proxy, without credentials.
        proxy: String,
        /// What it said.
        reason: String,
    },
    /// The connection ended before an answer came.
    #[error("the connection was closed before an answer came ({reason})")]
    Closed {
        /// The library's words.
        reason: String,
    },
    /// What came back is not HTTP.
    #[error("the answer is not valid HTTP ({reason})")]
    Protocol {
        /// The library's words.
        reason: String,
    },
}

impl NetError {
    /// The error's code, for the API and the locale files.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Resolve { .. } => "upstream_not_found",
            Self::Connect { .. } => "upstream_unreachable",
            Self::Tls { .. } => "upstream_tls",
            Self::ConnectTimeout { .. } => "upstream_connect_timeout",
            Self::SelfLoop { .. } => "upstream_is_self",
            Self::Proxy { .. } => "outbound_proxy",
            Self::Closed { .. } => "upstream_closed",
            Self::Protocol { .. } => "upstream_not_http",
        }
    }
}
