//! Errors in Alertmanager's shape: a text as JSON.

use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;
use http::{HeaderValue, StatusCode};

use crate::gate::OwnShape;
use crate::problem::ApiError;

/// Why a request is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// In Alertmanager's own shape: a text, or nothing for what is not found.
    Own(StatusCode, String),
    /// What has no shape there: tokens, full disks, turns.
    Problem(ApiError),
}

impl Refusal {
    /// The request cannot be understood.
    pub(super) fn bad_request(message: impl Into<String>) -> Self {
        Self::Own(StatusCode::BAD_REQUEST, message.into())
    }

    /// There is no such thing, or it may not be seen.
    pub(super) fn not_found() -> Self {
        Self::Own(StatusCode::NOT_FOUND, String::new())
    }

    /// What is wrong with a field, as the rest of the API says it.
    pub(super) fn of_field(error: ApiError) -> Self {
        match error.status {
            StatusCode::UNPROCESSABLE_ENTITY | StatusCode::BAD_REQUEST => Self::bad_request(error.detail),
            _ => Self::Problem(error),
        }
    }
}

impl From<ApiError> for Refusal {
    fn from(error: ApiError) -> Self {
        Self::Problem(error)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, message) = match self {
            Self::Own(status, message) => (status, message),
            Self::Problem(error) => return error.into_response(),
        };
        let body = if message.is_empty() {
            String::new()
        } else {
            serde_json::Value::String(message).to_string()
        };
        let mut response = (status, body).into_response();
        response
            .headers_mut()
            .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        response.extensions_mut().insert(OwnShape);
        response
    }
}
