//! The read API, the live streams and the document, in process over a real runtime with stores in memory.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at what fails")]

mod acknowledged;
mod agents;
mod alertmanager;
mod alerts;
mod backtests;
mod document;
mod figures;
mod findings;
mod graph;
#[path = "../http/harness.rs"]
#[expect(dead_code, reason = "shared with the tests of what comes in")]
mod harness;
mod history;
mod namespaces;
mod notified;
mod posted;
mod promises;
mod queries;
mod query_turns;
mod records;
mod rules;
mod silences;
mod slos;
mod sse;
mod stream;
mod websocket;
mod world;
