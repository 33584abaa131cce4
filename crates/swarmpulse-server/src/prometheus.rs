//! Prometheus' query API over the metric store, under `/prometheus`, for Grafana, promtool and whatever else speaks it.
//!
//! Shapes, parameters, error types and status codes are Prometheus' own. Expressions are evaluated in turns of their own
//! ([`turn`]), with a token's namespace as a condition on every selector, and written into one buffer.

mod answer;
mod escape;
mod evaluate;
mod failure;
mod form;
mod format;
mod histogram;
pub(crate) mod inside;
mod json;
mod metadata;
mod names;
pub(crate) mod namespace;
mod number;
mod parameter;
mod rule_page;
mod rule_shape;
mod rules;
mod selectors;
mod status;
mod targets;
mod turn;

use std::sync::Arc;

use axum::Router;
use axum::routing::get;

use crate::app::App;

pub(crate) use turn::Queries;
pub use turn::QueryOptions;

/// Its routes; they need the scope `read`.
pub(crate) fn routes() -> Router<Arc<App>> {
    let v1 = Router::new()
        .route("/query", get(evaluate::instant).post(evaluate::instant))
        .route("/query_range", get(evaluate::range).post(evaluate::range))
        .route("/query_exemplars", get(status::exemplars).post(status::exemplars))
        .route("/format_query", get(format::get).post(format::get))
        .route("/series", get(names::series).post(names::series))
        .route("/labels", get(names::labels).post(names::labels))
        .route("/label/{name}/values", get(names::values))
        .route("/metadata", get(metadata::get))
        .route("/rules", get(rules::get))
        .route("/alerts", get(rules::alerts))
        .route("/alertmanagers", get(status::alertmanagers))
        .route("/targets", get(targets::get))
        .route("/status/buildinfo", get(status::build))
        .route("/status/runtimeinfo", get(status::runtime))
        .route("/status/config", get(status::config))
        .route("/status/flags", get(status::flags))
        .route("/status/tsdb", get(status::tsdb));
    Router::new()
        .nest("/prometheus/api/v1", v1)
        .route("/prometheus/-/healthy", get(status::healthy))
        .route("/prometheus/-/ready", get(status::healthy))
}
