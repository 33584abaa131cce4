//! Series that live for minutes come and go for a day: the store holds those that live, and those that files tell of.

use swarmpulse_metrics::MetricOptions;
use swarmpulse_model::series::SampleBatch;
use swarmpulse_model::{Sample, Timestamp};
use swarmpulse_store::metrics::{Matcher, MetricLimits, MetricStore, Points, Selection};

use crate::reopening::{Between, Reopening};

const START_MS: i64 = 1_769_860_800_000;
/// New series in each ten minutes of logical time.
const NEW_SERIES: i64 = 100;

fn batch(turn: i64, now_ms: i64) -> SampleBatch {
    let mut batch = SampleBatch::default();
    for n in turn * NEW_SERIES..(turn + 1) * NEW_SERIES {
        let task = format!("task-{n}");
        let pairs = [("__name__", "task_seconds"), ("task", task.as_str())];
        let samples = [0, 15_000, 30_000].map(|after| Sample {
            at_ms: now_ms + after,
            value: n as f64,
        });
        batch.push_pairs(pairs, &samples);
    }
    let steady = [Sample {
        at_ms: now_ms,
        value: 1.0,
    }];
    batch.push_pairs([("__name__", "steady")], &steady);
    batch
}

fn run(options: MetricOptions, turns: i64) -> (Reopening, Vec<u64>) {
    let store = Reopening::new(Between::Maintained, options, Timestamp(START_MS * 1_000_000));
    let mut series = Vec::new();
    for turn in 0..turns {
        let now_ms = START_MS + turn * 600_000;
        let now = Timestamp(now_ms * 1_000_000);
        let appended = store
            .append_durably("default", now, &batch(turn, now_ms))
            .expect("appended");
        assert_eq!(appended.rejected_samples, 0, "{appended:?}");
        store.maintain(now).expect("maintained");
        series.push(store.statistics().series);
    }
    (store, series)
}

fn steady(store: &dyn MetricStore) -> usize {
    let selection = Selection {
        matchers: vec![Matcher::equal("__name__", "steady")],
        from_ms: i64::MIN,
        to_ms: i64::MAX,
        series_max: 10,
    };
    let selected = store.select(&selection).expect("selected");
    let mut points = Points::default();
    selected.read(0, &mut points).expect("read");
    points.times_ms.len()
}

#[test]
fn series_go_with_their_last_sample() {
    let options = MetricOptions {
        limits: MetricLimits {
            raw_retention_ms: 6 * 3_600_000,
            ..MetricLimits::default()
        },
        hourly_retention_ms: 0,
        daily_retention_ms: 0,
        ..MetricOptions::default()
    };
    let (store, series) = run(options, 144);
    // Kept for six hours, in files of two hours each that are written at most two flushes later.
    let most = *series.iter().max().expect("turns") as i64;
    assert!((36 * NEW_SERIES..80 * NEW_SERIES).contains(&most), "{most}");
    let late = &series[72..];
    assert!(
        late.iter().max() <= series[..72].iter().max(),
        "it does not grow: {series:?}"
    );
    let statistics = store.statistics();
    assert!(statistics.series_removed_total as i64 > 60 * NEW_SERIES);
    assert!(statistics.head_bytes < 4_000_000, "{statistics:?}");
    assert!(steady(&store) >= 36);
    let values = store
        .label_values(
            "task",
            &[Selection {
                matchers: Vec::new(),
                from_ms: i64::MIN,
                to_ms: i64::MAX,
                series_max: usize::MAX,
            }],
            usize::MAX,
        )
        .expect("listed");
    assert!(values.len() as i64 <= most);
    // After a restart the same.
    let now = Timestamp((START_MS + 144 * 600_000) * 1_000_000);
    let known = store.statistics().series;
    store.step(Between::Closed, now).expect("reopened");
    assert!(store.statistics().series <= known);
    assert!(steady(&store) >= 36);
}

#[test]
fn short_lived_series_do_not_take_the_room_of_others() {
    let options = MetricOptions {
        idle_series_max: 1_000,
        limits: MetricLimits {
            series_max: 6_000,
            ..MetricLimits::default()
        },
        ..MetricOptions::default()
    };
    let (store, series) = run(options, 144);
    assert!(series.iter().all(|series| *series < 6_000), "{series:?}");
    assert_eq!(steady(&store), 144);
}
