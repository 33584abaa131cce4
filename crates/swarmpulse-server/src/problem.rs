//! Errors of the API. Handlers return them; the gate makes problem JSON (RFC 9457) of them, with the request's id.

use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderValue, StatusCode};
use swarmpulse_api::Problem;
use swarmpulse_runtime::SubmitError;

/// An error as a client sees it. As a response it has an empty body until the gate has rendered it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{status}: {detail}")]
pub struct ApiError {
    /// The HTTP status.
    pub status: StatusCode,
    /// What is wrong here, and the way out. No secrets.
    pub detail: String,
    /// When it makes sense to try again, in seconds.
    pub retry_after_s: Option<u64>,
}

impl ApiError {
    /// An error of that status.
    #[must_use]
    pub fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self {
            status,
            detail: detail.into(),
            retry_after_s: None,
        }
    }

    /// 400: the request as a whole cannot be read.
    #[must_use]
    pub fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, detail)
    }

    /// 401: a token is needed, or the one sent is not known.
    #[must_use]
    pub fn unauthorized(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, detail)
    }

    /// 403: this request may not do that.
    #[must_use]
    pub fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, detail)
    }

    /// 404: no such thing.
    #[must_use]
    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, detail)
    }

    /// 413: too large.
    #[must_use]
    pub fn too_large(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, detail)
    }

    /// 422: a parameter or field has a value that cannot be.
    #[must_use]
    pub fn unprocessable(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, detail)
    }

    /// 429: too much at once.
    #[must_use]
    pub fn too_many(retry_after_s: u64, detail: impl Into<String>) -> Self {
        Self {
            retry_after_s: Some(retry_after_s),
            ..Self::new(StatusCode::TOO_MANY_REQUESTS, detail)
        }
    }

    /// 503: not now.
    #[must_use]
    pub fn unavailable(retry_after_s: u64, detail: impl Into<String>) -> Self {
        Self {
            retry_after_s: Some(retry_after_s),
            ..Self::new(StatusCode::SERVICE_UNAVAILABLE, detail)
        }
    }

    /// 500: a fault of this server. The detail is shown, so it must hold no secret.
    #[must_use]
    pub fn internal(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, detail)
    }

    /// The body that clients see.
    #[must_use]
    pub fn problem(&self, request_id: &str) -> Problem {
        let title = self.status.canonical_reason().unwrap_or("Error");
        Problem {
            kind: format!("urn:swarmpulse:{}", title.to_ascii_lowercase().replace(' ', "-")),
            title: title.to_owned(),
            status: self.status.as_u16(),
            detail: self.detail.clone(),
            request_id: request_id.to_owned(),
        }
    }

    /// The finished answer.
    pub(crate) fn render(&self, request_id: &str) -> Response {
        let body = serde_json::to_vec(&self.problem(request_id)).unwrap_or_default();
        let mut response = (self.status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.retry_after_s {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<SubmitError> for ApiError {
    fn from(error: SubmitError) -> Self {
        match error {
            SubmitError::Overloaded { retry_after_s } => {
                Self::too_many(retry_after_s, format!("{error}; nothing of this body was kept"))
            }
            // Not 507: senders know 503 as one to send again.
            SubmitError::Storage { .. } => Self::unavailable(
                10,
                format!(
                    "{error}; nothing of this body was kept, reads go on; free space on the data directory's disk"
                ),
            ),
            SubmitError::TooLarge { .. } => Self::too_large(format!("{error}; send it in several bodies")),
            SubmitError::Stopping => Self::unavailable(5, format!("{error}; nothing of this body was kept")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_of_the_runtime_has_its_status_and_says_when_to_come_again() {
        let storage = SubmitError::Storage {
            detail: "no space left".into(),
        };
        let large = SubmitError::TooLarge {
            bytes: 9,
            limit_bytes: 8,
        };
        for (error, status, retry) in [
            (SubmitError::Overloaded { retry_after_s: 3 }, 429, Some("3")),
            (storage, 503, Some("10")),
            (large, 413, None),
            (SubmitError::Stopping, 503, Some("5")),
        ] {
            let response = ApiError::from(error).render("r1");
            assert_eq!(response.status().as_u16(), status);
            let header = response
                .headers()
                .get(RETRY_AFTER)
                .map(|value| value.to_str().unwrap());
            assert_eq!(header, retry, "{status}");
        }
    }

    #[test]
    fn problems_name_their_kind_and_the_request() {
        let problem = ApiError::not_found("no agent `a1`").problem("r-7");
        assert_eq!(problem.kind, "urn:swarmpulse:not-found");
        assert_eq!((problem.status, problem.request_id.as_str()), (404, "r-7"));
    }
}
