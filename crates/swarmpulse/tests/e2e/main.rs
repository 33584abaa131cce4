//! End to end: the real binary, real processes, real disks.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod access;
mod aggregates;
mod alerts;
mod amtool;
mod bad_input;
mod command_line;
mod crash;
mod detection;
mod full_disk;
mod metrics;
mod otlp;
mod posted;
mod processes;
mod prometheus;
mod silence;
mod start;
mod stream;

/// The binary under test.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_swarmpulse");
