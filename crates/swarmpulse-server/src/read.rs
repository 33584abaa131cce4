//! The read API.

use std::sync::Arc;

use axum::Router;

use crate::app::App;

/// Its routes; they need the scope `read`.
pub(crate) fn routes() -> Router<Arc<App>> {
    Router::new()
}
