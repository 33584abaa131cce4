//! A journal that refuses, and a server that stops.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use swarmpulse_model::Timestamp;
use swarmpulse_server::ServerOptions;
use swarmpulse_store::memory::MemoryJournal;
use swarmpulse_store::{Journal, JournalError, JournalReader, Retention};

use crate::harness::{Server, settings};

/// A journal whose disk is full when told so.
struct Full {
    inner: MemoryJournal,
    full: Arc<AtomicBool>,
}

impl Journal for Full {
    fn append(&mut self, received_at: Timestamp, body: &[u8]) -> Result<u64, JournalError> {
        if self.full.load(Ordering::SeqCst) {
            return Err(JournalError::Full {
                path: "data/journal".into(),
            });
        }
        self.inner.append(received_at, body)
    }
    fn sync(&mut self) -> Result<(), JournalError> {
        self.inner.sync()
    }
    fn next_offset(&self) -> u64 {
        self.inner.next_offset()
    }
    fn reader(&self) -> Arc<dyn JournalReader> {
        self.inner.reader()
    }
    fn roll(&mut self) -> Result<(), JournalError> {
        self.inner.roll()
    }
    fn retire(&mut self, retention: Retention) -> Result<u64, JournalError> {
        self.inner.retire(retention)
    }
}

#[tokio::test]
async fn a_full_disk_is_told_reads_go_on_and_it_ends_when_there_is_room() {
    let full = Arc::new(AtomicBool::new(false));
    let journal = Full {
        inner: MemoryJournal::new(64 << 20),
        full: Arc::clone(&full),
    };
    let server = Server::over(Box::new(journal), ServerOptions::default(), settings());
    assert_eq!(server.get("/readyz").await.json()["status"], "ok");
    full.store(true, Ordering::SeqCst);
    let answer = server.post("/api/v1/heartbeats", r#"{"agent":"a1"}"#).await;
    assert!(answer.problem(503).contains("nothing of this body was kept"));
    assert!(!answer.header("retry-after").is_empty());
    assert!(!server.knows_agent("default", "a1"));
    let ready = server.get("/readyz").await;
    assert_eq!(ready.status, 503);
    assert!(
        ready.json()["reasons"][0]
            .as_str()
            .unwrap()
            .contains("no space left"),
        "{}",
        ready.text()
    );
    assert_eq!(
        server.get("/healthz").await.json()["status"],
        "ok",
        "the process is alive"
    );
    assert!(
        server
            .get("/metrics")
            .await
            .text()
            .contains("swarmpulse_store_fault{store=\"journal\"} 1\n")
    );
    full.store(false, Ordering::SeqCst);
    assert_eq!(
        server
            .post("/api/v1/heartbeats", r#"{"agent":"a1"}"#)
            .await
            .taken(202, 1),
        []
    );
    assert_eq!(server.get("/readyz").await.status, 200);
}

#[tokio::test]
async fn a_stopped_runtime_takes_nothing_and_says_so() {
    let mut server = Server::start();
    assert_eq!(server.get("/readyz").await.status, 200);
    server.stop_runtime();
    let answer = server.post("/api/v1/heartbeats", r#"{"agent":"a1"}"#).await;
    assert!(answer.problem(503).contains("shutting down"));
    assert!(!answer.header("retry-after").is_empty());
}
