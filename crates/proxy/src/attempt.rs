//! One try: the request as it goes upstream.

use bytes::Bytes;
use http::header::{AUTHORIZATION, HeaderValue};
use http::{HeaderMap, Request, Uri};
use http_body_util::Full;
use wire::Dialect;

use crate::error::ProxyError;
use crate::exchange::{Caller, Exchange};
use crate::headers;
use crate::intake::Place;
use crate::route::{Candidate, Credentials};

/// A request ready to be sent, and what the record keeps of it.
pub(crate) struct Outgoing {
    pub(crate) request: Request<Full<Bytes>>,
    pub(crate) headers: HeaderMap,
    pub(crate) url: String,
}

/// Builds the request for a candidate. The body goes on byte for byte.
pub(crate) fn outgoing(
    exchange: &Exchange,
    place: &Place,
    candidate: &Candidate,
    caller: &Caller,
) -> Result<Outgoing, ProxyError> {
    let query = exchange.path.split_once('?').map(|(_, query)| query);
    let path = match query {
        Some(query) => format!("{}?{query}", place.path),
        None => place.path.clone(),
    };
    let wrong = |error: net::BaseUrlError| ProxyError::BadUpstream(error.to_string());
    let uri: Uri = candidate.base.join(&path).map_err(wrong)?;
    let mut headers = exchange.headers.clone();
    headers::for_upstream(&mut headers);
    match &candidate.credentials {
        Credentials::Caller if !caller.used_access_key => {}
        Credentials::Caller | Credentials::None => headers::drop_credentials(&mut headers),
        Credentials::Key(key) => {
            headers::drop_credentials(&mut headers);
            identify(&mut headers, exchange.dialect, key.reveal())?;
        }
    }
    let url = uri.to_string();
    let mut request = Request::new(Full::new(exchange.body()));
    *request.method_mut() = exchange.method.clone();
    *request.uri_mut() = uri;
    *request.headers_mut() = headers.clone();
    Ok(Outgoing {
        request,
        headers,
        url,
    })
}

/// Anthropic's interface takes the key in `x-api-key`, the others as a bearer token.
fn identify(headers: &mut HeaderMap, dialect: Dialect, key: &str) -> Result<(), ProxyError> {
    let anthropic = dialect == Dialect::Anthropic || headers.contains_key("anthropic-version");
    let text = if anthropic {
        key.to_owned()
    } else {
        format!("Bearer {key}")
    };
    let mut value = HeaderValue::from_str(&text)
        .map_err(|_| ProxyError::BadUpstream("the key holds characters no header can".into()))?;
    value.set_sensitive(true);
    if anthropic {
        headers.insert("x-api-key", value);
    } else {
        headers.insert(AUTHORIZATION, value);
    }
    Ok(())
}
