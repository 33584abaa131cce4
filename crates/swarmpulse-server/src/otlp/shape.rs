//! The shape of answers: what OTLP asks for, over HTTP in the request's own encoding, over gRPC in trailers.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::request::Parts;
use http::{HeaderValue, StatusCode};
use prost::Message;
use swarmpulse_telemetry::message::status::{ExportResponse, PartialSuccess, Status};
use swarmpulse_telemetry::{Encoding, Signal};

use super::grpc;
use crate::problem::ApiError;

/// How a request of OTLP is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Over HTTP, in that encoding.
    Http(Encoding),
    /// Over gRPC.
    Grpc,
}

impl Shape {
    /// The shape for a request; `None` if it is none of OTLP.
    pub(crate) fn of(parts: &Parts) -> Option<Self> {
        let path = parts.uri.path();
        let sent = parts.headers.get(CONTENT_TYPE);
        let sent = sent.and_then(|value| value.to_str().ok()).unwrap_or_default();
        if sent.starts_with("application/grpc") {
            return Some(Self::Grpc);
        }
        let is_http = path
            .strip_prefix("/v1/")
            .is_some_and(|rest| Signal::ALL.iter().any(|signal| signal.as_str() == rest));
        is_http.then(|| Self::Http(encoding(sent).unwrap_or(Encoding::Protobuf)))
    }

    /// The answer to a request that was taken, whole or in part.
    pub(super) fn taken(self, signal: Signal, partial: Option<PartialSuccess>) -> Response {
        let body = ExportResponse {
            partial_success: partial.clone(),
        };
        match self {
            Self::Grpc => grpc::answer(&body.encode_to_vec()),
            Self::Http(Encoding::Protobuf) => {
                http_answer(StatusCode::OK, Encoding::Protobuf, body.encode_to_vec())
            }
            Self::Http(Encoding::Json) => {
                let body = partial.map_or_else(
                    || serde_json::json!({}),
                    |partial| {
                        serde_json::json!({"partialSuccess": {
                            signal.rejected_name(): partial.rejected.to_string(),
                            "errorMessage": partial.error_message,
                        }})
                    },
                );
                http_answer(StatusCode::OK, Encoding::Json, body.to_string().into_bytes())
            }
        }
    }

    /// The answer to a request of which nothing was taken.
    pub(crate) fn refused(self, error: &ApiError) -> Response {
        let status = Status::new(code(error), error.detail.clone(), error.retry_after_s);
        let encoding = match self {
            Self::Grpc => return grpc::refusal(&status),
            Self::Http(encoding) => encoding,
        };
        let body = match encoding {
            Encoding::Protobuf => status.encode_to_vec(),
            Encoding::Json => {
                let body = serde_json::json!({"code": status.code, "message": status.message});
                body.to_string().into_bytes()
            }
        };
        let mut response = http_answer(error.status, encoding, body);
        if let Some(seconds) = error.retry_after_s {
            response
                .headers_mut()
                .insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// The encoding that a content type names; protobuf without one.
pub(super) fn encoding(content_type: &str) -> Option<Encoding> {
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    match essence.to_ascii_lowercase().as_str() {
        "application/json" => Some(Encoding::Json),
        "application/x-protobuf" | "application/protobuf" | "" => Some(Encoding::Protobuf),
        _ => None,
    }
}

fn http_answer(status: StatusCode, encoding: Encoding, body: Vec<u8>) -> Response {
    let mut response = (status, Body::from(body)).into_response();
    let content_type = match encoding {
        Encoding::Protobuf => "application/x-protobuf",
        Encoding::Json => "application/json",
    };
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

/// gRPC's code for an error. Senders try again after 8 and 14, after 8 only if they are told when.
fn code(error: &ApiError) -> i32 {
    match error.status {
        StatusCode::UNAUTHORIZED => 16,
        StatusCode::FORBIDDEN => 7,
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED | StatusCode::UNSUPPORTED_MEDIA_TYPE => 12,
        StatusCode::REQUEST_TIMEOUT => 4,
        StatusCode::PAYLOAD_TOO_LARGE | StatusCode::TOO_MANY_REQUESTS => 8,
        StatusCode::SERVICE_UNAVAILABLE => 14,
        status if status.is_client_error() => 3,
        _ => 13,
    }
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;

    use super::*;

    fn parts(path: &str, content_type: &str) -> Parts {
        let request = http::Request::builder()
            .uri(path)
            .header(CONTENT_TYPE, content_type);
        request.body(()).unwrap().into_parts().0
    }

    #[test]
    fn only_requests_of_otlp_have_a_shape() {
        for (path, content_type, shape) in [
            (
                "/v1/logs",
                "application/json; charset=utf-8",
                Some(Shape::Http(Encoding::Json)),
            ),
            (
                "/v1/metrics",
                "application/x-protobuf",
                Some(Shape::Http(Encoding::Protobuf)),
            ),
            ("/v1/metrics", "text/plain", Some(Shape::Http(Encoding::Protobuf))),
            ("/anything", "application/grpc+proto", Some(Shape::Grpc)),
            ("/v1/other", "application/json", None),
            ("/api/v1/events", "application/json", None),
        ] {
            assert_eq!(
                Shape::of(&parts(path, content_type)),
                shape,
                "{path} {content_type}"
            );
        }
    }

    #[tokio::test]
    async fn an_overload_says_when_to_come_again_in_every_shape() {
        let error = ApiError::too_many(3, "full");
        let response = Shape::Http(Encoding::Protobuf).refused(&error);
        assert_eq!(response.status(), 429);
        assert_eq!(response.headers()[RETRY_AFTER], "3");
        let body = to_bytes(response.into_body(), 4096).await.unwrap();
        let status = Status::decode(body).unwrap();
        assert_eq!((status.code, status.message.as_str()), (8, "full"));
        assert_eq!(status.details.len(), 1);
        let response = Shape::Http(Encoding::Json).refused(&ApiError::bad_request("bad"));
        let body = to_bytes(response.into_body(), 4096).await.unwrap();
        assert_eq!(body, r#"{"code":3,"message":"bad"}"#);
        let response = Shape::Grpc.refused(&error);
        assert_eq!(
            (response.status().as_u16(), &response.headers()["grpc-status"]),
            (200, &HeaderValue::from(8))
        );
        assert!(response.headers().contains_key("grpc-status-details-bin"));
    }
}
