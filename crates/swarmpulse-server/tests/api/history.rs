//! What happened: timelines and events, by entity, kind, type, time and text.

use serde_json::{Value, json};

use crate::harness::Server;
use crate::world::{column, get, heartbeats, pages, settle};

async fn events(server: &Server, events: impl IntoIterator<Item = Value>) {
    let body: Vec<String> = events.into_iter().map(|event| event.to_string()).collect();
    server
        .post("/api/v1/events", body.join("\n"))
        .await
        .taken(202, body.len() as u64);
}

async fn told(server: &Server, query: &str) -> String {
    let page = get(server, &format!("/api/v1/events?{query}")).await;
    column(page["items"].as_array().unwrap(), "event").join(" ")
}

#[tokio::test]
async fn events_are_found_by_everything_they_name() {
    let server = Server::start();
    events(
        &server,
        [
            json!({"event": "e1", "type": "agent.tool_use", "agent": "a1", "task": "t1", "data": {"tool": "Grep"}}),
            json!({"event": "e2", "type": "agent.thinking", "agent": "a1", "sandbox": "s1"}),
            json!({"event": "e3", "type": "iteration.completed", "agent": "a2", "source": "worker"}),
            json!({"event": "e4", "type": "clean_up", "source": "system", "sandbox": "s2"}),
        ],
    )
    .await;
    settle(&server).await;
    for (query, expected) in [
        ("kind=event", "e4 e3 e2 e1"),
        ("kind=event&order=asc", "e1 e2 e3 e4"),
        ("type=agent.tool_use", "e1"),
        ("type=agent.*", "e2 e1"),
        ("agent=a1&kind=event", "e2 e1"),
        ("task=t1&kind=event", "e1"),
        ("sandbox=s1&kind=event", "e2"),
        ("source=worker", "e3"),
        ("source=system,agent&order=asc", "e1 e2 e4"),
        ("source=agent&kind=verdict", ""),
        ("q=grep", "e1"),
        ("from=-1h&kind=event", "e4 e3 e2 e1"),
        ("to=-1h", ""),
        ("from=2199-01-01T00:00:00Z", ""),
        ("limit=0", ""),
    ] {
        assert_eq!(told(&server, query).await, expected, "{query}");
    }
    let one = get(&server, "/api/v1/events?type=agent.tool_use").await["items"][0].clone();
    assert_eq!(
        (one["type"].as_str(), one["source"].as_str()),
        (Some("agent.tool_use"), Some("agent"))
    );
    assert_eq!(
        (one["agent"].as_str(), one["task"].as_str()),
        (Some("a1"), Some("t1"))
    );
}

#[tokio::test]
async fn pages_of_history_hold_each_row_once_in_both_orders() {
    let server = Server::start();
    events(&server, (0..57).map(|n| json!({"event": n.to_string(), "type": "x", "source": if n % 3 == 0 { "worker" } else { "agent" }}))).await;
    settle(&server).await;
    for (query, count) in [("kind=event", 57), ("source=worker", 19)] {
        for order in ["asc", "desc"] {
            for limit in [1, 5, 19, 100] {
                let path = format!("/api/v1/events?{query}&order={order}&limit={limit}");
                let numbers: Vec<u32> = column(&pages(&server, &path).await.concat(), "event")
                    .iter()
                    .map(|event| event.parse().unwrap())
                    .collect();
                assert_eq!(numbers.len(), count, "{path}");
                let sorted = if order == "asc" {
                    numbers.is_sorted()
                } else {
                    numbers.iter().rev().is_sorted()
                };
                assert!(sorted, "{path}: {numbers:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_timeline_tells_what_happened_to_an_agent() {
    let server = Server::start();
    let agent = |status: &str, instance: &str| json!({"agent": "a1", "status": status, "instance": instance});
    heartbeats(&server, [agent("idle", "i1")]).await;
    heartbeats(&server, [agent("failed", "i1")]).await;
    heartbeats(&server, [agent("idle", "i2")]).await;
    server
        .post(
            "/api/v1/tasks",
            json!({"task": "t1", "agent": "a1", "status": "running"}).to_string(),
        )
        .await
        .taken(202, 1);
    server
        .post(
            "/api/v1/failures",
            json!({"task": "t1", "agent": "a1", "error": "boom"}).to_string(),
        )
        .await
        .taken(202, 1);
    events(
        &server,
        [json!({"event": "e1", "type": "agent.tool_use", "agent": "a1"})],
    )
    .await;
    heartbeats(&server, [json!({"agent": "other", "status": "idle"})]).await;
    settle(&server).await;

    let all = pages(&server, "/api/v1/agents/a1/timeline?limit=3")
        .await
        .concat();
    let kinds = column(&all, "kind");
    for kind in ["verdict", "condition", "restart", "task", "failure", "event"] {
        assert!(
            kinds.iter().any(|found| found == kind),
            "{kind} is missing in {kinds:?}"
        );
    }
    assert!(
        all.iter()
            .rev()
            .is_sorted_by_key(|entry| entry["at"].as_str().unwrap().to_owned()),
        "the newest first"
    );
    let fell = all.iter().find(|entry| entry["to"] == "down").unwrap();
    assert_eq!(
        (fell["from"].as_str(), fell["kind"].as_str()),
        (Some("idle"), Some("verdict"))
    );
    assert_eq!(fell["evidence"][0]["claim"], "said_failed");
    let task = all.iter().find(|entry| entry["kind"] == "task").unwrap();
    assert!(task["text"].as_str().unwrap().contains("t1") && task["to"] == "running");

    let verdicts = get(&server, "/api/v1/agents/a1/timeline?kinds=verdict").await;
    let verdicts = column(verdicts["items"].as_array().unwrap(), "kind");
    assert!(verdicts.len() >= 3 && verdicts.iter().all(|kind| kind == "verdict"));
    server.get("/api/v1/agents/nobody/timeline").await.problem(404);
    let nothing = get(&server, "/api/v1/agents/a1/timeline?to=-1h").await;
    assert_eq!(nothing["items"], json!([]), "known, and nothing happened then");
}

#[tokio::test]
async fn tasks_sandboxes_and_services_are_found_by_what_they_name() {
    let server = Server::start();
    let tasks = [
        json!({"task": "t1", "status": "running", "type": "crawl", "queue": "q1", "agent": "a1", "sandbox": "s1"}),
        json!({"task": "t2", "status": "pending", "type": "crawl", "queue": "q2"}),
        json!({"task": "t3", "status": "failed", "type": "parse", "queue": "q1", "error": "boom"}),
    ];
    let body: Vec<String> = tasks.iter().map(Value::to_string).collect();
    server.post("/api/v1/tasks", body.join("\n")).await.taken(202, 3);
    let sandboxes = [
        json!({"sandbox": "s1", "provider": "docker", "state": "running", "agent": "a1", "usage": {"cpu_ratio": 0.5}}),
        json!({"sandbox": "s2", "provider": "e2b", "state": "exited"}),
    ];
    let body: Vec<String> = sandboxes.iter().map(Value::to_string).collect();
    server
        .post("/api/v1/sandboxes", body.join("\n"))
        .await
        .taken(202, 2);
    let services = [
        json!({"service": "db", "kind": "postgres"}),
        json!({"service": "api", "depends_on": ["db"]}),
    ];
    let body: Vec<String> = services.iter().map(Value::to_string).collect();
    server
        .post("/api/v1/services", body.join("\n"))
        .await
        .taken(202, 2);
    for (path, field, expected) in [
        ("/api/v1/tasks", "task", "t1 t2 t3"),
        ("/api/v1/tasks?status=running,failed", "task", "t1 t3"),
        ("/api/v1/tasks?type=crawl&queue=q2", "task", "t2"),
        ("/api/v1/tasks?agent=a1", "task", "t1"),
        ("/api/v1/tasks?sandbox=s1", "task", "t1"),
        ("/api/v1/tasks?stuck=true", "task", ""),
        ("/api/v1/tasks?stuck=false", "task", "t1 t2 t3"),
        ("/api/v1/sandboxes?state=running", "sandbox", "s1"),
        ("/api/v1/sandboxes?provider=e2b", "sandbox", "s2"),
        ("/api/v1/sandboxes?agent=a1", "sandbox", "s1"),
        ("/api/v1/services", "service", "db api"),
        ("/api/v1/services?kind=postgres", "service", "db"),
    ] {
        assert_eq!(
            column(&pages(&server, path).await.concat(), field).join(" "),
            expected,
            "{path}"
        );
    }
    let task = get(&server, "/api/v1/tasks/t3").await;
    assert_eq!(
        (task["status"].as_str(), task["error"].as_str()),
        (Some("failed"), Some("boom"))
    );
    let sandbox = get(&server, "/api/v1/sandboxes/s2").await;
    assert_eq!(
        (sandbox["state"].as_str(), sandbox["provider_state"].as_str()),
        (Some("stopped"), Some("exited"))
    );
    assert_eq!(
        get(&server, "/api/v1/sandboxes/s1").await["usage"],
        json!({"cpu_ratio": 0.5})
    );
    assert_eq!(
        get(&server, "/api/v1/services/api").await["depends_on"],
        json!(["db"])
    );
    for path in ["/api/v1/tasks/x", "/api/v1/sandboxes/x", "/api/v1/services/x"] {
        server.get(path).await.problem(404);
    }
    let split = pages(&server, "/api/v1/tasks?limit=2").await;
    assert_eq!(split.iter().map(Vec::len).collect::<Vec<_>>(), [2, 1]);
}
