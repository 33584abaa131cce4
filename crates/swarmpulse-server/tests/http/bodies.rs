//! Bodies that are too large, too slow, too deep, or no JSON.

use axum::body::Body;
use futures_util::stream;
use swarmpulse_server::ServerOptions;
use swarmpulse_wire::Limits;

use crate::harness::{Server, request, with};

const PATH: &str = "/api/v1/events";

fn small() -> ServerOptions {
    let limits = Limits {
        body_bytes: 1000,
        items: 10,
        ..Limits::default()
    };
    ServerOptions {
        limits,
        ..ServerOptions::default()
    }
}

#[tokio::test]
async fn a_declared_length_over_the_limit_is_refused_before_anything_is_read() {
    let server = Server::with_options(small());
    let unread = stream::poll_fn(
        |_| -> std::task::Poll<Option<Result<&'static str, std::io::Error>>> {
            panic!("the body is not read")
        },
    );
    let request = with(
        request("POST", PATH, Body::from_stream(unread)),
        "content-length",
        "1001",
    );
    assert!(server.send(request).await.problem(413).contains("1000"));
    assert_eq!(server.dropped("body_too_large"), 1);
}

#[tokio::test]
async fn a_body_that_grows_over_the_limit_is_refused() {
    let server = Server::with_options(small());
    let endless = stream::repeat_with(|| Ok::<_, std::io::Error>("x".repeat(100)));
    assert!(
        server
            .post(PATH, Body::from_stream(endless))
            .await
            .problem(413)
            .contains("1000")
    );
}

#[tokio::test(start_paused = true)]
async fn a_body_without_progress_is_given_up() {
    let server = Server::with_options(small());
    let stuck = stream::pending::<Result<&'static str, std::io::Error>>();
    let request = with(
        request("POST", PATH, Body::from_stream(stuck)),
        "content-length",
        "500",
    );
    assert!(server.send(request).await.problem(408).contains("30 s"));
    assert_eq!(server.dropped("body_too_slow"), 1);
}

#[tokio::test]
async fn a_body_that_breaks_off_is_refused_whole() {
    let server = Server::start();
    let parts: [Result<&str, std::io::Error>; 2] = [
        Ok("{\"agent\":\"a1\"}\n{\"agent\":"),
        Err(std::io::Error::other("reset")),
    ];
    let answer = server
        .post("/api/v1/heartbeats", Body::from_stream(stream::iter(parts)))
        .await;
    answer.problem(400);
    assert!(
        !server.knows_agent("default", "a1"),
        "batches are never half taken"
    );
}

#[tokio::test]
async fn more_bodies_than_there_is_memory_for_must_come_again() {
    let options = ServerOptions {
        bodies_max_bytes: 100,
        ..ServerOptions::default()
    };
    let server = Server::with_options(options);
    let large = with(request("POST", PATH, "x"), "content-length", "101");
    let answer = server.send(large).await;
    answer.problem(429);
    assert_eq!(answer.header("retry-after"), "1");
    assert_eq!(server.dropped("body_no_memory"), 1);
    let fits = format!("{{\"type\":\"{}\"}}", "x".repeat(60));
    for _ in 0..5 {
        assert_eq!(
            server.post(PATH, fits.clone()).await.taken(202, 1),
            [],
            "memory comes back"
        );
    }
}

#[tokio::test]
async fn what_is_no_list_of_objects_is_refused_with_a_reason() {
    let server = Server::with_options(small());
    let items = format!("[{}]", ["{}"; 11].join(","));
    let deep = format!("{{\"type\":\"x\",\"data\":{}", "[".repeat(400));
    for (body, status, reason) in [
        ("", 400, "empty"),
        ("   \n ", 400, "empty"),
        ("7", 400, "a number"),
        ("\"text\"", 400, "a text"),
        ("[{\"type\":\"x\"}", 400, "line 1"),
        ("agent=a1&status=ok", 400, "line 1"),
        ("<xml/>", 400, "line 1"),
        (&deep, 400, "64 arrays"),
        (&items, 413, "10 items"),
    ] {
        let detail = server.post(PATH, body.to_owned()).await.problem(status);
        assert!(detail.contains(reason), "`{body}`: {detail}");
    }
    let detail = server
        .post(PATH, b"{\"type\":\"\xff\"}".to_vec())
        .await
        .problem(400);
    assert!(detail.contains("UTF-8"), "{detail}");
    assert_eq!(server.dropped("body_unreadable"), 9);
}

#[tokio::test]
async fn hostile_items_are_rejected_and_the_rest_is_taken() {
    let server = Server::start();
    let deep = format!("{}1{}", "[".repeat(100), "]".repeat(100));
    let lines = [
        r#"{"type":"fine"}"#.to_owned(),
        format!(r#"{{"type":"deep","data":{deep}}}"#),
        format!(r#"{{"type":"large","data":{{"x":"{}"}}}}"#, "y z ".repeat(40_000)),
        format!(r#"{{"type":"{}"}}"#, "t".repeat(201)),
        r#"{"type":"wrong","size_bytes":-1}"#.to_owned(),
        r#"{"type":["x"]}"#.to_owned(),
        r#"{"type":"also fine"}"#.to_owned(),
    ];
    let rejected = server.post(PATH, lines.join("\n")).await.taken(202, 2);
    let places: Vec<u64> = rejected.iter().map(|(index, _)| *index).collect();
    assert_eq!(places, [1, 2, 3, 4, 5], "{rejected:?}");
}

#[tokio::test]
async fn a_large_body_is_taken_off_the_workers_and_whole() {
    let server = Server::start();
    let mut body = String::new();
    for n in 0..60_000 {
        body.push_str(&format!("{{\"agent\":\"agent-{n:06}\",\"status\":\"idle\"}}\n"));
    }
    assert!(body.len() > 2 << 20);
    assert_eq!(
        server.post("/api/v1/heartbeats", body).await.taken(202, 60_000),
        []
    );
    assert!(server.knows_agent("default", "agent-059999"));
}
