//! The monitor's own figures and health: `/metrics`, `/healthz`, `/readyz`, and the figures' way into the metric store.

mod agent_process;
mod alerting;
mod detection;
mod exposition;
mod figures;
mod fleet;
mod health;
mod intake;
mod recorder;
mod registry;
mod series_store;
mod shipping;
mod throughput;
mod traffic;

use std::sync::Arc;

use axum::Router;
use axum::routing::get;

use crate::app::App;

pub(crate) use recorder::Recorder;
pub use registry::{Series, SeriesType, metric_names};
pub(crate) use traffic::Traffic;

/// `/metrics`; it needs the scope `read`.
pub(crate) fn figures() -> Router<Arc<App>> {
    Router::new().route("/metrics", get(figures::answer))
}

/// `/healthz` and `/readyz`, open to all.
pub(crate) fn health() -> Router<Arc<App>> {
    Router::new()
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
}
