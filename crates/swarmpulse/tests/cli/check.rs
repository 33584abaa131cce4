//! `swarmpulse check`: the exit code is the answer.

use serde_json::{Value, json};
use swarmpulse_api::{Agent, Alerts, Blindness, Summary};

use crate::fake_server::{Answers, FakeServer, nowhere, ok, problem};
use crate::program::{output, text};

fn fleet(verdicts: &[(&str, &str)], blind: bool) -> Answers {
    let agents: Vec<Agent> = verdicts
        .iter()
        .map(|(id, verdict)| Agent {
            agent: (*id).into(),
            verdict: (*verdict).into(),
            ..Agent::default()
        })
        .collect();
    let monitor_blind = blind.then(|| Blindness {
        reason: "it restarted".into(),
        ..Blindness::default()
    });
    let summary = Summary {
        monitor_blind,
        ..Summary::default()
    };
    Answers::from([
        ("/api/v1/summary", ok(&serde_json::to_value(summary).unwrap())),
        ("/api/v1/agents", ok(&json!({"items": agents, "next": null}))),
        ("/api/v1/agents/gone", problem(404, "no agent `gone`")),
        (
            "/api/observability/alerts",
            ok(&serde_json::to_value(Alerts::default()).unwrap()),
        ),
    ])
}

fn check(answers: Answers, more: &[&str]) -> (Option<i32>, String) {
    let server = FakeServer::start(answers);
    let mut arguments = vec!["check", "--once", "--server", &server.address];
    arguments.extend(more);
    let out = output(&arguments);
    assert_eq!(text(&out.stderr), "");
    (out.status.code(), text(&out.stdout))
}

#[test]
fn all_well_is_zero_and_silent() {
    assert_eq!(
        check(fleet(&[("a", "working"), ("b", "stopped")], false), &[]),
        (Some(0), String::new())
    );
}

#[test]
fn something_down_is_one_with_a_line_each() {
    let (code, lines) = check(fleet(&[("a", "stuck"), ("b", "down"), ("c", "idle")], true), &[]);
    assert_eq!(code, Some(1));
    assert_eq!(
        lines,
        "critical b is down\nwarning a is stuck\nunclear the monitor cannot see: it restarted\n"
    );
    assert_eq!(
        check(
            fleet(&[("web", "down"), ("bot-1", "idle")], false),
            &["--agent", "bot-*"]
        )
        .0,
        Some(0)
    );
}

#[test]
fn what_cannot_be_told_is_two() {
    assert_eq!(check(fleet(&[("a", "idle")], true), &[]).0, Some(2));
    assert_eq!(check(fleet(&[("a", "unknown")], false), &[]).0, Some(2));
    let (code, lines) = check(fleet(&[], false), &["--name", "gone"]);
    assert_eq!(code, Some(2));
    assert!(lines.starts_with("unclear no agent `gone` is known"), "{lines}");
    let away = output(&["check", "--once", "--server", &nowhere()]);
    assert_eq!(away.status.code(), Some(2));
    assert!(
        text(&away.stdout).starts_with("unclear no server at http://127.0.0.1:"),
        "{}",
        text(&away.stdout)
    );
}

#[test]
fn json_says_the_same() {
    let (code, lines) = check(fleet(&[("b", "down")], false), &["--json"]);
    let shown: Value = serde_json::from_str(&lines).unwrap();
    assert_eq!(code, Some(1));
    assert_eq!(
        (&shown["status"], &shown["checked"]),
        (&json!("wrong"), &json!(1))
    );
    assert_eq!(
        shown["problems"][0],
        json!({"severity": "critical", "agent": "b", "text": "b is down"})
    );
}
