//! The management API: one function per endpoint, each a thin translation.

mod answer;
mod bodies;
mod charts;
mod chat;
mod config;
mod desktop;
mod export;
mod health;
mod history;
mod keys;
mod ledger;
mod metrics;
mod moving;
mod openapi;
mod requests;
mod routes;
mod session;
mod sites;
mod speech;
mod stations;
mod stats;
mod verify;

use std::net::SocketAddr;
use std::sync::Arc;

use app::App;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::map_response;
use axum::routing::{any, delete, get, patch, post, put};
use tokio_util::sync::CancellationToken;

use crate::{panel, ws};

pub(crate) use answer::ApiError;
pub(crate) use health::health;

/// Largest body that the API takes.
const LARGEST_BODY: usize = 1024 * 1024;

/// What every endpoint may use.
#[derive(Clone)]
pub(crate) struct Api {
    pub(crate) app: Arc<App>,
    pub(crate) address: SocketAddr,
    pub(crate) end: CancellationToken,
}

/// All routes of the API and the panel.
pub(crate) fn router(api: Api) -> Router {
    Router::new()
        .route("/", get(panel::root))
        .route("/ws", get(ws::connect))
        .route("/health", get(health::health))
        .route("/metrics", get(metrics::metrics))
        .route("/api/hello", get(health::hello))
        .route("/api/openapi.json", get(openapi::document))
        .route("/api/session", get(session::session))
        .route("/api/session/one-time", post(session::one_time))
        .route("/api/config", get(config::read).patch(config::change))
        .route("/api/proxy", get(config::proxy).post(config::switch_proxy))
        .route("/api/desktop", get(desktop::read).patch(desktop::change))
        .route("/api/desktop/show", post(desktop::show))
        .route("/api/stats", get(stats::stats))
        .route("/api/requests", get(requests::list))
        .route("/api/requests/{id}", get(requests::one))
        .route("/api/request/{id}", get(requests::detail))
        .route("/api/request/{id}/lines", get(bodies::lines))
        .route("/api/request/{id}/find", get(bodies::find))
        .route("/api/request/{id}/events", get(bodies::events))
        .route("/api/request/{id}/text", get(bodies::text_part))
        .route("/api/request/{id}/image", get(bodies::image))
        .route("/api/request/{id}/body", get(bodies::body))
        .route("/api/request/{id}/curl", get(export::curl))
        .route("/api/request/{id}/export", get(export::json))
        .route("/api/export.har", get(export::har))
        .route("/api/clear-history", post(history::clear))
        .route("/api/projects/{id}", delete(history::delete_project))
        .route("/api/sites", get(sites::list).post(sites::add))
        .route("/api/sites/order", post(sites::order))
        .route(
            "/api/sites/{id}",
            get(sites::one).patch(sites::change).delete(sites::delete),
        )
        .route("/api/sites/{id}/restore", post(sites::restore))
        .route("/api/sites/{id}/keys", post(sites::add_key))
        .route("/api/sites/{id}/ping", post(sites::ping))
        .route(
            "/api/sites/{id}/speech",
            get(speech::show).put(speech::change),
        )
        .route("/api/sites/{id}/verify", post(verify::begin))
        .route("/api/sites/{id}/verify/estimate", post(verify::estimate))
        .route("/api/verify/runs", get(verify::runs))
        .route(
            "/api/verify/runs/{id}",
            get(verify::detail).delete(verify::remove),
        )
        .route("/api/verify/runs/{id}/cancel", post(verify::cancel))
        .route("/api/verify/runs/{id}/calls/{call}", get(verify::call))
        .route("/api/verify/runs/{id}/report", get(verify::report))
        .route("/api/verify/compare", get(verify::compare))
        .route("/api/verify/words", get(verify::words))
        .route("/api/verify/standings", get(verify::standings))
        .route(
            "/api/presets",
            get(verify::presets).post(verify::save_preset),
        )
        .route("/api/presets/{name}", delete(verify::remove_preset))
        .route("/api/notices", get(verify::notices))
        .route("/api/notices/{id}", delete(verify::dismiss))
        .route(
            "/api/sites/{id}/chat",
            post(chat::talk).layer(DefaultBodyLimit::max(chat::LARGEST)),
        )
        .route(
            "/api/sites/{id}/chat/preview",
            post(chat::preview).layer(DefaultBodyLimit::max(chat::LARGEST)),
        )
        .route("/api/stations", get(stations::list))
        .route(
            "/api/stations/refresh",
            get(stations::round)
                .post(stations::begin_round)
                .delete(stations::cancel_round),
        )
        .route(
            "/api/stations/{id}",
            get(stations::one).patch(stations::change),
        )
        .route("/api/stations/{id}/refresh", post(stations::refresh))
        .route("/api/stations/{id}/raw", get(stations::raw))
        .route(
            "/api/stations/{id}/interface",
            get(stations::interface).put(stations::put_interface),
        )
        .route(
            "/api/stations/{id}/interface/try",
            post(stations::try_interface),
        )
        .route(
            "/api/stations/{id}/account",
            put(stations::put_account).delete(stations::remove_account),
        )
        .route("/api/stations/{id}/logs", get(stations::logs))
        .route("/api/stations/{id}/logs.csv", get(stations::logs_csv))
        .route(
            "/api/stations/{id}/reconciliation",
            get(stations::reconciliation),
        )
        .route("/api/stations/{id}/series", get(stations::series))
        .route("/api/stations/{id}/checkin", post(stations::mark_checkin))
        .route(
            "/api/stations/{id}/ledger",
            get(ledger::ledger).post(ledger::add),
        )
        .route("/api/stations/{id}/ledger.csv", get(ledger::table))
        .route(
            "/api/ledger/{id}",
            patch(ledger::change).delete(ledger::remove),
        )
        .route("/api/charts/{name}", get(charts::draw))
        .route(
            "/api/import",
            post(moving::import).layer(DefaultBodyLimit::max(moving::LARGEST)),
        )
        .route(
            "/api/import/preview",
            post(moving::preview).layer(DefaultBodyLimit::max(moving::LARGEST)),
        )
        .route("/api/export", post(moving::export))
        .route("/api/comparison", get(stations::comparison))
        .route("/api/checkin", post(stations::check_in))
        .route("/api/keys", get(keys::list))
        .route("/api/keys/reset", post(keys::reset_all))
        .route("/api/keys/{id}", patch(keys::change).delete(keys::delete))
        .route("/api/keys/{id}/reset", post(keys::reset))
        .route("/api/keys/{id}/check", post(keys::check))
        .route("/api/keys/{id}/reveal", get(keys::reveal))
        .route("/api/routes", get(routes::list).put(routes::replace))
        .route(
            "/api/client-keys",
            get(keys::client_keys).post(keys::add_client_key),
        )
        .route("/api/client-keys/{id}", delete(keys::remove_client_key))
        .route("/api/{*rest}", any(answer::no_such_endpoint))
        .fallback(panel::asset)
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(map_response(answer::in_our_shape))
        .with_state(api)
}
