//! `swarmpulse alerts`, `ack`, `silence` and `notify`: what they ask, and what they print.

use serde_json::{Value, json};
use swarmpulse_api::{Alert, Channel, ChannelTest, Page, Receiver, ReceiverTest, Silence};

use crate::fake_server::{Answers, FakeServer, events, ok, problem};
use crate::program::{Running, output, swarmpulse, text};

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

#[test]
fn a_name_in_place_of_an_id_is_answered_with_the_ids_of_that_name() {
    let answers = || {
        Answers::from([
            ("/api/v1/alerts/agent_down", problem(404, "no alert `agent_down`")),
            ("/api/v1/alerts/agent_down/acknowledge", problem(404, "no alert")),
            ("/api/v1/alerts", page(vec![alert()])),
        ])
    };
    for arguments in [
        &["alerts", "show", "agent_down"][..],
        &["alerts", "--id", "agent_down"],
        &["ack", "agent_down", "--comment", "x"],
    ] {
        let (code, printed, said, server) = ask(answers(), arguments);
        assert_eq!((code, printed.as_str()), (Some(1), ""), "{arguments:?}");
        assert!(
            said.contains("is the name of alerts: give the id of one: 6d7d4542998fe780 (of a1)"),
            "{said}"
        );
        let asked = &server.requests()[1].path;
        assert!(asked.contains("alertname%3D%22agent_down%22"), "{asked}");
    }
}

#[test]
fn a_time_that_is_none_is_refused_here_and_named_as_it_was_given() {
    let silence = |given: &[&'static str]| [&["silence", "add", "a=b", "--comment", "c"], given].concat();
    for (arguments, words) in [
        (silence(&["--for", "2"]), "--for: `2` is no span of time"),
        (
            silence(&["--until", "2026-12-01 08:00"]),
            "--until: `2026-12-01 08:00` is no time",
        ),
        (
            silence(&["--for", "1h", "--from", "soon"]),
            "--from: `soon` is no time",
        ),
        (
            vec!["ack", "x", "--comment", "c", "--for", "-2h"],
            "--for: `-2h` is no span",
        ),
        (
            vec!["ack", "x", "--comment", "c", "--until", "tomorrow"],
            "--until: `tomorrow`",
        ),
        (
            vec!["alerts", "--history", "--since", "yesterday"],
            "--since: `yesterday` is no span",
        ),
        (
            vec!["backtest", "--from", "2990-01-01"],
            "--from: 2990-01-01T00:00:00.000Z is still to come",
        ),
        (vec!["backtest", "--from", "10m"], "10m ago is `-10m`"),
    ] {
        let (code, _, said, server) = ask(Answers::new(), &arguments);
        assert_eq!(code, Some(1), "{arguments:?}: {said}");
        assert!(said.contains(words), "{arguments:?}: {said}");
        assert!(server.requests().is_empty(), "{arguments:?}");
    }
}

#[test]
fn silences_of_an_alertmanager_are_made_here() {
    let made = serde_json::to_value(Silence {
        id: "6f0c".into(),
        ..Silence::default()
    })
    .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("silences.json");
    let silences = json!([
        {"id": "a", "matchers": [{"name": "host", "value": "h1", "isRegex": false, "isEqual": true}],
         "startsAt": "2026-01-01T00:00:00.000Z", "endsAt": "2990-01-01T00:00:00.000Z", "createdBy": "ana",
         "comment": "disks"},
        {"id": "b", "matchers": [{"name": "host", "value": "h2", "isRegex": false, "isEqual": true}],
         "startsAt": "2026-01-01T00:00:00.000Z", "endsAt": "2026-01-02T00:00:00.000Z", "createdBy": "ana",
         "comment": "over"}
    ]);
    std::fs::write(&file, silences.to_string()).unwrap();
    let file = file.to_str().unwrap();
    let answers = || Answers::from([("/api/v1/silences", ok(&made))]);
    let (code, printed, said, server) = ask(answers(), &["silence", "import", file]);
    assert_eq!((code, printed.as_str()), (Some(0), "6f0c\n"), "{said}");
    assert!(said.contains("1 passed over"), "{said}");
    assert_eq!(server.requests().len(), 1);
    let asked = server.requests()[0].json();
    assert_eq!(asked["matchers"], "{host=\"h1\"}");
    assert_eq!(
        (&asked["author"], &asked["ends_at"]),
        (&json!("ana"), &json!("2990-01-01T00:00:00.000Z"))
    );
    let (code, printed, _, server) = ask(answers(), &["silence", "import", "--dry-run", file]);
    assert_eq!(code, Some(0));
    assert!(printed.starts_with("{host=\"h1\"} until 2990"), "{printed}");
    assert!(server.requests().is_empty());
}

#[test]
fn changes_are_told_as_they_come_and_none_of_them_twice() {
    let changed = |id: u32, alert: &Alert| {
        let data = serde_json::to_value(alert).unwrap();
        format!("id: {id}\nevent: alerts\ndata: {data}\n\n")
    };
    let other = Alert {
        id: "agent_down/default/agent/b1".into(),
        subject: "b1".into(),
        severity: "warning".into(),
        ..alert()
    };
    let over = Alert {
        state: "resolved".into(),
        message: "it is back".into(),
        ..alert()
    };
    let stream = changed(1, &alert()) + &changed(2, &other) + &changed(3, &over);
    let server = FakeServer::start(Answers::from([
        ("/api/v1/alerts", page(vec![alert()])),
        ("/api/v1/stream", events(&stream)),
    ]));
    let arguments = [
        "alerts",
        "watch",
        "agent=~\"\"",
        "--severity",
        "critical",
        "--server",
        &server.address,
    ];
    let mut running = Running::start(&mut swarmpulse(&arguments));
    let lines = [running.line(), running.line()].map(|line| line.trim_end().to_owned());
    assert!(
        lines[0].ends_with(
            "critical firing   agent_down of a1: agent a1: no contact within 30 s (6d7d4542998fe780)"
        ),
        "{lines:?}"
    );
    assert!(
        lines[1].ends_with("critical resolved agent_down of a1: it is back (6d7d4542998fe780)"),
        "{lines:?}"
    );
    // The connection broke after three messages, and is resumed after the last.
    server.wait_for(|requests| {
        requests
            .iter()
            .any(|request| request.head.to_ascii_lowercase().contains("last-event-id: 3"))
    });
    running.signal(rustix::process::Signal::INT);
    assert_eq!(running.finish().0.code(), Some(0));
}

#[test]
fn routes_tell_who_would_be_told_of_an_alert() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("alerts.yaml");
    let routes = "route:
  receiver: chat
  group_by: [alertname]
  routes:
    - {matchers: [severity=\"critical\"], receiver: on-call, continue: true, repeat_interval: 90m}
    - {matchers: [team=\"research\"], receiver: research, mute_time_intervals: [nights]}
receivers:
  - {name: chat, sentry_configs: [{dsn: 'http://key@127.0.0.1:1/1'}]}
  - {name: on-call}
  - {name: research}
time_intervals:
  - {name: nights, time_intervals: [{times: [{start_time: '22:00', end_time: '24:00'}]}]}
";
    std::fs::write(&file, routes).unwrap();
    let file = file.to_str().unwrap();
    let told = |labels: &[&str]| {
        let at = ["notify", "routes", "--file", file, "--at", "2026-05-01T23:00:00Z"];
        let out = output(&[&at[..], labels].concat());
        assert_eq!(out.status.code(), Some(0), "{}", text(&out.stderr));
        text(&out.stdout)
    };
    let receivers = |labels: &[&str]| {
        let found: Value = serde_json::from_str(&told(&[labels, &["--json"]].concat())).unwrap();
        let routes = found.as_array().unwrap().iter();
        routes
            .map(|route| format!("{} {}", route["receiver"], route["muted_by"]))
            .collect::<Vec<_>>()
    };
    assert_eq!(receivers(&["severity=info"]), [r#""chat" []"#]);
    assert_eq!(
        receivers(&["severity=critical", "team=research"]),
        [r#""on-call" []"#, r#""research" ["nights"]"#]
    );
    let tree = told(&[]);
    let lines: Vec<&str> = tree.lines().collect();
    assert_eq!(lines.len(), 4, "{tree}");
    assert!(
        lines[2].contains("1h30m") && lines[2].ends_with("{severity=\"critical\"}, continues"),
        "{tree}"
    );
    std::fs::write(file, routes.replace("receiver: research", "receiver: nobody")).unwrap();
    let out = output(&["notify", "routes", "--file", file]);
    assert_eq!(out.status.code(), Some(1));
    assert!(
        text(&out.stderr).contains("alerts.yaml:6:"),
        "{}",
        text(&out.stderr)
    );
}
