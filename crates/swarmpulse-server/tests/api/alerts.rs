//! Alerts: those that hold, and those that held, each with its beginning and end.

use serde_json::{Value, json};
use swarmpulse_model::{Condition, EntityKey, EntityKind, Record, Severity, Source};
use swarmpulse_runtime::Batch;

use crate::harness::Server;
use crate::world::{after, column, encoded, get, heartbeats, pages, settle};

const PATH: &str = "/api/observability/alerts";

async fn say(server: &Server, agent: &str, status: &str) {
    heartbeats(server, [json!({"agent": agent, "status": status})]).await;
}

async fn condition(server: &Server, name: &str, severity: Severity, active: bool) {
    let runtime = server.app.runtime();
    let condition = Condition {
        name: name.into(),
        subject: Some(EntityKey::new("default", EntityKind::Service, "db")),
        severity,
        active,
        since: runtime.now(),
        reason: "it is so".into(),
    };
    let records = vec![Record::Condition(Box::new(condition))];
    let batch = Batch {
        namespace: "default".into(),
        principal: "".into(),
        source: Source::Detector,
        records,
    };
    runtime.submit(batch).await.unwrap();
}

/// All pages of those that held.
async fn held(server: &Server, query: &str) -> Vec<Value> {
    let (mut all, mut next) = (Vec::new(), None::<String>);
    for _ in 0..100 {
        let page = get(
            server,
            &after(&format!("{PATH}?state=resolved&{query}"), next.as_deref()),
        )
        .await;
        assert_eq!(page["active"], json!([]));
        all.extend(page["history"].as_array().unwrap().clone());
        next = page["next"].as_str().map(str::to_owned);
        if next.is_none() {
            return all;
        }
    }
    panic!("{query} has no end");
}

#[tokio::test]
async fn what_holds_is_active_and_what_held_is_history() {
    let server = Server::start();
    say(&server, "a1", "idle").await;
    assert_eq!(get(&server, PATH).await["count"], 0);
    say(&server, "a1", "failed").await;
    say(&server, "a2", "failed").await;
    settle(&server).await;
    let alerts = get(&server, PATH).await;
    assert_eq!((&alerts["count"], &alerts["history"]), (&json!(2), &json!([])));
    let active = alerts["active"].as_array().unwrap();
    let of_a1 = active
        .iter()
        .find(|alert| alert["subject"] == "a1")
        .unwrap()
        .clone();
    for (name, expected) in [
        ("name", "agent_down"),
        ("severity", "critical"),
        ("priority", "P1"),
        ("state", "firing"),
        ("subject_kind", "agent"),
    ] {
        assert_eq!(of_a1[name], expected);
    }
    assert_eq!(of_a1["labels"]["namespace"], "default");
    assert_eq!(get(&server, "/api/v1/summary").await["alerts_active"], 2);

    say(&server, "a1", "idle").await;
    settle(&server).await;
    let alerts = get(&server, PATH).await;
    assert_eq!(column(alerts["active"].as_array().unwrap(), "subject"), ["a2"]);
    let past = &alerts["history"][0];
    assert_eq!(
        (&past["id"], &past["started_at"]),
        (&of_a1["id"], &of_a1["started_at"])
    );
    assert_eq!(past["state"], "resolved");
    assert!(past["resolved_at"].as_str().unwrap() >= past["started_at"].as_str().unwrap());
    assert_eq!(
        get(&server, &format!("{PATH}?state=active")).await["history"],
        json!([])
    );
}

#[tokio::test]
async fn each_episode_is_paired_once_however_pages_cut_it() {
    let server = Server::start();
    // Interleaved, so that between a beginning and its end others begin and end.
    for round in 0..4 {
        for agent in ["a", "b", "c"] {
            // Another life each time, so that nothing is held back as flapping before the fourth fall.
            heartbeats(
                &server,
                [json!({"agent": format!("{agent}{round}"), "status": "failed"})],
            )
            .await;
        }
        settle(&server).await;
        for agent in ["b", "a", "c"] {
            heartbeats(
                &server,
                [json!({"agent": format!("{agent}{round}"), "status": "idle"})],
            )
            .await;
        }
        settle(&server).await;
    }
    say(&server, "still", "failed").await;
    settle(&server).await;
    let whole = held(&server, "limit=100").await;
    assert_eq!(whole.len(), 12);
    assert!(
        whole
            .iter()
            .rev()
            .is_sorted_by_key(|alert| alert["resolved_at"].as_str().unwrap().to_owned())
    );
    for alert in &whole {
        assert!(
            alert["resolved_at"].as_str().unwrap() >= alert["started_at"].as_str().unwrap(),
            "{alert}"
        );
        assert_ne!(alert["subject"], "still");
    }
    for limit in [1, 2, 5, 11, 12] {
        assert_eq!(held(&server, &format!("limit={limit}")).await, whole, "{limit}");
    }
    assert_eq!(held(&server, "to=-1h").await.len(), 0);
    assert_eq!(held(&server, "from=-1h&severity=critical").await.len(), 12);
    assert_eq!(held(&server, "severity=info,warning").await.len(), 0);
    // A state is no text of an alert, though history has the word in its rows.
    for (text, expected) in [("A2", 1), ("Agent_Down", 12), ("b", 4), ("resolved", 0)] {
        let found = held(&server, &format!("limit=3&q={text}")).await;
        assert_eq!(found.len(), expected, "{text}");
    }
}

#[tokio::test]
async fn a_severity_that_changes_is_one_alert() {
    let server = Server::start();
    condition(&server, "slow", Severity::Warning, true).await;
    settle(&server).await;
    condition(&server, "slow", Severity::Critical, true).await;
    settle(&server).await;
    let alerts = get(&server, PATH).await;
    assert_eq!((&alerts["count"], &alerts["history"]), (&json!(1), &json!([])));
    assert_eq!(alerts["active"][0]["severity"], "critical");
    assert_eq!(alerts["active"][0]["subject_kind"], "service");
    for (severity, active) in [
        (Severity::Critical, false),
        (Severity::Info, true),
        (Severity::Info, false),
    ] {
        condition(&server, "slow", severity, active).await;
        settle(&server).await;
    }
    for limit in [1, 2, 10] {
        let past = held(&server, &format!("limit={limit}")).await;
        assert_eq!(column(&past, "severity"), ["info", "critical"], "{limit}");
    }
}

#[tokio::test]
async fn the_gravest_come_first_and_the_count_is_of_all() {
    let server = Server::start();
    condition(&server, "slow", Severity::Info, true).await;
    condition(&server, "slower", Severity::Warning, true).await;
    for n in 0..5 {
        say(&server, &format!("a{n}"), "failed").await;
    }
    settle(&server).await;
    let alerts = get(&server, &format!("{PATH}?state=active&limit=6")).await;
    let severities = column(alerts["active"].as_array().unwrap(), "severity");
    assert_eq!(
        severities,
        [
            "critical", "critical", "critical", "critical", "critical", "warning"
        ]
    );
    assert_eq!(alerts["count"], 7);
    let alerts = get(&server, &format!("{PATH}?severity=info,warning")).await;
    assert_eq!(
        column(alerts["active"].as_array().unwrap(), "name"),
        ["slower", "slow"]
    );
}

#[tokio::test]
async fn the_list_comes_in_pages_and_is_filtered_by_labels() {
    let server = Server::start();
    condition(&server, "slow", Severity::Info, true).await;
    condition(&server, "slower", Severity::Warning, true).await;
    for n in 0..5 {
        say(&server, &format!("a{n}"), "failed").await;
    }
    settle(&server).await;
    let list = "/api/v1/alerts";
    let whole: Vec<Value> = pages(&server, &format!("{list}?limit=100")).await.concat();
    assert_eq!(column(&whole[5..], "severity"), ["warning", "info"]);
    for limit in [1, 2, 6, 7] {
        let cut = pages(&server, &format!("{list}?limit={limit}")).await;
        assert!(cut.iter().all(|page| page.len() <= limit));
        assert_eq!(cut.concat(), whole, "{limit}");
    }
    for (filter, expected) in [
        ("{agent=~\"a[01]\"}", vec!["a0", "a1"]),
        ("{agent!=\"\",agent!~\"a[0-3]\"}", vec!["a4"]),
        ("alertname=slow", vec!["db"]),
        ("{agent=\"nobody\"}", vec![]),
    ] {
        let query = format!("{list}?filter={}", encoded(filter));
        let mut found = column(&pages(&server, &query).await.concat(), "subject");
        found.sort();
        assert_eq!(found, expected, "{filter}");
    }
    for (text, expected) in [
        ("A3", vec!["a3"]),
        ("SLOWER", vec!["db"]),
        ("it is so", vec!["db", "db"]),
        ("nobody", vec![]),
    ] {
        let query = format!("{list}?q={}", encoded(text));
        let found = column(&pages(&server, &query).await.concat(), "subject");
        assert_eq!(found, expected, "{text}");
    }
    let observed = get(&server, &format!("{PATH}?filter={}", encoded("agent=a3"))).await;
    assert_eq!(
        (&observed["count"], &observed["active"][0]["subject"]),
        (&json!(1), &json!("a3"))
    );
    let detail = server
        .get(&format!("{list}?filter={}", encoded("{agent")))
        .await
        .problem(422);
    assert!(
        detail.contains("`filter`") && detail.contains("name=\"value\""),
        "{detail}"
    );
    server.get(&format!("{list}?state=active")).await.problem(422);
    server.get(&format!("{list}?cursor=sev-1-2-3")).await.problem(422);
}

#[tokio::test]
async fn one_alert_is_found_by_id_and_fingerprint_with_all_that_happened_to_it() {
    let server = Server::start();
    say(&server, "a 1", "failed").await;
    settle(&server).await;
    let listed = get(&server, "/api/v1/alerts").await["items"][0].clone();
    assert_eq!(listed["id"], "agent_down/default/agent/a 1");
    let address = listed["links"]["self"].as_str().unwrap();
    assert_eq!(address, "/api/v1/alerts/agent_down%2Fdefault%2Fagent%2Fa%201");
    assert_eq!(listed["links"]["subject"], "/api/v1/agents/a%201");
    let by_id = get(&server, address).await;
    let fingerprint = listed["fingerprint"].as_str().unwrap();
    let by_fingerprint = get(&server, &format!("/api/v1/alerts/{fingerprint}")).await;
    assert_eq!(by_id["id"], by_fingerprint["id"]);
    assert_eq!(
        column(by_id["transitions"].as_array().unwrap(), "state"),
        ["firing"]
    );
    say(&server, "a 1", "idle").await;
    settle(&server).await;
    let over = get(&server, address).await;
    assert_eq!((&over["state"], &over["id"]), (&json!("resolved"), &by_id["id"]));
    assert_eq!(
        column(over["transitions"].as_array().unwrap(), "state"),
        ["resolved", "firing"]
    );
    let held = get(&server, "/api/v1/alerts?state=resolved").await;
    assert_eq!(held["items"][0]["id"], by_id["id"]);
    let detail = server.get("/api/v1/alerts/nothing%2Fmonitor").await.problem(404);
    assert!(detail.contains("state=open"), "{detail}");
}

#[tokio::test]
async fn a_condition_is_an_event_and_its_alert_is_told_once() {
    let server = Server::start();
    say(&server, "a1", "failed").await;
    settle(&server).await;
    let events = get(&server, "/api/v1/events?kind=condition,alert").await;
    let kinds = column(events["items"].as_array().unwrap(), "kind");
    assert_eq!(kinds, ["alert", "condition"]);
    assert_eq!(get(&server, PATH).await["count"], 1);
}
