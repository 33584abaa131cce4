//! Long windows are computed from aggregates, with the values that samples have.

#![expect(clippy::panic, reason = "a wrong answer ends the test")]

use swarmpulse_model::series::{Sample, SampleBatch};
use swarmpulse_model::{Labels, Timestamp};
use swarmpulse_promql::{Options, PointValue, Value, When, evaluate, parse};
use swarmpulse_store::MetricStore;
use swarmpulse_store::memory::MemoryMetrics;

const HOUR_MS: i64 = 3_600_000;

/// Two days of a counter that restarts at noon, a sample a minute, half a minute off the full one.
fn samples() -> Vec<Sample> {
    let value = |minute: i64| {
        if minute % 1440 < 720 {
            minute % 1440
        } else {
            minute % 1440 - 720
        }
    };
    (0..2880)
        .map(|minute| Sample {
            at_ms: minute * 60_000 + 30_000,
            value: value(minute) as f64,
        })
        .collect()
}

fn store() -> MemoryMetrics {
    let store = MemoryMetrics::default();
    let mut batch = SampleBatch::default();
    batch.push(&Labels::from_pairs([("__name__", "steps_total")]), &samples());
    let now = Timestamp::from_unix_s(48.0 * 3600.0);
    let appended = store.append_durably("default", now, &batch).expect("stored");
    assert_eq!(appended.rejected_samples, 0);
    store
}

/// The value of an instant query, and how much it read.
fn ask(query: &str, at_ms: i64) -> (f64, u64) {
    let expr = parse(query).expect("valid");
    let answer = evaluate(
        &store(),
        query,
        &expr,
        When::Instant { at_ms },
        &Options::default(),
    );
    let answer = answer.expect("an answer");
    match answer.value {
        Value::Vector(vector) => match vector.as_slice() {
            [sample] => match sample.value {
                PointValue::Float(value) => (value, answer.samples_read),
                PointValue::Histogram(_) => panic!("{query}: a histogram"),
            },
            other => panic!("{query}: {other:?}"),
        },
        other => panic!("{query}: {other:?}"),
    }
}

#[test]
fn windows_of_whole_hours_read_a_row_for_each() {
    let functions = [
        "sum_over_time",
        "avg_over_time",
        "count_over_time",
        "max_over_time",
        "min_over_time",
        "last_over_time",
        "first_over_time",
        "increase",
        "rate",
        "delta",
    ];
    for function in functions {
        let query = format!("{function}(steps_total[6h])");
        let (value, read) = ask(&query, 12 * HOUR_MS);
        assert_eq!(read, 6, "{query}");
        // One millisecond more is no whole hours, and no sample more.
        let exact = format!("{function}(steps_total[21600001ms])");
        let (expected, read) = ask(&exact, 12 * HOUR_MS);
        assert!(read >= 360, "{exact}: {read}");
        assert!(
            (value - expected).abs() < 1e-4 * expected,
            "{query}: {value} is not {expected}"
        );
    }
}

#[test]
fn restarts_between_rows_count() {
    let (value, read) = ask("increase(steps_total[24h])", 36 * HOUR_MS);
    let (expected, _) = ask("increase(steps_total[86400001ms])", 36 * HOUR_MS);
    assert_eq!(read, 24);
    assert!(
        (value - expected).abs() < 1e-6 * expected,
        "{value} is not {expected}"
    );
}

#[test]
fn windows_that_cut_hours_read_samples() {
    let (_, read) = ask("sum_over_time(steps_total[6h])", 12 * HOUR_MS + 1);
    assert!(read >= 360);
    let (_, read) = ask("sum_over_time(steps_total[5h])", 12 * HOUR_MS);
    assert_eq!(read, 300, "few rows are no gain");
    let (_, read) = ask("stddev_over_time(steps_total[6h])", 12 * HOUR_MS);
    assert_eq!(read, 360, "aggregates do not tell this");
}
