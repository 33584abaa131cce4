//! Ports of OTLP's own.

use std::sync::Arc;

use tokio::net::TcpListener;

use crate::app::App;
use crate::serve::{ServeError, serve_router};

/// Serves OTLP, over HTTP and gRPC alike, until the application stops.
///
/// # Errors
/// If the listener does not know where it listens.
pub async fn serve_otlp(listener: TcpListener, app: Arc<App>) -> Result<(), ServeError> {
    let mut stopping = app.stopping();
    let router = super::router(Arc::clone(&app));
    serve_router(listener, app, router, async move {
        // An application that is gone has stopped.
        let _ = stopping.wait_for(|stops| *stops).await;
    })
    .await
}
