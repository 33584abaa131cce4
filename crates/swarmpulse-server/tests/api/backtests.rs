//! Backtests over HTTP: routes and options that are sent, and what is wrong with them.

use serde_json::{Value, json};

use crate::harness::{Answer, Server, request};

async fn ask(server: &Server, body: &Value) -> Answer {
    server
        .send(request("POST", "/api/v1/backtest", body.to_string()))
        .await
}

#[tokio::test]
async fn routes_are_run_over_the_past_without_their_secrets() {
    let server = Server::start();
    let text = "route: {receiver: team}\nreceivers:\n- name: team\n  slack_configs: [{api_url: <secret>}]\n";
    let body = json!({
        "from": "-1h",
        "routes": {"name": "alerts.yaml", "text": text},
        "for_s": {"agent_down": 60},
    });
    let found = ask(&server, &body).await.json();
    assert_eq!(
        found["summary"],
        json!({"both": 0, "new": 0, "gone": 0, "of_conditions": 0})
    );
    assert_eq!(
        (
            &found["receivers"],
            &found["messages"],
            &found["messages_omitted"]
        ),
        (&json!([]), &json!([]), &json!(0)),
        "nothing happened"
    );
}

#[tokio::test]
async fn what_is_wrong_is_told_with_its_place() {
    let server = Server::start();
    let wrong = "route: {receiver: nobody}\nreceivers: []\n";
    let body = json!({"from": "-1h", "routes": {"name": "alerts.yaml", "text": wrong}});
    let detail = ask(&server, &body).await.problem(422);
    assert!(detail.contains("alerts.yaml:1:"), "{detail}");
    let body = json!({"from": "-1h", "for_s": {"agent_down": -1}});
    let detail = ask(&server, &body).await.problem(422);
    assert!(detail.contains("for_s.agent_down"), "{detail}");
}
