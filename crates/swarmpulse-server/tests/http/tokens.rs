//! Managing tokens over the API.

use swarmpulse_store::Scope;

use crate::harness::{Server, request, with};

const PATH: &str = "/api/v1/admin/tokens";

#[tokio::test]
async fn tokens_are_made_shown_once_listed_used_and_removed() {
    let server = Server::start();
    let made = server
        .post(PATH, r#"{"scope":"ingest","namespace":"team","comment":"ci"}"#)
        .await;
    assert_eq!(made.status, 201);
    let made = made.json();
    let (id, secret) = (made["id"].as_str().unwrap(), made["secret"].as_str().unwrap());
    assert!(secret.starts_with("swp_") && secret.len() == 68, "{secret}");
    let list = server.get(PATH).await;
    assert!(
        !list.text().contains(secret) && !list.text().contains("secret"),
        "{}",
        list.text()
    );
    let items = &list.json()["items"];
    assert_eq!(items.as_array().unwrap().len(), 1);
    for (field, value) in [
        ("id", id),
        ("scope", "ingest"),
        ("namespace", "team"),
        ("comment", "ci"),
    ] {
        assert_eq!(items[0][field], value);
    }
    let bearer = format!("Bearer {secret}");
    let heartbeat = || {
        with(
            request("POST", "/api/v1/heartbeats", r#"{"agent":"a"}"#),
            "authorization",
            &bearer,
        )
    };
    assert_eq!(server.send(heartbeat()).await.taken(202, 1), []);
    assert_eq!(
        server
            .send(request("DELETE", &format!("{PATH}/{id}"), ""))
            .await
            .status,
        204
    );
    server.send(heartbeat()).await.problem(401);
    server
        .send(request("DELETE", &format!("{PATH}/{id}"), ""))
        .await
        .problem(404);
}

#[tokio::test]
async fn wrong_wishes_are_refused_with_the_field() {
    let server = Server::start();
    for (body, status, field) in [
        ("", 400, "scope"),
        ("[]", 400, "scope"),
        (r#"{"scope":"root"}"#, 422, "scope"),
        (r#"{"scope":"read","namespace":""}"#, 422, "namespace"),
        (r#"{"scope":"read","scopes":[]}"#, 400, "scopes"),
    ] {
        let detail = server.post(PATH, body).await.problem(status);
        assert!(detail.contains(field), "{body}: {detail}");
    }
    let long = format!(r#"{{"scope":"read","comment":"{}"}}"#, "x".repeat(300));
    assert!(server.post(PATH, long).await.problem(422).contains("comment"));
    server.post(PATH, "x".repeat(20_000)).await.problem(413);
    assert_eq!(
        server.get(PATH).await.json()["items"].as_array().unwrap().len(),
        0
    );
}

#[tokio::test]
async fn an_admin_of_a_namespace_stays_in_it() {
    let server = Server::start();
    server.token(Scope::Read, None).await;
    server.token(Scope::Read, Some("other")).await;
    let bearer = format!("Bearer {}", server.token(Scope::Admin, Some("team")).await);
    let send = |method: &'static str, path: String, body: &'static str| {
        server.send(with(request(method, &path, body), "authorization", &bearer))
    };
    let seen = send("GET", PATH.into(), "").await.json();
    assert_eq!(seen["items"].as_array().unwrap().len(), 1, "{seen}");
    let made = send("POST", PATH.into(), r#"{"scope":"ingest"}"#).await.json();
    assert_eq!(made["namespace"], "team");
    send("POST", PATH.into(), r#"{"scope":"read","namespace":"other"}"#)
        .await
        .problem(403);
    let all = server.get(PATH).await.json();
    for item in all["items"].as_array().unwrap() {
        if item["namespace"] != "team" {
            let path = format!("{PATH}/{}", item["id"].as_str().unwrap());
            send("DELETE", path, "").await.problem(404);
        }
    }
    assert_eq!(
        server.get(PATH).await.json()["items"].as_array().unwrap().len(),
        4
    );
}
