//! What detectors find in what really came in: findings, conditions, series and log lines; over a restart, too.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;
use swarmpulse_testkit::clock::wait_for;
use swarmpulse_testkit::server::{Server, Setup};

use crate::start::setup;

const PATIENCE: Duration = Duration::from_secs(40);
const MIB: f64 = 1_048_576.0;

fn quick(folder: &Path) -> Setup {
    setup(folder).with("detect.round_s", "1")
}

/// The server's own time, in seconds.
fn now_s(server: &Server) -> i64 {
    let answer = server.get("/prometheus/api/v1/query?query=time()").unwrap();
    let text = answer.json()["data"]["result"][1].as_str().unwrap().to_owned();
    text.parse::<f64>().unwrap() as i64
}

/// A metric, its agent, and its value at each minute.
type Past<'a> = (&'a str, &'a str, &'a dyn Fn(f64) -> f64);

/// Sends the past of series: a value for each of so many minutes up to now.
fn send_past(server: &Server, minutes: i64, series: &[Past<'_>]) {
    let now_s = now_s(server);
    let mut text = String::new();
    for (metric, agent, value) in series {
        for minute in (0..=minutes).rev() {
            let at_ms = (now_s - 60 * minute) * 1000;
            let value = value((minutes - minute) as f64);
            writeln!(text, "{metric}{{agent=\"{agent}\"}} {value} {at_ms}").unwrap();
        }
    }
    let answer = server.post("/api/v1/import/prometheus", &text).unwrap();
    assert_eq!(answer.status, 204, "{}", answer.text());
}

fn findings(server: &Server, query: &str) -> Vec<Value> {
    let answer = server.get(&format!("/api/v1/findings?{query}")).unwrap();
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()["items"].as_array().cloned().unwrap_or_default()
}

/// Waits until a condition is found of that subject.
fn found(server: &Server, condition: &str, subject: &str) -> Value {
    let query = format!("condition={condition}&subject={subject}");
    wait_for(PATIENCE, || findings(server, &query).pop()).unwrap_or_else(|| {
        let all = findings(server, "");
        panic!(
            "{condition} of {subject} is not found: {all:#?}\n{}",
            server.said()
        )
    })
}

/// A noise that is the same in every run: the sum of three waves that do not fit together.
fn noise(step: f64) -> f64 {
    (step * 1.7).sin() + (step * 2.9).sin() + (step * 4.3).cos()
}

#[test]
fn e2e_descriptors_that_run_out_are_found_told_and_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let setup = quick(folder.path());
    let server = setup.start().unwrap();
    send_past(
        &server,
        60,
        &[
            ("process_max_fds", "leaky", &|_| 1024.0),
            ("process_open_fds", "leaky", &|minute| 340.0 + 11.0 * minute),
            ("process_max_fds", "calm", &|_| 1024.0),
            ("process_open_fds", "calm", &|minute| {
                (700.0 + 4.0 * noise(minute)).round()
            }),
        ],
    );
    let finding = found(&server, "fd_exhaustion", "leaky");
    assert_eq!(
        (finding["state"].as_str(), finding["severity"].as_str()),
        (Some("active"), Some("critical"))
    );
    let sentence = finding["sentence"].as_str().unwrap();
    assert!(
        sentence.contains("1024") || sentence.contains("1,024"),
        "{sentence}"
    );
    let id = finding["id"].as_str().unwrap();
    let detail = server.get(&format!("/api/v1/findings/{id}")).unwrap().json();
    let points = detail["charts"][0]["lines"][0]["points"]
        .as_array()
        .unwrap()
        .len();
    assert!((30..=240).contains(&points), "{points} points");
    assert_eq!(detail["charts"][0]["limit"], 1024.0);
    // It is an alert like others, a series like others, and the healthy one is neither.
    let alerts = wait_for(PATIENCE, || {
        let alerts = server.get("/api/observability/alerts").unwrap().text();
        alerts.contains("fd_exhaustion").then_some(alerts)
    });
    assert!(alerts.unwrap().contains("leaky"));
    wait_for(PATIENCE, || {
        let query =
            "/prometheus/api/v1/query?query=swarmpulse_exhaustion_used_ratio%7Bagent%3D%22leaky%22%7D";
        let result = server.get(query).unwrap().json()["data"]["result"].take();
        (!result.as_array()?.is_empty()).then_some(())
    })
    .unwrap();
    assert_eq!(findings(&server, "subject=calm"), [] as [Value; 0]);

    // After a crash it has its name still, and was neither ended nor raised again.
    server.kill();
    let server = setup.start().unwrap();
    let again = found(&server, "fd_exhaustion", "leaky");
    assert_eq!(again["id"].as_str(), Some(id));
    let alerts = server.get("/api/observability/alerts").unwrap().json();
    let named = |list: &Value| -> Vec<Value> {
        let list = list.as_array().cloned().unwrap_or_default();
        list.into_iter()
            .filter(|alert| alert["name"] == "fd_exhaustion")
            .collect()
    };
    let (active, past) = (named(&alerts["active"]), named(&alerts["history"]));
    assert_eq!(active.len(), 1, "{alerts:#}");
    assert!(
        past.iter().all(|alert| alert["resolved_at"].is_null()),
        "{alerts:#}"
    );
}

#[test]
fn e2e_a_leak_is_seen_in_samples_from_before_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let server = quick(folder.path()).start().unwrap();
    send_past(
        &server,
        150,
        &[
            ("process_resident_memory_bytes", "leaky", &|minute| {
                MIB * (300.0 + minute / 3.0 + 3.0 * noise(minute))
            }),
            ("process_resident_memory_bytes", "calm", &|minute| {
                MIB * (300.0 + 40.0 * (minute % 7.0) / 7.0 + 3.0 * noise(minute))
            }),
        ],
    );
    let finding = found(&server, "memory_leak", "leaky");
    let rate = finding["figures"]
        .as_array()
        .unwrap()
        .iter()
        .find(|figure| figure["name"] == "rate_bytes_per_hour")
        .unwrap();
    let (low, high) = (rate["low"].as_f64().unwrap(), rate["high"].as_f64().unwrap());
    assert!(low <= 20.0 * MIB && 20.0 * MIB <= high, "{rate}");
    assert_eq!(findings(&server, "subject=calm"), [] as [Value; 0]);
    let log = folder.path().join("data/logs/bot-process-health.jsonl");
    wait_for(PATIENCE, || {
        let text = std::fs::read_to_string(&log).ok()?;
        let line = text.lines().find(|line| line.contains("memory_leak_detected"))?;
        let line: Value = serde_json::from_str(line).unwrap();
        assert_eq!(line["bot_id"], "leaky");
        Some(())
    })
    .unwrap();
}
