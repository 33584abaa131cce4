//! The messages of OTLP: what the protocol's protobuf definitions and its JSON encoding say, and nothing more.
//!
//! One set of types for both encodings. They are written by hand, not taken from a crate, because OTLP/JSON is not what a
//! serializer makes of the protobuf types: ids are hexadecimal, 64-bit numbers are texts or numbers, `NaN` is a text,
//! unknown fields and nulls are passed over; and because the ready-made crate brings a whole SDK with it. Alternatives
//! (`oneof`) are optional fields here: on the wire they are the same.

pub mod attribute;
mod json;
pub mod logs;
pub mod metrics;
pub mod status;
pub mod trace;

pub use attribute::{AnyValue, KeyValue, Resource, Scope};
