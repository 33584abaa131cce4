//! The OpenAPI document and the page made from it.

use std::sync::Arc;

use axum::Router;

use crate::app::App;

/// The document.
#[must_use]
pub fn document() -> utoipa::openapi::OpenApi {
    utoipa::openapi::OpenApi::default()
}

/// The document's routes, open to all.
pub(crate) fn routes() -> Router<Arc<App>> {
    Router::new()
}
