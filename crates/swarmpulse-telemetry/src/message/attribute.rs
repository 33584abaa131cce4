//! Attributes, resources and scopes.

use serde::Deserialize;

use super::json;

/// A value of an attribute or a log's body. At most one field is set.
#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct AnyValue {
    /// A text.
    #[prost(string, optional, tag = "1")]
    pub string_value: Option<String>,
    /// True or false.
    #[prost(bool, optional, tag = "2")]
    pub bool_value: Option<bool>,
    /// A whole number.
    #[prost(int64, optional, tag = "3")]
    #[serde(deserialize_with = "json::optional_i64")]
    pub int_value: Option<i64>,
    /// Any number.
    #[prost(double, optional, tag = "4")]
    #[serde(deserialize_with = "json::optional_f64")]
    pub double_value: Option<f64>,
    /// A list.
    #[prost(message, optional, tag = "5")]
    pub array_value: Option<ArrayValue>,
    /// Values by name.
    #[prost(message, optional, tag = "6")]
    pub kvlist_value: Option<KeyValueList>,
    /// Bytes; they are never kept, so that JSON's are not even decoded.
    #[prost(bytes = "vec", optional, tag = "7")]
    #[serde(skip)]
    pub bytes_value: Option<Vec<u8>>,
}

/// A list of values.
#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ArrayValue {
    /// The values.
    #[prost(message, repeated, tag = "1")]
    #[serde(deserialize_with = "json::or_default")]
    pub values: Vec<AnyValue>,
}

/// Values by name.
#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct KeyValueList {
    /// The pairs.
    #[prost(message, repeated, tag = "1")]
    #[serde(deserialize_with = "json::or_default")]
    pub values: Vec<KeyValue>,
}

/// An attribute.
#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct KeyValue {
    /// Its name.
    #[prost(string, tag = "1")]
    #[serde(deserialize_with = "json::or_default")]
    pub key: String,
    /// Its value.
    #[prost(message, optional, tag = "2")]
    pub value: Option<AnyValue>,
}

/// What sends: a process, as its attributes tell.
#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Resource {
    /// Its attributes.
    #[prost(message, repeated, tag = "1")]
    #[serde(deserialize_with = "json::or_default")]
    pub attributes: Vec<KeyValue>,
}

/// The library that made the telemetry.
#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Scope {
    /// Its name.
    #[prost(string, tag = "1")]
    #[serde(deserialize_with = "json::or_default")]
    pub name: String,
    /// Its version.
    #[prost(string, tag = "2")]
    #[serde(deserialize_with = "json::or_default")]
    pub version: String,
    /// Its attributes.
    #[prost(message, repeated, tag = "3")]
    #[serde(deserialize_with = "json::or_default")]
    pub attributes: Vec<KeyValue>,
}
