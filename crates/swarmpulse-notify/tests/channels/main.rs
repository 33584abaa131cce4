//! Every channel that speaks HTTP, against a server that checks what its service documents and that fails in every way.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test that cannot go on fails, one that is skipped says so"
)]

mod alertmanager;
mod case;
#[cfg(unix)]
mod command;
#[path = "../../src/examples.rs"]
mod examples;
mod odd;
mod schema;
mod secrets;
mod server;
mod trust;

use case::{CASES, Case, SECRET, read};
use server::{Reply, Server};
use swarmpulse_notify::{CHANNELS, Message, Remarks, SendError, build};

/// What a channel says of a server that answers so.
async fn told(case: &Case, reply: Reply) -> Result<(), SendError> {
    let server = Server::start(reply).await;
    let channel = case.channel("http", server.port);
    let notification = examples::firing();
    channel.send(examples::message(&notification)).await
}

fn later(case: &Case, outcome: Result<(), SendError>) -> (String, Option<f64>) {
    match outcome {
        Err(SendError::Later { detail, after_s }) => {
            assert!(!detail.contains(SECRET), "{}: {detail}", case.name);
            (detail, after_s)
        }
        other => panic!("{}: {other:?}", case.name),
    }
}

fn refused(case: &Case, outcome: Result<(), SendError>) -> String {
    match outcome {
        Err(SendError::Refused { detail }) => {
            assert!(!detail.contains(SECRET), "{}: {detail}", case.name);
            assert!(detail.chars().count() < 600, "{}: {detail}", case.name);
            detail
        }
        other => panic!("{}: {other:?}", case.name),
    }
}

#[test]
fn every_kind_of_the_table_is_tried() {
    for kind in CHANNELS {
        let tried = CASES
            .iter()
            .any(|case| case.name == kind.name && case.key == kind.key);
        assert!(
            tried || ["email", "command"].contains(&kind.name),
            "{}",
            kind.name
        );
        assert!(kind.help.ends_with('.'), "{}", kind.name);
    }
}

#[test]
fn every_kind_is_documented_with_its_example() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/notifications.md");
    let text = std::fs::read_to_string(path).unwrap();
    for kind in CHANNELS {
        let example = kind.example.trim_end().replace('\n', "\n        ");
        let written = format!("    {}:\n      - {example}\n", kind.key);
        assert!(
            text.contains(&written),
            "docs/notifications.md does not show:\n{written}"
        );
    }
}

/// Gives a plausible value for every variable.
struct Anything;

impl swarmpulse_notify::settings::Secrets for Anything {
    fn file(&self, path: &str) -> std::io::Result<String> {
        Err(std::io::Error::other(path.to_owned()))
    }

    fn environment(&self, name: &str) -> Option<String> {
        Some(match name {
            "SENTRY_DSN" => format!("https://{SECRET}@o1.ingest.sentry.example/42"),
            name if name.ends_with("_URL") => format!("https://chat.example/{SECRET}"),
            _ => SECRET.to_owned(),
        })
    }
}

#[test]
fn the_example_of_every_kind_makes_a_channel_of_that_kind() {
    for kind in CHANNELS {
        let entry = kind.example.trim_end().replace('\n', "\n      ");
        let file = format!("receivers:\n- name: on-call\n  {}:\n    - {entry}\n", kind.key);
        let receivers = read(&file, &Anything);
        let settings = &receivers[0].channels[0];
        assert_eq!(settings.name(), format!("{}/0", kind.name));
        match build(settings) {
            Ok(channel) => assert_eq!(channel.kind(), kind.name),
            Err(error) => panic!("{}: {error}", kind.name),
        }
    }
}

#[tokio::test]
async fn every_example_is_sent_as_the_service_documents_it() {
    for case in CASES {
        let server = Server::start((case.ok)()).await;
        let channel = case.channel("http", server.port);
        for (name, notification) in examples::all() {
            let outcome = channel.send(examples::message(&notification)).await;
            assert_eq!(outcome, Ok(()), "{} {name}", case.name);
            let requests = server.take();
            if !(requests.is_empty() && case.name == "alertmanager" && name == "empty") {
                (case.check)(&requests);
            }
        }
    }
}

#[tokio::test]
async fn tests_of_what_would_stay_open_there_are_told_to_be_over() {
    for case in CASES {
        let server = Server::start((case.ok)()).await;
        let channel = case.channel("http", server.port);
        let stays = ["pagerduty", "opsgenie", "alertmanager", "newrelic"].contains(&case.name);
        assert_eq!(channel.keeps_open(), stays, "{}", case.name);
        for notification in [examples::test(), examples::test_over()] {
            let outcome = channel.send(examples::message(&notification)).await;
            assert_eq!(outcome, Ok(()), "{}", case.name);
            (case.check)(&server.take());
        }
    }
}

#[tokio::test]
async fn a_repeat_is_the_same_request() {
    for case in CASES {
        let server = Server::start((case.ok)()).await;
        let channel = case.channel("http", server.port);
        let notification = examples::storm();
        for _ in 0..2 {
            assert_eq!(channel.send(examples::message(&notification)).await, Ok(()));
        }
        let requests = server.take();
        let (first, second) = requests.split_at(requests.len() / 2);
        for (one, other) in first.iter().zip(second) {
            assert_eq!(
                (&one.path, &one.body),
                (&other.path, &other.body),
                "{}",
                case.name
            );
            assert_eq!(one.header("idempotency-key"), other.header("idempotency-key"));
        }
    }
}

#[tokio::test]
async fn too_many_requests_are_sent_again_when_the_service_says() {
    for case in CASES {
        let reply = Reply::with(429, "Retry-After", "7", "slow down");
        let (detail, after_s) = later(case, told(case, reply).await);
        assert!(detail.contains("answered 429"), "{}: {detail}", case.name);
        assert_eq!(after_s, Some(7.0), "{}", case.name);
        // A minute after the examples' now.
        let reply = Reply::with(503, "Retry-After", "Sun, 22 Nov 2026 10:47:10 GMT", "");
        let (_, after_s) = later(case, told(case, reply).await);
        assert_eq!(after_s, Some(60.0), "{}", case.name);
    }
}

#[tokio::test]
async fn failures_of_the_server_pass() {
    for case in CASES {
        for status in [500, 502, 504] {
            let (detail, after_s) = later(case, told(case, Reply::of(status, "oops")).await);
            assert!(detail.starts_with("127.0.0.1:"), "{}: {detail}", case.name);
            assert!(
                detail.contains(&format!("answered {status}")),
                "{}: {detail}",
                case.name
            );
            assert_eq!(after_s, None);
        }
    }
}

#[tokio::test]
async fn what_is_refused_stays_refused() {
    for case in CASES {
        for status in [400, 401, 403, 404, 410, 422] {
            let detail = refused(case, told(case, Reply::of(status, "no_such_thing")).await);
            assert!(
                detail.contains(&format!("answered {status}: no_such_thing")),
                "{}: {detail}",
                case.name
            );
        }
    }
}

#[tokio::test]
async fn redirects_are_not_followed() {
    for case in CASES {
        let elsewhere = Server::start(Reply::of(200, "ok")).await;
        let target = format!("http://127.0.0.1:{}/stolen", elsewhere.port);
        for status in [301, 302, 307, 308] {
            let reply = Reply::with(status, "Location", &target, "");
            let detail = refused(case, told(case, reply).await);
            assert!(
                detail.contains("redirects are not followed"),
                "{}: {detail}",
                case.name
            );
        }
        assert!(elsewhere.take().is_empty(), "{}", case.name);
    }
}

#[tokio::test]
async fn nobody_there_passes() {
    for case in CASES {
        // The port is taken, and nobody listens.
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let port = socket.local_addr().unwrap().port();
        let channel = case.channel("http", port);
        let notification = examples::firing();
        let outcome = channel.send(examples::message(&notification)).await;
        let (detail, _) = later(case, outcome);
        assert!(detail.contains("Connection refused"), "{}: {detail}", case.name);
    }
}

#[tokio::test]
async fn tls_to_a_plain_port_is_told() {
    for case in CASES {
        let server = Server::start(Reply::Echo).await;
        let channel = case.channel("https", server.port);
        let notification = examples::firing();
        let (detail, _) = later(case, channel.send(examples::message(&notification)).await);
        assert!(
            detail.contains("TLS: the other side does not speak TLS"),
            "{}: {detail}",
            case.name
        );
    }
}

#[tokio::test]
async fn garbage_is_no_answer() {
    for case in CASES {
        for bytes in [
            &b"\x00\x01\xffgarbage\r\n\r\n"[..],
            b"",
            b"HTTP/1.1 2",
            b"HTTP/1.1 200 OK\r\nX",
        ] {
            later(case, told(case, Reply::Raw(bytes)).await);
        }
        let page = told(case, Reply::of(200, "<!doctype html><title>Log in</title>")).await;
        if case.takes_any_success {
            assert_eq!(page, Ok(()));
        } else {
            let (detail, _) = later(case, page);
            assert!(detail.contains("with a web page"), "{}: {detail}", case.name);
        }
    }
}

#[tokio::test]
async fn an_endless_answer_is_left() {
    for case in CASES {
        let detail = refused(case, told(case, Reply::Endless).await);
        assert!(detail.contains("answered 400: xxx"), "{}: {detail}", case.name);
    }
}

/// Time is virtual here: it jumps when nothing else is to be done.
#[tokio::test(start_paused = true)]
async fn silence_ends_with_the_time() {
    for case in CASES {
        // Connections are made, by the kernel; nobody reads them.
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let channel = case.channel("http", listener.local_addr().unwrap().port());
        let notification = examples::firing();
        let (detail, after_s) = later(case, channel.send(examples::message(&notification)).await);
        assert!(
            detail.ends_with("no whole answer within 25 s"),
            "{}: {detail}",
            case.name
        );
        assert_eq!(after_s, None);
    }
}

#[tokio::test]
async fn the_services_own_words_are_told() {
    let words = [
        ("slack", 400, "invalid_blocks", "answered 400: invalid_blocks"),
        (
            "slack",
            200,
            "{\"ok\":false,\"error\":\"channel_not_found\"}",
            "answered 200: channel_not_found",
        ),
        (
            "discord",
            404,
            "{\"message\":\"Unknown Webhook\",\"code\":10015}",
            "answered 404: Unknown Webhook;",
        ),
        (
            "pagerduty",
            400,
            "{\"status\":\"invalid event\",\"message\":\"Event object is invalid\",\"errors\":[\"'routing_key' is wrong\"]}",
            "answered 400: Event object is invalid: 'routing_key' is wrong",
        ),
        (
            "opsgenie",
            422,
            "{\"message\":\"Request body is not processable.\",\"errors\":{\"message\":\"is missing\"},\"took\":0.1}",
            "answered 422: Request body is not processable.: message is missing",
        ),
        (
            "msteamsv2",
            401,
            "{\"error\":{\"code\":\"X\",\"message\":\"sig is wrong\"}}",
            "answered 401: sig is wrong;",
        ),
        (
            "msteams",
            200,
            "Webhook message delivery failed: endpoint returned HTTP error 403 with x",
            "answered 200: Webhook message delivery failed",
        ),
        (
            "alertmanager",
            400,
            "\"start time must be before end time\"",
            "answered 400: start time must be before end time",
        ),
        (
            "webhook",
            400,
            "{\"detail\":\"no such team\"}",
            "answered 400: no such team",
        ),
    ];
    for (name, status, body, expected) in words {
        let case = CASES.iter().find(|case| case.name == name).unwrap();
        let detail = refused(case, told(case, Reply::of(status, body)).await);
        assert!(detail.contains(expected), "{name}: {detail}");
    }
}

#[tokio::test]
async fn passing_failures_within_a_success_are_seen() {
    let slack = &CASES[1];
    for error in ["ratelimited", "internal_error"] {
        let body = format!("{{\"ok\":false,\"error\":\"{error}\"}}");
        later(slack, told(slack, Reply::of(200, &body)).await);
    }
    let (detail, _) = later(slack, told(slack, Reply::of(200, "ok")).await);
    assert!(detail.ends_with("answered 200: ok"), "{detail}");
    let teams = CASES.iter().find(|case| case.name == "msteams").unwrap();
    let body = "Microsoft Teams endpoint returned HTTP error 429 with ContextId x";
    later(teams, told(teams, Reply::of(200, body)).await);
    let discord = CASES.iter().find(|case| case.name == "discord").unwrap();
    let body = "{\"message\":\"You are being rate limited.\",\"retry_after\":0.25,\"global\":false}";
    let reply = Reply::with(429, "Retry-After", "1", body);
    assert_eq!(later(discord, told(discord, reply).await).1, Some(0.25));
}

#[tokio::test]
async fn one_of_several_alertmanagers_is_enough() {
    let (up, down) = (
        Server::start(Reply::of(200, "")).await,
        Server::start(Reply::of(500, "")).await,
    );
    let file = format!(
        "receivers: [{{name: r, alertmanager_configs: [{{urls: [\"http://127.0.0.1:{}\", \"http://127.0.0.1:{}\"]}}]}}]",
        down.port, up.port
    );
    let channel = build(&read(&file, &case::Nothing)[0].channels[0]).ok().unwrap();
    let notification = examples::firing();
    assert_eq!(channel.send(examples::message(&notification)).await, Ok(()));
    assert_eq!((up.take().len(), down.take().len()), (1, 1));
}
