//! The real binary against a scripted server.
#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

mod alerts;
mod basics;
mod check;
mod environment;
mod fake_server;
mod program;
mod pulse;
mod rules;
mod watch;
