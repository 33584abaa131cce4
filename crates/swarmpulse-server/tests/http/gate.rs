//! What every request passes.

use http::Request;

use crate::harness::{Server, request, with};
use axum::body::Body;

#[tokio::test]
async fn every_answer_has_an_id_and_the_security_headers() {
    let server = Server::start();
    for (method, path) in [
        ("GET", "/"),
        ("GET", "/healthz"),
        ("GET", "/nowhere"),
        ("POST", "/api/v1/events"),
        ("GET", "/metrics"),
    ] {
        let answer = server.send(request(method, path, "")).await;
        assert!(
            answer
                .header("content-security-policy")
                .starts_with("default-src 'self'"),
            "{path}"
        );
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "no-referrer", "{path}");
        assert_eq!(answer.header("x-frame-options"), "DENY", "{path}");
        assert!(!answer.header("cache-control").is_empty(), "{path}");
        assert!(!answer.header("x-request-id").is_empty(), "{path}");
    }
    let echoed = server
        .send(with(request("GET", "/nowhere", ""), "x-request-id", "trace-7"))
        .await;
    echoed.problem(404);
    assert_eq!(echoed.header("x-request-id"), "trace-7");
    let strange = server
        .send(with(request("GET", "/healthz", ""), "x-request-id", "a b<c>"))
        .await;
    assert_ne!(strange.header("x-request-id"), "a b<c>");
}

#[tokio::test]
async fn unknown_paths_and_methods_are_problems() {
    let server = Server::start();
    assert!(
        server
            .get("/api/v1/nonsense")
            .await
            .problem(404)
            .contains("/api/v1/nonsense")
    );
    assert!(server.get("/%ff").await.problem(404).contains("%ff"));
    let wrong = server.send(request("PUT", "/api/v1/events", "{}")).await;
    assert!(wrong.problem(405).contains("PUT"));
    assert!(wrong.header("allow").contains("POST"), "{:?}", wrong.headers);
    server
        .send(request("BREW", "/api/v1/heartbeats", ""))
        .await
        .problem(405);
}

/// The rules themselves are tested where they are; here, that they hold for every route.
#[tokio::test]
async fn no_route_answers_a_foreign_host_or_page() {
    let server = Server::start();
    let routes = [
        ("GET", "/"),
        ("GET", "/healthz"),
        ("GET", "/readyz"),
        ("GET", "/metrics"),
        ("GET", "/api/v1/admin/tokens"),
        ("GET", "/ping/a1"),
        ("POST", "/api/v1/heartbeats"),
        ("DELETE", "/api/v1/admin/tokens/x"),
        ("GET", "/nowhere"),
    ];
    for (method, path) in routes {
        let rebound = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "evil.example:9870");
        server
            .send(rebound.body(Body::empty()).unwrap())
            .await
            .problem(403);
        let nameless = Request::builder().method(method).uri(path);
        server
            .send(nameless.body(Body::empty()).unwrap())
            .await
            .problem(403);
        let foreign = with(request(method, path, ""), "origin", "http://evil.example");
        server.send(foreign).await.problem(403);
        let absolute = Request::builder()
            .method(method)
            .uri(format!("http://evil.example{path}"));
        let absolute = absolute.header("host", "127.0.0.1:9870");
        server
            .send(absolute.body(Body::empty()).unwrap())
            .await
            .problem(403);
    }
    assert_eq!(server.dropped("foreign_origin"), 4 * routes.len() as u64);
    assert!(!server.knows_agent("default", "a1"));
}

#[tokio::test]
async fn large_json_is_compressed_for_those_who_take_it() {
    let server = Server::start();
    let items: Vec<String> = (0..2000).map(|n| format!("{{\"agent\":{n}}}")).collect();
    let body = format!("[{}]", items.join(","));
    let plain = server.post("/api/v1/heartbeats", body.clone()).await;
    assert_eq!(plain.header("content-encoding"), "");
    assert!(plain.body.len() > 100_000);
    let packed = server
        .send(with(
            request("POST", "/api/v1/heartbeats", body),
            "accept-encoding",
            "gzip, br",
        ))
        .await;
    assert_eq!(
        (packed.status.as_u16(), packed.header("content-encoding")),
        (422, "gzip")
    );
    assert!(packed.body.len() < plain.body.len() / 10);
}
