//! What these tests share: pages read to their end, answers that do not end, and waiting for history.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::response::Response;
use http::Request;
use http_body_util::BodyExt;
use serde_json::Value;
use swarmpulse_runtime::clock::Stopwatch;
use tower::ServiceExt;

use crate::harness::{LOCAL, Server, request};

/// Longer than anything here takes; a test that waits so long has failed.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// An answer whose body has not been read.
pub(crate) async fn open(server: &Server, mut request: Request<Body>) -> Response {
    request.extensions_mut().insert(LOCAL);
    swarmpulse_server::router(std::sync::Arc::clone(&server.app))
        .oneshot(request)
        .await
        .unwrap()
}

/// The JSON of an answer that must be 200.
pub(crate) async fn get(server: &Server, path: &str) -> Value {
    let answer = server.get(path).await;
    assert_eq!(
        answer.status.as_u16(),
        200,
        "{path}: {}",
        String::from_utf8_lossy(&answer.body)
    );
    answer.json()
}

/// Heartbeats that must all be taken.
pub(crate) async fn heartbeats(server: &Server, lines: impl IntoIterator<Item = Value>) {
    let body: Vec<String> = lines.into_iter().map(|line| line.to_string()).collect();
    server
        .post("/api/v1/heartbeats", body.join("\n"))
        .await
        .taken(202, body.len() as u64);
}

/// Waits until history and the desk of alerts have everything that was taken, and what followed from it.
pub(crate) async fn settle(server: &Server) {
    server.settle().await;
}

/// Waits until something is so.
pub(crate) async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let watch = Stopwatch::start();
    while !is_so() {
        assert!(
            watch.seconds() < PATIENCE.as_secs_f64(),
            "waited in vain until {what}"
        );
        tokio::task::yield_now().await;
    }
}

/// All pages of a list: the items of each.
pub(crate) async fn pages(server: &Server, path: &str) -> Vec<Vec<Value>> {
    let mut pages: Vec<Vec<Value>> = Vec::new();
    let mut next = None;
    loop {
        let page = get(server, &after(path, next.as_deref())).await;
        pages.push(page["items"].as_array().unwrap().clone());
        next = page["next"].as_str().map(str::to_owned);
        if next.is_none() {
            return pages;
        }
        assert!(pages.len() < 1000, "{path} has no end");
    }
}

/// The address of the next page.
pub(crate) fn after(path: &str, cursor: Option<&str>) -> String {
    let mark = if path.contains('?') { '&' } else { '?' };
    cursor.map_or_else(
        || path.to_owned(),
        |cursor| format!("{path}{mark}cursor={cursor}"),
    )
}

/// A text as a part of an address.
pub(crate) fn encoded(text: &str) -> String {
    let bytes = text.bytes();
    bytes
        .map(|byte| match byte {
            byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
            byte => format!("%{byte:02X}"),
        })
        .collect()
}

/// A field of each item, as texts.
pub(crate) fn column(items: &[Value], name: &str) -> Vec<String> {
    items
        .iter()
        .map(|item| item[name].as_str().unwrap_or_default().to_owned())
        .collect()
}

/// A server-sent event.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Event {
    pub(crate) id: Option<String>,
    pub(crate) name: String,
    pub(crate) data: Value,
}

/// A stream of server-sent events.
pub(crate) struct Events {
    body: Body,
    text: String,
}

impl Events {
    /// Listens with these parameters.
    pub(crate) async fn listen(server: &Server, query: &str) -> Self {
        Self::of(server, request("GET", &format!("/api/v1/stream?{query}"), "")).await
    }

    pub(crate) async fn of(server: &Server, request: Request<Body>) -> Self {
        let response = open(server, request).await;
        assert_eq!(response.status().as_u16(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self {
            body: response.into_body(),
            text: String::new(),
        }
    }

    /// The next block, comments included; `None` at the end.
    pub(crate) async fn block(&mut self) -> Option<String> {
        loop {
            if let Some(end) = self.text.find("\n\n") {
                let block = self.text[..end].to_owned();
                self.text.drain(..end + 2);
                return Some(block);
            }
            let frame = tokio::time::timeout(PATIENCE, self.body.frame())
                .await
                .expect("the stream says something")?;
            let bytes: Bytes = frame.unwrap().into_data().unwrap();
            self.text.push_str(std::str::from_utf8(&bytes).unwrap());
        }
    }

    /// The next event; blocks without data, such as the greeting, are passed over. `None` at the end.
    pub(crate) async fn next(&mut self) -> Option<Event> {
        loop {
            let block = self.block().await?;
            let mut event = Event::default();
            let mut has_data = false;
            for line in block.lines() {
                match line.split_once(": ") {
                    Some(("id", id)) => event.id = Some(id.to_owned()),
                    Some(("event", name)) => event.name = name.to_owned(),
                    Some(("data", data)) => {
                        has_data = true;
                        event.data = serde_json::from_str(data).unwrap();
                    }
                    _ => {}
                }
            }
            if has_data {
                return Some(event);
            }
        }
    }
}
