//! Questions about a time of which samples are no longer kept: hourly and daily aggregates answer them, over HTTP.

use std::path::Path;
use std::process::Command;

use serde_json::Value;
use swarmpulse_journal::SegmentJournal;
use swarmpulse_metrics::{EmbeddedMetrics, MetricOptions};
use swarmpulse_model::series::SampleBatch;
use swarmpulse_model::{Sample, Timestamp};
use swarmpulse_store::metrics::MetricStore;
use swarmpulse_testkit::clock::unix_s;

use crate::PROGRAM;
use crate::start::setup;

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;

fn unix_ms() -> i64 {
    (unix_s() * 1000.0) as i64
}

/// A day of UTC six days ago and more.
fn begin_ms() -> i64 {
    (unix_ms() - 6 * DAY_MS) / DAY_MS * DAY_MS
}

/// Writes samples of every minute from then until now, as a server that ran all the time would have: `aged_level` is the
/// number of the hour, `aged_total` counts minutes.
fn write_until_now(data: &Path, begin_ms: i64) {
    let folder = data.join("metrics");
    let (journal, _) =
        SegmentJournal::open(&folder.join("journal"), swarmpulse_journal::Options::default()).unwrap();
    let at = |ms: i64| Timestamp(ms * 1_000_000);
    let options = MetricOptions::default();
    let (store, _) = EmbeddedMetrics::open(&folder, Box::new(journal), options, at(begin_ms)).unwrap();
    for hour in 0.. {
        let from_ms = begin_ms + hour * HOUR_MS;
        let now_ms = from_ms + HOUR_MS;
        if now_ms > unix_ms() {
            break;
        }
        let minutes = |value: &dyn Fn(i64) -> i64| -> Vec<Sample> {
            (0..60)
                .map(|minute| Sample {
                    at_ms: from_ms + minute * 60_000 + 30_000,
                    value: value(minute) as f64,
                })
                .collect()
        };
        let mut batch = SampleBatch::default();
        batch.push_pairs([("__name__", "aged_level")], &minutes(&|_| hour));
        batch.push_pairs(
            [("__name__", "aged_total")],
            &minutes(&|minute| hour * 60 + minute),
        );
        let appended = store.append_durably("default", at(now_ms), &batch).unwrap();
        assert_eq!(appended.rejected_samples, 0, "{appended:?}");
        store.maintain(at(now_ms)).unwrap();
    }
    store.close(at(unix_ms())).unwrap();
}

fn store_command(data: &Path, arguments: &[&str]) -> String {
    let output = Command::new(PROGRAM)
        .arg("store")
        .args(arguments)
        .arg("--data")
        .arg(data)
        .env("SWARMPULSE_METRICS__KEEP_DAYS", "1")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {said}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The values of the one series of an answer, and its notes.
fn values(answer: &Value) -> (Vec<f64>, String) {
    assert_eq!(answer["status"], "success", "{answer}");
    let series = answer["data"]["result"].as_array().unwrap();
    assert_eq!(series.len(), 1, "{answer}");
    let points = series[0]["values"].as_array().unwrap();
    let value = |point: &Value| point[1].as_str().unwrap().parse().unwrap();
    (
        points.iter().map(value).collect(),
        format!("{} {}", answer["infos"], answer["warnings"]),
    )
}

#[test]
fn e2e_a_time_whose_samples_are_gone_is_answered_from_aggregates() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let begin_ms = begin_ms();
    std::fs::create_dir_all(data.join("metrics")).unwrap();
    write_until_now(&data, begin_ms);
    store_command(&data, &["compact"]);
    let kept = store_command(&data, &["export", "--match", "aged_level", "--format", "ndjson"]);
    let kept: Value = serde_json::from_str(kept.lines().next().unwrap()).unwrap();
    let oldest_ms = kept["timestamps"][0].as_i64().unwrap();
    assert!(
        oldest_ms > begin_ms + 3 * DAY_MS,
        "older samples are deleted: {oldest_ms}"
    );

    let server = setup(folder.path())
        .with("metrics.keep_days", "1")
        .start()
        .unwrap();
    let ask = |query: &str, step_ms: i64| {
        let (from, to) = (begin_ms + step_ms, begin_ms + 3 * DAY_MS);
        let path = format!(
            "/prometheus/api/v1/query_range?query={query}&start={}&end={}&step={}",
            from / 1000,
            to / 1000,
            step_ms / 1000
        );
        values(&server.get(&path).unwrap().json())
    };
    // Of six hours each, then of days.
    let (level, notes) = ask("avg_over_time(aged_level[6h])", 6 * HOUR_MS);
    let expected: Vec<f64> = (0..12).map(|window| f64::from(window * 6) + 2.5).collect();
    assert_eq!(level, expected);
    assert!(notes.contains("aggregates stand in for them"), "{notes}");
    assert_eq!(ask("count_over_time(aged_level[6h])", 6 * HOUR_MS).0, [360.0; 12]);
    assert_eq!(ask("max_over_time(aged_level[1d])", DAY_MS).0, [23.0, 47.0, 71.0]);
    let (moved, _) = ask("increase(aged_total[1d])", DAY_MS);
    assert_eq!(moved.len(), 3);
    assert!(
        moved.iter().all(|moved| (moved - 1440.0).abs() < 1.5),
        "{moved:?}"
    );
}
