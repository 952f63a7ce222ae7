//! The request as it goes upstream.

use std::borrow::Cow;

use bytes::Bytes;
use http::header::{AUTHORIZATION, HeaderValue};
use http::{HeaderMap, Request, Uri};
use http_body_util::Full;
use wire::Dialect;

use crate::error::ProxyError;
use crate::exchange::{Caller, Exchange};
use crate::header_list::HeaderList;
use crate::headers;
use crate::intake::Place;
use crate::route::{Candidate, Credentials};
use crate::translation::Translation;

/// A request ready to be sent, and what the record keeps of it.
pub(crate) struct Outgoing {
    pub(crate) request: Request<Full<Bytes>>,
    pub(crate) headers: HeaderList,
    pub(crate) url: Uri,
    pub(crate) body: Bytes,
    pub(crate) translation: Option<Translation>,
    /// The answer is a list of models in this dialect, to be turned into the other one.
    pub(crate) models_of: Option<Dialect>,
}

/// Builds the request for a candidate. `headers`: the caller's. The body goes on byte for byte, unless it has to be translated.
pub(crate) fn outgoing(
    exchange: &Exchange,
    place: &Place,
    candidate: &Candidate,
    caller: &Caller,
    mut headers: HeaderMap,
) -> Result<Outgoing, ProxyError> {
    let translation = translate(exchange, place, candidate)?;
    // The caller's credentials are for the caller's vendor, or for us; nobody else gets them.
    let own = matches!(candidate.credentials, Credentials::Caller) && !caller.used_access_key;
    let query = exchange.path.split_once('?').map(|(_, query)| query);
    let query = match own {
        true => query.map(Cow::Borrowed),
        false => query
            .map(base::redact::query_without_secrets)
            .filter(|query| !query.is_empty()),
    };
    let path = match (&translation, query) {
        (Some(translation), _) => Cow::Borrowed(translation.path),
        (None, Some(query)) => Cow::Owned(format!("{}?{query}", place.path)),
        (None, None) => place.path.clone(),
    };
    let uri = match path {
        Cow::Borrowed(known) => candidate.base.join_known(known),
        Cow::Owned(path) => candidate.base.join(&path),
    };
    let uri = uri.map_err(|error| ProxyError::BadUpstream(error.to_string()))?;
    headers::for_upstream(&mut headers);
    let dialect = candidate.speak.as_ref().map(|speak| speak.dialect);
    if let Some(dialect) = dialect {
        headers::for_dialect(&mut headers, dialect);
    }
    if !own {
        headers::drop_credentials(&mut headers);
    }
    if let Credentials::Key(key) = &candidate.credentials {
        identify(
            &mut headers,
            dialect.unwrap_or(exchange.dialect),
            key.reveal(),
        )?;
    }
    let body = match (&translation, &candidate.model) {
        (Some(translation), _) => translation.sent.clone(),
        (None, Some(model)) => with_model(exchange.body(), model),
        (None, None) => exchange.body(),
    };
    let (url, kept) = (uri.clone(), HeaderList::of(&headers));
    Ok(Outgoing {
        request: request(exchange, uri, headers, body.clone()),
        headers: kept,
        url,
        body,
        translation,
        models_of: dialect.filter(|_| place.is_models()),
    })
}

/// The request to an address, with the caller's method.
pub(crate) fn request(
    exchange: &Exchange,
    address: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Request<Full<Bytes>> {
    let mut request = Request::new(Full::new(body));
    *request.method_mut() = exchange.method.clone();
    *request.uri_mut() = address;
    *request.headers_mut() = headers;
    request
}

/// The request in the dialect of a place that does not understand the caller's.
fn translate(
    exchange: &Exchange,
    place: &Place,
    candidate: &Candidate,
) -> Result<Option<Translation>, ProxyError> {
    let Some(speak) = candidate.speak.as_ref().filter(|_| !place.is_models()) else {
        return Ok(None);
    };
    Translation::of(exchange, candidate, speak).map(Some)
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

/// The same body with another model: its value is replaced where it stands, everything else stays byte
/// for byte. A body without a model stays as it is.
fn with_model(body: Bytes, model: &str) -> Bytes {
    let Some(value) = wire::scan::member(&body, "model") else {
        return body;
    };
    let start = value.as_ptr() as usize - body.as_ptr() as usize;
    let end = start + value.len();
    let name = serde_json::Value::from(model).to_string();
    Bytes::from([&body[..start], name.as_bytes(), &body[end..]].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_model_is_replaced() {
        let body = Bytes::from_static(
            b"{ \"text\": \"\\\"model\\\":\\\"x\\\"\", \"model\" : \"claude-opus-5-5\",\"n\":1.50}",
        );
        let expected = b"{ \"text\": \"\\\"model\\\":\\\"x\\\"\", \"model\" : \"opus\",\"n\":1.50}";
        assert_eq!(&with_model(body, "opus")[..], expected);
        assert_eq!(&with_model(Bytes::from_static(b"[]"), "opus")[..], b"[]");
    }
}
