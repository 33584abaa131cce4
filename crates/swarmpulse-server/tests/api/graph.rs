//! The graph around an entity.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::harness::Server;
use crate::world::{column, get, heartbeats};

async fn world() -> Server {
    let server = Server::start();
    heartbeats(
        &server,
        [
            json!({"agent": "a1", "host": "h1", "sandbox": "s1"}),
            json!({"agent": "a2", "host": "h1"}),
        ],
    )
    .await;
    let body = json!({"task": "t1", "status": "running", "agent": "a1"}).to_string();
    server.post("/api/v1/tasks", body).await.taken(202, 1);
    let body = json!({"service": "api", "depends_on": ["db"]}).to_string();
    server.post("/api/v1/services", body).await.taken(202, 1);
    let body = json!({"service": "api", "agent": "a1", "state": "closed", "status_code": 200}).to_string();
    server.post("/api/v1/calls", body).await.taken(202, 1);
    server
}

fn nodes(graph: &Value) -> BTreeSet<String> {
    column(graph["nodes"].as_array().unwrap(), "id")
        .into_iter()
        .collect()
}

fn has_edge(graph: &Value, from: &str, relation: &str, to: &str) -> bool {
    let wanted = json!({"from": from, "to": to, "relation": relation});
    graph["edges"].as_array().unwrap().contains(&wanted)
}

#[tokio::test]
async fn an_agent_is_shown_with_what_it_is_linked_to() {
    let server = world().await;
    let graph = get(&server, "/api/v1/graph?around=agent:a1&depth=1").await;
    assert_eq!(graph["around"], "agent:a1");
    let expected = ["agent:a1", "host:h1", "sandbox:s1", "service:api", "task:t1"];
    assert_eq!(nodes(&graph), expected.map(str::to_owned).into());
    for (from, relation, to) in [
        ("agent:a1", "runs_on", "host:h1"),
        ("agent:a1", "has_task", "task:t1"),
        ("agent:a1", "calls", "service:api"),
        ("agent:a1", "in_sandbox", "sandbox:s1"),
        ("task:t1", "worked_on_by", "agent:a1"),
    ] {
        assert!(
            has_edge(&graph, from, relation, to),
            "{from} {relation} {to}: {graph}"
        );
    }
    assert_eq!(graph["nodes"][0]["id"], "agent:a1");
    assert!(graph["nodes"][0]["state"].is_string());
    let deeper = get(&server, "/api/v1/graph?around=agent:a1").await;
    assert!(
        nodes(&deeper).contains("service:db") && has_edge(&deeper, "service:api", "depends_on", "service:db")
    );
}

#[tokio::test]
async fn a_host_is_shown_with_those_that_run_on_it() {
    let server = world().await;
    let graph = get(&server, "/api/v1/graph?around=host:h1&depth=1").await;
    assert_eq!(
        nodes(&graph),
        ["agent:a1", "agent:a2", "host:h1"].map(str::to_owned).into()
    );
    let alone = get(&server, "/api/v1/graph?around=agent:a2&depth=0").await;
    assert_eq!((nodes(&alone).len(), &alone["edges"]), (1, &json!([])));
}

#[tokio::test]
async fn the_graph_is_bounded_and_strangers_are_told() {
    let server = world().await;
    let graph = get(&server, "/api/v1/graph?around=agent:a1&limit=2").await;
    assert_eq!((nodes(&graph).len(), &graph["truncated"]), (2, &json!(true)));
    for around in [
        "agent:nobody",
        "host:nowhere",
        "task:none",
        "sandbox:none",
        "service:none",
    ] {
        server
            .get(&format!("/api/v1/graph?around={around}"))
            .await
            .problem(404);
    }
}
