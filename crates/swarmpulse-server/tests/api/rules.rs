//! Rules over HTTP: ours and Prometheus' lists, their alerts, and having them read again. A sequence as Grafana asks it.

use std::sync::Arc;

use parking_lot::Mutex;
use serde_json::{Value, json};
use swarmpulse_rules::RuleFile;
use swarmpulse_runtime::{Load, LoadError, Loaded};
use swarmpulse_store::Scope;

use crate::harness::{Server, request, with};
use crate::world::{column, get, settle, until};

const FILE: &str = r#"
groups:
  - name: steady
    rules:
      - alert: AlwaysTrue
        expr: vector(3) > 2
        labels: {severity: critical, team: ops}
        annotations: {summary: "it is {{ $value }}"}
      - alert: NotYet
        expr: vector(1)
        for: 1h
      - record: steady:answer
        expr: vector(42)
      - alert: Never
        expr: vector(1) > 2
  - name: other
    limit: 7
    rules:
      - alert: NothingToLookAt
        expr: nobody_sends_this > 1
"#;

/// A file that a test can write anew.
fn server() -> (Server, Arc<Mutex<String>>) {
    let text = Arc::new(Mutex::new(FILE.to_owned()));
    let read = Arc::clone(&text);
    let load: Load = Arc::new(move || {
        let file = RuleFile::parse("team.yaml", &read.lock(), None);
        Ok(Loaded {
            rules: vec![file.map_err(|error| LoadError(error.to_string()))?],
            ..Loaded::default()
        })
    });
    (Server::alerting(load), text)
}

/// Waits until every group was evaluated and its alerts are on the board.
async fn evaluated(server: &Server) {
    let runtime = server.app.runtime();
    until("rules are evaluated and their alerts shown", || {
        let rules = runtime.rules();
        rules.groups.iter().all(|group| group.evaluated_at.is_some()) && runtime.alerting().alerts.len() >= 2
    })
    .await;
    settle(server).await;
}

async fn prometheus(server: &Server, path: &str) -> Value {
    let answer = get(server, &format!("/prometheus/api/v1/{path}")).await;
    assert_eq!(answer["status"], "success");
    answer["data"].clone()
}

#[tokio::test]
async fn grafana_finds_rules_and_alerts_where_prometheus_has_them() {
    let (server, _) = server();
    evaluated(&server).await;
    let build = prometheus(&server, "status/buildinfo").await;
    assert!(build["version"].as_str().unwrap().starts_with("3."));
    let first = prometheus(&server, "rules?group_limit=1&exclude_alerts=true").await;
    assert_eq!(column(first["groups"].as_array().unwrap(), "name"), ["steady"]);
    assert_eq!(first["groups"][0]["rules"][0]["alerts"], Value::Null);
    let token = first["groupNextToken"].as_str().unwrap();
    let second = prometheus(&server, &format!("rules?group_limit=1&group_next_token={token}")).await;
    assert_eq!(column(second["groups"].as_array().unwrap(), "name"), ["other"]);
    assert_eq!(second.get("groupNextToken"), None);

    let all = prometheus(&server, "rules").await;
    let group = &all["groups"][0];
    assert_eq!(
        (&group["file"], &group["interval"], &group["limit"]),
        (&json!("team.yaml"), &json!(0.05), &json!(0))
    );
    assert!(group["lastEvaluation"].as_str().unwrap().starts_with("20"));
    let rules = group["rules"].as_array().unwrap();
    assert_eq!(column(rules, "state"), ["firing", "pending", "", "inactive"]);
    assert_eq!(column(rules, "health"), ["ok"; 4]);
    assert_eq!(
        column(rules, "type"),
        ["alerting", "alerting", "recording", "alerting"]
    );
    let alert = &rules[0]["alerts"][0];
    assert_eq!(
        (
            &alert["labels"]["alertname"],
            &alert["value"],
            &alert["annotations"]["summary"]
        ),
        (&json!("AlwaysTrue"), &json!("3e+00"), &json!("it is 3"))
    );
    let chosen = prometheus(&server, "rules?type=alert&rule_name[]=Never&rule_name[]=NotYet").await;
    let names = column(chosen["groups"][0]["rules"].as_array().unwrap(), "name");
    assert_eq!(names, ["NotYet", "Never"]);
    let alerts = prometheus(&server, "alerts").await;
    let mut states: Vec<(String, String)> = alerts["alerts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|alert| {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            (text(&alert["labels"]["alertname"]), text(&alert["state"]))
        })
        .collect();
    states.sort();
    let expected = [("AlwaysTrue", "firing"), ("NotYet", "pending")];
    assert_eq!(
        states,
        expected.map(|(name, state)| (name.to_owned(), state.to_owned()))
    );
    let info = prometheus(&server, "status/runtimeinfo").await;
    assert_eq!(info["reloadConfigSuccess"], true);
    let refused = server.get("/prometheus/api/v1/rules?type=foo").await;
    assert_eq!(refused.status, 400);
    assert_eq!(refused.json()["errorType"], "bad_data");
}

#[tokio::test]
async fn our_list_has_file_line_and_what_has_no_data() {
    let (server, _) = server();
    evaluated(&server).await;
    let all = get(&server, "/api/v1/rules").await;
    assert!(all["loaded_at"].is_string() && all["error"].is_null(), "{all}");
    let rules = all["groups"][0]["rules"].as_array().unwrap();
    let lines: Vec<u64> = rules.iter().map(|rule| rule["line"].as_u64().unwrap()).collect();
    assert_eq!(lines, [5, 9, 12, 14]);
    assert_eq!(
        (&rules[0]["state"], &rules[0]["firing"], &rules[1]["for_s"]),
        (&json!("firing"), &json!(1), &json!(3600.0))
    );
    assert_eq!(all["groups"][0]["source"], "file");
    let without = get(&server, "/api/v1/rules?no_data=true").await;
    let names = column(without["groups"][0]["rules"].as_array().unwrap(), "name");
    assert_eq!(names, ["NothingToLookAt"]);
    let firing = get(&server, "/api/v1/rules?state=firing").await;
    assert_eq!(firing["groups"].as_array().unwrap().len(), 1);
    let listed = get(&server, "/api/v1/alerts?state=open").await;
    assert_eq!(
        column(listed["items"].as_array().unwrap(), "name"),
        ["AlwaysTrue", "NotYet"]
    );
    assert_eq!(listed["items"][0]["origin"], "rule");
    let metrics = server.get("/metrics").await;
    assert!(
        metrics
            .text()
            .contains("swarmpulse_rule_group_rules{rule_group=\"team.yaml;steady\"} 4\n"),
        "{}",
        metrics.text()
    );
}

#[tokio::test]
async fn recording_rules_of_objectives_are_counted_unless_they_are_asked_for() {
    let load: Load = Arc::new(|| {
        let file = RuleFile::parse("team.yaml", FILE, None).map_err(|error| LoadError(error.to_string()))?;
        let made = swarmpulse_slo::shipped()[0].rules();
        Ok(Loaded {
            rules: vec![file, made],
            ..Loaded::default()
        })
    });
    let server = Server::alerting(load);
    let count = |answer: &Value, kind: &str| {
        let groups = answer["groups"].as_array().unwrap().iter();
        let rules = groups.flat_map(|group| group["rules"].as_array().unwrap());
        rules.filter(|rule| rule["kind"] == kind).count() as u64
    };
    let usual = get(&server, "/api/v1/rules").await;
    let all = get(&server, "/api/v1/rules?all=true").await;
    let (shown, hidden) = (count(&usual, "recording"), usual["hidden"].as_u64().unwrap());
    assert_eq!(shown, 1, "one's own is shown: {usual}");
    assert!(hidden > 10, "{usual}");
    assert_eq!(
        (count(&all, "recording"), &all["hidden"]),
        (shown + hidden, &json!(0))
    );
    assert_eq!(count(&usual, "alerting"), count(&all, "alerting"));
    let asked = get(&server, "/api/v1/rules?kind=recording").await;
    assert_eq!(count(&asked, "recording"), shown + hidden);
    let theirs = prometheus(&server, "rules?type=record").await;
    let groups = theirs["groups"].as_array().unwrap().iter();
    let rules = groups.map(|group| group["rules"].as_array().unwrap().len() as u64);
    assert_eq!(rules.sum::<u64>(), shown + hidden, "Prometheus' list is complete");
}

#[tokio::test]
async fn rules_are_read_again_and_a_bad_file_changes_nothing() {
    let (server, text) = server();
    evaluated(&server).await;
    *text.lock() = "groups:\n  - name: new\n    rules: [{alert: New, expr: vector(1)}]\n".to_owned();
    let reloaded = server.post("/-/reload", "").await;
    assert_eq!((reloaded.status.as_u16(), reloaded.text()), (200, ""));
    let groups = get(&server, "/api/v1/rules").await["groups"].clone();
    assert_eq!(column(groups.as_array().unwrap(), "name"), ["new"]);
    *text.lock() = "groups:\n  - name: new\n    rulez: []\n".to_owned();
    let refused = server.post("/prometheus/-/reload", "").await;
    assert_eq!(refused.status, 500);
    assert!(refused.header("content-type").starts_with("text/plain"));
    let said = refused.text();
    assert!(
        said.starts_with("failed to reload config: ")
            && said.contains("team.yaml:3")
            && said.contains("rulez"),
        "{said}"
    );
    let after = get(&server, "/api/v1/rules").await;
    assert_eq!(column(after["groups"].as_array().unwrap(), "name"), ["new"]);
    assert!(after["error"].as_str().unwrap().contains("rulez"), "{after}");
    let info = prometheus(&server, "status/runtimeinfo").await;
    assert_eq!(info["reloadConfigSuccess"], false);
    for (scope, namespace) in [(Scope::Read, None), (Scope::Admin, Some("team"))] {
        let bearer = format!("Bearer {}", server.token(scope, namespace).await);
        let asked = with(request("POST", "/-/reload", ""), "authorization", &bearer);
        server.send(asked).await.problem(403);
    }
}
