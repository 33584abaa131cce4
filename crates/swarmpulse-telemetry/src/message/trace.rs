//! Spans.

use serde::Deserialize;

use super::json;
use super::{KeyValue, Resource, Scope};

/// A request of the trace service.
#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct TraceRequest {
    /// By sender.
    #[prost(message, repeated, tag = "1")]
    #[serde(deserialize_with = "json::or_default")]
    pub resource_spans: Vec<ResourceSpans>,
}

/// Spans of one resource.
#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ResourceSpans {
    /// Who sends.
    #[prost(message, optional, tag = "1")]
    pub resource: Option<Resource>,
    /// By library.
    #[prost(message, repeated, tag = "2")]
    #[serde(deserialize_with = "json::or_default")]
    pub scope_spans: Vec<ScopeSpans>,
}

/// Spans of one library.
#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ScopeSpans {
    /// The library.
    #[prost(message, optional, tag = "1")]
    pub scope: Option<Scope>,
    /// The spans.
    #[prost(message, repeated, tag = "2")]
    #[serde(deserialize_with = "json::or_default")]
    pub spans: Vec<Span>,
}

/// `SpanKind.CLIENT`.
pub const KIND_CLIENT: i32 = 3;
/// `StatusCode.ERROR`.
pub const STATUS_ERROR: i32 = 2;

/// One span: a piece of work.
#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Span {
    /// The trace it belongs to.
    #[prost(bytes = "vec", tag = "1")]
    #[serde(deserialize_with = "json::hex")]
    pub trace_id: Vec<u8>,
    /// Its own id.
    #[prost(bytes = "vec", tag = "2")]
    #[serde(deserialize_with = "json::hex")]
    pub span_id: Vec<u8>,
    /// The span it is a part of.
    #[prost(bytes = "vec", tag = "4")]
    #[serde(deserialize_with = "json::hex")]
    pub parent_span_id: Vec<u8>,
    /// What it does.
    #[prost(string, tag = "5")]
    #[serde(deserialize_with = "json::or_default")]
    pub name: String,
    /// Its side of a call.
    #[prost(int32, tag = "6")]
    #[serde(deserialize_with = "kind")]
    pub kind: i32,
    /// When it began, in nanoseconds since 1970.
    #[prost(fixed64, tag = "7")]
    #[serde(deserialize_with = "json::u64")]
    pub start_time_unix_nano: u64,
    /// When it ended; 0 while it is under way.
    #[prost(fixed64, tag = "8")]
    #[serde(deserialize_with = "json::u64")]
    pub end_time_unix_nano: u64,
    /// Facts about it.
    #[prost(message, repeated, tag = "9")]
    #[serde(deserialize_with = "json::or_default")]
    pub attributes: Vec<KeyValue>,
    /// How it ended.
    #[prost(message, optional, tag = "15")]
    pub status: Option<SpanStatus>,
}

/// How a span ended.
#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct SpanStatus {
    /// What went wrong.
    #[prost(string, tag = "2")]
    #[serde(deserialize_with = "json::or_default")]
    pub message: String,
    /// 0 unset, 1 well, 2 error.
    #[prost(int32, tag = "3")]
    #[serde(deserialize_with = "code")]
    pub code: i32,
}

fn kind<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<i32, D::Error> {
    json::word(
        deserializer,
        &[
            ("UNSPECIFIED", 0),
            ("INTERNAL", 1),
            ("SERVER", 2),
            ("CLIENT", 3),
            ("PRODUCER", 4),
            ("CONSUMER", 5),
        ],
    )
}

fn code<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<i32, D::Error> {
    json::word(deserializer, &[("UNSET", 0), ("OK", 1), ("ERROR", 2)])
}
