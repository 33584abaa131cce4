//! Silences and maintenance over HTTP: made, seen, changed, ended; what is refused; whose they are.

use serde_json::{Value, json};
use swarmpulse_store::Scope;

use crate::harness::{Answer, Server, request, with};
use crate::world::{column, encoded, get, heartbeats, pages, settle};

const PATH: &str = "/api/v1/silences";

async fn failed(server: &Server, agents: &[&str]) {
    let lines = agents
        .iter()
        .map(|agent| json!({"agent": agent, "status": "failed"}));
    heartbeats(server, lines).await;
    settle(server).await;
}

async fn made(server: &Server, body: &Value) -> Value {
    let answer = server.post(PATH, body.to_string()).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()
}

async fn sent(server: &Server, token: &str, method: &str, path: &str, body: &Value) -> Answer {
    let body = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    let bearer = format!("Bearer {token}");
    server
        .send(with(request(method, path, body), "authorization", &bearer))
        .await
}

#[tokio::test]
async fn a_silence_holds_back_what_matches_until_it_ends() {
    let server = Server::start();
    failed(&server, &["a1", "a2"]).await;
    let silence = made(
        &server,
        &json!({"matchers": "{agent=\"a1\"}", "ends_at": "2h", "comment": "upgrade", "author": "ana"}),
    )
    .await;
    for (name, expected) in [
        ("state", "active"),
        ("purpose", "silence"),
        ("text", "{agent=\"a1\"}"),
        ("author", "ana"),
        ("comment", "upgrade"),
    ] {
        assert_eq!(silence[name], expected, "{name}");
    }
    assert_eq!(
        (&silence["alerts"], &silence["namespace"]),
        (&json!(1), &Value::Null)
    );
    assert_eq!(
        silence["matchers"],
        json!([{"name": "agent", "op": "=", "value": "a1"}])
    );
    // Once it is answered every reader sees it.
    let address = silence["links"]["self"].as_str().unwrap();
    assert_eq!(get(&server, address).await, silence);
    assert_eq!(get(&server, PATH).await["items"], json!([silence]));
    let filter = encoded("agent=a1");
    let one = get(&server, &format!("/api/v1/alerts?filter={filter}")).await["items"][0].clone();
    assert_eq!(one["silenced_by"], json!([silence["id"]]));
    let other = get(&server, &format!("/api/v1/alerts?filter={}", encoded("agent=a2"))).await;
    assert_eq!(other["items"][0]["silenced_by"], json!([]));

    let longer = json!({"matchers": ["agent=~\"a.\""], "ends_at": "3h", "comment": "it takes longer"});
    let answer = server.send(request("PUT", address, longer.to_string())).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let changed = answer.json();
    assert_eq!(
        (&changed["id"], &changed["alerts"], &changed["starts_at"]),
        (&silence["id"], &json!(2), &silence["starts_at"])
    );

    let ended = server.send(request("DELETE", address, "")).await;
    assert_eq!(
        (ended.status.as_u16(), &ended.json()["state"]),
        (200, &json!("expired"))
    );
    let one = get(&server, &format!("/api/v1/alerts?filter={filter}")).await["items"][0].clone();
    assert_eq!(one["silenced_by"], json!([]));
    assert_eq!(get(&server, PATH).await["items"], json!([]));
    let over = get(&server, &format!("{PATH}?state=expired")).await;
    assert_eq!(
        column(over["items"].as_array().unwrap(), "comment"),
        ["it takes longer"]
    );
    let again = server.send(request("DELETE", address, "")).await;
    assert_eq!(again.json()["ends_at"], ended.json()["ends_at"], "it ended then");
    let detail = server
        .send(request("PUT", address, longer.to_string()))
        .await
        .problem(409);
    assert!(detail.contains("makes a new one"), "{detail}");
}

#[tokio::test]
async fn maintenance_can_be_planned_and_lists_come_in_pages() {
    let server = Server::start();
    let body = |n: usize, starts: &str| {
        json!({
            "matchers": [{"name": "host", "op": "=", "value": format!("h{n}")}],
            "starts_at": starts, "ends_at": "1h30m", "comment": "disks", "purpose": "maintenance",
        })
    };
    for n in 0..5 {
        let planned = made(&server, &body(n, "30m")).await;
        assert_eq!(
            (&planned["state"], &planned["purpose"]),
            (&json!("pending"), &json!("maintenance"))
        );
        let seconds = |name: &str| -> jiff::Timestamp { planned[name].as_str().unwrap().parse().unwrap() };
        let long = seconds("ends_at").duration_since(seconds("starts_at"));
        assert_eq!(long.as_secs(), 5_400, "a span is counted from the beginning");
    }
    made(&server, &body(9, "now")).await;
    let whole: Vec<Value> = pages(&server, PATH).await.concat();
    assert_eq!((whole.len(), &whole[0]["state"]), (6, &json!("active")));
    for limit in [1, 2, 5] {
        let cut = pages(&server, &format!("{PATH}?limit={limit}")).await.concat();
        assert_eq!(cut, whole, "{limit}");
    }
    let planned = pages(&server, &format!("{PATH}?state=pending")).await.concat();
    assert_eq!(planned.len(), 5);
    let other = get(&server, &format!("{PATH}?purpose=silence")).await;
    assert_eq!(other["items"], json!([]));
    let metrics = server.get("/metrics").await;
    assert!(
        metrics
            .text()
            .contains("\nswarmpulse_silences{state=\"pending\"} 5\n"),
        "{}",
        metrics.text()
    );
}

#[tokio::test]
async fn what_cannot_be_is_refused_by_name_with_a_way_out() {
    let server = Server::start();
    let good = json!({"matchers": "agent=a1", "ends_at": "2h", "comment": "x"});
    for (field, value, status, needle) in [
        ("matchers", json!([]), 422, "`matchers`"),
        ("matchers", json!("{agent=~\".*\"}"), 422, "`matchers`"),
        ("matchers", json!("{agent"), 422, "`matchers`"),
        ("matchers", json!(7), 400, "matchers"),
        ("ends_at", json!("-1h"), 422, "`ends_at`"),
        ("ends_at", json!("2001-01-01T00:00:00Z"), 422, "`ends_at`"),
        ("ends_at", json!("99999d"), 422, "`ends_at`"),
        ("ends_at", json!(""), 422, "`ends_at`"),
        ("starts_at", json!("soon"), 422, "`starts_at`"),
        ("starts_at", json!("2099-01-01T00:00:00Z"), 422, "ten years"),
        ("comment", json!(""), 422, "`comment`"),
        ("comment", json!("x".repeat(3000)), 422, "`comment`"),
        ("author", json!("a\nb"), 422, "`author`"),
        ("purpose", json!("fun"), 422, "`purpose`"),
        ("namespace", json!("a\tb"), 422, "`namespace`"),
        ("comments", json!("x"), 400, "comments"),
    ] {
        let mut body = good.clone();
        body[field] = value;
        let detail = server.post(PATH, body.to_string()).await.problem(status);
        assert!(detail.contains(needle), "{body}: {detail}");
    }
    server.post(PATH, "{").await.problem(400);
    server.post(PATH, " ".repeat(70_000)).await.problem(413);
    server.get(&format!("{PATH}/none")).await.problem(404);
    assert_eq!(get(&server, PATH).await["items"], json!([]));
}

#[tokio::test]
async fn a_preview_tells_which_alerts_would_be_held_back_and_changes_nothing() {
    let server = Server::start();
    failed(&server, &["a1", "a2", "b1"]).await;
    let reader = server.token(Scope::Read, None).await;
    let path = format!("{PATH}/preview");
    let body = json!({"matchers": "{agent=~\"a.*\"}"});
    let answer = sent(&server, &reader, "POST", &path, &body).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let preview = answer.json();
    assert_eq!(
        (&preview["count"], &preview["text"]),
        (&json!(2), &json!("{agent=~\"a.*\"}"))
    );
    let mut found = column(preview["alerts"].as_array().unwrap(), "subject");
    found.sort();
    assert_eq!(found, ["a1", "a2"]);
    assert_eq!(get(&server, PATH).await["items"], json!([]));
    let all = json!({"matchers": "{}"}).to_string();
    server.post(&path, all).await.problem(422);
}

#[tokio::test]
async fn a_token_of_a_namespace_silences_and_sees_that_alone() {
    let server = Server::start();
    let (own, reader) = (
        server.token(Scope::Admin, Some("team")).await,
        server.token(Scope::Read, Some("team")).await,
    );
    let body = json!({"matchers": "agent=~\".+\"", "ends_at": "2h", "comment": "x"});
    let theirs = made(&server, &body).await;
    failed(&server, &["a1"]).await;
    let mine = sent(&server, &own, "POST", PATH, &body).await.json();
    assert_eq!((&mine["namespace"], &mine["alerts"]), (&json!("team"), &json!(0)));
    let listed = sent(&server, &reader, "GET", PATH, &Value::Null).await.json();
    assert_eq!(listed["items"], json!([mine]));
    let other = theirs["links"]["self"].as_str().unwrap();
    for (method, body) in [("GET", &Value::Null), ("DELETE", &Value::Null), ("PUT", &body)] {
        let answer = sent(&server, &own, method, other, body).await;
        answer.problem(404);
    }
    // One who sees all and changes it does not make it everybody's.
    let own_address = mine["links"]["self"].as_str().unwrap();
    let changed = server
        .send(request("PUT", own_address, body.to_string()))
        .await
        .json();
    assert_eq!(changed["namespace"], "team");
    let mut foreign = body.clone();
    foreign["namespace"] = json!("default");
    sent(&server, &own, "POST", PATH, &foreign).await.problem(403);
    sent(&server, &reader, "POST", PATH, &body).await.problem(403);
    let ingest = server.token(Scope::Ingest, None).await;
    sent(&server, &ingest, "GET", PATH, &Value::Null)
        .await
        .problem(403);
    // One of another namespace does not hold back what is not its own.
    let one = get(&server, "/api/v1/alerts").await["items"][0].clone();
    assert_eq!(one["silenced_by"], json!([theirs["id"]]));
}
