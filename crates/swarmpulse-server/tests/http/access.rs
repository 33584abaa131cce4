//! Who may do what: scopes, namespaces, listeners.

use swarmpulse_server::{Peer, ServerOptions};
use swarmpulse_store::Scope;

use crate::harness::{Answer, LOCAL, REMOTE, Server, request, with};

/// One of every family of routes.
const ROUTES: [(&str, &str, &str, Scope); 22] = [
    ("POST", "/api/v1/heartbeats", r#"{"agent":"a1"}"#, Scope::Ingest),
    ("POST", "/agents/a1/heartbeat", "{}", Scope::Ingest),
    ("POST", "/api/v1/write", "", Scope::Ingest),
    ("POST", "/api/v1/import/prometheus", "", Scope::Ingest),
    ("PUT", "/metrics/job/j", "", Scope::Ingest),
    ("POST", "/write", "", Scope::Ingest),
    ("POST", "/v1/traces", "", Scope::Ingest),
    (
        "POST",
        "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
        "",
        Scope::Ingest,
    ),
    ("GET", "/ping/a1", "", Scope::Ingest),
    (
        "POST",
        "/api/v1/sandboxes/s/events",
        r#"{"event_type":"x"}"#,
        Scope::Ingest,
    ),
    ("GET", "/metrics", "", Scope::Read),
    ("GET", "/api/v1/agents", "", Scope::Read),
    ("GET", "/api/observability/alerts", "", Scope::Read),
    ("GET", "/api/v1/stream?topics=none", "", Scope::Read),
    ("GET", "/api/v1/ws", "", Scope::Read),
    ("GET", "/prometheus/api/v1/query?query=1", "", Scope::Read),
    ("GET", "/alertmanager/api/v2/alerts", "", Scope::Read),
    ("POST", "/alertmanager/api/v2/silences", "", Scope::Admin),
    ("POST", "/-/reload", "", Scope::Admin),
    ("POST", "/api/v1/backtest", "", Scope::Admin),
    ("GET", "/api/v1/admin/tokens", "", Scope::Admin),
    ("DELETE", "/api/v1/admin/tokens/none", "", Scope::Admin),
];

/// The words of a refusal of that status; OTLP has a shape of its own.
#[track_caller]
fn refused(answer: &Answer, status: u16, path: &str) -> String {
    if !path.starts_with("/v1/") {
        return answer.problem(status);
    }
    assert_eq!(answer.status.as_u16(), status, "{path}");
    String::from_utf8_lossy(&answer.body).into_owned()
}

#[tokio::test]
async fn tokens_open_what_their_scope_says() {
    let server = Server::start();
    for peer in [LOCAL, REMOTE] {
        for held in [Scope::Ingest, Scope::Read, Scope::Admin] {
            let bearer = format!("Bearer {}", server.token(held, None).await);
            for (method, path, body, needed) in ROUTES {
                let sent = with(request(method, path, body), "authorization", &bearer);
                let answer = server.send_as(peer, sent).await;
                if held.allows(needed) {
                    assert_ne!(answer.status, 403, "{held:?} {path}");
                    assert_ne!(answer.status, 401, "{held:?} {path}");
                } else {
                    let detail = refused(&answer, 403, path);
                    assert!(
                        detail.contains(needed.as_str()) && detail.contains("token create"),
                        "{detail}"
                    );
                }
            }
        }
    }
}

#[tokio::test]
async fn a_token_can_ask_what_it_allows() {
    let server = Server::start();
    let open = server.get("/api/v1/access").await.json();
    assert_eq!(
        open,
        serde_json::json!({"scope": "admin", "namespace": null, "token": null})
    );
    for (scope, namespace) in [(Scope::Ingest, Some("team")), (Scope::Read, None)] {
        let secret = server.token(scope, namespace).await;
        let sent = with(
            request("GET", "/api/v1/access", ""),
            "authorization",
            &format!("Bearer {secret}"),
        );
        let answer = server.send_as(REMOTE, sent).await;
        assert!(!answer.text().contains(&secret));
        let said = answer.json();
        assert_eq!(
            (said["scope"].as_str(), said["namespace"].as_str()),
            (Some(scope.as_str()), namespace)
        );
        assert!(said["token"].as_str().unwrap().starts_with(scope.as_str()));
    }
    let unknown = server.send_as(REMOTE, request("GET", "/api/v1/access", "")).await;
    assert!(unknown.problem(401).contains("swarmpulse token create"));
}

#[tokio::test]
async fn a_token_is_needed_where_the_options_say() {
    let free = |require_tokens, insecure| ServerOptions {
        require_tokens,
        insecure,
        ..ServerOptions::default()
    };
    for (options, peer, open) in [
        (free(false, false), LOCAL, true),
        (free(false, false), REMOTE, false),
        (free(true, false), LOCAL, false),
        (free(false, true), REMOTE, true),
        // A wildcard listener reached from this machine is no loopback listener: a proxy may stand before it.
        (
            free(false, false),
            Peer {
                loopback_listener: false,
                ..LOCAL
            },
            false,
        ),
    ] {
        let server = Server::with_options(options);
        for (method, path, body, _) in ROUTES {
            let answer = server.send_as(peer, request(method, path, body)).await;
            if open {
                assert!(!matches!(answer.status.as_u16(), 401 | 403), "{method} {path}");
            } else {
                assert!(refused(&answer, 401, path).contains("swarmpulse token create"));
                assert!(answer.header("www-authenticate").starts_with("Bearer"));
            }
        }
        for path in ["/healthz", "/readyz", "/", "/api", "/openapi.json"] {
            assert_eq!(
                server.send_as(peer, request("GET", path, "")).await.status,
                200,
                "{path}"
            );
        }
        assert_eq!(
            server.send_as(peer, request("GET", "/ping", "")).await.status,
            204
        );
    }
}

#[tokio::test]
async fn bad_tokens_are_refused_everywhere_and_never_repeated() {
    let server = Server::start();
    let secret = server.token(Scope::Admin, None).await;
    let near = format!("{}0", &secret[..secret.len() - 1]);
    let near = if near == secret {
        format!("{}1", &secret[..secret.len() - 1])
    } else {
        near
    };
    let values = [
        format!("Bearer {near}"),
        format!("Basic {secret}"),
        "Bearer ".to_owned(),
        secret.clone(),
    ];
    for value in &values {
        for path in ["/metrics", "/healthz", "/"] {
            let answer = server
                .send(with(request("GET", path, ""), "authorization", value))
                .await;
            answer.problem(401);
            assert!(!answer.text().contains(&secret) && !answer.text().contains(&near));
        }
    }
    assert_eq!(server.dropped("auth_failed"), 3 * values.len() as u64);
    for query in ["token", "access_token"] {
        let path = format!("/metrics?x=1&{query}={secret}");
        let answer = server.get(&path).await;
        let detail = answer.problem(400);
        assert!(
            detail.contains("Authorization: Bearer") && !answer.text().contains(&secret),
            "{detail}"
        );
    }
    assert_eq!(server.dropped("auth_token_in_url"), 2);
    let right = with(
        request("GET", "/metrics", ""),
        "authorization",
        &format!("bearer  {secret}"),
    );
    assert_eq!(
        server.send(right).await.status,
        200,
        "the scheme's case does not matter"
    );
}

#[tokio::test]
async fn records_go_to_the_namespace_of_the_token() {
    let server = Server::start();
    for (namespace, expected) in [
        (Some("team-a"), "team-a"),
        (Some("team-b"), "team-b"),
        (None, "default"),
    ] {
        let bearer = format!("Bearer {}", server.token(Scope::Ingest, namespace).await);
        let body = r#"{"agent":"same","namespace":"elsewhere"}"#;
        let sent = with(
            request("POST", "/api/v1/heartbeats", body),
            "authorization",
            &bearer,
        );
        assert_eq!(server.send(sent).await.taken(202, 1), []);
        assert!(server.knows_agent(expected, "same"), "{expected}");
    }
    assert!(!server.knows_agent("elsewhere", "same"), "a body cannot choose");
    let count = server.app.runtime().fleet(|fleet| fleet.counts().total());
    assert_eq!(count, 3, "one name in three namespaces is three agents");
}
