//! Logs and events.

use serde::Deserialize;

use super::json;
use super::{AnyValue, KeyValue, Resource, Scope};

/// A request of the logs service.
#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct LogsRequest {
    /// By sender.
    #[prost(message, repeated, tag = "1")]
    #[serde(deserialize_with = "json::or_default")]
    pub resource_logs: Vec<ResourceLogs>,
}

/// Logs of one resource.
#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ResourceLogs {
    /// Who sends.
    #[prost(message, optional, tag = "1")]
    pub resource: Option<Resource>,
    /// By library.
    #[prost(message, repeated, tag = "2")]
    #[serde(deserialize_with = "json::or_default")]
    pub scope_logs: Vec<ScopeLogs>,
}

/// Logs of one library.
#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ScopeLogs {
    /// The library.
    #[prost(message, optional, tag = "1")]
    pub scope: Option<Scope>,
    /// The logs.
    #[prost(message, repeated, tag = "2")]
    #[serde(deserialize_with = "json::or_default")]
    pub log_records: Vec<LogRecord>,
}

/// One log or event.
#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct LogRecord {
    /// When it happened, in nanoseconds since 1970; 0 is unknown.
    #[prost(fixed64, tag = "1")]
    #[serde(deserialize_with = "json::u64")]
    pub time_unix_nano: u64,
    /// How serious; 17 and more are errors.
    #[prost(int32, tag = "2")]
    #[serde(deserialize_with = "severity")]
    pub severity_number: i32,
    /// The sender's word for that.
    #[prost(string, tag = "3")]
    #[serde(deserialize_with = "json::or_default")]
    pub severity_text: String,
    /// The text.
    #[prost(message, optional, tag = "5")]
    pub body: Option<AnyValue>,
    /// Further facts.
    #[prost(message, repeated, tag = "6")]
    #[serde(deserialize_with = "json::or_default")]
    pub attributes: Vec<KeyValue>,
    /// The trace it belongs to.
    #[prost(bytes = "vec", tag = "9")]
    #[serde(deserialize_with = "json::hex")]
    pub trace_id: Vec<u8>,
    /// The span it belongs to.
    #[prost(bytes = "vec", tag = "10")]
    #[serde(deserialize_with = "json::hex")]
    pub span_id: Vec<u8>,
    /// When it was seen by the sender, in nanoseconds.
    #[prost(fixed64, tag = "11")]
    #[serde(deserialize_with = "json::u64")]
    pub observed_time_unix_nano: u64,
    /// What sort of event it is; a log has none.
    #[prost(string, tag = "12")]
    #[serde(deserialize_with = "json::or_default")]
    pub event_name: String,
}

fn severity<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<i32, D::Error> {
    json::word(
        deserializer,
        &[
            ("TRACE", 1),
            ("DEBUG", 5),
            ("INFO", 9),
            ("WARN", 13),
            ("ERROR", 17),
            ("FATAL", 21),
            ("UNSPECIFIED", 0),
        ],
    )
}
