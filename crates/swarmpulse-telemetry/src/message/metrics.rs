//! Metrics and their points.

use serde::Deserialize;

use super::json;
use super::{KeyValue, Resource, Scope};

/// A request of the metrics service.
#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct MetricsRequest {
    /// By sender.
    #[prost(message, repeated, tag = "1")]
    #[serde(deserialize_with = "json::or_default")]
    pub resource_metrics: Vec<ResourceMetrics>,
}

/// Metrics of one resource.
#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ResourceMetrics {
    /// Who sends.
    #[prost(message, optional, tag = "1")]
    pub resource: Option<Resource>,
    /// By library.
    #[prost(message, repeated, tag = "2")]
    #[serde(deserialize_with = "json::or_default")]
    pub scope_metrics: Vec<ScopeMetrics>,
}

/// Metrics of one library.
#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ScopeMetrics {
    /// The library.
    #[prost(message, optional, tag = "1")]
    pub scope: Option<Scope>,
    /// The metrics.
    #[prost(message, repeated, tag = "2")]
    #[serde(deserialize_with = "json::or_default")]
    pub metrics: Vec<Metric>,
    /// The schema that names follow.
    #[prost(string, tag = "3")]
    #[serde(deserialize_with = "json::or_default")]
    pub schema_url: String,
}

/// One metric. At most one of the kinds of data is set.
#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Metric {
    /// Its name.
    #[prost(string, tag = "1")]
    #[serde(deserialize_with = "json::or_default")]
    pub name: String,
    /// What it measures.
    #[prost(string, tag = "2")]
    #[serde(deserialize_with = "json::or_default")]
    pub description: String,
    /// Its unit, as UCUM writes it.
    #[prost(string, tag = "3")]
    #[serde(deserialize_with = "json::or_default")]
    pub unit: String,
    /// Values that go up and down.
    #[prost(message, optional, tag = "5")]
    pub gauge: Option<Gauge>,
    /// Sums.
    #[prost(message, optional, tag = "7")]
    pub sum: Option<Sum>,
    /// Histograms with listed bounds.
    #[prost(message, optional, tag = "9")]
    pub histogram: Option<Histogram>,
    /// Histograms with computed bounds.
    #[prost(message, optional, tag = "10")]
    pub exponential_histogram: Option<ExponentialHistogram>,
    /// Quantiles.
    #[prost(message, optional, tag = "11")]
    pub summary: Option<Summary>,
}

/// Values that go up and down.
#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Gauge {
    /// The points.
    #[prost(message, repeated, tag = "1")]
    #[serde(deserialize_with = "json::or_default")]
    pub data_points: Vec<NumberPoint>,
}

/// `AGGREGATION_TEMPORALITY_DELTA`.
pub const DELTA: i32 = 1;
/// `AGGREGATION_TEMPORALITY_CUMULATIVE`.
pub const CUMULATIVE: i32 = 2;

/// Sums.
#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Sum {
    /// The points.
    #[prost(message, repeated, tag = "1")]
    #[serde(deserialize_with = "json::or_default")]
    pub data_points: Vec<NumberPoint>,
    /// Since the last report ([`DELTA`]) or since the start ([`CUMULATIVE`]).
    #[prost(int32, tag = "2")]
    #[serde(deserialize_with = "temporality")]
    pub aggregation_temporality: i32,
    /// It never falls.
    #[prost(bool, tag = "3")]
    #[serde(deserialize_with = "json::or_default")]
    pub is_monotonic: bool,
}

/// Histograms with listed bounds.
#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Histogram {
    /// The points.
    #[prost(message, repeated, tag = "1")]
    #[serde(deserialize_with = "json::or_default")]
    pub data_points: Vec<HistogramPoint>,
    /// As of [`Sum`].
    #[prost(int32, tag = "2")]
    #[serde(deserialize_with = "temporality")]
    pub aggregation_temporality: i32,
}

/// Histograms with computed bounds.
#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ExponentialHistogram {
    /// The points.
    #[prost(message, repeated, tag = "1")]
    #[serde(deserialize_with = "json::or_default")]
    pub data_points: Vec<ExponentialPoint>,
    /// As of [`Sum`].
    #[prost(int32, tag = "2")]
    #[serde(deserialize_with = "temporality")]
    pub aggregation_temporality: i32,
}

/// Quantiles computed by the sender.
#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Summary {
    /// The points.
    #[prost(message, repeated, tag = "1")]
    #[serde(deserialize_with = "json::or_default")]
    pub data_points: Vec<SummaryPoint>,
}

/// A number.
#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct NumberPoint {
    /// Counted from here, in nanoseconds since 1970; 0 is unknown.
    #[prost(fixed64, tag = "2")]
    #[serde(deserialize_with = "json::u64")]
    pub start_time_unix_nano: u64,
    /// When.
    #[prost(fixed64, tag = "3")]
    #[serde(deserialize_with = "json::u64")]
    pub time_unix_nano: u64,
    /// As a number.
    #[prost(double, optional, tag = "4")]
    #[serde(deserialize_with = "json::optional_f64")]
    pub as_double: Option<f64>,
    /// As a whole number.
    #[prost(sfixed64, optional, tag = "6")]
    #[serde(deserialize_with = "json::optional_i64")]
    pub as_int: Option<i64>,
    /// Of what.
    #[prost(message, repeated, tag = "7")]
    #[serde(deserialize_with = "json::or_default")]
    pub attributes: Vec<KeyValue>,
    /// See [`NO_RECORDED_VALUE`].
    #[prost(uint32, tag = "8")]
    #[serde(deserialize_with = "json::u32")]
    pub flags: u32,
}

/// The flag of a point that says that there is no value any more.
pub const NO_RECORDED_VALUE: u32 = 1;

/// A histogram with listed bounds.
#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct HistogramPoint {
    /// As of [`NumberPoint`].
    #[prost(fixed64, tag = "2")]
    #[serde(deserialize_with = "json::u64")]
    pub start_time_unix_nano: u64,
    /// When.
    #[prost(fixed64, tag = "3")]
    #[serde(deserialize_with = "json::u64")]
    pub time_unix_nano: u64,
    /// Observations.
    #[prost(fixed64, tag = "4")]
    #[serde(deserialize_with = "json::u64")]
    pub count: u64,
    /// Their sum; not told where observations may be negative.
    #[prost(double, optional, tag = "5")]
    #[serde(deserialize_with = "json::optional_f64")]
    pub sum: Option<f64>,
    /// Observations in each bucket: one more than bounds.
    #[prost(fixed64, repeated, tag = "6")]
    #[serde(deserialize_with = "json::u64_list")]
    pub bucket_counts: Vec<u64>,
    /// Upper bounds, rising.
    #[prost(double, repeated, tag = "7")]
    #[serde(deserialize_with = "json::f64_list")]
    pub explicit_bounds: Vec<f64>,
    /// Of what.
    #[prost(message, repeated, tag = "9")]
    #[serde(deserialize_with = "json::or_default")]
    pub attributes: Vec<KeyValue>,
    /// See [`NO_RECORDED_VALUE`].
    #[prost(uint32, tag = "10")]
    #[serde(deserialize_with = "json::u32")]
    pub flags: u32,
}

/// Counts of buckets that follow each other.
#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Buckets {
    /// The index of the first.
    #[prost(sint32, tag = "1")]
    #[serde(deserialize_with = "json::i32")]
    pub offset: i32,
    /// The counts.
    #[prost(uint64, repeated, tag = "2")]
    #[serde(deserialize_with = "json::u64_list")]
    pub bucket_counts: Vec<u64>,
}

/// A histogram with computed bounds: bucket `i` holds what is above `b^i` up to `b^(i+1)`, `b = 2^(2^-scale)`.
#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ExponentialPoint {
    /// Of what.
    #[prost(message, repeated, tag = "1")]
    #[serde(deserialize_with = "json::or_default")]
    pub attributes: Vec<KeyValue>,
    /// As of [`NumberPoint`].
    #[prost(fixed64, tag = "2")]
    #[serde(deserialize_with = "json::u64")]
    pub start_time_unix_nano: u64,
    /// When.
    #[prost(fixed64, tag = "3")]
    #[serde(deserialize_with = "json::u64")]
    pub time_unix_nano: u64,
    /// Observations.
    #[prost(fixed64, tag = "4")]
    #[serde(deserialize_with = "json::u64")]
    pub count: u64,
    /// Their sum.
    #[prost(double, optional, tag = "5")]
    #[serde(deserialize_with = "json::optional_f64")]
    pub sum: Option<f64>,
    /// The resolution.
    #[prost(sint32, tag = "6")]
    #[serde(deserialize_with = "json::i32")]
    pub scale: i32,
    /// Observations close to zero.
    #[prost(fixed64, tag = "7")]
    #[serde(deserialize_with = "json::u64")]
    pub zero_count: u64,
    /// Observations above zero.
    #[prost(message, optional, tag = "8")]
    pub positive: Option<Buckets>,
    /// Observations below zero.
    #[prost(message, optional, tag = "9")]
    pub negative: Option<Buckets>,
    /// See [`NO_RECORDED_VALUE`].
    #[prost(uint32, tag = "10")]
    #[serde(deserialize_with = "json::u32")]
    pub flags: u32,
}

/// Quantiles.
#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct SummaryPoint {
    /// As of [`NumberPoint`].
    #[prost(fixed64, tag = "2")]
    #[serde(deserialize_with = "json::u64")]
    pub start_time_unix_nano: u64,
    /// When.
    #[prost(fixed64, tag = "3")]
    #[serde(deserialize_with = "json::u64")]
    pub time_unix_nano: u64,
    /// Observations.
    #[prost(fixed64, tag = "4")]
    #[serde(deserialize_with = "json::u64")]
    pub count: u64,
    /// Their sum.
    #[prost(double, tag = "5")]
    #[serde(deserialize_with = "json::f64")]
    pub sum: f64,
    /// The quantiles.
    #[prost(message, repeated, tag = "6")]
    #[serde(deserialize_with = "json::or_default")]
    pub quantile_values: Vec<Quantile>,
    /// Of what.
    #[prost(message, repeated, tag = "7")]
    #[serde(deserialize_with = "json::or_default")]
    pub attributes: Vec<KeyValue>,
    /// See [`NO_RECORDED_VALUE`].
    #[prost(uint32, tag = "8")]
    #[serde(deserialize_with = "json::u32")]
    pub flags: u32,
}

/// One quantile.
#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Quantile {
    /// 0 to 1.
    #[prost(double, tag = "1")]
    #[serde(deserialize_with = "json::f64")]
    pub quantile: f64,
    /// Its value.
    #[prost(double, tag = "2")]
    #[serde(deserialize_with = "json::f64")]
    pub value: f64,
}

fn temporality<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<i32, D::Error> {
    json::word(
        deserializer,
        &[("UNSPECIFIED", 0), ("DELTA", DELTA), ("CUMULATIVE", CUMULATIVE)],
    )
}
