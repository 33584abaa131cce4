//! Objectives over HTTP: how they stand, as of when, for whom, and what they are made of.

use std::collections::BTreeSet;

use http::StatusCode;
use serde_json::{Value, json};
use swarmpulse_model::series::SampleBatch;
use swarmpulse_model::{Labels, Sample};
use swarmpulse_rules::FED_LATER;
use swarmpulse_server::{ServerOptions, metric_names};
use swarmpulse_slo::parse;
use swarmpulse_store::Scope;

use crate::harness::{Server, request, with};
use crate::world::{column, get};

const OBJECTIVES: &str = "slos:
- {name: enough, service: agents, objective: 90%, window: 1h, at_least: 8, of: sum(active), description: Enough.}
- {name: quick, service: web, objective: 99%, window: 1h, below: 500ms, of: latency_seconds}
- {name: later, service: web, objective: 100%, window: 1h, at_most: 0, of: findings}
";

/// Two hours up to 7200 s: at least eight are active in the first hour and in 57 minutes of the second; latency is far
/// too high throughout; findings are none.
fn server() -> Server {
    let options = ServerOptions::default();
    options
        .objectives
        .replace(parse("own.yaml", OBJECTIVES).unwrap(), Vec::new());
    let server = Server::with_options(options);
    feed(&server, "default", "active", |minute| {
        if (90..93).contains(&minute) { 7.0 } else { 9.0 }
    });
    feed(&server, "default", "latency_seconds", |_| 2.0);
    feed(&server, "team", "active", |_| 1.0);
    server
}

fn feed(server: &Server, namespace: &str, name: &str, value: impl Fn(i64) -> f64) {
    let mut batch = SampleBatch::default();
    let samples: Vec<Sample> = (0..=120)
        .map(|minute| Sample {
            at_ms: minute * 60_000,
            value: value(minute),
        })
        .collect();
    let mut pairs = vec![("__name__", name)];
    if namespace != "default" {
        pairs.push(("namespace", namespace));
    }
    batch.push(&Labels::from_pairs(pairs), &samples);
    let runtime = server.app.runtime();
    runtime
        .metrics()
        .append_durably("default", runtime.now(), &batch)
        .unwrap();
}

async fn list(server: &Server, query: &str) -> Value {
    get(server, &format!("/api/v1/slos?at=7200&namespace=default{query}")).await
}

#[tokio::test]
async fn each_is_met_or_not_or_cannot_be_told() {
    let server = server();
    let all = list(&server, "").await;
    assert_eq!(all["at"], "1970-01-01T02:00:00.000Z");
    assert_eq!(
        (&all["meeting"], &all["violating"], &all["no_data"]),
        (&json!(1), &json!(1), &json!(1))
    );
    let items = all["items"].as_array().unwrap();
    assert_eq!(column(items, "name"), ["enough", "later", "quick"]);
    assert_eq!(column(items, "state"), ["meeting", "no_data", "violating"]);
    let enough = &items[0];
    assert!((enough["sli"].as_f64().unwrap() - 0.95).abs() < 1e-9, "{enough}");
    assert_eq!(
        (&enough["objective"], &enough["value"]),
        (&json!(0.9), &json!(9.0))
    );
    assert_eq!(
        enough["bound"],
        json!({"op": ">=", "value": 8.0, "unit": "", "text": "at least 8"})
    );
    assert!((enough["error_budget"]["remaining_ratio"].as_f64().unwrap() - 0.5).abs() < 1e-9);
    assert!((enough["error_budget"]["remaining_minutes"].as_f64().unwrap() - 3.0).abs() < 1e-9);
    assert!((enough["burn_rate"]["hour"].as_f64().unwrap() - 0.5).abs() < 1e-9);
    assert_eq!(enough["window"]["from"], "1970-01-01T01:00:00.000Z");
    assert!(
        enough["sentence"]
            .as_str()
            .unwrap()
            .starts_with("MEETING: 95% was good (now 9"),
        "{enough}"
    );
    assert_eq!(items[1]["sli"], Value::Null);
    assert_eq!(items[1]["error_budget"], Value::Null);
}

#[tokio::test]
async fn lists_are_narrowed_and_count_what_they_show() {
    let server = server();
    let some = list(&server, "&service=web&state=violating,meeting").await;
    assert_eq!(column(some["items"].as_array().unwrap(), "name"), ["quick"]);
    assert_eq!((&some["violating"], &some["no_data"]), (&json!(1), &json!(0)));
    let earlier = get(&server, "/api/v1/slos?at=3600&namespace=default&name=enough").await;
    assert_eq!(earlier["items"][0]["sli"], json!(1.0));
    server.get("/api/v1/slos?state=fine").await.problem(422);
    server.get("/api/v1/slos?at=soon").await.problem(422);
}

#[tokio::test]
async fn one_shows_its_rules_and_expression() {
    let server = server();
    let one = get(&server, "/api/v1/slos/enough?at=7200&namespace=default").await;
    assert_eq!(
        (&one["state"], &one["file"], &one["line"]),
        (&json!("meeting"), &json!("own.yaml"), &json!(2))
    );
    assert!(
        one["error_expression"]
            .as_str()
            .unwrap()
            .contains("sum by (namespace) (active)")
    );
    let rules = one["rules"].as_array().unwrap();
    assert!(column(rules, "name").contains(&"slo:sli_error:ratio_rate5m".to_owned()));
    assert!(column(rules, "kind").contains(&"alerting".to_owned()));
    let detail = server.get("/api/v1/slos/nothing").await.problem(404);
    assert!(detail.contains("/api/v1/slos"), "{detail}");
}

#[tokio::test]
async fn a_token_of_a_namespace_is_judged_by_its_own_series() {
    let server = server();
    let token = server.token(Scope::Read, Some("team")).await;
    let ask = |path: &str| {
        with(
            request("GET", path, ""),
            "authorization",
            &format!("Bearer {token}"),
        )
    };
    let answer = server.send(ask("/api/v1/slos/enough?at=7200")).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let one = answer.json();
    assert_eq!((&one["state"], &one["value"]), (&json!("violating"), &json!(1.0)));
    let theirs = server.send(ask("/api/v1/slos/quick?at=7200")).await.json();
    assert_eq!(theirs["state"], "no_data", "latency is of another namespace");
    server
        .send(ask("/api/v1/slos?namespace=default"))
        .await
        .problem(403);
}

#[tokio::test]
async fn each_namespace_has_figures_of_its_own() {
    let server = server();
    let all = get(&server, "/api/v1/slos?at=7200&name=enough").await;
    let items = all["items"].as_array().unwrap();
    assert_eq!(column(items, "namespace"), ["default", "team"]);
    assert_eq!(column(items, "state"), ["meeting", "violating"]);
    assert_eq!((&all["meeting"], &all["violating"]), (&json!(1), &json!(1)));
    let link = items[1]["links"]["self"].as_str().unwrap();
    assert_eq!(link, "/api/v1/slos/enough?namespace=team");
    let one = get(&server, &format!("{link}&at=7200")).await;
    assert_eq!(
        (&one["namespace"], &one["state"]),
        (&json!("team"), &json!("violating"))
    );
    let usual = get(&server, "/api/v1/slos/enough?at=7200").await;
    assert_eq!(
        (&usual["namespace"], &usual["state"]),
        (&json!("default"), &json!("meeting"))
    );
    assert_eq!(
        usual["namespaces"],
        json!([{"namespace": "default", "state": "meeting"}, {"namespace": "team", "state": "violating"}])
    );
}

#[tokio::test]
async fn nobody_reads_anothers_budget_out_of_a_sum() {
    let server = server();
    let text = "slos:
- {name: all, namespaces: together, service: s, objective: 90%, window: 1h, at_least: 8, of: sum(active)}
- {name: theirs, namespace: team, service: s, objective: 90%, window: 1h, at_least: 8, of: sum(active)}
- {name: each, service: s, objective: 90%, window: 1h, at_least: 8, of: sum(active)}
";
    let objectives = &server.app.options().objectives;
    objectives.replace(parse("own.yaml", text).unwrap(), Vec::new());
    let everything = get(&server, "/api/v1/slos?at=7200").await;
    let seen = |answer: &Value| -> Vec<(String, String, Value)> {
        let items = answer["items"].as_array().unwrap().iter();
        let text = |item: &Value, field: &str| item[field].as_str().unwrap().to_owned();
        items
            .map(|item| (text(item, "name"), text(item, "namespace"), item["value"].clone()))
            .collect()
    };
    let row = |name: &str, namespace: &str, value: f64| (name.to_owned(), namespace.to_owned(), json!(value));
    assert_eq!(
        seen(&everything),
        [
            row("all", "*", 10.0),
            row("each", "default", 9.0),
            row("each", "team", 1.0),
            row("theirs", "team", 1.0),
        ]
    );
    for (namespace, rows) in [
        ("default", vec![row("each", "default", 9.0)]),
        ("team", vec![row("each", "team", 1.0), row("theirs", "team", 1.0)]),
    ] {
        let token = server.token(Scope::Read, Some(namespace)).await;
        let ask = |path: &str| {
            with(
                request("GET", path, ""),
                "authorization",
                &format!("Bearer {token}"),
            )
        };
        let answer = server.send(ask("/api/v1/slos?at=7200")).await.json();
        assert_eq!(seen(&answer), rows, "{namespace}");
        server.send(ask("/api/v1/slos/all?at=7200")).await.problem(404);
    }
}

#[tokio::test]
async fn figures_have_units_where_people_read_them() {
    let server = server();
    let quick = get(&server, "/api/v1/slos/quick?at=7200&namespace=default").await;
    assert_eq!(
        quick["bound"],
        json!({"op": "<", "value": 0.5, "unit": "seconds", "text": "below 500 ms"})
    );
    assert_eq!(
        (&quick["value"], &quick["value_text"]),
        (&json!(2.0), &json!("2 s"))
    );
    let sentence = quick["sentence"].as_str().unwrap();
    assert!(
        sentence.contains("(now 2 s, wanted below 500 ms), promised 99% of time below 500 ms over 1h"),
        "{sentence}"
    );
}

#[tokio::test]
async fn others_are_shown_as_soon_as_they_are_loaded() {
    let server = server();
    let before = get(&server, "/api/v1/slos?at=7200").await;
    let before = before["items"].as_array().unwrap();
    assert_eq!(column(before, "name"), ["enough", "enough", "later", "quick"]);
    assert_eq!(
        column(before, "namespace"),
        ["default", "team", "default", "default"]
    );
    let text = "slos:\n- {name: new, service: s, objective: 99%, window: 1h, good_share: up}\n";
    server
        .app
        .options()
        .objectives
        .replace(parse("new.yaml", text).unwrap(), vec!["old".to_owned()]);
    let now = get(&server, "/api/v1/slos").await;
    assert_eq!(column(now["items"].as_array().unwrap(), "name"), ["new"]);
    assert_eq!(now["off"], json!(["old"]));
}

#[test]
fn shipped_objectives_ask_for_series_that_there_are() {
    let known: BTreeSet<&str> = metric_names().iter().map(|series| series.name).collect();
    for objective in swarmpulse_slo::shipped() {
        let expression = objective.error_over(3600);
        let names = expression.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        let names: Vec<&str> = names.filter(|name| name.starts_with("swarmpulse_")).collect();
        assert!(!names.is_empty(), "{expression}");
        for name in names {
            assert!(
                known.contains(name) || FED_LATER.contains(&name),
                "{}: `{name}` is no series of the registry",
                objective.name
            );
        }
    }
}
