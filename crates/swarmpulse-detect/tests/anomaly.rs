//! Scores of a public benchmark, and how rarely series that nothing happens to are told of.

#[path = "anomaly/benchmark.rs"]
mod benchmark;
#[path = "anomaly/stationary.rs"]
mod stationary;
