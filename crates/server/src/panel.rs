//! The panel's files, inside the program.

use axum::body::Body;
use axum::extract::{Query, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use http::header::{
    ACCEPT, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderMap, HeaderValue,
    REFERRER_POLICY, SET_COOKIE, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use http::{Method, Uri};
use rust_embed::{EmbeddedFile, RustEmbed};
use serde::Deserialize;

use crate::api::{Api, ApiError};
use crate::guard::cookie_name;

#[derive(RustEmbed)]
#[folder = "../../ui/dist"]
#[allow_missing = true]
struct Files;

/// What a page may do: nothing from elsewhere, no code in text. Styles may stand in attributes
/// (virtual lists place their rows so).
const POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
     img-src 'self' data: blob:; connect-src 'self'; frame-ancestors 'none'; object-src 'none'; \
     base-uri 'none'; form-action 'self'";

const NOT_BUILT: &str = "<!doctype html><meta charset=utf-8><title>Relayscope</title>\
     <p>The panel was not built into this program: run <code>npm ci &amp;&amp; npm run build</code> in ui/ \
     and build again, or use <code>cargo xtask run</code>.";

#[derive(Deserialize)]
pub(crate) struct SignIn {
    token: Option<String>,
}

/// `/`: the panel for a browser, a sign of life for programs.
pub(crate) async fn root(
    State(api): State<Api>,
    Query(sign_in): Query<SignIn>,
    headers: HeaderMap,
) -> Response {
    if let Some(token) = sign_in.token {
        return sign_in_once(&api, &token);
    }
    let accept = headers
        .get(ACCEPT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    if accept.contains("text/html") {
        return match Files::get("index.html") {
            Some(page) => served("index.html", page),
            None => protected(Html(NOT_BUILT).into_response()),
        };
    }
    crate::api::health(State(api)).await.into_response()
}

/// Any other path: a file of the panel, or nothing.
pub(crate) async fn asset(method: Method, uri: Uri) -> Response {
    let path = uri.path().trim_start_matches('/');
    let is_read = method == Method::GET || method == Method::HEAD;
    match Files::get(path).filter(|_| is_read) {
        Some(found) => served(path, found),
        None => ApiError::no_such_path(uri.path()).into_response(),
    }
}

/// Turns a one-time token into a cookie and leaves no trace of it in the address.
fn sign_in_once(api: &Api, token: &str) -> Response {
    if !api.app.session().redeem(token) {
        // Used or unknown: the page itself says that nobody is signed in.
        return Redirect::to("/").into_response();
    }
    let name = cookie_name(api.address.port());
    let value = api.app.session().token().reveal();
    let cookie = format!("{name}={value}; Path=/; HttpOnly; SameSite=Strict");
    let mut response = Redirect::to("/").into_response();
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().insert(SET_COOKIE, cookie);
    }
    response
}

fn served(path: &str, file: EmbeddedFile) -> Response {
    // Files under assets/ have a hash of their content in their name.
    let cache = match path.starts_with("assets/") {
        true => "public, max-age=31536000, immutable",
        false => "no-cache",
    };
    let kind = media_type(path);
    let body = Body::from(bytes::Bytes::from(file.data.into_owned()));
    protected(([(CONTENT_TYPE, kind), (CACHE_CONTROL, cache)], body).into_response())
}

fn protected(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

/// The few kinds of file that a panel has.
fn media_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "json" | "webmanifest" => "application/json",
        "woff2" => "font/woff2",
        _ => "application/octet-stream",
    }
}
