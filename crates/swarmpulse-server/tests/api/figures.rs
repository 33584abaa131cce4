//! The summary, everything now, and figures over time.

use serde_json::{Value, json};
use swarmpulse_model::series::SampleBatch;
use swarmpulse_model::{Labels, Sample};

use crate::harness::Server;
use crate::world::{get, heartbeats, settle};

#[tokio::test]
async fn the_summary_counts_and_says_it_in_a_sentence() {
    let server = Server::start();
    let summary = get(&server, "/api/v1/summary").await;
    assert_eq!(summary["sentence"], "No agents yet.");
    let agent = |id: &str, status: &str| json!({"agent": id, "status": status, "host": "h1"});
    heartbeats(
        &server,
        [
            agent("a", "idle"),
            agent("b", "working"),
            agent("c", "failed"),
            agent("d", "failed"),
        ],
    )
    .await;
    heartbeats(&server, [agent("e", "stopped")]).await;
    let body = json!({"task": "t1", "status": "running", "agent": "b"}).to_string();
    server.post("/api/v1/tasks", body).await.taken(202, 1);
    server
        .post(
            "/api/v1/sandboxes",
            json!({"sandbox": "s1", "state": "started"}).to_string(),
        )
        .await
        .taken(202, 1);
    settle(&server).await;
    let summary = get(&server, "/api/v1/summary").await;
    for (name, expected) in [
        ("agents", 5),
        ("expected", 4),
        ("available", 2),
        ("active", 1),
        ("idle", 1),
        ("tasks_in_progress", 1),
        ("sandboxes_running", 1),
        ("alerts_active", 2),
    ] {
        assert_eq!(summary[name], expected, "{name}");
    }
    assert_eq!(
        (&summary["verdicts"]["down"], &summary["verdicts"]["stopped"]),
        (&json!(2), &json!(1))
    );
    let sentence = summary["sentence"].as_str().unwrap();
    let expected = format!(
        "2 of 4 agents available. 2 down since {}",
        &summary["timestamp"].as_str().unwrap()[11..13]
    );
    assert!(
        sentence.starts_with(&expected) && sentence.ends_with(", same host."),
        "{sentence}"
    );
    assert_eq!(summary["monitor_blind"], Value::Null);
    assert!(summary["own"]["journal_offset"].as_u64().unwrap() >= 4);
    assert!(summary["timestamp"].as_str().unwrap().ends_with('Z'));
}

#[tokio::test]
async fn everything_now_is_in_one_answer() {
    let server = Server::start();
    heartbeats(&server, [json!({"agent": "a", "status": "failed"})]).await;
    server
        .post("/api/v1/services", json!({"service": "db"}).to_string())
        .await
        .taken(202, 1);
    let body = json!({"task": "t1", "status": "pending"}).to_string();
    server.post("/api/v1/tasks", body).await.taken(202, 1);
    settle(&server).await;
    let metrics = get(&server, "/api/observability/metrics").await;
    assert_eq!(metrics["fleet"]["agents"], 1);
    assert_eq!(
        (&metrics["tasks"]["pending"], &metrics["tasks"]["failed"]),
        (&json!(1), &json!(0))
    );
    assert_eq!(metrics["services"][0]["service"], "db");
    assert_eq!(metrics["alerts"][0]["name"], "agent_down");
    assert_eq!(metrics["processes"]["count"], 0.0);
    assert!(metrics["series"]["swarmpulse_records_total"].as_f64().unwrap() >= 3.0);
}

#[tokio::test]
async fn figures_over_time_are_averaged_and_bounded() {
    let server = Server::start();
    let runtime = server.app.runtime();
    let now = runtime.now();
    let mut batch = SampleBatch::default();
    for (agent, base) in [("a1", 100.0), ("a2", 200.0)] {
        let samples = |value: &dyn Fn(f64) -> f64| -> Vec<Sample> {
            let seconds = (0..600).step_by(5).map(f64::from);
            let sample = |second| Sample {
                at_ms: now.plus_s(second - 600.0).unix_ms(),
                value: value(second),
            };
            seconds.map(sample).collect()
        };
        let labels = |name| Labels::from_pairs([("__name__", name), ("agent", agent), ("kind", "bot")]);
        batch.push(
            &labels("swarmpulse_agent_resident_memory_bytes"),
            &samples(&|second| base + second),
        );
        batch.push(&labels("swarmpulse_agent_cpu_ratio"), &samples(&|_| 0.5));
    }
    runtime.metrics().append_durably("default", now, &batch).unwrap();
    let history = get(&server, "/api/observability/history/process?step=1m").await;
    assert_eq!(
        (&history["metric_type"], &history["step_s"]),
        (&json!("process"), &json!(60.0))
    );
    assert_eq!(history["series"].as_array().unwrap().len(), 4);
    let one = get(
        &server,
        "/api/observability/history/process?agent=a2&name=cpu_ratio&step=1m",
    )
    .await;
    let series = one["series"].as_array().unwrap();
    assert_eq!((series.len(), &series[0]["labels"]), (1, &json!({"agent": "a2"})));
    let points = series[0]["points"].as_array().unwrap();
    assert!((10..=11).contains(&points.len()), "{}", points.len());
    assert!(points.iter().all(|point| point["value"] == 0.5));
    assert_eq!(one["count"], points.len());
    let late = get(
        &server,
        "/api/observability/history/process?from=-2m&agent=a1&name=rss_bytes",
    )
    .await;
    let points = late["series"][0]["points"].as_array().unwrap();
    assert!((23..=24).contains(&points.len()), "{}", points.len());

    let limited = get(&server, "/api/observability/history/process?limit=1").await;
    assert_eq!(
        (limited["series"].as_array().unwrap().len(), &limited["left_out"]),
        (1, &json!(3))
    );
    let none = get(&server, "/api/observability/history/process?limit=0").await;
    assert_eq!(
        (&none["series"], &none["count"], &none["left_out"]),
        (&json!([]), &json!(0), &json!(4))
    );
    let old = get(&server, "/api/observability/history/process?from=-5h&to=-4h").await;
    assert_eq!(old["series"], json!([]));
    for metric_type in ["fleet", "tasks", "services", "host"] {
        assert_eq!(
            get(&server, &format!("/api/observability/history/{metric_type}")).await["metric_type"],
            metric_type
        );
    }

    server
        .get("/api/observability/history/process?limit=-1")
        .await
        .problem(422);
    server
        .get("/api/observability/history/process?hours=-1")
        .await
        .problem(422);
    let detail = server
        .get("/api/observability/history/weather")
        .await
        .problem(404);
    assert!(
        detail.contains("`weather`") && detail.contains("process, health, fleet, tasks, services, host"),
        "{detail}"
    );
}
