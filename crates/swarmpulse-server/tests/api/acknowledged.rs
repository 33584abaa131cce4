//! Taking alerts in hand and giving them back, and who may.

use serde_json::{Value, json};
use swarmpulse_store::Scope;

use crate::harness::{Answer, Server, request, with};
use crate::world::{column, get, heartbeats, settle};

const A1: &str = "/api/v1/alerts/agent_down%2Fdefault%2Fagent%2Fa1";

async fn failed(server: &Server, agents: &[&str]) {
    let lines = agents
        .iter()
        .map(|agent| json!({"agent": agent, "status": "failed"}));
    heartbeats(server, lines).await;
    settle(server).await;
}

async fn send(server: &Server, bearer: &str, method: &str, path: &str, body: &Value) -> Answer {
    let body = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    let sent = with(
        request(method, path, body),
        "authorization",
        &format!("Bearer {bearer}"),
    );
    server.send(sent).await
}

#[tokio::test]
async fn an_alert_is_taken_in_hand_and_given_back() {
    let server = Server::start();
    failed(&server, &["a1"]).await;
    let path = format!("{A1}/acknowledge");
    let body = json!({"comment": "looking at it", "author": "ana", "until": "2h"});
    let taken = server.post(&path, body.to_string()).await;
    assert_eq!(taken.status, 200, "{}", taken.text());
    let said = &taken.json()["acknowledged"];
    assert_eq!(
        (&said["by"], &said["comment"]),
        (&json!("ana"), &json!("looking at it"))
    );
    assert!(said["until"].as_str().unwrap() > said["at"].as_str().unwrap());
    // Once it is answered every reader sees it.
    let listed = get(&server, "/api/observability/alerts").await;
    assert_eq!(&listed["active"][0]["acknowledged"], said);
    let metrics = server.get("/metrics").await;
    assert!(
        metrics.text().contains("\nswarmpulse_alerts_acknowledged 1\n"),
        "{}",
        metrics.text()
    );
    let gone = server.send(request("DELETE", &path, "")).await;
    assert_eq!(gone.status, 204);
    assert_eq!(get(&server, A1).await["acknowledged"], Value::Null);
    let again = server.send(request("DELETE", &path, "")).await;
    assert_eq!(again.status, 204, "nobody has it: so be it");
    settle(&server).await;
    let transitions = get(&server, A1).await["transitions"].clone();
    let transitions = transitions.as_array().unwrap();
    assert_eq!(
        column(transitions, "state"),
        ["given_back", "acknowledged", "firing"]
    );
    assert_eq!(
        (&transitions[1]["by"], &transitions[1]["message"]),
        (&json!("ana"), &json!("looking at it"))
    );
}

#[tokio::test]
async fn what_cannot_be_taken_in_hand_is_refused_with_a_way_out() {
    let server = Server::start();
    failed(&server, &["a1"]).await;
    let path = format!("{A1}/acknowledge");
    for (body, status, needle) in [
        (json!({"comment": " "}), 422, "`comment`"),
        (json!({"comment": "x", "until": "-1h"}), 422, "`until`"),
        (json!({"comment": "x", "until": "soon"}), 422, "`until`"),
        (json!({"author": "x"}), 400, "comment"),
        (json!({"comment": "x", "autor": "y"}), 400, "autor"),
    ] {
        let detail = server.post(&path, body.to_string()).await.problem(status);
        assert!(detail.contains(needle), "{body}: {detail}");
    }
    let unknown = "/api/v1/alerts/agent_down%2Fdefault%2Fagent%2Fnobody/acknowledge";
    let body = json!({"comment": "x"}).to_string();
    server.post(unknown, body.clone()).await.problem(404);
    heartbeats(&server, [json!({"agent": "a1", "status": "idle"})]).await;
    settle(&server).await;
    let detail = server.post(&path, body).await.problem(409);
    assert!(detail.contains("is over"), "{detail}");
}

#[tokio::test]
async fn it_needs_an_admin_who_sees_the_alert_and_is_named_after_the_token() {
    let server = Server::start();
    failed(&server, &["a1"]).await;
    let path = format!("{A1}/acknowledge");
    let body = json!({"comment": "mine"});
    for (scope, namespace, expected) in [
        (Scope::Ingest, None, 403),
        (Scope::Read, None, 403),
        (Scope::Admin, Some("team"), 404),
        (Scope::Admin, Some("default"), 200),
    ] {
        let token = server.token(scope, namespace).await;
        let answer = send(&server, &token, "POST", &path, &body).await;
        assert_eq!(answer.status.as_u16(), expected, "{scope:?} {namespace:?}");
        if expected == 200 {
            let by = answer.json()["acknowledged"]["by"].as_str().unwrap().to_owned();
            assert!(by.starts_with("admin-"), "{by}");
        }
    }
}
