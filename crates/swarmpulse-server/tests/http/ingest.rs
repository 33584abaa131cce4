//! What is sent in, and what is answered.

use swarmpulse_api::SandboxEventAccepted;
use swarmpulse_model::EntityKind;

use crate::harness::{LOCAL, REMOTE, Server, request, with};

#[tokio::test]
async fn a_heartbeat_as_curl_sends_it_is_taken() {
    let server = Server::start();
    let body = with(
        request("POST", "/api/v1/heartbeats", r#"{"agent":"a1"}"#),
        "content-type",
        "application/x-www-form-urlencoded",
    );
    let answer = server.send(body).await;
    assert_eq!(answer.taken(202, 1), []);
    assert_eq!(answer.text(), r#"{"accepted":1,"rejected":[]}"#);
    assert_eq!(answer.header("content-type"), "application/json");
    assert!(
        server.knows_agent("default", "a1"),
        "it is applied once it is answered"
    );
}

#[tokio::test]
async fn every_kind_of_record_has_its_route() {
    let server = Server::start();
    for (route, body) in [
        ("heartbeats", r#"{"agent":"a1"}"#),
        ("events", r#"{"type":"agent.tool_use","agent":"a2"}"#),
        ("tasks", r#"{"task":"t1","status":"running"}"#),
        ("sandboxes", r#"{"sandbox":"s1","state":"running"}"#),
        ("calls", r#"{"service":"api","agent":"a3","status_code":200}"#),
        ("services", r#"{"service":"db","depends_on":["disk"]}"#),
        ("failures", r#"{"agent":"a1","type":"oom"}"#),
    ] {
        let answer = server.post(&format!("/api/v1/{route}"), body).await;
        assert_eq!(answer.taken(202, 1), [], "{route}");
        let refused = server.post(&format!("/api/v1/{route}"), r#"{"agent":7}"#).await;
        assert_eq!(refused.taken(422, 0).len(), 1, "{route}");
        let got = server.get(&format!("/api/v1/{route}")).await;
        assert_ne!(got.status, 202, "{route}");
    }
    let known = [
        EntityKind::Agent,
        EntityKind::Task,
        EntityKind::Sandbox,
        EntityKind::Service,
    ];
    let known = known.map(|kind| server.app.runtime().fleet(|fleet| fleet.known(kind)));
    assert_eq!(known, [3, 1, 1, 2]);
}

#[tokio::test]
async fn arrays_and_lines_are_taken_item_by_item() {
    let server = Server::start();
    let items = r#"[{"agent":"a1"},{"agent":5},{"agent":"a2"},{}]"#;
    let rejected = server.post("/api/v1/heartbeats", items).await.taken(202, 2);
    assert_eq!(
        rejected.iter().map(|(index, _)| *index).collect::<Vec<_>>(),
        [1, 3]
    );
    assert!(
        rejected.iter().all(|(_, error)| error.contains("agent")),
        "{rejected:?}"
    );
    let lines = "{\"agent\":\"a3\"}\n\n{broken\n{\"agent\":\"a4\"}\n";
    let ndjson = with(
        request("POST", "/api/v1/heartbeats", lines),
        "content-type",
        "application/x-ndjson",
    );
    let rejected = server.send(ndjson).await.taken(202, 2);
    assert_eq!(rejected.iter().map(|(index, _)| *index).collect::<Vec<_>>(), [1]);
    for agent in ["a1", "a2", "a3", "a4"] {
        assert!(server.knows_agent("default", agent), "{agent}");
    }
    assert_eq!(server.post("/api/v1/heartbeats", "[]").await.taken(422, 0), []);
    assert!(server.dropped("rejected_type") > 0 && server.dropped("rejected_missing") > 0);
}

#[tokio::test]
async fn a_pid_without_a_host_is_of_this_machine_if_it_comes_from_here() {
    let server = Server::start();
    let secret = server.token(swarmpulse_store::Scope::Ingest, None).await;
    let bearer = format!("Bearer {secret}");
    for (peer, agent, fields, host) in [
        (LOCAL, "here", r#""pid":7"#, Some("this-host")),
        (LOCAL, "named", r#""pid":7,"host":"other""#, Some("other")),
        (LOCAL, "without", r#""status":"idle""#, None),
        (REMOTE, "there", r#""pid":7"#, None),
    ] {
        let body = format!("{{\"agent\":\"{agent}\",{fields}}}");
        let request = with(
            request("POST", "/api/v1/heartbeats", body),
            "authorization",
            &bearer,
        );
        assert_eq!(server.send_as(peer, request).await.taken(202, 1), []);
        let found = server.app.runtime().fleet(|fleet| {
            let agent = fleet.agent_named("default", agent).unwrap();
            fleet.host_of(agent).map(str::to_owned)
        });
        assert_eq!(found.as_deref(), host, "{agent}");
    }
}

#[tokio::test]
async fn a_sandbox_event_is_answered_as_its_platform_does() {
    let server = Server::start();
    let path = "/api/v1/sandboxes/sb-1/events";
    let body = r#"{"event_type":"agent.tool_use","event_data":{"tool":"bash"},"source":"agent"}"#;
    let answer = server.post(path, body).await;
    assert_eq!(answer.status, 202);
    let first: SandboxEventAccepted = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(
        (first.status.as_str(), first.sandbox_id.as_str()),
        ("accepted", "sb-1")
    );
    assert_eq!(first.event_type, "agent.tool_use");
    assert!(first.event_id.starts_with("evt-"), "{}", first.event_id);
    assert!(
        first.timestamp.ends_with('Z') && first.timestamp.len() == 24,
        "{}",
        first.timestamp
    );
    let second = server.post(path, body).await.json();
    assert_ne!(
        second["event_id"],
        first.event_id.as_str(),
        "each is an event of its own"
    );
    let named = r#"{"event_type":"agent.message","event_id":"e-7"}"#;
    assert_eq!(server.post(path, named).await.json()["event_id"], "e-7");
    let events = server.app.runtime().fleet(|fleet| {
        fleet
            .sandbox_named("default", "sb-1")
            .map(|sandbox| sandbox.events)
    });
    assert_eq!(events, Some(3));

    assert_eq!(
        server.post(path, format!("[{body},{body}]")).await.taken(202, 2),
        []
    );
    assert_eq!(
        server
            .post(path, r#"{"source":"agent"}"#)
            .await
            .taken(422, 0)
            .len(),
        1
    );
}

#[tokio::test]
async fn an_agents_own_heartbeat_route_takes_what_its_orchestrator_takes() {
    let server = Server::start();
    let body = r#"{"agent_id":"a1","timestamp":1772600767,"sequence_number":3,"status":"working",
        "current_task_id":"t1","health_metrics":{"cpu":0.5},"checksum":"abc"}"#;
    for path in ["/agents/a1/heartbeat", "/api/v1/agents/a1/heartbeat"] {
        assert_eq!(server.post(path, body).await.taken(202, 1), []);
        assert_eq!(
            server.post(path, "").await.taken(202, 1),
            [],
            "an empty body is a heartbeat too"
        );
    }
    let said = server.app.runtime().fleet(|fleet| {
        let agent = fleet.agent_named("default", "a1").unwrap();
        (agent.status().map(str::to_owned), agent.metrics().to_vec())
    });
    assert_eq!(said.0.as_deref(), Some("working"));
    assert_eq!(said.1, [("cpu".into(), 0.5)]);
}
