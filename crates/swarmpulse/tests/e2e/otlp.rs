//! The real OpenTelemetry SDK exports to the server over every transport and in both temporalities; the same totals must be
//! found by queries.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use serde_json::Value;
use swarmpulse_testkit::clock;
use swarmpulse_testkit::server::Server;

use crate::start::{server, setup};

/// The interpreter that has the SDK; `scripts/install-test-python` makes it.
#[expect(clippy::print_stdout, reason = "a test that skips says why")]
fn python() -> Option<PathBuf> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scripts/install-test-python");
    let told = Command::new(script).arg("--path").output().ok()?;
    let path = PathBuf::from(String::from_utf8_lossy(&told.stdout).trim());
    let has_sdk = Command::new(&path)
        .args(["-c", "import opentelemetry.sdk, opentelemetry.exporter.otlp"])
        .output();
    if has_sdk.is_ok_and(|output| output.status.success()) {
        return Some(path);
    }
    println!("skipped: no OpenTelemetry SDK; scripts/install-test-python installs it");
    None
}

fn export(python: &PathBuf, arguments: &[&str]) {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/e2e/otlp/exporter.py");
    let output = Command::new(python).arg(script).args(arguments).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{arguments:?}: {}{said}",
        String::from_utf8_lossy(&output.stdout)
    );
}

/// What an instant query gives, as labels and value.
fn query(server: &Server, expression: &str) -> Vec<(Value, f64)> {
    let escaped: String = expression
        .bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect();
    let answer = server
        .get(&format!("/prometheus/api/v1/query?query={escaped}"))
        .unwrap()
        .json();
    assert_eq!(answer["status"], "success", "{expression}: {answer:#}");
    let result = answer["data"]["result"].as_array().unwrap().iter();
    result
        .map(|series| {
            (
                series["metric"].clone(),
                series["value"][1].as_str().unwrap().parse().unwrap(),
            )
        })
        .collect()
}

#[track_caller]
fn assert_value(server: &Server, expression: &str, expected: f64) {
    let found = query(server, expression);
    assert!(
        matches!(found.as_slice(), [(_, value)] if *value == expected),
        "{expression}: {found:?}, not {expected}"
    );
}

fn check_agent(server: &Server, agent: &str) {
    for (name, expected) in [
        ("jobs_done_total{queue=\"fast\",AGENT}", 12.0),
        ("job_took_seconds_bucket{le=\"0.5\",AGENT}", 3.0),
        ("job_took_seconds_bucket{le=\"5\",AGENT}", 12.0),
        ("job_took_seconds_count{AGENT}", 12.0),
        ("job_took_seconds_sum{AGENT}", 21.0),
        ("job_size_bytes_bucket{le=\"1\",AGENT}", 3.0),
        ("job_size_bytes_bucket{le=\"4\",AGENT}", 9.0),
        ("job_size_bytes_bucket{le=\"+Inf\",AGENT}", 12.0),
        ("queue_depth{AGENT}", 8.0),
        ("sum(swarmpulse_llm_tokens_total{AGENT,model=\"m1\"})", 120.0),
        ("swarmpulse_llm_requests_total{AGENT,status=\"ok\"}", 1.0),
        ("target_info{AGENT,job=\"lab/bot\"}", 1.0),
    ] {
        assert_value(
            server,
            &name.replace("AGENT", &format!("agent=\"{agent}\"")),
            expected,
        );
    }
    let labels = query(server, &format!("jobs_done_total{{agent=\"{agent}\"}}"))
        .remove(0)
        .0;
    assert_eq!(labels["job"], "lab/bot");
    assert_eq!(labels["sandbox"], format!("box-{agent}"));
    assert_eq!(labels["otel_scope_name"], "e2e");
    let shown = server.agent(agent);
    assert_eq!(
        (shown["kind"].as_str(), shown["verdict"].as_str()),
        (Some("py-bot"), Some("working")),
        "{shown:#}"
    );
}

#[test]
fn e2e_the_python_sdk_exports_over_every_transport_and_temporality() {
    let Some(python) = python() else { return };
    let (_folder, server) = server();
    let http = format!("http://{}", server.address());
    for temporality in ["delta", "cumulative"] {
        export(&python, &["http", temporality, &http]);
        check_agent(&server, &format!("py-http-{temporality}"));
        export(&python, &["grpc", temporality, &http]);
        check_agent(&server, &format!("py-grpc-{temporality}"));
    }
    // History is written behind the journal.
    let events = clock::wait_for(Duration::from_secs(10), || {
        let events = server.get("/api/v1/events?agent=py-grpc-delta").ok()?.text();
        events.contains("log.error").then_some(events)
    });
    let events = events.unwrap_or_else(|| panic!("no event: {}", server.said()));
    assert!(
        events.contains("cannot connect") && !events.contains("hunter2"),
        "{events}"
    );
}

/// A program that takes its exporter from the environment alone.
const FROM_ENVIRONMENT: &str = "
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
traces = TracerProvider()
traces.add_span_processor(SimpleSpanProcessor(OTLPSpanExporter()))
with traces.get_tracer('e2e').start_as_current_span('work'):
    pass
traces.shutdown()
";

#[test]
fn e2e_what_env_prints_makes_a_program_report() {
    let Some(python) = python() else { return };
    let (_folder, server) = server();
    let script = "eval \"$(\"$1\" env otel --quiet --shell bash --name 'env bot' --server \"$2\")\" && exec \"$3\" -c \"$4\"";
    let address = format!("http://{}", server.address());
    let output = Command::new("bash")
        .args(["-c", script, "bash", crate::PROGRAM, &address])
        .arg(&python)
        .arg(FROM_ENVIRONMENT)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let agent = server.agent("env%20bot");
    assert_eq!(
        (agent["kind"].as_str(), agent["verdict"].as_str()),
        (Some("otel"), Some("working")),
        "{agent:#}"
    );
}

#[test]
fn e2e_the_ports_of_opentelemetry_take_tokens_and_end_with_the_server() {
    let Some(python) = python() else { return };
    let folder = tempfile::tempdir().unwrap();
    // Free ones, as far as anybody can tell.
    let free = || std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let ports = [free(), free()].map(|listener| listener.local_addr().unwrap().to_string());
    let [grpc, http] = &ports;
    let server = setup(folder.path())
        .with("otlp.listen", "true")
        .with("otlp.grpc_listen", grpc)
        .with("otlp.http_listen", http)
        .start()
        .unwrap();
    let made = server
        .post("/api/v1/admin/tokens", r#"{"scope":"ingest","namespace":"lab"}"#)
        .unwrap()
        .json();
    let token = made["secret"].as_str().unwrap();
    export(&python, &["grpc", "delta", &format!("http://{grpc}"), token]);
    export(&python, &["http", "delta", &format!("http://{http}"), token]);
    for agent in ["py-grpc-delta", "py-http-delta"] {
        assert_value(
            &server,
            &format!("jobs_done_total{{namespace=\"lab\",agent=\"{agent}\"}}"),
            12.0,
        );
    }
    server.stop().unwrap();
}
