//! Rules, routes and receivers are read again, as Prometheus and Alertmanager are told to.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;

use crate::access::Access;
use crate::app::App;
use crate::gate::OwnShape;
use crate::problem::ApiError;

/// `POST` and `PUT /-/reload` and `/prometheus/-/reload`: 200 without a body, or 500 with the reason as text; then all stays
/// as it was.
pub(super) async fn run(State(app): State<Arc<App>>, access: Access) -> Result<Response, ApiError> {
    access.sees_all()?;
    let runtime = app.runtime().clone();
    // Files are read and rules parsed, which others would wait for.
    let reloaded = tokio::task::spawn_blocking(move || runtime.reload()).await;
    let reloaded =
        reloaded.map_err(|_| ApiError::internal("the reload ended early: a fault of this server"))?;
    Ok(match reloaded {
        Ok(_) => StatusCode::OK.into_response(),
        Err(error) => {
            let text = format!("failed to reload config: {error}\n");
            let mut response = (StatusCode::INTERNAL_SERVER_ERROR, text).into_response();
            response.extensions_mut().insert(OwnShape);
            response
        }
    })
}
