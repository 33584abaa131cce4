//! What people do about alerts: take them in hand, silence them, try channels, have rules read again.
//!
//! Each is a record in the journal, or asks the runtime; a request is answered once the desk shows what it did.

mod acknowledge;
pub(crate) mod body;
mod later;
pub(crate) mod matchers;
mod reload;
mod retry;
mod said;
mod silences;
mod test;
mod words;

use std::sync::Arc;

use axum::Router;
use axum::routing::{post, put};

use crate::app::App;

pub(crate) use said::{say, uuid};
pub(crate) use silences::SILENCES_MAX;
pub(crate) use words::{author, comment};

/// Their routes; they need the scope `admin`.
pub(crate) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route(
            "/api/v1/alerts/{id}/acknowledge",
            post(acknowledge::take).delete(acknowledge::give_back),
        )
        .route("/api/v1/silences", post(silences::create))
        .route(
            "/api/v1/silences/{id}",
            put(silences::change).delete(silences::expire),
        )
        .route("/api/v1/notifications/{id}/retry", post(retry::post))
        .route("/api/v1/receivers/{name}/test", post(test::post))
        .route("/-/reload", post(reload::run).put(reload::run))
        .route("/prometheus/-/reload", post(reload::run).put(reload::run))
}
