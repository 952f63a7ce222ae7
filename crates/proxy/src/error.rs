//! Why Relayscope itself could not carry a request.

use http::StatusCode;
use net::NetError;

/// A failure of our own making or of the way to the upstream. What the upstream itself answered is
/// passed on and is no `ProxyError`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProxyError {
    /// The user switched the proxy off.
    #[error("The Relayscope proxy is switched off. Switch it on in the panel or the tray")]
    Off,
    /// The body is longer than we carry.
    #[error("The request body is larger than {limit_mib} MiB")]
    TooLarge {
        /// The limit.
        limit_mib: usize,
    },
    /// The client stopped in the middle of its request.
    #[error("The request body ended before it was complete")]
    RequestCut,
    /// The client is there, but sends no more of its request.
    #[error("Nothing more of the request body came for {seconds} s")]
    RequestStalled {
        /// The limit.
        seconds: u64,
    },
    /// `X-Upstream-Provider` names nobody.
    #[error("X-Upstream-Provider must be openai, anthropic or openrouter, not “{0}”")]
    UnknownProvider(String),
    /// `X-Relayscope-Site` names no site.
    #[error("There is no site named “{0}”")]
    UnknownSite(String),
    /// The named site cannot serve this: switched off, or it speaks another dialect.
    #[error("The site “{0}” cannot serve this request: it is switched off or speaks another API")]
    SiteNotUsable(String),
    /// A local client key that was deleted, or never was.
    #[error(
        "This sk-local-… key is not known here: it was deleted, or belongs to another Relayscope"
    )]
    UnknownClientKey,
    /// A client's path, below another base URL.
    #[error(
        "{0} is no path here: the base URL is http://127.0.0.1:PORT for Anthropic's programs and \
         http://127.0.0.1:PORT/v1 for OpenAI's"
    )]
    UnknownPath(String),
    /// No site of the route can serve this.
    #[error(
        "None of the sites of the route can serve this request: they are switched off, deleted, or speak another API"
    )]
    NoSiteLeft,
    /// Every key of the route's sites is out of service.
    #[error("No key can be used now: {0}")]
    NoKey(String),
    /// The request cannot be said in the upstream's dialect: the field and what is wrong with it.
    #[error("{0}")]
    Untranslatable(String),
    /// The address of the upstream cannot be used.
    #[error("The upstream address cannot be used: {0}")]
    BadUpstream(String),
    /// The upstream could not be reached.
    #[error("The upstream could not be called: {0}")]
    Upstream(NetError),
    /// The upstream did not begin to answer in time.
    #[error("{host} did not begin to answer within {seconds} s")]
    FirstByteTimeout {
        /// Host name.
        host: String,
        /// The limit.
        seconds: u64,
    },
    /// The answer stopped arriving.
    #[error("{host} sent nothing for {seconds} s in the middle of its answer")]
    Idle {
        /// Host name.
        host: String,
        /// The limit.
        seconds: u64,
    },
    /// The connection broke in the middle of the answer.
    #[error("The connection to the upstream broke in the middle of its answer ({0})")]
    Broken(String),
    /// The answer ended without saying that it is complete.
    #[error("The answer stopped before its end")]
    Truncated,
}

impl ProxyError {
    /// The status the client gets, where it has got none yet.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Off => StatusCode::SERVICE_UNAVAILABLE,
            Self::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::RequestCut | Self::UnknownProvider(_) | Self::UnknownSite(_) => {
                StatusCode::BAD_REQUEST
            }
            Self::RequestStalled { .. } => StatusCode::REQUEST_TIMEOUT,
            Self::FirstByteTimeout { .. }
            | Self::Idle { .. }
            | Self::Upstream(NetError::ConnectTimeout { .. }) => StatusCode::GATEWAY_TIMEOUT,
            Self::SiteNotUsable(_) | Self::NoSiteLeft | Self::Untranslatable(_) => {
                StatusCode::BAD_REQUEST
            }
            Self::UnknownClientKey => StatusCode::UNAUTHORIZED,
            Self::UnknownPath(_) => StatusCode::NOT_FOUND,
            Self::NoKey(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::BadUpstream(_) | Self::Upstream(_) | Self::Broken(_) | Self::Truncated => {
                StatusCode::BAD_GATEWAY
            }
        }
    }

    /// The error's code, for the API and the locale files.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Off => "proxy_off",
            Self::TooLarge { .. } => "request_too_large",
            Self::RequestCut => "request_cut",
            Self::RequestStalled { .. } => "request_stalled",
            Self::UnknownProvider(_) => "unknown_provider",
            Self::UnknownSite(_) => "unknown_site",
            Self::SiteNotUsable(_) => "site_not_usable",
            Self::UnknownClientKey => "unknown_client_key",
            Self::UnknownPath(_) => "unknown_path",
            Self::NoSiteLeft => "no_site_left",
            Self::NoKey(_) => "no_key",
            Self::Untranslatable(_) => "untranslatable",
            Self::BadUpstream(_) => "bad_upstream",
            Self::Upstream(error) => error.code(),
            Self::FirstByteTimeout { .. } => "first_byte_timeout",
            Self::Idle { .. } => "idle_timeout",
            Self::Broken(_) => "answer_broken",
            Self::Truncated => "answer_truncated",
        }
    }

    /// The `type` in the error object of the client's dialect.
    pub fn kind(&self) -> &'static str {
        match self.status() {
            StatusCode::BAD_REQUEST => "invalid_request_error",
            StatusCode::UNAUTHORIZED => "authentication_error",
            StatusCode::NOT_FOUND => "not_found_error",
            StatusCode::TOO_MANY_REQUESTS => "rate_limit_error",
            StatusCode::PAYLOAD_TOO_LARGE => "request_too_large",
            StatusCode::SERVICE_UNAVAILABLE => "api_error",
            StatusCode::GATEWAY_TIMEOUT | StatusCode::REQUEST_TIMEOUT => "timeout_error",
            _ => "upstream_error",
        }
    }
}
