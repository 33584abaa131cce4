//! Alertmanager's API v2 over the desk's alerts and silences, under `/alertmanager`, so that `amtool` and whatever else
//! speaks it works.
//!
//! Shapes, parameters and errors are Alertmanager's own (its `api/v2/openapi.yaml`). What fires here is active there; what is
//! pending here Alertmanager does not know.

mod alerts;
mod choice;
mod groups;
mod parameters;
mod posted;
mod refusal;
mod shape;
mod silence_change;
mod silences;
mod status;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};

use crate::app::App;

/// Routes that read; they need the scope `read`.
pub(crate) fn reads() -> Router<Arc<App>> {
    Router::new()
        .route("/alertmanager/api/v2/status", get(status::get))
        .route("/alertmanager/api/v2/receivers", get(status::receivers))
        .route("/alertmanager/api/v2/alerts", get(alerts::list))
        .route("/alertmanager/api/v2/alerts/groups", get(groups::list))
        .route("/alertmanager/api/v2/silences", get(silences::list))
        .route("/alertmanager/api/v2/silence/{id}", get(silences::one))
        .route("/alertmanager/-/healthy", get(status::healthy))
        .route("/alertmanager/-/ready", get(status::ready))
}

/// The route that takes alerts in; like all that is sent it needs the scope `ingest`.
pub(crate) fn intake() -> Router<Arc<App>> {
    Router::new().route("/alertmanager/api/v2/alerts", post(posted::post))
}

/// Routes that change something; they need the scope `admin`.
pub(crate) fn writes() -> Router<Arc<App>> {
    Router::new()
        .route("/alertmanager/api/v2/silences", post(silence_change::post))
        .route(
            "/alertmanager/api/v2/silence/{id}",
            axum::routing::delete(silence_change::expire),
        )
}
