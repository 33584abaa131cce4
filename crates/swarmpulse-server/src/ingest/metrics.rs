//! Taking samples in over HTTP: remote write, Prometheus' text, InfluxDB's line protocol; all end in the metric store.

pub(crate) mod append;
mod base64;
mod influx;
mod lines;
mod parameters;
mod refusals;
mod remote_write;
mod text;
mod workbench;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};

use crate::app::App;

pub(crate) use workbench::Workbenches;

/// Their routes; they need the scope `ingest`.
pub(super) fn routes() -> Router<Arc<App>> {
    ["/api/v1/write", "/prometheus/api/v1/write"]
        .into_iter()
        .fold(Router::new(), |router: Router<Arc<App>>, path| {
            router.route(path, post(remote_write::write))
        })
        .route("/api/v1/import/prometheus", post(text::push))
        .route("/metrics/job/{job}", post(text::job).put(text::job))
        .route(
            "/metrics/job/{job}/{*labels}",
            post(text::grouped).put(text::grouped),
        )
        .route("/write", post(influx::write))
        .route("/api/v2/write", post(influx::write_v2))
}

/// Routes open to all: whether someone is there.
pub(super) fn open_routes() -> Router<Arc<App>> {
    Router::new().route("/ping", get(influx::ping))
}
