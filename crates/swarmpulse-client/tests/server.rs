//! The client against a scripted server: what it sends, and what it makes of every answer.
#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::time::Duration;

use serde_json::json;
use swarmpulse_client::{
    AgentQuery, Client, ClientError, ClientOptions, FindingQuery, PingSignal, Secret, StreamItem,
    StreamOptions,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// Answers one connection per script line, each with these bytes, and returns the requests as text.
async fn scripted(answers: Vec<String>) -> (String, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let task = tokio::spawn(async move {
        let mut requests = Vec::new();
        for answer in answers {
            let (mut socket, _) = listener.accept().await.unwrap();
            requests.push(read_request(&mut socket).await);
            socket.write_all(answer.as_bytes()).await.unwrap();
            socket.shutdown().await.unwrap();
        }
        requests
    });
    (address, task)
}

async fn read_request(socket: &mut tokio::net::TcpStream) -> String {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| {
                    line.to_ascii_lowercase()
                        .strip_prefix("content-length:")
                        .map(str::to_owned)
                })
                .map_or(0, |length| length.trim().parse().unwrap());
            if body.len() >= length {
                return text;
            }
        }
        let mut chunk = [0; 4096];
        let read = socket.read(&mut chunk).await.unwrap();
        assert!(read > 0, "the client hung up inside a request: {text}");
        bytes.extend_from_slice(&chunk[..read]);
    }
}

fn answer(status: &str, content_type: &str, extra: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nConnection: close\r\nContent-Length: {}\r\n{extra}\r\n{body}",
        body.len()
    )
}

fn problem(status: u16, extra: &str) -> String {
    let body = json!({"type": "urn:swarmpulse:x", "title": "X", "status": status, "detail": "the detail", "request_id": "r1"});
    answer(
        &format!("{status} X"),
        "application/problem+json",
        extra,
        &body.to_string(),
    )
}

fn client(address: &str) -> Client {
    let mut options = ClientOptions::new(address);
    options.token = Some(Secret::new("swp_secret"));
    Client::new(&options).unwrap()
}

#[tokio::test]
async fn heartbeats_go_out_as_ndjson_with_the_token() {
    let (address, server) = scripted(vec![answer(
        "202 Accepted",
        "application/json",
        "",
        r#"{"accepted":1,"rejected":[{"index":1,"error":"`agent`: missing"}]}"#,
    )])
    .await;
    let accepted = client(&address)
        .send_heartbeats(&[json!({"agent": "a1"}), json!({})])
        .await
        .unwrap();
    assert_eq!((accepted.accepted, accepted.rejected[0].index), (1, 1));
    let request = server.await.unwrap().remove(0);
    assert!(
        request.starts_with("POST /api/v1/heartbeats HTTP/1.1\r\n"),
        "{request}"
    );
    let lower = request.to_ascii_lowercase();
    assert!(
        lower.contains("authorization: bearer swp_secret\r\n"),
        "{request}"
    );
    assert!(
        lower.contains("content-type: application/x-ndjson\r\n"),
        "{request}"
    );
    assert!(request.ends_with("{\"agent\":\"a1\"}\n{}\n"), "{request}");
}

#[tokio::test]
async fn pings_name_the_agent_and_the_signal_in_the_path() {
    let accepted = answer(
        "202 Accepted",
        "application/json",
        "",
        r#"{"accepted":1,"rejected":[]}"#,
    );
    let (address, server) = scripted(vec![accepted.clone(), accepted]).await;
    let client = client(&address);
    client.ping("a 1", PingSignal::Success, None).await.unwrap();
    client
        .ping("a1", PingSignal::ExitCode(3), Some("out of paper"))
        .await
        .unwrap();
    let requests = server.await.unwrap();
    assert!(
        requests[0].starts_with("POST /ping/a%201 HTTP/1.1"),
        "{}",
        requests[0]
    );
    assert!(
        requests[1].starts_with("POST /ping/a1/3 HTTP/1.1"),
        "{}",
        requests[1]
    );
    assert!(requests[1].ends_with("out of paper"), "{}", requests[1]);
}

#[tokio::test]
async fn pages_are_followed_to_the_bound() {
    let page = |ids: &[&str], next: Option<&str>| {
        let items: Vec<_> = ids
            .iter()
            .map(|id| {
                serde_json::to_value(swarmpulse_api::Agent {
                    agent: (*id).into(),
                    ..Default::default()
                })
                .unwrap()
            })
            .collect();
        answer(
            "200 OK",
            "application/json",
            "",
            &json!({"items": items, "next": next}).to_string(),
        )
    };
    let (address, server) =
        scripted(vec![page(&["a", "b"], Some("c1")), page(&["c", "d"], Some("c2"))]).await;
    let query = AgentQuery {
        limit: Some(2),
        ..AgentQuery::default()
    };
    let (agents, more) = client(&address).agents_up_to(&query, 3).await.unwrap();
    assert_eq!(
        agents
            .iter()
            .map(|agent| agent.agent.as_str())
            .collect::<Vec<_>>(),
        ["a", "b", "c"]
    );
    assert!(more);
    assert!(server.await.unwrap()[1].starts_with("GET /api/v1/agents?limit=2&cursor=c1 "));
}

#[tokio::test]
async fn every_refusal_says_what_to_do_next() {
    let all_refused = answer(
        "422 Unprocessable Entity",
        "application/json",
        "",
        r#"{"accepted":0,"rejected":[{"index":0,"error":"`agent`: missing"}]}"#,
    );
    let (address, server) = scripted(vec![
        problem(401, ""),
        problem(404, ""),
        problem(429, "Retry-After: 7\r\n"),
        problem(500, ""),
        all_refused,
        answer("200 OK", "text/html", "", "<html>another server</html>"),
        answer("502 Bad Gateway", "text/html", "", "<h1>bad gateway</h1>"),
    ])
    .await;
    let client = client(&address);
    let mut seen = Vec::new();
    for _ in 0..4 {
        seen.push(client.summary().await.unwrap_err());
    }
    seen.push(client.send_events(&[json!({})]).await.unwrap_err());
    seen.push(client.summary().await.unwrap_err());
    seen.push(client.summary().await.unwrap_err());
    server.await.unwrap();
    let temporary: Vec<bool> = seen.iter().map(ClientError::is_temporary).collect();
    assert_eq!(temporary, [false, false, true, true, false, false, true]);
    assert_eq!(seen[2].retry_after(), Some(Duration::from_secs(7)));
    let texts: Vec<String> = seen.iter().map(ToString::to_string).collect();
    assert!(
        texts[0].contains("swarmpulse token create --scope read"),
        "{}",
        texts[0]
    );
    assert_eq!(texts[1], "the detail");
    assert!(texts[3].contains("request r1"), "{}", texts[3]);
    assert!(
        texts[4].ends_with("refused every item: `agent`: missing"),
        "{}",
        texts[4]
    );
    assert!(
        texts[5].contains("is a Swarmpulse server of this release listening there?"),
        "{}",
        texts[5]
    );
    assert!(
        texts[6].contains("502") && texts[6].contains("bad gateway"),
        "{}",
        texts[6]
    );
    assert!(texts.iter().all(|text| !text.contains("swp_secret")));
}

#[tokio::test]
async fn a_server_that_is_away_is_named_with_the_way_to_start_it() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let error = client(&address).summary().await.unwrap_err();
    assert!(error.is_temporary());
    let text = error.to_string();
    assert!(text.starts_with(&format!("no server at {address}")), "{text}");
    assert!(text.contains("start one with `swarmpulse serve`"), "{text}");
}

#[tokio::test]
async fn a_server_that_never_answers_is_left_after_the_limit() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut options = ClientOptions::new(&listener.local_addr().unwrap().to_string());
    options.answer_limit = Duration::from_millis(50);
    let error = Client::new(&options).unwrap().healthz().await.unwrap_err();
    assert!(matches!(error, ClientError::TimedOut { .. }), "{error}");
}

#[tokio::test]
async fn readiness_is_an_answer_and_not_an_error() {
    let (address, server) = scripted(vec![
        problem(503, ""),
        answer("200 OK", "text/plain", "", "ready"),
    ])
    .await;
    let client = client(&address);
    assert!(!client.readyz().await.unwrap());
    assert!(client.readyz().await.unwrap());
    server.await.unwrap();
}

fn events(body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n{body}")
}

#[tokio::test]
async fn the_stream_resumes_after_the_last_id_and_gives_up_when_refused() {
    let (address, server) = scripted(vec![
        events("id: 5\nevent: verdicts\ndata: {\"agent\":\"a\"}\n\nevent: dreams\ndata: {}\n\n"),
        problem(503, ""),
        events("id: 6\nevent: summary\ndata: {}\n\n"),
        problem(401, ""),
    ])
    .await;
    let options = StreamOptions {
        topics: vec![swarmpulse_api::Topic::Verdicts, swarmpulse_api::Topic::Summary],
        first_delay: Duration::from_millis(1),
        longest_delay: Duration::from_millis(4),
        ..StreamOptions::default()
    };
    let mut stream = client(&address).stream(options);
    let mut seen = Vec::new();
    let refused = loop {
        match stream.next().await {
            Ok(StreamItem::Connected) => seen.push("connected".to_owned()),
            Ok(StreamItem::Event(event)) => seen.push(format!(
                "{} {}",
                event.topic.as_str(),
                event.id.unwrap_or_default()
            )),
            Ok(StreamItem::Skipped { topic }) => seen.push(format!("skipped {topic}")),
            Ok(StreamItem::Lost { retry_in, .. }) => {
                assert!(retry_in <= Duration::from_millis(4));
                seen.push("lost".to_owned());
            }
            Err(error) => break error,
        }
    };
    assert_eq!(
        seen,
        [
            "connected",
            "verdicts 5",
            "skipped dreams",
            "lost",
            "lost",
            "connected",
            "summary 6",
            "lost"
        ]
    );
    assert!(matches!(refused, ClientError::Forbidden { .. }), "{refused}");
    let requests: Vec<String> = server
        .await
        .unwrap()
        .iter()
        .map(|request| request.to_ascii_lowercase())
        .collect();
    assert!(
        requests[0].starts_with("get /api/v1/stream?topics=verdicts%2csummary "),
        "{}",
        requests[0]
    );
    assert!(!requests[0].contains("last-event-id"));
    assert!(requests[1].contains("last-event-id: 5\r\n") && requests[2].contains("last-event-id: 5\r\n"));
    assert!(requests[3].contains("last-event-id: 6\r\n"));
}

#[tokio::test]
async fn findings_are_asked_for_and_read() {
    let finding = json!({
        "id": "leak-1", "detector": "leak", "condition": "memory_leak", "namespace": "default", "subject_kind": "agent",
        "subject": "bot-7", "severity": "warning", "state": "active", "confidence": 0.99, "sentence": "bot-7 grows by 14.8 MB/h",
        "since": "2026-01-31T10:42:00.000Z", "first_seen_at": "2026-01-31T12:00:00.000Z",
        "last_seen_at": "2026-01-31T12:30:00.000Z", "ended_at": null,
        "figures": [{"name": "rate_bytes_per_hour", "value": 14.8e6, "low": 13.9e6, "high": null, "unit": "bytes_per_hour"}],
        "related": [{"namespace": "default", "kind": "host", "id": "h1"}], "advice": [], "links": {"self": "/api/v1/findings/leak-1"},
    });
    let mut detail = finding.clone();
    detail["charts"] = json!([{
        "title": "Memory", "unit": "bytes", "limit": 5.0, "marks": [],
        "lines": [{"label": "measured", "points": [{"at": "2026-01-31T12:00:00.000Z", "value": null}]}],
    }]);
    let ok = |body: serde_json::Value| answer("200 OK", "application/json", "", &body.to_string());
    let waiting = json!({"items": [{
        "detector": "leak", "namespace": null, "subject_kind": null, "subject": null, "reason": "25 minutes are needed",
    }], "next": null});
    let (address, server) = scripted(vec![
        ok(json!({"items": [finding], "next": "find-1"})),
        ok(detail),
        ok(waiting),
        ok(json!({"items": [], "next": null})),
        problem(404, ""),
    ])
    .await;
    let client = client(&address);
    let query = FindingQuery {
        state: Some("all".into()),
        severities: vec!["critical".into(), "warning".into()],
        detector: Some("leak".into()),
        subject: Some("bot 7".into()),
        limit: Some(5),
        ..FindingQuery::default()
    };
    let page = client.findings(&query).await.unwrap();
    assert_eq!(page.items[0].figures[0].low, Some(13.9e6));
    let detail = client.finding("leak-1").await.unwrap();
    assert_eq!(detail.finding, page.items[0]);
    assert_eq!(
        (detail.charts[0].limit, detail.charts[0].lines[0].points[0].value),
        (Some(5.0), None)
    );
    let waiting = client.findings_waiting(&query).await.unwrap();
    assert_eq!(waiting.items[0].reason, "25 minutes are needed");
    assert!(client.detectors().await.unwrap().items.is_empty());
    let missing = client.finding("leak/2").await.unwrap_err();
    assert!(matches!(missing, ClientError::NotFound { .. }), "{missing}");
    let requests = server.await.unwrap();
    let lines: Vec<&str> = requests
        .iter()
        .map(|request| request.lines().next().unwrap())
        .collect();
    assert_eq!(
        lines,
        [
            "GET /api/v1/findings?state=all&severity=critical%2Cwarning&detector=leak&subject=bot+7&limit=5 HTTP/1.1",
            "GET /api/v1/findings/leak-1 HTTP/1.1",
            "GET /api/v1/findings/waiting?detector=leak&subject=bot+7&limit=5 HTTP/1.1",
            "GET /api/v1/detectors HTTP/1.1",
            "GET /api/v1/findings/leak%2F2 HTTP/1.1",
        ]
    );
}
