//! OTLP in: over HTTP at `/v1/{metrics,logs,traces}`, in protobuf and JSON, and over gRPC; on the main port and on two of
//! its own.
//!
//! A request is read like any other body, within the same bounds, and given to [`swarmpulse_telemetry`]; its samples go to
//! the metric store, its records to the journal, and the sender is answered when both are durable. gRPC is no more than a
//! frame around the body and trailers after the answer, so that no other server runs beside this one.

mod base64;
mod export;
mod grpc;
mod listen;
mod names;
mod repeat;
mod routes;
mod shape;

pub use listen::serve_otlp;
pub use names::usage_names;
pub(crate) use repeat::repeat;
pub(crate) use routes::{router, routes};
pub(crate) use shape::Shape;
