//! Refusals of the door itself, in the caller's dialect on proxy paths.

use axum::body::Body;
use base::ExchangeId;
use http::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use http::{HeaderName, Response, StatusCode};
use serde_json::json;
use wire::Dialect;

static REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
static SHOULD_RETRY: HeaderName = HeaderName::from_static("x-should-retry");

/// Why a request is turned away.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    #[error(
        "this address does not belong to Relayscope: call it by 127.0.0.1, localhost, or a name in server.hosts"
    )]
    Host,
    #[error("a web page of another site may not call Relayscope")]
    CrossSite,
    #[error("an access key is needed: Authorization: Bearer sk-relayscope-…")]
    AccessKey,
    #[error("too many requests from this address")]
    RateLimit { seconds: u64 },
    #[error("too many wrong access keys from this address")]
    WrongKeys { seconds: u64 },
    #[error("sign in first: run `relayscope open`, or send the session token")]
    NotSignedIn,
}

impl Refusal {
    fn status(&self) -> StatusCode {
        match self {
            Self::Host => StatusCode::MISDIRECTED_REQUEST,
            Self::CrossSite => StatusCode::FORBIDDEN,
            Self::AccessKey | Self::NotSignedIn => StatusCode::UNAUTHORIZED,
            Self::RateLimit { .. } | Self::WrongKeys { .. } => StatusCode::TOO_MANY_REQUESTS,
        }
    }

    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::Host => "wrong_host",
            Self::CrossSite => "cross_site",
            Self::AccessKey => "access_key_needed",
            Self::RateLimit { .. } => "rate_limit",
            Self::WrongKeys { .. } => "too_many_wrong_keys",
            Self::NotSignedIn => "not_signed_in",
        }
    }

    /// The `type` in the vendors' error objects.
    fn kind(&self) -> &'static str {
        match self {
            Self::Host | Self::CrossSite => "permission_error",
            Self::AccessKey | Self::NotSignedIn => "authentication_error",
            Self::RateLimit { .. } | Self::WrongKeys { .. } => "rate_limit_error",
        }
    }

    /// As an answer. `dialect`: of the proxy's path that was called; `None` for a path of the API or the panel.
    ///
    /// Every answer of the proxy's paths has an id, which clients put into their logs and reports. This one
    /// names no exchange: nothing was carried.
    pub(crate) fn answer(&self, dialect: Option<Dialect>) -> Response<Body> {
        let id = dialect.map(|_| ExchangeId::new().to_string());
        let error = json!({
            "message": self.to_string(),
            "type": self.kind(),
            "code": self.code(),
            "params": [],
        });
        let body = match dialect {
            Some(Dialect::Anthropic) => {
                json!({"type": "error", "error": error, "request_id": id})
            }
            _ => json!({"error": error}),
        };
        let mut response = Response::new(Body::from(body.to_string()));
        *response.status_mut() = self.status();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Some(id) = id.and_then(|id| HeaderValue::try_from(id).ok()) {
            headers.insert(REQUEST_ID.clone(), id);
        }
        if let Self::RateLimit { seconds } | Self::WrongKeys { seconds } = self {
            headers.insert(RETRY_AFTER, HeaderValue::from(*seconds));
            // Else the vendors' clients try again by themselves, against the same limit.
            headers.insert(SHOULD_RETRY.clone(), HeaderValue::from_static("false"));
        }
        response
    }
}
