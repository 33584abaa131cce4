//! Alertmanager's API v2: shapes, filters, silences and their ids, who may see and do what.

use std::sync::Arc;

use serde_json::{Value, json};
use swarmpulse_alert::Routing;
use swarmpulse_runtime::{Load, Loaded, LoadedReceiver};
use swarmpulse_store::Scope;

use crate::harness::{Answer, Server, request, with};
use crate::world::{column, encoded, get, heartbeats, settle};

const PATH: &str = "/alertmanager/api/v2";
const ROUTES: &str = "
route:
  receiver: ops
  group_by: [alertname]
  routes: [{matchers: ['agent=~\"b.*\"'], receiver: research, group_by: [agent]}]
receivers: [{name: ops}, {name: research}]
";

/// A server with two receivers, and three agents that are down.
async fn server() -> Server {
    let load: Load = Arc::new(|| {
        let receiver = |name: &str| LoadedReceiver {
            name: name.into(),
            channels: Vec::new(),
        };
        Ok(Loaded {
            routing: Arc::new(Routing::parse(ROUTES, &|_| None).unwrap().routing),
            routing_text: ROUTES.to_owned(),
            receivers: vec![receiver("ops"), receiver("research")],
            ..Loaded::default()
        })
    });
    let server = Server::alerting(load);
    let failed = |agent: &str| json!({"agent": agent, "status": "failed"});
    heartbeats(&server, [failed("a1"), failed("a2"), failed("b1")]).await;
    settle(&server).await;
    server
}

async fn ask(server: &Server, path: &str) -> Value {
    get(server, &format!("{PATH}{path}")).await
}

/// Subjects of alerts, sorted.
async fn agents(server: &Server, query: &str) -> Vec<String> {
    let alerts = ask(server, &format!("/alerts?{query}")).await;
    let labels: Vec<Value> = alerts
        .as_array()
        .unwrap()
        .iter()
        .map(|alert| alert["labels"].clone())
        .collect();
    let mut agents = column(&labels, "agent");
    agents.sort();
    agents
}

fn filter(matchers: &[&str]) -> String {
    let each: Vec<String> = matchers
        .iter()
        .map(|matcher| format!("filter={}", encoded(matcher)))
        .collect();
    each.join("&")
}

/// A silence of these matchers for an hour, which begins in so many seconds.
fn silence(server: &Server, matchers: &Value, begins_in_s: f64) -> Value {
    let now = server.app.runtime().now();
    json!({
        "matchers": matchers,
        "startsAt": now.plus_s(begins_in_s).to_string(),
        "endsAt": now.plus_s(begins_in_s + 3600.0).to_string(),
        "createdBy": "ana",
        "comment": "upgrade",
    })
}

async fn send(server: &Server, method: &str, path: &str, body: &Value) -> Answer {
    let body = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    server.send(request(method, &format!("{PATH}{path}"), body)).await
}

async fn made(server: &Server, body: &Value) -> String {
    let answer = send(server, "POST", "/silences", body).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()["silenceID"].as_str().unwrap().to_owned()
}

fn of_agent(agent: &str) -> Value {
    json!([{"name": "agent", "value": agent, "isRegex": false, "isEqual": true}])
}

#[tokio::test]
async fn alerts_have_alertmanagers_shape() {
    let server = server().await;
    let alerts = ask(&server, &format!("/alerts?{}", filter(&["agent=\"a1\""]))).await;
    let alert = &alerts[0];
    assert_eq!(alerts.as_array().unwrap().len(), 1);
    let mut keys: Vec<&String> = alert.as_object().unwrap().keys().collect();
    keys.sort();
    assert_eq!(
        keys,
        [
            "annotations",
            "endsAt",
            "fingerprint",
            "labels",
            "receivers",
            "startsAt",
            "status",
            "updatedAt"
        ]
    );
    assert_eq!(
        alert["labels"],
        json!({"agent": "a1", "alertname": "agent_down", "namespace": "default", "severity": "critical"})
    );
    assert_eq!(alert["receivers"], json!([{"name": "ops"}]));
    assert_eq!(
        alert["status"],
        json!({"state": "active", "silencedBy": [], "inhibitedBy": [], "mutedBy": []})
    );
    assert!(!alert["annotations"]["summary"].as_str().unwrap().is_empty());
    let fingerprint = alert["fingerprint"].as_str().unwrap();
    assert!(fingerprint.len() == 16 && fingerprint.bytes().all(|byte| byte.is_ascii_hexdigit()));
    assert!(alert["endsAt"].as_str().unwrap() > alert["startsAt"].as_str().unwrap());
}

#[tokio::test]
async fn filters_and_receivers_choose() {
    let server = server().await;
    assert_eq!(agents(&server, "").await, ["a1", "a2", "b1"]);
    assert_eq!(agents(&server, "receiver=res.*").await, ["b1"]);
    assert_eq!(
        agents(&server, "receiver=res").await,
        [""; 0],
        "the whole name is matched"
    );
    assert_eq!(
        agents(&server, &filter(&["agent=~\"a.\"", "agent!=\"a2\""])).await,
        ["a1"]
    );
    assert_eq!(agents(&server, "active=false").await, [""; 0]);
    for (query, begins) in [
        ("filter=%7Ba", "\"bad matcher format: "),
        ("receiver=%28", "\"failed to parse receiver param: "),
    ] {
        for list in ["/alerts", "/alerts/groups"] {
            let answer = send(&server, "GET", &format!("{list}?{query}"), &Value::Null).await;
            assert_eq!(answer.status, 400);
            assert_eq!(answer.header("content-type"), "application/json");
            assert!(answer.text().starts_with(begins), "{}", answer.text());
        }
    }
}

#[tokio::test]
async fn groups_are_those_that_are_told_together() {
    let server = server().await;
    let groups = ask(&server, "/alerts/groups").await;
    let told: Vec<(Value, Value, usize)> = groups
        .as_array()
        .unwrap()
        .iter()
        .map(|group| {
            let alerts = group["alerts"].as_array().unwrap();
            (
                group["receiver"]["name"].clone(),
                group["labels"].clone(),
                alerts.len(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (json!("research"), json!({"agent": "b1"}), 1),
            (json!("ops"), json!({"alertname": "agent_down"}), 2),
        ]
    );
    let ops = ask(&server, "/alerts/groups?receiver=ops").await;
    assert_eq!(ops.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_silence_is_made_seen_and_ended() {
    let server = server().await;
    let id = made(&server, &silence(&server, &of_agent("a1"), 0.0)).await;
    assert_eq!(agents(&server, "silenced=false").await, ["a2", "b1"]);
    let silenced = ask(&server, "/alerts?active=false").await;
    assert_eq!(silenced[0]["status"]["state"], "suppressed");
    assert_eq!(silenced[0]["status"]["silencedBy"], json!([id]));

    let one = ask(&server, &format!("/silence/{id}")).await;
    for (name, expected) in [
        ("id", json!(id)),
        ("status", json!({"state": "active"})),
        ("createdBy", json!("ana")),
        ("comment", json!("upgrade")),
        ("matchers", of_agent("a1")),
    ] {
        assert_eq!(one[name], expected, "{name}");
    }
    let list = ask(&server, &format!("/silences?{}", filter(&["agent=\"a1\""]))).await;
    assert_eq!(list, json!([one]));
    assert_eq!(
        ask(&server, &format!("/silences?{}", filter(&["agent=~\"a1\""]))).await,
        json!([])
    );
    assert_eq!(ask(&server, "/silences?creator=ben").await, json!([]));

    let ended = send(&server, "DELETE", &format!("/silence/{id}"), &Value::Null).await;
    assert_eq!((ended.status.as_u16(), ended.text()), (200, ""));
    assert_eq!(
        ask(&server, &format!("/silence/{id}")).await["status"]["state"],
        "expired"
    );
    assert_eq!(agents(&server, "silenced=false").await, ["a1", "a2", "b1"]);
}

#[tokio::test]
async fn a_change_keeps_the_id_only_while_the_silence_stays_what_it_is() {
    let server = server().await;
    let id = made(&server, &silence(&server, &of_agent("a1"), 0.0)).await;
    let begun = ask(&server, &format!("/silence/{id}")).await["startsAt"].clone();
    let with_id = |mut body: Value, id: &str| {
        body["id"] = json!(id);
        body
    };
    let mut longer = with_id(silence(&server, &of_agent("a1"), 0.0), &id);
    longer["endsAt"] = json!(server.app.runtime().now().plus_s(90_000.0).to_string());
    longer["startsAt"] = begun.clone();
    assert_eq!(made(&server, &longer).await, id);
    let changed = ask(&server, &format!("/silence/{id}")).await;
    assert_eq!(
        (&changed["startsAt"], &changed["endsAt"]),
        (&begun, &longer["endsAt"])
    );

    let other = made(&server, &with_id(silence(&server, &of_agent("a2"), 0.0), &id)).await;
    assert_ne!(other, id);
    assert_eq!(
        ask(&server, &format!("/silence/{id}")).await["status"]["state"],
        "expired"
    );
    assert_eq!(agents(&server, "silenced=false").await, ["a1", "b1"]);

    let later = made(&server, &silence(&server, &of_agent("b1"), 600.0)).await;
    let states = column(ask(&server, "/silences").await.as_array().unwrap(), "id");
    assert_eq!(
        states,
        [other.as_str(), later.as_str(), id.as_str()],
        "active, pending, expired"
    );
}

#[tokio::test]
async fn silences_that_cannot_be_are_refused_as_there() {
    let server = server().await;
    let good = || silence(&server, &of_agent("a1"), 0.0);
    let change = |name: &str, value: Value| {
        let mut body = good();
        body[name] = value;
        body
    };
    for (body, status, needle) in [
        (
            change("endsAt", json!("2020-01-01T00:00:00Z")),
            400,
            "end time can't be in the past",
        ),
        (
            change("startsAt", json!("2100-01-01T00:00:00Z")),
            400,
            "start time must be before end time",
        ),
        (change("startsAt", json!("soon")), 400, "startsAt: `soon`"),
        (
            change("matchers", json!([])),
            400,
            "at least one matcher required",
        ),
        (
            change("matchers", json!([{"name": "a", "value": ".*", "isRegex": true}])),
            400,
            "must not match the empty string",
        ),
        (
            change("matchers", json!([{"name": "a", "value": "(", "isRegex": true}])),
            400,
            "invalid silence: ",
        ),
        (
            change("matchers", json!([{"name": "a"}])),
            400,
            "expected JSON like",
        ),
        (change("comment", json!("x".repeat(3000))), 400, "`comment`"),
        (
            change("id", json!("7f1e7b1c-0000-4000-8000-000000000000")),
            404,
            "not found",
        ),
    ] {
        let answer = send(&server, "POST", "/silences", &body).await;
        assert_eq!(answer.status.as_u16(), status, "{body}: {}", answer.text());
        let said: String = serde_json::from_slice(&answer.body).unwrap();
        assert!(said.contains(needle), "{body}: {said}");
    }
    for method in ["GET", "DELETE"] {
        let answer = send(&server, method, "/silence/none", &Value::Null).await;
        assert_eq!((answer.status.as_u16(), answer.text()), (404, ""));
    }
    assert_eq!(ask(&server, "/silences").await, json!([]));
}

#[tokio::test]
async fn status_tells_release_and_routes() {
    let server = server().await;
    let status = ask(&server, "/status").await;
    assert_eq!(status["cluster"], json!({"status": "disabled", "peers": []}));
    assert_eq!(status["config"]["original"], ROUTES);
    assert!(
        status["versionInfo"]["version"]
            .as_str()
            .unwrap()
            .starts_with("0.")
    );
    assert_eq!(
        ask(&server, "/receivers").await,
        json!([{"name": "ops"}, {"name": "research"}])
    );
    for path in ["/alertmanager/-/healthy", "/alertmanager/-/ready"] {
        assert_eq!(server.get(path).await.status, 200, "{path}");
    }
    let bare = Server::start();
    let original = ask(&bare, "/status").await["config"]["original"].take();
    assert!(
        Routing::parse(original.as_str().unwrap(), &|_| None).is_ok(),
        "{original}"
    );
}

#[tokio::test]
async fn tokens_see_and_silence_their_own_namespace_alone() {
    let server = server().await;
    let reader = server.token(Scope::Read, Some("team")).await;
    let admin = server.token(Scope::Admin, Some("team")).await;
    let other = server.token(Scope::Admin, Some("other")).await;
    let writer = server.token(Scope::Ingest, Some("team")).await;
    let own = json!({"agent": "t1", "status": "failed"}).to_string();
    let beat = with(
        request("POST", "/api/v1/heartbeats", own),
        "authorization",
        &format!("Bearer {writer}"),
    );
    server.send(beat).await.taken(202, 1);
    settle(&server).await;
    let as_token = async |token: &str, method: &str, path: &str, body: &Value| {
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let request = request(method, &format!("{PATH}{path}"), body);
        server
            .send(with(request, "authorization", &format!("Bearer {token}")))
            .await
    };
    for path in ["/alerts", "/alerts/groups"] {
        let seen = as_token(&reader, "GET", path, &Value::Null).await;
        let text = seen.text();
        assert!(
            text.contains("\"t1\"") && !text.contains("\"a1\"") && !text.contains("\"b1\""),
            "{text}"
        );
    }
    let everything = json!([{"name": "alertname", "value": ".+", "isRegex": true}]);
    let body = silence(&server, &everything, 0.0);
    as_token(&reader, "POST", "/silences", &body).await.problem(403);
    as_token(&writer, "GET", "/alerts", &Value::Null)
        .await
        .problem(403);
    let id = as_token(&admin, "POST", "/silences", &body).await.json()["silenceID"].take();
    let path = format!("/silence/{}", id.as_str().unwrap());
    assert_eq!(agents(&server, "silenced=false").await, ["a1", "a2", "b1"]);
    assert_eq!(agents(&server, "active=false").await, ["t1"]);
    for method in ["GET", "DELETE"] {
        assert_eq!(
            as_token(&other, method, &path, &Value::Null).await.status,
            404,
            "{method}"
        );
    }
    assert_eq!(
        as_token(&other, "GET", "/silences", &Value::Null).await.json(),
        json!([])
    );
    let status = as_token(&reader, "GET", "/status", &Value::Null).await.json();
    assert!(
        !status["config"]["original"]
            .as_str()
            .unwrap()
            .contains("research"),
        "{status}"
    );
    assert_eq!(as_token(&admin, "DELETE", &path, &Value::Null).await.status, 200);
    assert_eq!(agents(&server, "silenced=false").await, ["a1", "a2", "b1", "t1"]);
}
