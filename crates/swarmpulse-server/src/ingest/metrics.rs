//! Taking samples in over HTTP: remote write, Prometheus' text, InfluxDB's line protocol; all end in the metric store.

mod append;
mod refusals;
mod remote_write;
mod workbench;

use std::sync::Arc;

use axum::Router;
use axum::routing::post;

use crate::app::App;

pub(crate) use workbench::Workbenches;

/// Their routes; they need the scope `ingest`.
pub(super) fn routes() -> Router<Arc<App>> {
    ["/api/v1/write", "/prometheus/api/v1/write"]
        .into_iter()
        .fold(Router::new(), |router: Router<Arc<App>>, path| {
            router.route(path, post(remote_write::write))
        })
}
