//! `/metrics`: exactly the registry, well formed, and right.

use std::collections::BTreeSet;
use std::io::Write;
use std::process::{Command, Stdio};

use swarmpulse_server::{Series, metric_names};
use swarmpulse_store::Scope;

use crate::harness::{Server, request, with};
use crate::prometheus::{Family, parse};

/// A server that has something of everything.
async fn busy() -> Server {
    let server = Server::start();
    for (path, body) in [
        (
            "/api/v1/heartbeats",
            r#"[{"agent":"a\"1\\","status":"working","sequence":1},{"agent":"a2","status":"failed"}]"#,
        ),
        (
            "/api/v1/heartbeats",
            r#"{"agent":"a\"1\\","sequence":5,"prompt":"text of a person"}"#,
        ),
        (
            "/api/v1/tasks",
            r#"[{"task":"t1","status":"running"},{"task":"t2","status":"failed"}]"#,
        ),
        ("/api/v1/sandboxes", r#"{"sandbox":"s1","state":"running"}"#),
        (
            "/api/v1/calls",
            r#"[{"service":"api","status_code":500},{"service":"api","status_code":200,"latency_ms":20,"agent":"a\"1\\"}]"#,
        ),
        ("/api/v1/events", r#"{"type":7}"#),
        ("/write", "broken"),
        ("/api/v1/events", r#"{"type":"agent.tool_use","size_bytes":700}"#),
    ] {
        server.post(path, body).await;
    }
    server.settle().await;
    server
}

fn value(family: &Family, wanted: &[(&str, &str)]) -> Option<f64> {
    let found = family.samples.iter().find(|(_, labels, _)| {
        wanted
            .iter()
            .all(|(name, value)| labels.get(*name).is_some_and(|found| found == value))
    });
    found.map(|(_, _, value)| *value)
}

#[tokio::test]
async fn the_figures_are_exactly_the_registry_and_well_formed() {
    let server = busy().await;
    let answer = server.get("/metrics").await;
    assert_eq!(
        answer.header("content-type"),
        "text/plain; version=0.0.4; charset=utf-8"
    );
    let families = parse(answer.text());
    let registry = metric_names();
    for (name, family) in &families {
        let series = registry
            .iter()
            .find(|series| series.name == name)
            .unwrap_or_else(|| panic!("{name} is unknown"));
        assert_eq!(family.kind, series.series_type.as_str(), "{name}");
        for (full, labels, _) in &family.samples {
            let mut expected: BTreeSet<&str> = series.labels.iter().copied().collect();
            expected.extend(full.ends_with("_bucket").then_some("le"));
            assert_eq!(
                labels.keys().map(String::as_str).collect::<BTreeSet<_>>(),
                expected,
                "{full}"
            );
        }
    }
    // Without a probe nobody has looked at processes and the machine.
    let needs_probe = |name: &str| {
        name.starts_with("swarmpulse_process_")
            || name.starts_with("swarmpulse_disk_free")
            || name.starts_with("swarmpulse_disk_size")
            || name.starts_with("swarmpulse_host_")
            || [
                "resident_memory_bytes",
                "virtual_memory_bytes",
                "memory_limit_bytes",
                "memory_pressure_ratio",
                "memory_ratio",
                "major_faults_total",
                "cpu_seconds_total",
                "cpu_ratio",
                "open_fds",
                "fd_limit",
                "threads",
                "thread_limit",
                "connections",
                "start_time_seconds",
            ]
            .iter()
            .any(|end| name == format!("swarmpulse_agent_{end}"))
    };
    // What detectors publish is there when they have something to say.
    let needs_finding = |name: &str| swarmpulse_detect::series().any(|series| series.name == name);
    // Groups of rules, channels and destinations of lines are there when they are configured.
    let needs_rules = |series: &Series| {
        series
            .labels
            .iter()
            .any(|label| matches!(*label, "rule_group" | "receiver" | "destination"))
            || series.name == "swarmpulse_alerting_dropped_total"
    };
    let always =
        |series: &&Series| !needs_probe(series.name) && !needs_finding(series.name) && !needs_rules(series);
    for series in registry.iter().filter(always) {
        assert!(families.contains_key(series.name), "{} is published", series.name);
    }
}

#[tokio::test]
async fn the_figures_are_right() {
    let server = busy().await;
    server.get("/nowhere").await;
    let families = parse(server.get("/metrics").await.text());
    for (name, labels, expected) in [
        (
            "swarmpulse_agents",
            &[("namespace", "default"), ("verdict", "down")][..],
            1.0,
        ),
        (
            "swarmpulse_agents",
            &[("namespace", "default"), ("verdict", "working")],
            1.0,
        ),
        (
            "swarmpulse_agents",
            &[("namespace", "default"), ("verdict", "silent")],
            0.0,
        ),
        ("swarmpulse_agents_expected", &[("namespace", "default")], 2.0),
        ("swarmpulse_agents_available", &[("namespace", "default")], 1.0),
        (
            "swarmpulse_agent_up",
            &[("agent", "a\"1\\"), ("kind", "agent")],
            1.0,
        ),
        ("swarmpulse_agent_up", &[("agent", "a2")], 0.0),
        ("swarmpulse_agent_lost_reports_total", &[("agent", "a\"1\\")], 3.0),
        ("swarmpulse_tasks", &[("status", "running")], 1.0),
        ("swarmpulse_tasks", &[("status", "failed")], 1.0),
        ("swarmpulse_sandboxes", &[("state", "running")], 1.0),
        ("swarmpulse_service_calls_total", &[("service", "api")], 2.0),
        ("swarmpulse_service_errors_total", &[("service", "api")], 1.0),
        (
            "swarmpulse_alerts",
            &[("severity", "critical"), ("state", "firing")],
            1.0,
        ),
        ("swarmpulse_monitor_blind", &[], 0.0),
        ("swarmpulse_ready", &[], 1.0),
        ("swarmpulse_dropped_total", &[("reason", "rejected_type")], 1.0),
        ("swarmpulse_redacted_total", &[("what", "payload")], 1.0),
        (
            "swarmpulse_http_requests_total",
            &[
                ("route", "/api/v1/heartbeats"),
                ("method", "POST"),
                ("status", "202"),
            ],
            2.0,
        ),
        (
            "swarmpulse_http_requests_total",
            &[("route", "/api/v1/events"), ("method", "POST"), ("status", "422")],
            1.0,
        ),
        (
            "swarmpulse_http_requests_total",
            &[("route", "unmatched"), ("method", "GET"), ("status", "404")],
            1.0,
        ),
        ("swarmpulse_http_requests_open", &[], 1.0),
        (
            "swarmpulse_events_total",
            &[("namespace", "default"), ("type", "agent.tool_use")],
            1.0,
        ),
        ("swarmpulse_event_size_bytes", &[("le", "256")], 0.0),
        ("swarmpulse_event_size_bytes", &[("le", "1024")], 1.0),
        (
            "swarmpulse_agent_success_ratio",
            &[("agent", "a\"1\\"), ("kind", "agent")],
            1.0,
        ),
        ("swarmpulse_agent_response_time_seconds", &[], 0.02),
    ] {
        assert_eq!(
            value(&families[name], labels),
            Some(expected),
            "{name} {labels:?}"
        );
    }
}

#[tokio::test]
async fn openmetrics_is_given_to_those_who_ask() {
    let server = busy().await;
    let accept = "application/openmetrics-text;version=1.0.0,text/plain;q=0.5";
    let answer = server
        .send(with(request("GET", "/metrics", ""), "accept", accept))
        .await;
    assert!(
        answer
            .header("content-type")
            .starts_with("application/openmetrics-text")
    );
    assert!(answer.text().ends_with("# EOF\n"));
    assert!(answer.text().contains("# TYPE swarmpulse_records counter\n"));
    assert!(answer.text().contains("\nswarmpulse_records_total "));
    assert!(
        answer
            .text()
            .contains("# UNIT swarmpulse_http_request_seconds seconds\n")
    );
}

#[tokio::test]
async fn a_token_of_a_namespace_sees_the_figures_of_that_alone() {
    let server = busy().await;
    let write = format!("Bearer {}", server.token(Scope::Ingest, Some("team")).await);
    let read = format!("Bearer {}", server.token(Scope::Read, Some("team")).await);
    let beat = request(
        "POST",
        "/api/v1/heartbeats",
        r#"{"agent":"theirs","status":"failed"}"#,
    );
    server
        .send(with(beat, "authorization", &write))
        .await
        .taken(202, 1);
    server.settle().await;
    let answer = server
        .send(with(request("GET", "/metrics", ""), "authorization", &read))
        .await;
    let families = parse(answer.text());
    let labels = || {
        families
            .values()
            .flat_map(|family| &family.samples)
            .map(|(_, labels, _)| labels)
    };
    assert!(labels().all(|labels| {
        labels
            .get("namespace")
            .is_none_or(|namespace| namespace == "team")
    }));
    assert_eq!(
        value(
            &families["swarmpulse_alerts"],
            &[("severity", "critical"), ("state", "firing")]
        ),
        Some(1.0)
    );
    assert!(
        !families.contains_key("swarmpulse_http_requests_total"),
        "own figures speak of all"
    );
}

#[tokio::test]
async fn many_agents_are_counted_and_not_listed() {
    let server = Server::start();
    let items: Vec<String> = (0..1001).map(|n| format!("{{\"agent\":\"a{n}\"}}")).collect();
    server
        .post("/api/v1/heartbeats", items.join("\n"))
        .await
        .taken(202, 1001);
    let families = parse(server.get("/metrics").await.text());
    assert!(!families.contains_key("swarmpulse_agent_up"));
    assert_eq!(
        value(&families["swarmpulse_series_omitted"], &[("family", "agent")]),
        Some(1001.0)
    );
    assert_eq!(value(&families["swarmpulse_agents_expected"], &[]), Some(1001.0));
}

/// Prometheus' own checker, where it is installed.
#[tokio::test]
async fn promtool_agrees() {
    let server = busy().await;
    let text = server.get("/metrics").await;
    let Ok(mut promtool) = Command::new("promtool")
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
    else {
        return;
    };
    promtool.stdin.take().unwrap().write_all(&text.body).unwrap();
    let output = promtool.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        !said.contains("error while linting") && output.status.code() != Some(1),
        "{said}"
    );
}

/// The series that a text names.
fn named(text: &str) -> BTreeSet<&str> {
    let words = text.split(|c: char| !(c.is_ascii_lowercase() || c == '_'));
    words.filter(|word| word.starts_with("swarmpulse_")).collect()
}

#[test]
fn shipped_rules_and_objectives_name_series_that_are_published() {
    let known: BTreeSet<&str> = metric_names().iter().map(|series| series.name).collect();
    let later = swarmpulse_rules::FED_LATER;
    let objectives = concat!(env!("CARGO_MANIFEST_DIR"), "/../swarmpulse-slo/objectives");
    let mut texts: Vec<String> = swarmpulse_rules::SHIPPED
        .iter()
        .map(|file| file.text.to_owned())
        .collect();
    for file in std::fs::read_dir(objectives).unwrap() {
        texts.push(std::fs::read_to_string(file.unwrap().path()).unwrap());
    }
    assert!(texts.len() >= 4);
    let mut seen = 0;
    for text in &texts {
        for name in named(text) {
            let stem = ["_bucket", "_sum", "_count"]
                .iter()
                .find_map(|end| name.strip_suffix(end))
                .unwrap_or(name);
            seen += 1;
            assert!(
                known.contains(name) || known.contains(stem) || later.contains(&name),
                "{name} is published by nobody"
            );
        }
    }
    assert!(seen > 10, "{seen}");
    for name in later {
        assert!(!known.contains(name), "{name} is fed by now");
    }
}
