//! `swarmpulse pulse` on a pipe.

use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use swarmpulse_api::{Agent, Evidence, Summary};

use crate::fake_server::{Answers, FakeServer, events, nowhere, ok};
use crate::program::{Running, output, swarmpulse, text};

fn agent(id: &str, verdict: &str) -> Value {
    let evidence = vec![Evidence {
        text: format!("why {id}"),
        at: "2026-01-01T00:00:00Z".into(),
        ..Evidence::default()
    }];
    let agent = Agent {
        agent: id.into(),
        verdict: verdict.into(),
        evidence,
        ..Agent::default()
    };
    serde_json::to_value(agent).unwrap()
}

fn fleet(agents: &[Value]) -> Answers {
    let summary = Summary {
        sentence: "1 of 2 agents available.".into(),
        agents: 2,
        ..Summary::default()
    };
    Answers::from([
        ("/api/v1/summary", ok(&serde_json::to_value(summary).unwrap())),
        ("/api/v1/agents", ok(&json!({"items": agents, "next": null}))),
    ])
}

#[test]
fn a_pipe_gets_the_table_without_colours() {
    let server = FakeServer::start(fleet(&[agent("a1", "idle"), agent("b1", "down")]));
    let out = output(&["pulse", "--server", &server.address]);
    assert!(out.status.success(), "{}", text(&out.stderr));
    let shown = text(&out.stdout);
    assert!(!shown.contains('\x1b'), "{shown}");
    let lines: Vec<&str> = shown.lines().collect();
    assert_eq!(lines[0], "1 of 2 agents available.");
    assert!(
        lines[3].starts_with("✕ down") && lines[3].contains("why b1"),
        "{shown}"
    );
    assert!(lines[4].starts_with("○ idle"), "{shown}");
    let path = &server.requests()[1].path;
    assert_eq!(path, "/api/v1/agents?order=severity&limit=50");
}

#[test]
fn colours_come_where_they_are_asked_for() {
    let server = FakeServer::start(fleet(&[agent("b1", "down")]));
    let coloured = output(&["--color", "always", "pulse", "--server", &server.address]);
    assert!(
        text(&coloured.stdout).contains("\x1b[31m✕ down"),
        "{}",
        text(&coloured.stdout)
    );
}

#[test]
fn json_carries_the_summary_and_the_agents_asked_for() {
    let server = FakeServer::start(fleet(&[agent("b1", "down")]));
    let out = output(&[
        "pulse",
        "--json",
        "--verdict",
        "down,stuck",
        "--limit",
        "7",
        "--server",
        &server.address,
    ]);
    let shown: Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!(shown["summary"]["agents"], 2);
    assert_eq!(shown["agents"][0]["agent"], "b1");
    assert_eq!(
        server.requests()[1].path,
        "/api/v1/agents?verdict=down%2Cstuck&order=severity&limit=7"
    );
}

#[test]
fn a_reader_that_went_away_is_no_failure() {
    let many: Vec<Value> = (0..5000).map(|n| agent(&format!("agent-{n}"), "idle")).collect();
    let server = FakeServer::start(fleet(&many));
    let mut command = swarmpulse(&["pulse", "--limit", "5000", "--server", &server.address]);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let out = child.wait_with_output().unwrap();
    assert_eq!((out.status.code(), text(&out.stderr).as_str()), (Some(0), ""));
}

#[test]
fn on_a_pipe_each_change_is_a_line() {
    let mut answers = fleet(&[agent("a1", "idle")]);
    let message = |id: u32, agent: &Value| format!("id: {id}\nevent: verdicts\ndata: {agent}\n\n");
    let stream = message(1, &agent("a1", "down")) + &message(2, &agent("b1", "idle"));
    answers.insert("/api/v1/stream", events(&stream));
    let server = FakeServer::start(answers);
    let arguments = [
        "pulse",
        "--watch",
        "--json",
        "--verdict",
        "down,idle",
        "--server",
        &server.address,
    ];
    let mut running = Running::start(&mut swarmpulse(&arguments));
    let mut seen = Vec::new();
    for _ in 0..3 {
        let change: Value = serde_json::from_str(&running.line()).unwrap();
        seen.push(format!(
            "{} {} {}",
            change["id"], change["agent"]["agent"], change["agent"]["verdict"]
        ));
    }
    assert_eq!(
        seen,
        [r#"null "a1" "idle""#, r#""1" "a1" "down""#, r#""2" "b1" "idle""#]
    );
    // The connection broke after two messages, and is resumed after the second.
    server.wait_for(|requests| {
        requests
            .iter()
            .any(|request| request.head.to_ascii_lowercase().contains("last-event-id: 2"))
    });
    running.signal(rustix::process::Signal::INT);
    assert_eq!(running.finish().0.code(), Some(0));
}

#[test]
fn a_server_that_is_away_is_an_error_with_the_way_out() {
    let out = output(&["pulse", "--server", &nowhere()]);
    assert_eq!(out.status.code(), Some(1));
    let errors = text(&out.stderr);
    assert!(
        errors.starts_with("swarmpulse: no server at http://127.0.0.1:"),
        "{errors}"
    );
    assert!(errors.contains("start one with `swarmpulse serve`"), "{errors}");
}

#[test]
fn on_a_terminal_the_screen_is_taken_and_given_back() {
    let mut answers = fleet(&[agent("a1", "idle")]);
    answers.insert(
        "/api/v1/stream",
        events(&format!(
            "id: 1\nevent: verdicts\ndata: {}\n\n",
            agent("b1", "down")
        )),
    );
    let server = FakeServer::start(answers);
    let line = format!(
        "'{}' pulse --watch --server {}",
        env!("CARGO_BIN_EXE_swarmpulse"),
        server.address
    );
    // `script` gives the command a terminal of its own.
    let mut command = Command::new("script");
    let mut running = Running::start(
        command
            .args(["-qefc", &line, "/dev/null"])
            .env("SHELL", "/bin/sh"),
    );
    let mut shown = String::new();
    while !shown.contains("why b1") {
        shown.push_str(&running.line());
    }
    assert!(shown.starts_with("\x1b[?1049h\x1b[?25l"), "{shown:?}");
    running.stdin.as_mut().unwrap().write_all(b"q").unwrap();
    let (status, rest, _) = running.finish();
    assert!(rest.ends_with("\x1b[?7h\x1b[?25h\x1b[?1049l"), "{rest:?}");
    assert_eq!(status.code(), Some(0));
}
