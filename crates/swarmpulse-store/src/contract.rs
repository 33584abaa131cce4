//! The contract suites: every backend of a trait passes the same.

pub mod history;
pub mod journal;
pub mod metrics;
pub mod state;
