//! Bodies of requests that a person or a script writes: small JSON.

use std::time::Duration;

use axum::extract::Request;
use serde::de::DeserializeOwned;

use crate::app::App;
use crate::problem::ApiError;

/// The most that such a body may have.
const BODY_MAX_BYTES: usize = 64 << 10;

/// Reads a body of that shape.
///
/// # Errors
/// If it is too long, does not come, or is not of that shape; then the example is shown.
pub(crate) async fn json<T: DeserializeOwned>(
    app: &App,
    request: Request,
    example: &str,
) -> Result<T, ApiError> {
    let idle = Duration::from_secs_f64(app.options().body_idle_s);
    let read = axum::body::to_bytes(request.into_body(), BODY_MAX_BYTES);
    let body = tokio::time::timeout(idle, read)
        .await
        .map_err(|_| ApiError::new(http::StatusCode::REQUEST_TIMEOUT, "the body did not come"))?
        .map_err(|_| ApiError::too_large(format!("the body has more than {BODY_MAX_BYTES} bytes")))?;
    serde_json::from_slice(&body)
        .map_err(|error| ApiError::bad_request(format!("expected JSON like `{example}`: {error}")))
}
