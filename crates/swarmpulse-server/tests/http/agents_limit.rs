//! New entities beyond the limits are refused one by one; known ones go on.

use swarmpulse_model::EntityKind;
use swarmpulse_model::record::FleetSettings;
use swarmpulse_server::ServerOptions;

use crate::harness::{Server, settings};

fn limited() -> Server {
    let settings = FleetSettings {
        agents_max: 3,
        entities_max: 2,
        ..settings()
    };
    Server::with(ServerOptions::default(), settings)
}

fn known(server: &Server, kind: EntityKind) -> u64 {
    server.app.runtime().fleet(|fleet| fleet.known(kind))
}

#[tokio::test]
async fn new_agents_beyond_the_limit_are_refused_and_known_ones_go_on() {
    let server = limited();
    let beats = |names: &[&str]| {
        let items: Vec<String> = names
            .iter()
            .map(|name| format!("{{\"agent\":\"{name}\"}}"))
            .collect();
        format!("[{}]", items.join(","))
    };
    let rejected = server
        .post("/api/v1/heartbeats", beats(&["a", "b", "a", "c", "d", "a", "e"]))
        .await
        .taken(202, 5);
    assert_eq!(
        rejected.iter().map(|(index, _)| *index).collect::<Vec<_>>(),
        [4, 6]
    );
    assert!(
        rejected[0].1.contains("agents_max") && rejected[0].1.contains("limit of 3"),
        "{rejected:?}"
    );
    assert_eq!(
        server
            .post("/api/v1/heartbeats", beats(&["c", "b", "a"]))
            .await
            .taken(202, 3),
        []
    );
    assert_eq!(
        server
            .post("/api/v1/heartbeats", beats(&["f"]))
            .await
            .taken(422, 0)
            .len(),
        1
    );
    assert!(server.get("/ping/g").await.problem(422).contains("agents_max"));
    assert_eq!(server.get("/ping/a").await.text(), "OK");
    let event = r#"{"type":"x","agent":"h"}"#;
    assert_eq!(server.post("/api/v1/events", event).await.taken(422, 0).len(), 1);
    assert_eq!(known(&server, EntityKind::Agent), 3);
    assert_eq!(server.dropped("refused_agents_limit"), 5);
    assert_eq!(
        server.app.runtime().fleet(|fleet| fleet.refusals().agents),
        0,
        "nothing acknowledged was passed over"
    );
}

#[tokio::test]
async fn tasks_sandboxes_and_services_have_their_limit_too() {
    let server = limited();
    for (route, item, kind) in [
        ("tasks", r#"{"task":"NAME","status":"pending"}"#, EntityKind::Task),
        (
            "sandboxes",
            r#"{"sandbox":"NAME","state":"running"}"#,
            EntityKind::Sandbox,
        ),
        ("services", r#"{"service":"NAME"}"#, EntityKind::Service),
    ] {
        let path = format!("/api/v1/{route}");
        for (name, status) in [("one", 202), ("two", 202), ("three", 422), ("one", 202)] {
            let answer = server.post(&path, item.replace("NAME", name)).await;
            let rejected = answer.taken(status, u64::from(status == 202));
            assert!(
                rejected.iter().all(|(_, error)| error.contains("entities_max")),
                "{rejected:?}"
            );
        }
        assert_eq!(known(&server, kind), 2, "{route}");
    }
    let call = r#"{"service":"three","agent":"a"}"#;
    assert_eq!(server.post("/api/v1/calls", call).await.taken(422, 0).len(), 1);
    assert_eq!(
        known(&server, EntityKind::Agent),
        0,
        "a record passes whole or not at all"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_at_once_never_overshoot() {
    let settings = FleetSettings {
        agents_max: 50,
        ..settings()
    };
    let server = std::sync::Arc::new(Server::with(ServerOptions::default(), settings));
    let mut senders = tokio::task::JoinSet::new();
    for sender in 0..8 {
        let server = std::sync::Arc::clone(&server);
        senders.spawn(async move {
            let mut accepted = 0;
            for n in 0..20 {
                let body = format!("{{\"agent\":\"{sender}-{n}\"}}");
                accepted += u64::from(server.post("/api/v1/heartbeats", body).await.status == 202);
            }
            accepted
        });
    }
    let accepted: u64 = senders.join_all().await.into_iter().sum();
    assert_eq!(accepted, 50);
    assert_eq!(known(&server, EntityKind::Agent), 50);
    assert_eq!(server.app.runtime().fleet(|fleet| fleet.refusals().agents), 0);
}
