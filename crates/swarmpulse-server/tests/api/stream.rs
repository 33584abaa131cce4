//! Many effects at once on the live stream.

use serde_json::json;

use crate::harness::Server;
use crate::world::{Events, heartbeats};

#[tokio::test]
async fn every_verdict_of_a_large_batch_comes_once_in_order() {
    let server = Server::start();
    let mut events = Events::listen(&server, "topics=verdicts").await;
    heartbeats(
        &server,
        (0..3000).map(|n| json!({"agent": format!("a{n}"), "status": "idle"})),
    )
    .await;
    heartbeats(
        &server,
        (0..3000).map(|n| json!({"agent": format!("a{n}"), "status": "failed"})),
    )
    .await;
    let mut agents = Vec::new();
    let mut last = None;
    for _ in 0..6000 {
        let event = events.next().await.unwrap();
        agents.push(event.data["agent"].as_str().unwrap().to_owned());
        let id: swarmpulse_model::EffectId = event.id.unwrap().parse().unwrap();
        assert!(last.is_none_or(|last| last < id));
        last = Some(id);
    }
    let expected: Vec<String> = (0..3000).map(|n| format!("a{n}")).collect();
    assert_eq!(agents[..3000], expected);
    assert_eq!(agents[3000..], expected);
}
