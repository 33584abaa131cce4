//! The real binary and simulated fleets for end-to-end tests: a server under test, a plain HTTP connection, and a clock.

pub mod clock;
pub mod http;
pub mod server;
