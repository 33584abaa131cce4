//! The commands against a running server and its data.

use std::process::{Command, Output};

use serde_json::Value;

use crate::PROGRAM;
use crate::start::{server, setup};

fn run(address: std::net::SocketAddr, arguments: &[&str]) -> Output {
    let server = format!("http://{address}");
    Command::new(PROGRAM)
        .args(arguments)
        .env("SWARMPULSE_SERVER", server)
        .env("NO_COLOR", "1")
        .output()
        .unwrap()
}

#[test]
fn e2e_pulse_and_check_tell_the_same_as_the_api() {
    let (_folder, server) = server();
    server
        .post(
            "/api/v1/heartbeats",
            "{\"agent\":\"fine\",\"status\":\"idle\",\"interval_s\":600}",
        )
        .unwrap();
    let pulse = run(server.address(), &["pulse", "--json"]);
    assert!(
        pulse.status.success(),
        "{}",
        String::from_utf8_lossy(&pulse.stderr)
    );
    let pulse: Value = serde_json::from_slice(&pulse.stdout).unwrap();
    assert!(pulse.to_string().contains("\"fine\""), "{pulse:#}");
    assert_eq!(run(server.address(), &["check", "--once"]).status.code(), Some(0));
    server
        .post(
            "/api/v1/heartbeats",
            "{\"agent\":\"broken\",\"status\":\"failed\"}",
        )
        .unwrap();
    let check = run(server.address(), &["check", "--once"]);
    assert_eq!(check.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&check.stdout).contains("broken"));
    let table = String::from_utf8(run(server.address(), &["pulse"]).stdout).unwrap();
    assert!(
        table.contains("broken") && table.contains("down") && !table.contains('\u{1b}'),
        "{table}"
    );
    let address = server.address();
    server.stop().unwrap();
    assert_eq!(
        run(address, &["check", "--once"]).status.code(),
        Some(2),
        "away is not well"
    );
}

#[test]
fn e2e_replay_prints_what_changed_while_the_server_runs_and_after() {
    let folder = tempfile::tempdir().unwrap();
    let setup = setup(folder.path());
    let server = setup.start().unwrap();
    server
        .post("/api/v1/heartbeats", "{\"agent\":\"a1\",\"status\":\"idle\"}")
        .unwrap();
    server
        .post("/api/v1/heartbeats", "{\"agent\":\"a1\",\"status\":\"failed\"}")
        .unwrap();
    let replay = || {
        let output = Command::new(PROGRAM)
            .args(["replay", "--from", "2020-01-01T00:00:00Z", "--json", "--data"])
            .arg(&setup.data)
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let lines = String::from_utf8(output.stdout).unwrap();
        let changes: Vec<Value> = lines
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        changes
            .iter()
            .filter(|change| change["agent"] == "a1")
            .map(|change| change["to"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(replay(), ["idle", "down"]);
    server.stop().unwrap();
    assert_eq!(replay(), ["idle", "down"]);
}

#[test]
fn e2e_the_environment_for_a_client_can_be_evaluated() {
    let (_folder, server) = server();
    for tool in ["claude-code", "codex", "gemini"] {
        let output = run(server.address(), &["env", tool]);
        assert!(output.status.success(), "{tool}");
        let lines = String::from_utf8(output.stdout).unwrap();
        let script = format!("set -eu; {lines}\nenv");
        let shell = Command::new("sh").arg("-c").arg(&script).output().unwrap();
        assert!(
            shell.status.success(),
            "{tool}: {lines}\n{}",
            String::from_utf8_lossy(&shell.stderr)
        );
        let port = server.address().port().to_string();
        assert!(
            String::from_utf8_lossy(&shell.stdout).contains(&port) || lines.contains(&port),
            "{tool}: {lines}"
        );
    }
}

#[test]
fn e2e_the_openapi_document_is_the_servers() {
    let (_folder, server) = server();
    let served = server.get("/openapi.json").unwrap().json();
    let printed = Command::new(PROGRAM).arg("openapi").output().unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&printed.stdout).unwrap(), served);
    assert!(served["paths"]["/api/v1/heartbeats"]["post"].is_object());
    assert_eq!(server.get("/").unwrap().status, 200);
    assert_eq!(server.get("/api").unwrap().status, 200);
}
