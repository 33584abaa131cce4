//! A server of a few fixed answers that remembers what it was asked.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) path: String,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Request {
    /// The first line of an NDJSON body.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(self.body.lines().next().unwrap_or_default()).unwrap()
    }
}

#[derive(Default)]
struct Seen {
    requests: Mutex<Vec<Request>>,
    changed: Condvar,
}

/// The server; its thread ends with the test's process.
pub(crate) struct FakeServer {
    pub(crate) address: String,
    seen: Arc<Seen>,
}

/// What is answered on a path; anything else is accepted.
pub(crate) type Answers = BTreeMap<&'static str, String>;

impl FakeServer {
    pub(crate) fn start(answers: Answers) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Seen::default());
        let (keep, answers) = (Arc::clone(&seen), Arc::new(answers));
        std::thread::spawn(move || {
            for socket in listener.incoming() {
                let (keep, answers) = (Arc::clone(&keep), Arc::clone(&answers));
                std::thread::spawn(move || serve(&socket.unwrap(), &keep, &answers));
            }
        });
        Self { address, seen }
    }

    /// Every request so far.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.seen.requests.lock().unwrap().clone()
    }

    /// Waits until the requests are such.
    pub(crate) fn wait_for(&self, enough: impl Fn(&[Request]) -> bool) -> Vec<Request> {
        let guard = self.seen.requests.lock().unwrap();
        let (guard, timed_out) = self
            .seen
            .changed
            .wait_timeout_while(guard, Duration::from_secs(30), |requests| !enough(requests))
            .unwrap();
        assert!(!timed_out.timed_out(), "still only {guard:#?}");
        guard.clone()
    }
}

/// An address where nobody listens.
pub(crate) fn nowhere() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

/// JSON as an answer.
pub(crate) fn ok(body: &Value) -> String {
    answer("200 OK", "application/json", &body.to_string())
}

/// A problem as an answer.
pub(crate) fn problem(status: u16, detail: &str) -> String {
    let body = json!({"type": "urn:swarmpulse:x", "title": "x", "status": status, "detail": detail, "request_id": "r1"});
    answer(
        &format!("{status} X"),
        "application/problem+json",
        &body.to_string(),
    )
}

/// An event stream that ends after these messages.
pub(crate) fn events(messages: &str) -> String {
    format!("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n{messages}")
}

fn answer(status: &str, content_type: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

fn serve(socket: &TcpStream, seen: &Seen, answers: &Answers) {
    let mut reader = BufReader::new(socket.try_clone().unwrap());
    let mut head = String::new();
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 {
            return;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        if line == "\r\n" {
            break;
        }
        head.push_str(&line);
    }
    let mut body = vec![0; length];
    if reader.read_exact(&mut body).is_err() {
        return;
    }
    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
    let accepted = json!({"accepted": 1, "rejected": []});
    let known = answers.get(path.split('?').next().unwrap_or_default());
    let answer = known
        .cloned()
        .unwrap_or_else(|| answer("202 Accepted", "application/json", &accepted.to_string()));
    let body = String::from_utf8_lossy(&body).into_owned();
    seen.requests.lock().unwrap().push(Request { path, head, body });
    seen.changed.notify_all();
    // The client may have been told to end in the meantime.
    let _ = reader.get_mut().write_all(answer.as_bytes());
}
