//! Malformed, huge, deeply nested and hostile bodies: each is refused clearly and harms nothing else.

use std::io::Write as _;

use swarmpulse_testkit::http::Connection;

use crate::start::server;

#[test]
fn e2e_bad_items_are_refused_one_by_one() {
    let (_folder, server) = server();
    let body = "{\"agent\":\"good-1\"}\n{\"agent\":7}\nnonsense\n{\"agent\":\"good-2\",\"interval_s\":\"fast\"}\n{}\n{\"agent\":\"good-3\",\"shoe_size\":44}\n";
    let answer = server.post("/api/v1/heartbeats", body).unwrap();
    assert_eq!(answer.status, 202);
    let answer = answer.json();
    assert_eq!(answer["accepted"], 2);
    let rejected = answer["rejected"].as_array().unwrap();
    let indexes: Vec<u64> = rejected
        .iter()
        .filter_map(|item| item["index"].as_u64())
        .collect();
    assert_eq!(indexes, [1, 2, 3, 4]);
    assert!(
        rejected[0]["error"].as_str().unwrap().contains("agent"),
        "{rejected:?}"
    );
    assert!(
        rejected[2]["error"].as_str().unwrap().contains("interval_s"),
        "{rejected:?}"
    );
    assert_eq!(server.agent("good-3")["attributes"]["shoe_size"], 44);
    let none = server
        .post("/api/v1/heartbeats", "[{\"agent\":\"\"},{\"agent\":null}]")
        .unwrap();
    assert_eq!(none.status, 422);
    assert_eq!(none.json()["rejected"].as_array().unwrap().len(), 2);
}

#[test]
fn e2e_hostile_bodies_are_refused_and_the_server_goes_on() {
    let (_folder, server) = server();
    let nested = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let deep = format!(
        "{{\"agent\":\"a\",\"x\":{}1{}}}",
        "{\"y\":".repeat(5000),
        "}".repeat(5000)
    );
    let long = format!("{{\"agent\":\"{}\"}}", "a".repeat(1 << 20));
    for body in [
        "",
        "null",
        "{",
        "\"text\"",
        "[1,2,3]",
        "{\"agent\":\"a\",\"at\":1e999}",
        "\u{0}\u{1}",
        &nested,
        &deep,
        &long,
    ] {
        let answer = server.post("/api/v1/heartbeats", body).unwrap();
        let start: String = body.chars().take(20).collect();
        assert!(
            (400..500).contains(&answer.status),
            "{start:?}: {} {}",
            answer.status,
            answer.text()
        );
    }
    let mut bomb = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    let block = vec![b' '; 1 << 20];
    for _ in 0..300 {
        bomb.write_all(&block).unwrap();
    }
    let bomb = bomb.finish().unwrap();
    let mut connection = Connection::open(server.address()).unwrap();
    let headers = [("content-encoding", "gzip"), ("connection", "close")];
    let answer = connection
        .call("POST", "/api/v1/heartbeats", &headers, &bomb)
        .unwrap();
    assert_eq!(answer.status, 413, "{}", answer.text());
    let mut connection = Connection::open(server.address()).unwrap();
    connection
        .send(b"POST /api/v1/heartbeats HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 99999999999\r\n\r\n")
        .unwrap();
    assert_eq!(connection.answer().unwrap().status, 413);
    let mut connection = Connection::open(server.address()).unwrap();
    connection.send(b"\x16\x03\x01 this is no HTTP\r\n\r\n").unwrap();
    drop(connection.answer());
    assert_eq!(
        server
            .post("/api/v1/heartbeats", "{\"agent\":\"alive\"}")
            .unwrap()
            .status,
        202
    );
}

#[test]
fn e2e_prompts_and_secrets_are_not_kept() {
    let (folder, server) = server();
    let body = "{\"type\":\"agent.user_message\",\"agent\":\"a1\",\"data\":{\"prompt\":\"the launch code is 0000\",\"note\":\"key sk-ant-api03-abcdefghijklmnopqrstuvwx\",\"input_tokens\":5}}";
    assert_eq!(server.post("/api/v1/events", body).unwrap().status, 202);
    let seen = swarmpulse_testkit::clock::wait_for(std::time::Duration::from_secs(20), || {
        let page = server.get("/api/v1/events?type=agent.user_message").ok()?.json();
        page["items"].get(0).cloned()
    });
    let event = seen.expect("the event").to_string();
    assert!(
        !event.contains("launch code") && !event.contains("sk-ant-api03"),
        "{event}"
    );
    assert!(event.contains("\"input_tokens\":5"), "{event}");
    server.stop().unwrap();
    let mut files = vec![folder.path().to_path_buf()];
    while let Some(path) = files.pop() {
        if path.is_dir() {
            files.extend(
                std::fs::read_dir(path)
                    .unwrap()
                    .map(|entry| entry.unwrap().path()),
            );
        } else {
            let bytes = std::fs::read(&path).unwrap();
            for secret in [b"launch code".as_slice(), b"sk-ant-api03"] {
                let found = bytes.windows(secret.len()).any(|window| window == secret);
                assert!(
                    !found,
                    "{} holds {}",
                    path.display(),
                    String::from_utf8_lossy(secret)
                );
            }
        }
    }
}
