//! The read API: the fleet as it is, what happened, and figures over time.
//!
//! A handler reads its parameters by its own table ([`parameter`]), does its work at a [`desk`] and gives JSON. Lists of
//! the fleet are [`sweep`]s over its slots, lists of the [`past`] are pages of history.

mod agent_filter;
mod agents;
mod alerts;
mod board;
mod desk;
mod detectors;
mod events;
mod figure_table;
mod findings;
mod graph;
mod health;
mod notifications;
pub(crate) mod parameter;
mod past;
pub(crate) mod query;
mod question;
mod receivers;
mod records;
mod rules;
mod sandboxes;
mod sentence;
mod series;
mod services;
mod severity;
mod silences;
mod slos;
mod snapshot;
mod summary;
mod sweep;
mod tally;
mod tasks;
pub(crate) mod time;
mod timeline;
mod waiting;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};

use crate::app::App;

pub(crate) use alerts::unknown as unknown_alert;
pub(crate) use board::{find as find_alert, may_see as may_see_alert};
pub(crate) use desk::{Desk, Desks, answer};
pub(crate) use silences::{find as find_silence, may_see as may_see_silence};
pub use slos::{ObjectiveBook, slo_answer};
pub(crate) use summary::summary;

/// The parameters of each route, for the document.
pub(crate) mod parameters {
    pub(crate) use super::agents::{LIST as AGENTS, ONE as AGENT};
    pub(crate) use super::alerts::{LIST as ALERT_LIST, ONE as ALERT, PARAMETERS as ALERTS};
    pub(crate) use super::events::PARAMETERS as EVENTS;
    pub(crate) use super::findings::{LIST as FINDINGS, ONE as FINDING};
    pub(crate) use super::graph::PARAMETERS as GRAPH;
    pub(crate) use super::notifications::LIST as NOTIFICATIONS;
    pub(crate) use super::receivers::LIST as RECEIVERS;
    pub(crate) use super::records::PARAMETERS as RECORD;
    pub(crate) use super::rules::LIST as RULES;
    pub(crate) use super::sandboxes::{LIST as SANDBOXES, ONE as SANDBOX};
    pub(crate) use super::series::PARAMETERS as SERIES;
    pub(crate) use super::services::{LIST as SERVICES, ONE as SERVICE};
    pub(crate) use super::silences::{LIST as SILENCES, ONE as SILENCE};
    pub(crate) use super::slos::{LIST as SLOS, ONE as SLO};
    pub(crate) use super::tasks::{LIST as TASKS, ONE as TASK};
    pub(crate) use super::timeline::PARAMETERS as TIMELINE;
    pub(crate) use super::waiting::PARAMETERS as FINDINGS_WAITING;
}

/// Its routes; they need the scope `read`.
pub(crate) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/api/v1/summary", get(summary::get))
        .route("/api/v1/agents", get(agents::list))
        .route("/api/v1/agents/{id}", get(agents::one))
        .route("/api/v1/agents/{id}/timeline", get(timeline::get))
        .route("/api/v1/tasks", get(tasks::list))
        .route("/api/v1/tasks/{id}", get(tasks::one))
        .route("/api/v1/sandboxes", get(sandboxes::list))
        .route("/api/v1/sandboxes/{id}", get(sandboxes::one))
        .route("/api/v1/services", get(services::list))
        .route("/api/v1/services/{id}", get(services::one))
        .route("/api/v1/events", get(events::list))
        .route("/api/v1/records/{position}", get(records::get))
        .route("/api/v1/graph", get(graph::get))
        .route("/api/v1/findings", get(findings::list))
        .route("/api/v1/findings/waiting", get(waiting::list))
        .route("/api/v1/findings/{id}", get(findings::one))
        .route("/api/v1/detectors", get(detectors::list))
        .route("/api/v1/alerts", get(alerts::list))
        .route("/api/v1/alerts/{id}", get(alerts::one))
        .route("/api/v1/silences", get(silences::list))
        .route("/api/v1/silences/preview", post(silences::preview))
        .route("/api/v1/silences/{id}", get(silences::one))
        .route("/api/v1/rules", get(rules::list))
        .route("/api/v1/slos", get(slos::list))
        .route("/api/v1/slos/{name}", get(slos::one))
        .route("/api/v1/notifications", get(notifications::list))
        .route("/api/v1/receivers", get(receivers::list))
        .route("/api/v1/admin/health/agents", get(health::get))
        .route("/api/observability/metrics", get(snapshot::get))
        .route("/api/observability/history/{metric_type}", get(series::get))
        .route("/api/observability/alerts", get(alerts::get))
}
