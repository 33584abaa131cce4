//! Who may do what: loopback, hosts, origins, tokens.

use std::process::Command;

use swarmpulse_testkit::http::Connection;

use crate::PROGRAM;
use crate::start::setup;

#[test]
fn e2e_listening_beyond_loopback_needs_a_token_or_insecure() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let output = Command::new(PROGRAM)
        .args(["serve", "--listen", "0.0.0.0:0", "--data"])
        .arg(&data)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        said.contains("token create") && said.contains("--insecure"),
        "{said}"
    );
}

#[test]
fn e2e_foreign_hosts_and_origins_are_refused_on_loopback() {
    let folder = tempfile::tempdir().unwrap();
    let server = setup(folder.path()).start().unwrap();
    let mut connection = Connection::open(server.address()).unwrap();
    let foreign = b"GET /api/v1/summary HTTP/1.1\r\nhost: evil.example\r\nconnection: close\r\n\r\n";
    connection.send(foreign).unwrap();
    assert_eq!(connection.answer().unwrap().status, 403);
    let mut connection = Connection::open(server.address()).unwrap();
    let headers = [("origin", "https://evil.example"), ("connection", "close")];
    let answer = connection
        .call("POST", "/api/v1/heartbeats", &headers, b"{\"agent\":\"a1\"}")
        .unwrap();
    assert_eq!(answer.status, 403);
    assert_eq!(answer.header("content-type"), Some("application/problem+json"));
    assert!(answer.json()["request_id"].is_string());
}

#[test]
fn e2e_tokens_made_by_the_command_line_hold_at_once_and_stay_in_their_scope() {
    let folder = tempfile::tempdir().unwrap();
    let setup = setup(folder.path());
    let server = setup.start().unwrap();
    let make = |scope: &str, namespace: &str| {
        let output = Command::new(PROGRAM)
            .args([
                "token",
                "create",
                "--scope",
                scope,
                "--namespace",
                namespace,
                "--data",
            ])
            .arg(&setup.data)
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    let (ingest, read) = (make("ingest", "team-a"), make("read", "team-b"));
    let call = |token: &str, method: &str, path: &str, body: &str| {
        let bearer = format!("Bearer {token}");
        let headers = [("authorization", bearer.as_str()), ("connection", "close")];
        Connection::open(server.address())
            .unwrap()
            .call(method, path, &headers, body.as_bytes())
            .unwrap()
    };
    assert_eq!(
        call(&ingest, "POST", "/api/v1/heartbeats", "{\"agent\":\"a1\"}").status,
        202
    );
    assert_eq!(call(&ingest, "GET", "/api/v1/agents", "").status, 403);
    assert_eq!(
        call(&read, "POST", "/api/v1/heartbeats", "{\"agent\":\"a1\"}").status,
        403
    );
    assert_eq!(call("swp_wrong", "GET", "/api/v1/agents", "").status, 401);
    let theirs = call(&read, "GET", "/api/v1/agents", "").json();
    assert_eq!(
        theirs["items"].as_array().unwrap().len(),
        0,
        "another team's agents are not seen: {theirs:#}"
    );
    let ours = server.get("/api/v1/agents?namespace=team-a").unwrap().json();
    assert_eq!(ours["items"][0]["namespace"], "team-a");
    assert!(
        !server.said().contains(&ingest) && !server.said().contains(&read),
        "secrets are not logged"
    );
}
