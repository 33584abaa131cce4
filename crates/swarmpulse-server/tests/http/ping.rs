//! Pings: heartbeats by URL alone.

use swarmpulse_model::{Value, Verdict};

use crate::harness::{Server, request, with};

fn status_of(server: &Server, agent: &str) -> (Option<String>, Option<Value>, Verdict) {
    server.app.runtime().fleet(|fleet| {
        let agent = fleet.agent_named("default", agent).unwrap();
        let message = agent.attributes().get("message").cloned();
        (agent.status().map(str::to_owned), message, agent.verdict())
    })
}

#[tokio::test]
async fn any_of_three_methods_pings() {
    let server = Server::start();
    for (n, base) in ["/ping", "/api/v1/ping"].into_iter().enumerate() {
        for method in ["GET", "POST", "HEAD"] {
            let path = format!("{base}/a{n}{method}");
            let answer = server.send(request(method, &path, "")).await;
            assert_eq!(answer.status, 200, "{method} {path}");
            assert_eq!(answer.text(), if method == "HEAD" { "" } else { "OK" });
            assert!(server.knows_agent("default", &format!("a{n}{method}")));
        }
    }
    server.send(request("DELETE", "/ping/a1", "")).await.problem(405);
    let json = with(request("POST", "/ping/a1", ""), "accept", "application/json");
    assert_eq!(server.send(json).await.taken(202, 1), []);
}

#[tokio::test]
async fn signals_become_statuses_and_unknown_ones_are_refused() {
    let server = Server::start();
    for (signal, status, verdict) in [
        ("/start", Some("working"), Verdict::Working),
        ("", Some("idle"), Verdict::Idle),
        ("/0", Some("idle"), Verdict::Idle),
        ("/fail", Some("failed"), Verdict::Down),
        ("/137", Some("failed"), Verdict::Down),
    ] {
        let agent = format!("job{}", signal.replace('/', "-"));
        assert_eq!(server.get(&format!("/ping/{agent}{signal}")).await.text(), "OK");
        let (said, _, judged) = status_of(&server, &agent);
        assert_eq!((said.as_deref(), judged), (status, verdict), "{signal}");
    }
    server.get("/ping/logger/log").await;
    assert_eq!(
        status_of(&server, "logger").0,
        None,
        "a log says nothing of how it goes"
    );
    for bad in ["/ping/a1/stopp", "/ping/a1/1e3", "/ping/a1/99999999999"] {
        let detail = server.get(bad).await.problem(404);
        assert!(detail.contains("exit code"), "{detail}");
    }
    let long = format!("/ping/{}", "x".repeat(201));
    assert!(server.get(&long).await.problem(422).contains("200"));
    assert!(
        server
            .get("/ping/a%0Ab")
            .await
            .problem(422)
            .contains("control character")
    );
    assert!(server.dropped("rejected_id") >= 2);
}

#[tokio::test]
async fn the_beginning_of_a_body_is_kept_without_secrets() {
    let server = Server::start();
    let body = format!("disk full, password=hunter2\n{}", "é".repeat(10_000));
    assert_eq!(server.post("/ping/backup/fail", body).await.text(), "OK");
    let (_, message, _) = status_of(&server, "backup");
    let Some(Value::Text(message)) = message else {
        panic!("{message:?}");
    };
    assert!(message.starts_with("disk full, password=[redacted"), "{message}");
    assert!(
        !message.contains("hunter2") && message.len() <= 8192,
        "{}",
        message.len()
    );
}

#[tokio::test]
async fn pages_of_other_sites_cannot_ping() {
    let server = Server::start();
    for (name, value) in [
        ("origin", "http://evil.example"),
        ("sec-fetch-site", "cross-site"),
    ] {
        let answer = server
            .send(with(request("GET", "/ping/victim/fail", ""), name, value))
            .await;
        answer.problem(403);
    }
    assert!(!server.knows_agent("default", "victim"));
    assert_eq!(server.dropped("foreign_origin"), 2);
}
