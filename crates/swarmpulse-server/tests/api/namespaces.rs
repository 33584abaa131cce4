//! A token of a namespace sees nothing of any other.

use axum::body::Body;
use http::Request;
use serde_json::json;
use swarmpulse_store::Scope;

use crate::harness::{Answer, Server, request, with};
use crate::world::{Events, heartbeats, settle};

fn as_token(secret: &str, method: &str, path: &str, body: impl Into<Body>) -> Request<Body> {
    with(
        request(method, path, body),
        "authorization",
        &format!("Bearer {secret}"),
    )
}

async fn ask(server: &Server, secret: &str, path: &str) -> Answer {
    server.send(as_token(secret, "GET", path, "")).await
}

#[tokio::test]
async fn nothing_of_others_is_seen_anywhere() {
    let server = Server::start();
    let (writer, reader) = (
        server.token(Scope::Ingest, Some("team")).await,
        server.token(Scope::Read, Some("team")).await,
    );
    let theirs = server.app.runtime().status().journal_next();
    for (path, body) in [
        (
            "/api/v1/heartbeats",
            json!({"agent": "secret-agent", "status": "failed", "host": "h1"}),
        ),
        (
            "/api/v1/tasks",
            json!({"task": "secret-task", "status": "running", "agent": "secret-agent"}),
        ),
        (
            "/api/v1/sandboxes",
            json!({"sandbox": "secret-sandbox", "state": "running"}),
        ),
        ("/api/v1/services", json!({"service": "secret-service"})),
        (
            "/api/v1/events",
            json!({"event": "secret-event", "type": "x", "agent": "secret-agent"}),
        ),
    ] {
        server.post(path, body.to_string()).await.taken(202, 1);
    }
    let own = json!({"agent": "own-agent", "status": "failed"}).to_string();
    server
        .send(as_token(&writer, "POST", "/api/v1/heartbeats", own))
        .await
        .taken(202, 1);
    settle(&server).await;
    for path in [
        "/api/v1/agents",
        "/api/v1/agents?order=severity",
        "/api/v1/tasks",
        "/api/v1/sandboxes",
        "/api/v1/services",
        "/api/v1/events",
        "/api/v1/summary",
        "/api/v1/findings?state=all",
        "/api/v1/findings/waiting",
        "/api/v1/admin/health/agents",
        "/api/observability/metrics",
        "/api/observability/alerts",
        "/api/observability/history/process",
        "/metrics",
    ] {
        let answer = ask(&server, &reader, path).await;
        assert_eq!(answer.status.as_u16(), 200, "{path}");
        assert!(!answer.text().contains("secret"), "{path}: {}", answer.text());
    }
    let summary = ask(&server, &reader, "/api/v1/summary").await.json();
    assert_eq!(
        (&summary["agents"], &summary["alerts_active"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(
        summary["sentence"].as_str().unwrap().split(". ").next(),
        Some("The only agent is not available")
    );
    let alerts = ask(&server, &reader, "/api/observability/alerts").await.json();
    assert_eq!(
        (&alerts["count"], &alerts["active"][0]["subject"]),
        (&json!(1), &json!("own-agent"))
    );
    for path in [
        "/api/v1/agents/secret-agent",
        "/api/v1/agents/secret-agent/timeline",
        "/api/v1/tasks/secret-task",
        "/api/v1/sandboxes/secret-sandbox",
        "/api/v1/services/secret-service",
        "/api/v1/graph?around=agent:secret-agent",
        "/api/v1/graph?around=host:h1",
        &format!("/api/v1/records/0-{theirs}"),
    ] {
        ask(&server, &reader, path).await.problem(404);
    }
    for path in [
        "/api/v1/agents?namespace=default",
        "/api/v1/events?namespace=default",
        "/api/v1/findings?namespace=default",
        "/api/v1/findings/waiting?namespace=default",
        "/api/v1/stream?namespace=default",
        "/api/observability/alerts?namespace=default",
        "/api/observability/history/fleet",
        "/api/observability/history/host",
    ] {
        ask(&server, &reader, path).await.problem(403);
    }
    assert_eq!(
        ask(&server, &reader, "/api/v1/agents/own-agent")
            .await
            .status
            .as_u16(),
        200
    );
}

#[tokio::test]
async fn the_stream_of_a_token_is_of_its_namespace() {
    let server = Server::start();
    let (writer, reader) = (
        server.token(Scope::Ingest, Some("team")).await,
        server.token(Scope::Read, Some("team")).await,
    );
    let mut events = Events::of(
        &server,
        as_token(&reader, "GET", "/api/v1/stream?topics=verdicts,alerts", ""),
    )
    .await;
    heartbeats(&server, [json!({"agent": "theirs", "status": "failed"})]).await;
    let own = json!({"agent": "own", "status": "idle"}).to_string();
    server
        .send(as_token(&writer, "POST", "/api/v1/heartbeats", own))
        .await
        .taken(202, 1);
    let event = events.next().await.unwrap();
    assert_eq!(
        (event.name.as_str(), event.data["agent"].as_str()),
        ("verdicts", Some("own"))
    );
    let writer = ask(&server, &writer, "/api/v1/stream").await;
    writer.problem(403);
}
