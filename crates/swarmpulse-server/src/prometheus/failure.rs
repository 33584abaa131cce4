//! Errors in Prometheus' shape: `{"status":"error","errorType":..,"error":..}`.

use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderValue, StatusCode};
use swarmpulse_promql::EvalError;
use swarmpulse_store::MetricError;

use super::json::push_text;

/// Why a request of the query API has no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    kind: FailureKind,
    message: String,
}

/// Prometheus' types of errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FailureKind {
    /// The request cannot be understood.
    BadData,
    /// The expression cannot be evaluated.
    Execution,
    /// Nobody waits for it any more.
    Canceled,
    /// It took too long.
    Timeout,
    /// There is no turn for it now.
    Unavailable,
    /// The token may not see that.
    Forbidden,
    /// A fault of this server.
    Internal,
}

impl FailureKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::BadData => "bad_data",
            Self::Execution => "execution",
            Self::Canceled => "canceled",
            Self::Timeout => "timeout",
            Self::Unavailable => "unavailable",
            Self::Forbidden => "forbidden",
            Self::Internal => "internal",
        }
    }

    fn status(self) -> StatusCode {
        match self {
            Self::BadData => StatusCode::BAD_REQUEST,
            Self::Execution => StatusCode::UNPROCESSABLE_ENTITY,
            // 499: the client closed the connection; nobody reads it.
            Self::Canceled => StatusCode::from_u16(499).unwrap_or(StatusCode::SERVICE_UNAVAILABLE),
            Self::Timeout | Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

impl Failure {
    pub(crate) fn new(kind: FailureKind, message: impl Into<String>) -> Self {
        let message = message.into();
        Self { kind, message }
    }

    /// What is wrong, in words.
    #[cfg(test)]
    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    /// What is wrong, to be told in another shape.
    pub(crate) fn into_message(self) -> String {
        self.message
    }

    pub(crate) fn bad_data(message: impl Into<String>) -> Self {
        Self::new(FailureKind::BadData, message)
    }

    /// A parameter that cannot be understood.
    pub(crate) fn parameter(name: &str, message: impl std::fmt::Display) -> Self {
        Self::bad_data(format!("invalid parameter \"{name}\": {message}"))
    }
}

impl From<EvalError> for Failure {
    fn from(error: EvalError) -> Self {
        let kind = match &error {
            EvalError::Execution(_) | EvalError::TooManySamples => FailureKind::Execution,
            EvalError::Timeout => FailureKind::Timeout,
            EvalError::Canceled => FailureKind::Canceled,
            EvalError::Store(error) => return error.clone().into(),
        };
        Self::new(kind, error.to_string())
    }
}

impl From<MetricError> for Failure {
    fn from(error: MetricError) -> Self {
        let kind = match &error {
            MetricError::TooManySeries { .. } => FailureKind::Execution,
            MetricError::Matcher { .. } => FailureKind::BadData,
            MetricError::Stopping | MetricError::Overloaded { .. } => FailureKind::Unavailable,
            MetricError::Full { .. } | MetricError::Io { .. } | MetricError::Damaged { .. } => {
                FailureKind::Internal
            }
        };
        Self::new(kind, error.to_string())
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        if self.kind == FailureKind::Internal {
            tracing::warn!(error = %self.message, "a query failed");
        }
        let mut body = Vec::with_capacity(96 + self.message.len());
        body.extend_from_slice(br#"{"status":"error","errorType":"#);
        push_text(&mut body, self.kind.as_str());
        body.extend_from_slice(br#","error":"#);
        push_text(&mut body, &self.message);
        body.push(b'}');
        let mut response = (self.kind.status(), body).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if self.kind == FailureKind::Unavailable {
            headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_has_the_type_and_status_that_clients_know() {
        let store = |error| Failure::from(EvalError::Store(error));
        for (failure, kind, status) in [
            (Failure::parameter("step", "x"), "bad_data", 400),
            (EvalError::Execution("x".into()).into(), "execution", 422),
            (EvalError::TooManySamples.into(), "execution", 422),
            (EvalError::Timeout.into(), "timeout", 503),
            (EvalError::Canceled.into(), "canceled", 499),
            (store(MetricError::TooManySeries { limit: 1 }), "execution", 422),
            (store(MetricError::Stopping), "unavailable", 503),
        ] {
            assert_eq!(
                (failure.kind.as_str(), failure.kind.status().as_u16()),
                (kind, status)
            );
        }
        assert_eq!(
            Failure::parameter("step", "too \"odd\"").message,
            "invalid parameter \"step\": too \"odd\""
        );
    }
}
