//! The live streams.

use std::sync::Arc;

use axum::Router;
use swarmpulse_runtime::Handle;

use crate::app::{App, ServerOptions};

/// The hub of the live streams.
pub(crate) struct Live {}

impl Live {
    /// A hub that listens to the runtime.
    pub(crate) fn new(_runtime: &Handle, _options: &ServerOptions) -> Self {
        Self {}
    }

    /// Subscribers now: server-sent events, WebSockets.
    pub(crate) fn clients(&self) -> (u64, u64) {
        (0, 0)
    }
}

/// Their routes; they need the scope `read`.
pub(crate) fn routes() -> Router<Arc<App>> {
    Router::new()
}
