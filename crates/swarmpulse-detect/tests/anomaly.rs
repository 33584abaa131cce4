//! Scores of a public benchmark, and how rarely series that nothing happens to are told of.
#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

#[path = "anomaly/benchmark.rs"]
mod benchmark;
#[path = "anomaly/stationary.rs"]
mod stationary;
