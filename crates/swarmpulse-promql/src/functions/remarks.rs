//! What functions have to say of their input, in Prometheus' words.

use crate::histogram::Incompatible;
use crate::number_text::general;
use crate::quote::quote;

/// Floats and histograms where only one kind can be.
pub(crate) fn mixed_samples(metric: &str) -> String {
    format!(
        "encountered a mix of histograms and floats for metric name {}",
        quote(metric)
    )
}

/// Histograms that cannot be combined.
pub(crate) fn incompatible(why: Incompatible, metric: &str) -> String {
    let metric = quote(metric);
    match why {
        Incompatible::Schemas => format!(
            "vector contains a mix of histograms with exponential and custom buckets schemas for metric name {metric}"
        ),
        Incompatible::Bounds => {
            format!("vector contains histograms with incompatible custom buckets for metric name {metric}")
        }
    }
}

/// A gauge where a counter is wanted.
pub(super) fn not_a_counter(metric: &str) -> String {
    format!("this native histogram metric is not a counter: {}", quote(metric))
}

/// A counter where a gauge is wanted.
pub(super) fn not_a_gauge(metric: &str) -> String {
    format!("this native histogram metric is not a gauge: {}", quote(metric))
}

/// A name that no counter has.
pub(super) fn perhaps_not_a_counter(metric: &str) -> String {
    format!(
        "metric might not be a counter, name does not end in _total/_sum/_count/_bucket: {}",
        quote(metric)
    )
}

/// Histograms in a range of a function that sees floats alone.
pub(super) fn histograms_ignored(metric: &str) -> String {
    format!(
        "ignored histograms in a range containing both floats and histograms for metric name {}",
        quote(metric)
    )
}

/// A quantile that is none.
pub(crate) fn bad_quantile(quantile: f64) -> String {
    format!(
        "quantile value should be between 0 and 1, got {}",
        general(quantile)
    )
}

/// A bucket without a bound.
pub(super) fn bad_bucket(bound: &str, metric: &str) -> String {
    format!(
        "bucket label \"le\" is missing or has a malformed value of {} for metric name {}",
        quote(bound),
        quote(metric)
    )
}

/// Classic and native histograms with the same labels.
pub(super) fn classic_and_native(metric: &str) -> String {
    format!(
        "vector contains a mix of classic and native histograms for metric name {}",
        quote(metric)
    )
}

/// Buckets that hold less than those below them.
pub(super) fn forced_monotonic(metric: &str) -> String {
    format!(
        "input to histogram_quantile needed to be fixed for monotonicity (see \
         https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile) for metric name {}",
        quote(metric)
    )
}

/// A quantile among observations that are not numbers.
pub(super) fn nan_quantile(metric: &str) -> String {
    format!(
        "input to histogram_quantile has NaN observations, result is NaN for metric name {}",
        quote(metric)
    )
}

/// A quantile moved by observations that are not numbers.
pub(super) fn skewed_quantile(metric: &str) -> String {
    format!(
        "input to histogram_quantile has NaN observations, result is skewed higher for metric name {}",
        quote(metric)
    )
}

/// A fraction of observations some of which are not numbers.
pub(super) fn nan_fraction(metric: &str) -> String {
    format!(
        "input to histogram_fraction has NaN observations, which are excluded from all fractions for metric name {}",
        quote(metric)
    )
}
