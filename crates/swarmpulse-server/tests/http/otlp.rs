//! OTLP over HTTP and gRPC: what is stored, what is told of what was not, and who may.

use std::io::Write;

use axum::body::Body;
use http::Request;
use prost::Message;
use serde_json::{Value, json};
use swarmpulse_server::ServerOptions;
use swarmpulse_store::Scope;
use swarmpulse_store::metrics::{Matcher, Selection};
use swarmpulse_telemetry::message::metrics::{
    Gauge, Metric, MetricsRequest, NumberPoint, ResourceMetrics, ScopeMetrics,
};
use swarmpulse_telemetry::message::status::{ExportResponse, Status};
use swarmpulse_telemetry::message::{AnyValue, KeyValue, Resource};

use crate::harness::{Answer, LOCAL, REMOTE, Server, request, with};

const METHOD: &str = "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export";

fn attribute(key: &str, value: &str) -> KeyValue {
    KeyValue {
        key: key.to_owned(),
        value: Some(AnyValue {
            string_value: Some(value.to_owned()),
            ..AnyValue::default()
        }),
    }
}

/// A gauge `depth` of the agent; a point without a value is refused.
fn depth(agent: &str, points: &[Option<f64>]) -> MetricsRequest {
    let points = points.iter().enumerate().map(|(n, value)| NumberPoint {
        as_double: *value,
        attributes: vec![attribute("queue", &n.to_string())],
        ..NumberPoint::default()
    });
    let metric = Metric {
        name: "depth".to_owned(),
        gauge: Some(Gauge {
            data_points: points.collect(),
        }),
        ..Metric::default()
    };
    MetricsRequest {
        resource_metrics: vec![ResourceMetrics {
            resource: Some(Resource {
                attributes: vec![attribute("agent.id", agent)],
            }),
            scope_metrics: vec![ScopeMetrics {
                metrics: vec![metric],
                ..ScopeMetrics::default()
            }],
        }],
    }
}

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

fn frame(flag: u8, message: &[u8]) -> Vec<u8> {
    let length = u32::try_from(message.len()).unwrap().to_be_bytes();
    [&[flag], length.as_slice(), message].concat()
}

fn rpc(body: Vec<u8>) -> Request<Body> {
    let request = request("POST", METHOD, body);
    with(
        with(request, "content-type", "application/grpc"),
        "te",
        "trailers",
    )
}

async fn json_to(server: &Server, signal: &str, body: &Value) -> Answer {
    let request = request("POST", &format!("/v1/{signal}"), body.to_string());
    server
        .send(with(request, "content-type", "application/json"))
        .await
}

fn series(server: &Server, metric: &str) -> Vec<String> {
    let selection = Selection {
        matchers: vec![Matcher::equal("__name__", metric)],
        from_ms: i64::MIN / 2,
        to_ms: i64::MAX / 2,
        series_max: 100,
    };
    let selected = server.app.runtime().metrics().select(&selection).unwrap();
    let last = |place| {
        selected
            .last(place, i64::MIN / 2, i64::MAX / 2)
            .unwrap()
            .unwrap()
            .1
    };
    (0..selected.len())
        .map(|place| format!("{} {}", selected.labels(place), last(place)))
        .collect()
}

#[tokio::test]
async fn protobuf_and_json_are_answered_in_kind_and_what_is_refused_is_counted() {
    let server = Server::start();
    let body = depth("a1", &[Some(1.0), None]).encode_to_vec();
    let request_of = |body: Vec<u8>| {
        with(
            request("POST", "/v1/metrics", body),
            "content-type",
            "application/x-protobuf",
        )
    };
    let answer = server.send(request_of(body.clone())).await;
    assert_eq!(
        (answer.status.as_u16(), answer.header("content-type")),
        (200, "application/x-protobuf")
    );
    let partial = ExportResponse::decode(answer.body)
        .unwrap()
        .partial_success
        .unwrap();
    assert_eq!(partial.rejected, 1);
    assert!(
        partial.error_message.contains("depth"),
        "{}",
        partial.error_message
    );
    assert_eq!(series(&server, "depth"), [r#"depth{agent="a1", queue="0"} 1"#]);
    assert!(server.knows_agent("default", "a1"), "it was heard");
    assert_eq!(server.dropped("otlp_refused_items"), 1);

    let packed = with(
        request_of(gzip(&depth("a2", &[Some(2.0)]).encode_to_vec())),
        "content-encoding",
        "gzip",
    );
    let answer = server.send(packed).await;
    assert_eq!(answer.status.as_u16(), 200);
    assert_eq!(
        ExportResponse::decode(answer.body).unwrap(),
        ExportResponse::default()
    );
    assert_eq!(series(&server, "depth").len(), 2);

    let point = json!({"gauge": {"dataPoints": [{"asInt": "4"}, {}]}, "name": "width"});
    let answer = json_to(
        &server,
        "metrics",
        &json!({"resourceMetrics": [{"scopeMetrics": [{"metrics": [point]}]}]}),
    )
    .await;
    assert_eq!(
        (answer.status.as_u16(), answer.header("content-type")),
        (200, "application/json")
    );
    assert_eq!(answer.json()["partialSuccess"]["rejectedDataPoints"], "1");
    assert_eq!(series(&server, "width"), ["width 4"]);
    for signal in ["metrics", "logs", "traces"] {
        let answer = json_to(&server, signal, &json!({})).await;
        assert_eq!((answer.status.as_u16(), answer.text()), (200, "{}"), "{signal}");
    }
}

#[tokio::test]
async fn bad_bodies_are_told_as_the_protocol_says() {
    let server = Server::start();
    let answer = json_to(&server, "logs", &json!({"resourceLogs": 7})).await;
    assert_eq!(
        (answer.status.as_u16(), answer.header("content-type")),
        (400, "application/json")
    );
    assert_eq!(answer.json()["code"], 3);
    assert!(
        answer.json()["message"]
            .as_str()
            .unwrap()
            .contains("line 1 column"),
        "{}",
        answer.text()
    );
    let broken = with(
        request("POST", "/v1/metrics", vec![0xff_u8; 9]),
        "content-type",
        "application/x-protobuf",
    );
    let answer = server.send(broken).await;
    assert_eq!(answer.status.as_u16(), 400);
    let status = Status::decode(answer.body).unwrap();
    assert!(
        status.code == 3 && status.message.contains("protobuf"),
        "{status:?}"
    );
    let text = with(
        request("POST", "/v1/metrics", "hello"),
        "content-type",
        "text/plain",
    );
    assert_eq!(server.send(text).await.status.as_u16(), 415);
    assert_eq!(server.get("/v1/metrics").await.status.as_u16(), 405);
    let bomb = gzip(&vec![0; 80 << 20]);
    let bomb = with(request("POST", "/v1/logs", bomb), "content-encoding", "gzip");
    assert_eq!(server.send(bomb).await.status.as_u16(), 413);
}

#[tokio::test]
async fn grpc_is_answered_with_a_frame_and_trailers() {
    let server = Server::start();
    let answer = server
        .send(rpc(frame(0, &depth("a1", &[Some(1.0), None]).encode_to_vec())))
        .await;
    assert_eq!(
        (answer.status.as_u16(), answer.header("content-type")),
        (200, "application/grpc")
    );
    assert_eq!(answer.trailers["grpc-status"], "0");
    assert_eq!(
        u32::from_be_bytes(answer.body[1..5].try_into().unwrap()) as usize,
        answer.body.len() - 5
    );
    let response = ExportResponse::decode(&answer.body[5..]).unwrap();
    assert_eq!(response.partial_success.unwrap().rejected, 1);

    let packed = frame(1, &gzip(&depth("a2", &[Some(2.0)]).encode_to_vec()));
    let answer = server.send(with(rpc(packed), "grpc-encoding", "gzip")).await;
    assert_eq!(answer.trailers["grpc-status"], "0");
    assert_eq!(series(&server, "depth").len(), 2);
    let empty = server.send(rpc(frame(0, &[]))).await;
    assert_eq!(&empty.body[..], [0; 5]);

    for (request, code) in [
        (rpc(vec![0, 0]), "3"),
        (rpc(frame(0, &[0xff; 9])), "3"),
        (with(rpc(frame(1, &[])), "grpc-encoding", "snappy"), "12"),
    ] {
        let answer = server.send(request).await;
        assert_eq!(
            (answer.status.as_u16(), answer.header("grpc-status")),
            (200, code)
        );
        assert!(!answer.header("grpc-message").is_empty());
    }
    let other = with(
        request("POST", "/some.Service/Method", ""),
        "content-type",
        "application/grpc",
    );
    assert_eq!(server.send(other).await.header("grpc-status"), "12");
}

#[tokio::test]
async fn tokens_are_asked_for_and_give_the_namespace_in_every_transport() {
    let server = Server::start();
    let ingest = server.token(Scope::Ingest, Some("lab")).await;
    let read = server.token(Scope::Read, None).await;
    let body = || depth("a1", &[Some(1.0)]).encode_to_vec();
    let bearer = |request, token: &str| with(request, "authorization", &format!("Bearer {token}"));
    for (token, http, grpc) in [
        (None, 401, "16"),
        (Some(&read), 403, "7"),
        (Some(&ingest), 200, ""),
    ] {
        let over_http = with(
            request("POST", "/v1/metrics", body()),
            "content-type",
            "application/x-protobuf",
        );
        let over_grpc = rpc(frame(0, &body()));
        let (over_http, over_grpc) = match token {
            Some(token) => (bearer(over_http, token), bearer(over_grpc, token)),
            None => (over_http, over_grpc),
        };
        let answer = server.send_as(REMOTE, over_http).await;
        assert_eq!(answer.status.as_u16(), http);
        assert_eq!(
            answer.header("content-type"),
            "application/x-protobuf",
            "also of a refusal"
        );
        assert_eq!(
            server.send_as(REMOTE, over_grpc).await.header("grpc-status"),
            grpc
        );
    }
    assert_eq!(
        series(&server, "depth"),
        [r#"depth{agent="a1", namespace="lab", queue="0"} 1"#]
    );
    assert!(server.knows_agent("lab", "a1") && !server.knows_agent("default", "a1"));
}

#[tokio::test]
async fn a_full_server_says_when_to_come_again() {
    let server = Server::with_options(ServerOptions {
        bodies_max_bytes: 16,
        ..ServerOptions::default()
    });
    let body = depth("a1", &[Some(1.0)]).encode_to_vec();
    let answer = server.post("/v1/metrics", body.clone()).await;
    assert_eq!((answer.status.as_u16(), answer.header("retry-after")), (429, "1"));
    assert_eq!(Status::decode(answer.body).unwrap().details.len(), 1);
    let answer = server.send_as(LOCAL, rpc(frame(0, &body))).await;
    assert_eq!(answer.header("grpc-status"), "8");
    assert!(!answer.header("grpc-status-details-bin").is_empty());
}

#[tokio::test]
async fn a_session_that_was_an_agent_of_its_own_joins_the_agent_that_names_it() {
    let server = Server::start();
    let logs = |pairs: &[(&str, &str)]| {
        let attributes: Vec<Value> = pairs
            .iter()
            .map(|(key, value)| json!({"key": key, "value": {"stringValue": value}}))
            .collect();
        json!({"resourceLogs": [{"resource": {"attributes": attributes}, "scopeLogs": [{"logRecords": [{"body": {"stringValue": "hello"}}]}]}]})
    };
    json_to(&server, "logs", &logs(&[("session.id", "s-1")])).await;
    assert!(server.knows_agent("default", "s-1"));
    json_to(
        &server,
        "logs",
        &logs(&[("agent.id", "bot"), ("session.id", "s-1")]),
    )
    .await;
    let id = server.app.runtime().fleet(|fleet| {
        let agent = fleet.agent_named("default", "s-1");
        agent.map(|agent| agent.id().to_string())
    });
    assert_eq!(id.as_deref(), Some("bot"));
}

#[tokio::test]
async fn rate_limits_told_by_logs_make_an_agent_back_off() {
    let server = Server::start();
    let nanos = server.app.runtime().now().0.to_string();
    let log = |event: &str, more: Value| {
        let mut attributes = vec![
            json!({"key": "session.id", "value": {"stringValue": "s"}}),
            json!({"key": "event.name", "value": {"stringValue": event}}),
            json!({"key": "model", "value": {"stringValue": "m"}}),
        ];
        attributes.push(more);
        json!({"resourceLogs": [{"resource": {"attributes": [{"key": "agent.id", "value": {"stringValue": "bot"}}]}, "scopeLogs": [
            {"scope": {"name": "com.anthropic.claude_code.events"}, "logRecords": [{"timeUnixNano": nanos, "attributes": attributes}]}]}]})
    };
    let verdict = || async { server.get("/api/v1/agents/bot").await.json()["verdict"].clone() };
    json_to(
        &server,
        "logs",
        &log(
            "api_request",
            json!({"key": "input_tokens", "value": {"intValue": 3}}),
        ),
    )
    .await;
    assert_ne!(verdict().await, "backing_off");
    json_to(
        &server,
        "logs",
        &log(
            "api_error",
            json!({"key": "status_code", "value": {"intValue": 429}}),
        ),
    )
    .await;
    assert_eq!(verdict().await, "backing_off");
    let agent = server.get("/api/v1/agents/bot").await.json();
    assert!(agent.to_string().contains("anthropic"), "{agent:#}");
}
