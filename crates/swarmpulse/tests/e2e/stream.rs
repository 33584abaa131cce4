//! The live stream over a real socket.

use serde_json::Value;
use swarmpulse_testkit::http::Connection;

use crate::start::server;

/// Reads messages of a topic until one is wanted; gives its id and data.
fn next(connection: &mut Connection, topic: &str, wanted: impl Fn(&Value) -> bool) -> (String, Value) {
    let (mut id, mut event) = (String::new(), String::new());
    for _ in 0..10_000 {
        let line = connection.line().expect("the stream goes on");
        if let Some(value) = line.strip_prefix("id:") {
            id = value.trim().to_owned();
        } else if let Some(value) = line.strip_prefix("event:") {
            event = value.trim().to_owned();
        } else if let Some(data) = line.strip_prefix("data:").filter(|_| event == topic) {
            let data: Value = serde_json::from_str(data.trim()).expect("JSON");
            if wanted(&data) {
                return (id, data);
            }
        }
    }
    panic!("no such message on {topic}");
}

fn listen(address: std::net::SocketAddr, query: &str) -> Connection {
    let mut connection = Connection::open(address).unwrap();
    let request = connection.request(
        "GET",
        &format!("/api/v1/stream?{query}"),
        &[("accept", "text/event-stream")],
        &[],
    );
    connection.send(&request).unwrap();
    let head = connection.head().unwrap();
    assert_eq!(head.status, 200);
    connection
}

#[test]
fn e2e_verdicts_are_on_the_stream_and_it_resumes_where_it_was_left() {
    let (_folder, server) = server();
    let mut stream = listen(server.address(), "topics=verdicts");
    server
        .post("/api/v1/heartbeats", "{\"agent\":\"a1\",\"status\":\"idle\"}")
        .unwrap();
    let (id, agent) = next(&mut stream, "verdicts", |agent| agent["agent"] == "a1");
    assert_eq!(agent["verdict"], "idle");
    assert!(agent["evidence"][0]["text"].is_string());
    drop(stream);
    server
        .post("/api/v1/heartbeats", "{\"agent\":\"a1\",\"status\":\"waiting\"}")
        .unwrap();
    let mut stream = listen(server.address(), &format!("topics=verdicts&last_event_id={id}"));
    let (_, agent) = next(&mut stream, "verdicts", |agent| agent["agent"] == "a1");
    assert_eq!(agent["verdict"], "waiting", "what was missed comes first");
}
