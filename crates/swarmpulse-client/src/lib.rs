//! Typed HTTP and SSE client of the Swarmpulse API.
//!
//! Every answer is read to a bound, every failure is a [`ClientError`] that says what, why and what next, and
//! nothing here retries on its own except the live [`Stream`], whose back-off is bounded.

mod alerting;
mod backoff;
mod backtest;
mod client;
mod error;
mod metrics;
mod ping;
mod query;
mod read;
mod secret;
mod send;
mod slo;
mod stream;

pub use backoff::Backoff;
pub use client::{Client, ClientOptions};
pub use error::ClientError;
pub use metrics::{QueryAnswer, QueryTime};
pub use ping::PingSignal;
pub use query::{
    AgentQuery, AlertQuery, EventQuery, FindingQuery, NotificationQuery, SilenceQuery, TaskQuery,
};
pub use secret::Secret;
pub use stream::{Stream, StreamItem, StreamOptions};
