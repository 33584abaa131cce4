//! Records as a real fleet sends them, for benchmarks.

pub mod records;
