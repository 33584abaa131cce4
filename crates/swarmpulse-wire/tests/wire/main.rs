//! Bodies in, records out; records to the journal's bytes and back.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops at what it does not expect"
)]

mod alerts;
mod arbitrary;
mod bodies;
mod envelopes;
mod events;
mod exposition;
mod fields;
mod fixture;
mod hostile;
mod influx;
mod limits;
mod posted;
mod privacy;
mod remote_write;
mod statsd;
mod support;
