//! Alerts of others: what is taken and what is refused, who may send them, where they are shown.

use std::sync::Arc;

use http::Request;
use serde_json::{Value, json};
use swarmpulse_alert::Routing;
use swarmpulse_rules::RuleFile;
use swarmpulse_runtime::{Load, LoadError, Loaded, LoadedReceiver};
use swarmpulse_store::Scope;

use crate::harness::{Answer, Server, request, with};
use crate::world::{get, heartbeats, settle, until};

const PATH: &str = "/alertmanager/api/v2/alerts";

fn server() -> Server {
    let load: Load = Arc::new(|| {
        Ok(Loaded {
            resolve_timeout_s: Some(600.0),
            ..Loaded::default()
        })
    });
    Server::alerting(load)
}

fn post(body: &Value) -> Request<axum::body::Body> {
    with(
        request("POST", PATH, body.to_string()),
        "content-type",
        "application/json",
    )
}

async fn send(server: &Server, body: &Value) -> Answer {
    server.send(post(body)).await
}

async fn taken(server: &Server, body: &Value) {
    let answer = send(server, body).await;
    assert_eq!((answer.status.as_u16(), answer.text()), (200, ""));
}

fn rows(server: &Server) -> usize {
    let query = swarmpulse_store::HistoryQuery {
        kinds: vec!["alert".into()],
        limit: 1000,
        ..Default::default()
    };
    server.app.runtime().history().query(&query).unwrap().rows.len()
}

#[tokio::test]
async fn an_alert_is_shown_at_once_and_wherever_alerts_are() {
    let server = server();
    let now = server.app.runtime().now();
    let begun = now.plus_s(-60.0).to_string();
    let alert = json!({
        "labels": {"alertname": "DiskFull", "severity": "page", "device": "sda", "none": ""},
        "annotations": {"summary": "98 % used"},
        "startsAt": begun,
        "endsAt": "0001-01-01T00:00:00.000Z",
        "generatorURL": "http://prometheus:9090/graph?g0.expr=up",
    });
    taken(&server, &json!([alert])).await;
    let shown = &get(&server, PATH).await[0];
    assert_eq!(
        shown["labels"],
        json!({"alertname": "DiskFull", "severity": "page", "device": "sda"})
    );
    assert_eq!(shown["annotations"], json!({"summary": "98 % used"}));
    assert_eq!(
        (&shown["startsAt"], &shown["generatorURL"]),
        (&json!(begun), &json!("http://prometheus:9090/graph?g0.expr=up"))
    );
    assert_eq!(shown["status"]["state"], "active");
    let ends_at: jiff::Timestamp = shown["endsAt"].as_str().unwrap().parse().unwrap();
    let rest_s = ends_at.as_second() as f64 - now.unix_s();
    assert!(
        (595.0..=630.0).contains(&rest_s),
        "the file's resolve_timeout: {rest_s} s"
    );

    let ours = &get(&server, "/api/v1/alerts").await["items"][0];
    assert_eq!(
        (
            &ours["origin"],
            &ours["severity"],
            &ours["name"],
            &ours["message"]
        ),
        (
            &json!("external"),
            &json!("critical"),
            &json!("DiskFull"),
            &json!("98 % used")
        )
    );
    assert_eq!(ours["links"]["source"], "http://prometheus:9090/graph?g0.expr=up");
    assert_eq!(
        (&ours["subject"], &ours["namespace"]),
        (&json!(""), &json!("default"))
    );
    let observed = get(&server, "/api/observability/alerts").await;
    assert!(observed.to_string().contains("DiskFull"), "{observed}");
    let theirs = get(&server, "/prometheus/api/v1/alerts").await;
    assert_eq!(theirs["data"]["alerts"], json!([]), "no rule of ours");

    // Sent again and again: no row; over: one more.
    settle(&server).await;
    let before = rows(&server);
    assert_eq!(before, 1);
    for _ in 0..20 {
        taken(&server, &json!([alert, alert])).await;
    }
    settle(&server).await;
    assert_eq!(rows(&server), before);
    let mut over = alert.clone();
    over["endsAt"] = json!(server.app.runtime().now().to_string());
    taken(&server, &json!([over])).await;
    assert_eq!(get(&server, PATH).await, json!([]));
    settle(&server).await;
    assert_eq!(rows(&server), before + 1);
    let metrics = server.get("/metrics").await;
    for line in [
        "swarmpulse_alerts_received_total{status=\"firing\"} 41",
        "swarmpulse_alerts_received_total{status=\"resolved\"} 1",
        "swarmpulse_alerts_invalid_total 0",
    ] {
        assert!(metrics.text().contains(line), "{line}");
    }
}

#[tokio::test]
async fn what_is_wrong_is_refused_and_the_rest_is_kept() {
    let server = server();
    let good = json!({"labels": {"alertname": "Good"}});
    let answer = send(
        &server,
        &json!([{"labels": {"a": ""}}, good, {"labels": {"a": "b"}, "startsAt": "soon"}, 7]),
    )
    .await;
    assert_eq!(answer.status, 400);
    assert_eq!(
        answer.json().as_str().unwrap(),
        "alert 1 of 4: `labels`: an alert needs one at least that is not empty; alert 3 of 4: `startsAt`: expected a time \
         such as \"2026-01-31T09:30:00.5Z\", got the string \"soon\"; alert 4 of 4: expected an object, got the number 7; the \
         others were taken"
    );
    assert_eq!(get(&server, PATH).await[0]["labels"], good["labels"]);
    assert!(
        server
            .get("/metrics")
            .await
            .text()
            .contains("swarmpulse_alerts_invalid_total 3")
    );
    for (body, status, expected) in [
        ("{}", 400, "expected an array of alerts"),
        ("[{\"labels\"", 400, "line 1 column"),
        ("", 400, "got nothing"),
    ] {
        let answer = server.send(request("POST", PATH, body)).await;
        assert_eq!(answer.status.as_u16(), status, "{body}");
        assert!(
            answer.json().as_str().unwrap().contains(expected),
            "{}",
            answer.text()
        );
    }
    let many = format!("[{}]", vec!["{\"labels\":{\"a\":\"b\"}}"; 10_001].join(","));
    let answer = server.send(request("POST", PATH, many)).await;
    assert_eq!(answer.status, 413);
    assert!(answer.text().contains("more than 10000 items"));
    let empty = server.send(request("POST", PATH, "[]")).await;
    assert_eq!(empty.status, 200);
    assert_eq!(get(&server, PATH).await.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn at_the_same_time_one_alert_has_one_life() {
    let server = Arc::new(server());
    let body = json!([{"labels": {"alertname": "Once", "agent": "a1"}}]);
    let sends = (0..16).map(|_| {
        let (server, body) = (Arc::clone(&server), body.clone());
        async move { send(&server, &body).await.status.as_u16() }
    });
    let statuses = futures_util::future::join_all(sends).await;
    assert_eq!(statuses, [200; 16]);
    settle(&server).await;
    assert_eq!(rows(&server), 1);
}

#[tokio::test]
async fn the_scope_to_send_is_enough_and_nobody_sees_anothers() {
    let server = server();
    let ingest = server.token(Scope::Ingest, Some("team")).await;
    let read = server.token(Scope::Read, Some("team")).await;
    let other = server.token(Scope::Read, Some("other")).await;
    let by = |request, token: &str| with(request, "authorization", &format!("Bearer {token}"));
    let body = json!([{"labels": {"alertname": "Theirs", "namespace": "other", "agent": "a1"}}]);
    let refused = server.send(by(post(&body), &read)).await;
    assert_eq!(refused.status, 403);
    assert_eq!(server.send(by(post(&body), &ingest)).await.status, 200);
    let seen = async |token: &str, path: &str| server.send(by(request("GET", path, ""), token)).await;
    assert_eq!(seen(&ingest, PATH).await.status, 403, "who sends need not read");
    for path in [PATH, "/api/v1/alerts"] {
        assert!(seen(&read, path).await.text().contains("Theirs"), "{path}");
        assert!(!seen(&other, path).await.text().contains("Theirs"), "{path}");
    }
    let ours = seen(&read, "/api/v1/alerts").await.json();
    assert_eq!(
        ours["items"][0]["namespace"], "team",
        "the credential's, not the label's"
    );
}

#[tokio::test]
async fn one_with_the_labels_of_ours_is_shown_once() {
    let server = server();
    heartbeats(&server, [json!({"agent": "a1", "status": "failed"})]).await;
    settle(&server).await;
    let labels = get(&server, PATH).await[0]["labels"].clone();
    assert_eq!(labels["alertname"], "agent_down");
    taken(
        &server,
        &json!([{"labels": labels, "generatorURL": "http://x/y"}]),
    )
    .await;
    let shown = get(&server, PATH).await;
    assert_eq!(shown.as_array().unwrap().len(), 1);
    assert_eq!(shown[0]["generatorURL"], Value::Null, "ours");
    let all = get(&server, "/api/v1/alerts").await;
    let external = all["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|alert| alert["origin"] == "external");
    assert_eq!(
        external.unwrap()["inhibited_by"],
        json!(["agent_down/default/agent/a1"])
    );
}

#[tokio::test]
async fn of_a_rule_s_alert_and_its_twin_the_rule_s_is_listed_alone_and_in_its_group() {
    const RULES: &str = "groups: [{name: g, rules: [{alert: Twin, expr: vector(1), labels: {team: ops}}]}]";
    const ROUTES: &str = "route: {receiver: ops, group_by: [team]}\nreceivers: [{name: ops}]";
    let load: Load = Arc::new(|| {
        let rules = RuleFile::parse("team.yaml", RULES, None);
        Ok(Loaded {
            rules: vec![rules.map_err(|error| LoadError(error.to_string()))?],
            routing: Arc::new(Routing::parse(ROUTES, &|_| None).unwrap().routing),
            routing_text: ROUTES.to_owned(),
            receivers: vec![LoadedReceiver {
                name: "ops".into(),
                channels: Vec::new(),
            }],
            ..Loaded::default()
        })
    });
    let server = Server::alerting(load);
    // The other one has a namesake with other labels.
    let twin = json!({"labels": {"alertname": "Twin", "team": "ops"}, "generatorURL": "http://other/"});
    let namesake = json!({"labels": {"alertname": "Twin", "team": "ops", "other": "1"}});
    taken(&server, &json!([twin, namesake])).await;
    let runtime = server.app.runtime();
    until("the rule fires beside its twin", || {
        runtime.alerting().alerts.len() == 3
    })
    .await;
    let groups = get(&server, "/alertmanager/api/v2/alerts/groups").await;
    assert_eq!(groups.as_array().unwrap().len(), 1, "{groups}");
    let alone = get(&server, PATH).await;
    for listed in [&groups[0]["alerts"], &alone] {
        let all = listed.as_array().unwrap();
        assert_eq!(all.len(), 2, "{listed}");
        assert!(
            all.iter().all(|alert| alert["generatorURL"] != "http://other/"),
            "the rule's own stands for both: {listed}"
        );
    }
}
