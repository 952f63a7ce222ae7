//! Signs of life.

use app::Reach;
use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde::Serialize;

use super::Api;

#[derive(Serialize)]
pub(crate) struct Health {
    status: &'static str,
    version: &'static str,
    uptime_seconds: u64,
    database: &'static str,
    upstream: Upstreams,
}

#[derive(Serialize)]
struct Upstreams {
    openai: Reach,
    anthropic: Reach,
}

/// `GET /health`.
pub(crate) async fn health(State(api): State<Api>) -> Json<Health> {
    let (anthropic, openai) = api.app.health().upstreams().await;
    let writes = api.app.live().proxy().error.is_none();
    Json(Health {
        status: if writes { "healthy" } else { "degraded" },
        version: env!("CARGO_PKG_VERSION"),
        uptime_seconds: api.app.uptime().as_secs(),
        database: if writes { "connected" } else { "unwritable" },
        upstream: Upstreams { openai, anthropic },
    })
}

/// `HEAD` and `GET /api/hello`: Claude Code's warm-up.
pub(crate) async fn hello() -> StatusCode {
    StatusCode::OK
}
