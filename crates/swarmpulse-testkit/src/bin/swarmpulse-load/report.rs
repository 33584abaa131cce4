//! One line of JSON per measurement.

use hdrhistogram::Histogram;
use serde_json::{Value, json};

/// A histogram of microseconds up to ten minutes, with three digits.
pub fn histogram() -> anyhow::Result<Histogram<u64>> {
    Ok(Histogram::new_with_max(600_000_000, 3)?)
}

/// Its usual quantiles, from microseconds to milliseconds.
pub fn quantiles_ms(histogram: &Histogram<u64>) -> Value {
    let at = |quantile: f64| histogram.value_at_quantile(quantile) as f64 / 1000.0;
    json!({ "p50": at(0.5), "p90": at(0.9), "p99": at(0.99), "max": histogram.max() as f64 / 1000.0, "count": histogram.len() })
}

/// Prints it.
#[expect(clippy::print_stdout, reason = "the program's output")]
pub fn print(report: &Value) {
    println!("{report}");
}
