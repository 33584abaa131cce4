//! `swarmpulse alerts`, `ack`, `silence` and `notify`: what they ask, and what they print.

use serde_json::{Value, json};
use swarmpulse_api::{Alert, Channel, ChannelTest, Page, Receiver, ReceiverTest, Silence};

use crate::fake_server::{Answers, FakeServer, ok, problem};
use crate::program::{output, text};

fn page<T: serde::Serialize>(items: Vec<T>) -> String {
    ok(&serde_json::to_value(Page { items, next: None }).unwrap())
}

/// What a command prints, its exit code, and what it asked.
fn ask(answers: Answers, arguments: &[&str]) -> (Option<i32>, String, String, FakeServer) {
    let server = FakeServer::start(answers);
    let mut all = arguments.to_vec();
    all.extend(["--server", &server.address]);
    let out = output(&all);
    (out.status.code(), text(&out.stdout), text(&out.stderr), server)
}

fn alert() -> Alert {
    Alert {
        id: "agent_down/default/agent/a1".into(),
        name: "agent_down".into(),
        namespace: "default".into(),
        severity: "critical".into(),
        state: "firing".into(),
        subject_kind: "agent".into(),
        subject: "a1".into(),
        message: "agent a1: no contact within 30 s".into(),
        fingerprint: "6d7d4542998fe780".into(),
        ..Alert::default()
    }
}

#[test]
fn what_follows_from_another_is_left_out_unless_it_is_asked_for() {
    let follows = Alert {
        name: "task_stuck".into(),
        cause: Some("agent_down/default/agent/a1".into()),
        ..alert()
    };
    let answers = || Answers::from([("/api/v1/alerts", page(vec![alert(), follows.clone()]))]);
    let (_, printed, said, _) = ask(answers(), &["alerts"]);
    assert!(
        printed.contains("agent_down") && !printed.contains("task_stuck"),
        "{printed}"
    );
    assert!(
        said.contains("1 that follow from these are left out; `--all`"),
        "{said}"
    );
    let (_, printed, said, _) = ask(answers(), &["alerts", "--all"]);
    assert!(printed.contains("task_stuck"), "{printed}");
    assert!(!said.contains("left out"), "{said}");
}

#[test]
fn alerts_are_a_table_and_matchers_go_to_the_server() {
    let answers = || Answers::from([("/api/v1/alerts", page(vec![alert()]))]);
    let (code, table, _, server) = ask(
        answers(),
        &["alerts", "agent=~\"a.*\"", "{team=x}", "--severity", "critical"],
    );
    assert_eq!(code, Some(0));
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines.len(), 2, "{table}");
    for cell in [
        "critical",
        "agent_down",
        "a1",
        "6d7d4542998fe780",
        "no contact within 30 s",
    ] {
        assert!(lines[1].contains(cell), "{table}");
    }
    let asked = &server.requests()[0].path;
    for part in [
        "state=firing",
        "severity=critical",
        "filter=%7Bagent%3D%7E%22a.*%22%2Cteam%3Dx%7D",
    ] {
        assert!(asked.contains(part), "{asked}");
    }
    let (_, printed, _, server) = ask(answers(), &["alerts", "--history", "--since", "24h", "--json"]);
    let printed: Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(printed[0]["id"], "agent_down/default/agent/a1");
    let asked = &server.requests()[0].path;
    assert!(
        asked.contains("state=resolved") && asked.contains("from=-24h"),
        "{asked}"
    );
    let (code, printed, said, _) = ask(
        Answers::from([("/api/v1/alerts", page(Vec::<Alert>::new()))]),
        &["alerts"],
    );
    assert_eq!((code, printed.as_str()), (Some(0), ""));
    assert!(said.contains("no alert"), "{said}");
}

#[test]
fn an_alert_is_taken_in_hand_and_a_refusal_is_told() {
    let path = "/api/v1/alerts/agent_down%2Fdefault%2Fagent%2Fa1/acknowledge";
    let mut taken = alert();
    taken.acknowledged = Some(swarmpulse_api::AlertAcknowledgement {
        by: "ana".into(),
        ..swarmpulse_api::AlertAcknowledgement::default()
    });
    let taken = serde_json::to_value(taken).unwrap();
    let id = "agent_down/default/agent/a1";
    let arguments = ["ack", id, "--comment", "on it", "--author", "ana", "--for", "2h"];
    let (code, printed, _, server) = ask(Answers::from([(path, ok(&taken))]), &arguments);
    assert_eq!(
        (code, printed.as_str()),
        (
            Some(0),
            "ana has agent_down/default/agent/a1 in hand until it is over\n"
        )
    );
    assert_eq!(
        server.requests()[0].json(),
        json!({"comment": "on it", "author": "ana", "until": "2h"})
    );
    let (code, _, said, _) = ask(
        Answers::from([(path, problem(409, "the alert is over"))]),
        &["ack", id, "--comment", "x"],
    );
    assert_eq!(code, Some(1));
    assert!(said.contains("the alert is over"), "{said}");
}

#[test]
fn a_silence_is_made_and_its_id_is_all_that_is_printed() {
    let silence = Silence {
        id: "6f0c".into(),
        state: "active".into(),
        purpose: "maintenance".into(),
        alerts: 2,
        ..Silence::default()
    };
    let made = serde_json::to_value(&silence).unwrap();
    let arguments = [
        "silence",
        "add",
        "host=h1",
        "--maintenance",
        "--for",
        "2h",
        "--comment",
        "disks",
    ];
    let (code, printed, said, server) = ask(Answers::from([("/api/v1/silences", ok(&made))]), &arguments);
    assert_eq!((code, printed.as_str()), (Some(0), "6f0c\n"));
    assert!(said.contains("2 alerts now"), "{said}");
    let sent = server.requests()[0].json();
    assert_eq!(
        (&sent["matchers"], &sent["ends_at"], &sent["purpose"]),
        (&json!("{host=h1}"), &json!("2h"), &json!("maintenance"))
    );
    let listed = Answers::from([("/api/v1/silences", page(vec![silence]))]);
    let (_, table, _, _) = ask(listed, &["silence", "list"]);
    assert!(table.starts_with("STATE") && table.contains("6f0c"), "{table}");
}

#[test]
fn a_channel_that_fails_its_test_is_an_exit_code() {
    let tested = |error: Option<&str>, closed: bool| {
        let test = ReceiverTest {
            receiver: "ops".into(),
            channels: vec![ChannelTest {
                name: "slack/0".into(),
                delivered: error.is_none(),
                error: error.map(str::to_owned),
                closed,
                remark: None,
            }],
        };
        Answers::from([(
            "/api/v1/receivers/ops/test",
            ok(&serde_json::to_value(test).unwrap()),
        )])
    };
    let (code, printed, _, _) = ask(tested(None, false), &["notify", "test", "ops"]);
    assert_eq!((code, printed.as_str()), (Some(0), "delivered slack/0\n"));
    let (_, printed, _, _) = ask(tested(None, true), &["notify", "test", "ops"]);
    assert_eq!(printed, "delivered slack/0, and closed what it opened there\n");
    let (code, printed, _, _) = ask(tested(Some("answered 403"), false), &["notify", "test", "ops"]);
    assert_eq!(
        (code, printed.as_str()),
        (Some(1), "failed slack/0: answered 403\n")
    );
    let receiver = Receiver {
        name: "ops".into(),
        channels: vec![Channel {
            name: "slack/0".into(),
            sent: 3,
            ..Channel::default()
        }],
    };
    let (_, table, _, _) = ask(
        Answers::from([("/api/v1/receivers", page(vec![receiver]))]),
        &["notify", "channels"],
    );
    assert!(
        table.starts_with("RECEIVER") && table.contains("slack/0"),
        "{table}"
    );
}
