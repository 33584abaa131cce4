//! The raw records behind evidence.

use serde_json::{Value, json};

use crate::harness::Server;
use crate::world::{column, get, heartbeats, pages};

/// Where the last batch stands.
fn last(server: &Server) -> u64 {
    server.app.runtime().status().journal_next() - 1
}

#[tokio::test]
async fn a_batch_is_shown_as_it_was_stored() {
    let server = Server::start();
    let secret = "sk-ant-api03-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let sent = json!({"agent": "a1", "status": "idle", "at": "2026-03-04T05:06:07Z", "note": format!("key {secret}")});
    heartbeats(&server, [sent]).await;
    let at = last(&server);
    let entry = get(&server, &format!("/api/v1/records/0-{at}")).await;
    assert_eq!(
        (entry["position"].as_str(), entry["source"].as_str()),
        (Some(format!("0-{at}").as_str()), Some("http"))
    );
    assert_eq!(
        (&entry["count"], &entry["namespace"]),
        (&json!(1), &json!("default"))
    );
    let record = &entry["items"][0]["record"];
    assert_eq!(entry["items"][0]["type"], "heartbeat");
    assert_eq!(
        (record["agent"].as_str(), record["at"].as_str()),
        (Some("a1"), Some("2026-03-04T05:06:07.000Z"))
    );
    assert!(!entry.to_string().contains(secret), "{entry}");
    assert_eq!(
        get(&server, &format!("/api/v1/records/0-{at}-3")).await,
        entry,
        "an effect's id names its batch"
    );
}

#[tokio::test]
async fn a_large_batch_comes_in_pages_and_by_agent() {
    let server = Server::start();
    heartbeats(
        &server,
        (0..25).map(|n| json!({"agent": format!("a{}", n % 5), "sequence": n})),
    )
    .await;
    let path = format!("/api/v1/records/0-{}", last(&server));
    let sequences = |items: Vec<Value>| -> Vec<u64> {
        items
            .iter()
            .map(|item| item["record"]["sequence"].as_u64().unwrap())
            .collect()
    };
    assert_eq!(
        sequences(pages(&server, &format!("{path}?limit=7")).await.concat()),
        (0..25).collect::<Vec<_>>()
    );
    let of_one = pages(&server, &format!("{path}?limit=2&agent=a3")).await;
    assert_eq!(sequences(of_one.concat()), [3, 8, 13, 18, 23]);
    assert_eq!(
        column(
            &get(&server, &format!("{path}?limit=0")).await["items"]
                .as_array()
                .unwrap()
                .clone(),
            "type"
        )
        .len(),
        0
    );
}

#[tokio::test]
async fn what_is_not_there_is_told() {
    let server = Server::start();
    heartbeats(&server, [json!({"agent": "a1"})]).await;
    for (position, needle) in [
        ("0-999999", "nothing has been received there yet"),
        ("7-0", "one partition"),
        ("x", "0-1234"),
        ("0-18446744073709551615", "nothing has been received there yet"),
    ] {
        let detail = server
            .get(&format!("/api/v1/records/{position}"))
            .await
            .problem(404);
        assert!(detail.contains(needle), "{position}: {detail}");
    }
}
