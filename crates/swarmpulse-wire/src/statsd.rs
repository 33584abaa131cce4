//! StatsD and its dialect of Datadog: `name:1|c|@0.1|#tag:value`, summed up between flushes to batches of samples.
//!
//! Counters count up from the start of the process, as Prometheus wants them; gauges keep what they were last; timings,
//! histograms and distributions become classic histograms, timings in seconds as `NAME_seconds`; sets are the number of
//! different members since the last flush. Tags become labels. Methods: the description of metric types at
//! <https://github.com/statsd/statsd/blob/master/docs/metric_types.md> and of the datagram format in Datadog's documentation.

mod aggregate;
mod histogram;
mod line;
mod name;

pub use aggregate::{Aggregator, StatsdCounts, StatsdLimits};
