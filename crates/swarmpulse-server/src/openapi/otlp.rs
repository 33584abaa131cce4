//! Routes of OTLP over HTTP; the same over gRPC is no part of this document.

use swarmpulse_store::Scope;
use utoipa::openapi::HttpMethod::Post;

use super::route::{Answer, Body, Content, Route};

const TAKEN: Answer = Answer {
    status: "200",
    what: "What was taken is durable; `partial_success` tells what was refused. In the request's own encoding.",
    content: Content::Nothing,
};

const fn otlp(id: &'static str, path: &'static str, what: &'static str, body: &'static str) -> Route {
    Route {
        id,
        method: Post,
        path,
        group: "Samples",
        what,
        scope: Some(Scope::Ingest),
        parameters: &[],
        body: Body::Text(body),
        answer: TAKEN,
    }
}

/// Every such route.
pub(super) const ROUTES: &[Route] = &[
    otlp(
        "otlp_metrics",
        "/v1/metrics",
        "OpenTelemetry's metrics.",
        "`ExportMetricsServiceRequest` as protobuf or JSON.",
    ),
    otlp(
        "otlp_logs",
        "/v1/logs",
        "OpenTelemetry's logs and events: contact, progress, calls, LLM usage.",
        "`ExportLogsServiceRequest` as protobuf or JSON.",
    ),
    otlp(
        "otlp_traces",
        "/v1/traces",
        "OpenTelemetry's spans: progress, calls, LLM usage.",
        "`ExportTraceServiceRequest` as protobuf or JSON.",
    ),
];
