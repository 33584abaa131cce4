//! What functions have to say of their input, in Prometheus' words.

use crate::histogram::Fitted;
use crate::number_text::general;
use crate::quote::quote;
use crate::{Notes, Span};

/// Floats and histograms where only one kind can be.
pub(crate) fn mixed_samples(metric: &str) -> String {
    format!(
        "encountered a mix of histograms and floats for metric name {}",
        quote(metric)
    )
}

/// Histograms that cannot be combined.
pub(crate) fn incompatible(metric: &str) -> String {
    let metric = quote(metric);
    format!(
        "vector contains a mix of histograms with exponential and custom buckets schemas for metric name {metric}"
    )
}

/// What was done with two histograms.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Operation {
    Addition,
    Subtraction,
    Aggregation,
}

impl Operation {
    fn as_str(self) -> &'static str {
        match self {
            Self::Addition => "addition",
            Self::Subtraction => "subtraction",
            Self::Aggregation => "aggregation",
        }
    }
}

/// Says what had to be done so that histograms fit each other.
pub(crate) fn fitted(fitted: Fitted, operation: Operation, at: Span, notes: &mut Notes) {
    let operation = operation.as_str();
    if fitted.resets_collide {
        notes.warn(
            format!("conflicting counter resets during histogram {operation}"),
            at,
        );
    }
    if fitted.bounds_reconciled {
        notes.info(
            format!("mismatched custom buckets were reconciled during {operation}"),
            at,
        );
    }
}

/// What there is to say where resets are looked at anyway.
pub(super) fn without_resets(fitted: Fitted) -> Fitted {
    Fitted {
        resets_collide: false,
        ..fitted
    }
}

/// A text with the metric's name, if it has one.
fn of_metric(text: &str, metric: &str) -> String {
    if metric.is_empty() {
        text.to_owned()
    } else {
        format!("{text} for metric name {}", quote(metric))
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
    let bound = quote(bound);
    of_metric(
        &format!("bucket label \"le\" is missing or has a malformed value of {bound}"),
        metric,
    )
}

/// Classic and native histograms with the same labels.
pub(super) fn classic_and_native(metric: &str) -> String {
    of_metric("vector contains a mix of classic and native histograms", metric)
}

/// Buckets that hold less than those below them.
pub(super) fn forced_monotonic(metric: &str) -> String {
    of_metric(
        "input to histogram_quantile needed to be fixed for monotonicity (see \
         https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile)",
        metric,
    )
}

/// A quantile among observations that are not numbers.
pub(super) fn nan_quantile(metric: &str) -> String {
    of_metric(
        "input to histogram_quantile has NaN observations, result is NaN",
        metric,
    )
}

/// A quantile moved by observations that are not numbers.
pub(super) fn skewed_quantile(metric: &str) -> String {
    of_metric(
        "input to histogram_quantile has NaN observations, result is skewed higher",
        metric,
    )
}

/// A fraction of observations some of which are not numbers.
pub(super) fn nan_fraction(metric: &str) -> String {
    of_metric(
        "input to histogram_fraction has NaN observations, which are excluded from all fractions",
        metric,
    )
}
