//! The server in process, over a real runtime with stores in memory: every rule of the contract, and hostile requests.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at what fails")]

mod access;
mod agents_limit;
mod bodies;
mod encodings;
mod figures;
mod full;
mod gate;
#[expect(dead_code, reason = "shared with the tests of what is read")]
mod harness;
mod ingest;
mod otlp;
mod page;
mod ping;
mod prometheus;
mod samples;
mod serving;
mod tokens;
