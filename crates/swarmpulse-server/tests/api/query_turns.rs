//! Turns of queries: one that takes too long is told so, one whose client leaves makes room.

use std::sync::Arc;

use http::StatusCode;
use serde_json::json;
use swarmpulse_model::series::SampleBatch;
use swarmpulse_model::{Labels, Sample};
use swarmpulse_server::{QueryOptions, ServerOptions};

use crate::harness::{Server, request};
use crate::world::{PATIENCE, open};

/// Takes longer than any test: the median of an hour of medians of an hour, at every second of three hours, of 20 series.
const ENDLESS: &str = "/prometheus/api/v1/query_range?start=0&end=10800&step=1&query=quantile_over_time(0.5,quantile_over_time(\
                       0.5,up%5B1h:1s%5D)%5B1h:1s%5D)";
const SHORT: &str = "/prometheus/api/v1/query?query=count(up)&time=600";

/// A server that answers one query at a time.
fn server() -> Server {
    let query = QueryOptions {
        at_once_max: 1,
        ..QueryOptions::default()
    };
    let server = Server::with_options(ServerOptions {
        query,
        ..ServerOptions::default()
    });
    let mut batch = SampleBatch::default();
    for job in 0..20 {
        let samples: Vec<Sample> = (0..720)
            .map(|n| Sample {
                at_ms: n * 15_000,
                value: (n * job % 17) as f64,
            })
            .collect();
        let job = job.to_string();
        batch.push(&Labels::from_pairs([("__name__", "up"), ("job", &job)]), &samples);
    }
    let runtime = server.app.runtime();
    runtime
        .metrics()
        .append_durably("default", runtime.now(), &batch)
        .unwrap();
    server
}

/// Queries under way, as the server itself counts them.
async fn under_way(server: &Server) -> u64 {
    let text = server.get("/metrics").await;
    let mut lines = text.text().lines();
    let line = lines.find_map(|line| line.strip_prefix("swarmpulse_queries_open "));
    line.unwrap().parse().unwrap()
}

async fn until_under_way(server: &Server, wanted: u64) {
    let watch = swarmpulse_runtime::clock::Stopwatch::start();
    while under_way(server).await != wanted {
        assert!(
            watch.seconds() < PATIENCE.as_secs_f64(),
            "waited in vain until {wanted} queries were under way"
        );
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_query_that_takes_too_long_is_503_and_makes_room() {
    let server = server();
    let answer = server.get(&format!("{ENDLESS}&timeout=20ms")).await;
    assert_eq!(
        answer.status,
        StatusCode::SERVICE_UNAVAILABLE,
        "{}",
        answer.text()
    );
    let body = answer.json();
    assert_eq!(
        (&body["status"], &body["errorType"]),
        (&json!("error"), &json!("timeout"))
    );
    assert!(body["error"].as_str().unwrap().contains("timed out"), "{body}");
    until_under_way(&server, 0).await;
    let answer = server.get(SHORT).await;
    assert_eq!(answer.json()["data"]["result"][0]["value"][1], "20");
}

#[tokio::test]
async fn a_query_without_a_turn_in_time_is_503_and_one_whose_client_leaves_makes_room() {
    let server = Arc::new(server());
    let asking = tokio::spawn({
        let server = Arc::clone(&server);
        async move { open(&server, request("GET", ENDLESS, "")).await }
    });
    until_under_way(&server, 1).await;
    let answer = server.get(&format!("{SHORT}&timeout=20ms")).await;
    assert_eq!(
        answer.status,
        StatusCode::SERVICE_UNAVAILABLE,
        "{}",
        answer.text()
    );
    let body = answer.json();
    assert_eq!(
        (&body["errorType"], &body["error"]),
        (&json!("timeout"), &json!("query timed out in query queue"))
    );
    assert_eq!(under_way(&server).await, 1, "the long one goes on");
    asking.abort();
    assert!(asking.await.unwrap_err().is_cancelled());
    until_under_way(&server, 0).await;
    assert_eq!(server.get(SHORT).await.status, StatusCode::OK);
}
