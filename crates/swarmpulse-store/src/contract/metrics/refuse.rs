//! What is refused: single samples or series, with a reason, and never the rest.

use swarmpulse_model::Sample;
use swarmpulse_model::series::SampleBatch;

use super::tools::{NOW_MS, append, append_all, bits, metric, now, read, read_one, samples, series};
use super::{Check, Make};
use crate::metrics::{Appended, MetricLimits, MetricStore, REJECTIONS_SHOWN_MAX, RejectReason};

pub(super) const CHECKS: &[Check] = &[
    ("times out of bounds are refused", times_out_of_bounds_are_refused),
    ("samples may be late for so long", samples_may_be_late_for_so_long),
    (
        "labels that are none are refused",
        labels_that_are_none_are_refused,
    ),
    (
        "new series are refused at the limit",
        new_series_are_refused_at_the_limit,
    ),
    ("limits hold for a metric", limits_hold_for_a_metric),
    ("limits hold for an agent", limits_hold_for_an_agent),
    (
        "refusals are counted and described",
        refusals_are_counted_and_described,
    ),
];

fn reasons(appended: &Appended) -> Vec<RejectReason> {
    appended
        .rejections
        .iter()
        .map(|rejection| rejection.reason)
        .collect()
}

fn at(at_ms: i64) -> Sample {
    Sample { at_ms, value: 1.0 }
}

fn times_out_of_bounds_are_refused(make: Make<'_>) {
    let limits = MetricLimits::default();
    let store = make(&limits);
    let labels = series("bounds", &[]);
    let year_1 = -62_135_596_800_000;
    let year_9999 = 253_402_300_799_000;
    let wrong = [
        i64::MIN,
        year_1,
        0,
        NOW_MS - limits.raw_retention_ms - 1,
        NOW_MS + limits.future_limit_ms + 1,
        year_9999,
        i64::MAX,
    ];
    for _ in 0..2 {
        for at_ms in wrong {
            let appended = append(&*store, &[(&labels, &[at(at_ms)])]);
            assert_eq!((appended.samples, appended.rejected_samples), (0, 1), "{at_ms}");
            let expected = if at_ms < NOW_MS {
                RejectReason::TooOld
            } else {
                RejectReason::TooFarInFuture
            };
            assert_eq!(reasons(&appended), [expected]);
            let detail = &appended.rejections[0].detail;
            assert!(detail.contains("bounds") && detail.contains(&at_ms.to_string()));
        }
        assert_eq!(read(&*store, &metric("bounds")), []);
    }
    let right = NOW_MS + limits.future_limit_ms;
    let mixed = [at(NOW_MS - 5), at(i64::MAX), at(right), at(year_1)];
    let appended = append(&*store, &[(&labels, &mixed)]);
    assert_eq!((appended.samples, appended.rejected_samples), (2, 2));
    let read = read_one(&*store, &metric("bounds"));
    assert_eq!(read, bits(&[at(NOW_MS - 5), at(right)]));
}

fn samples_may_be_late_for_so_long(make: Make<'_>) {
    let limits = MetricLimits {
        late_window_ms: 60_000,
        ..MetricLimits::default()
    };
    let store = make(&limits);
    let labels = series("window", &[]);
    append_all(&*store, &labels, &[at(NOW_MS - 200_000), at(NOW_MS)]);
    append_all(&*store, &labels, &[at(NOW_MS - 60_000)]);
    let appended = append(&*store, &[(&labels, &[at(NOW_MS - 60_001)])]);
    assert_eq!(reasons(&appended), [RejectReason::TooOld]);
    // Another series may begin there.
    append_all(&*store, &series("other", &[]), &[at(NOW_MS - 60_001)]);
    store.maintain(now()).unwrap();
    let appended = append(&*store, &[(&labels, &[at(NOW_MS - 60_001)])]);
    assert_eq!(reasons(&appended), [RejectReason::TooOld]);
    append_all(&*store, &labels, &[at(NOW_MS - 59_999)]);
    assert_eq!(read_one(&*store, &metric("window")).len(), 4);
}

fn labels_that_are_none_are_refused(make: Make<'_>) {
    let store = make(&MetricLimits::default());
    let mut batch = SampleBatch::default();
    let one = [at(NOW_MS)];
    batch.push_pairs([("__name__", "good"), ("a", "1")], &one);
    batch.push_pairs([("a", "no name")], &one);
    batch.push_pairs([("__name__", "bad"), ("a", "1"), ("a", "2")], &one);
    batch.push_pairs([], &one);
    let long = "x".repeat(5000);
    batch.push_pairs([("__name__", "bad"), ("long", long.as_str())], &one);
    let flood: Vec<String> = (0..100).map(|n| format!("l{n}")).collect();
    batch.push_pairs(
        [("__name__", "bad")]
            .into_iter()
            .chain(flood.iter().map(|name| (name.as_str(), "x"))),
        &one,
    );
    batch.push_pairs([("__name__", "good"), ("a", "2")], &one);
    let cut = batch.series[6];
    batch.series.push(cut);
    batch.series[7].labels_length -= 1;
    let appended = store.append_durably("default", now(), &batch).unwrap();
    assert_eq!(
        (appended.samples, appended.rejected_samples),
        (2, 6),
        "{appended:?}"
    );
    assert_eq!(reasons(&appended), [RejectReason::InvalidLabels; 6]);
    let places: Vec<u32> = appended.rejections.iter().map(|r| r.series).collect();
    assert_eq!(places, [1, 2, 3, 4, 5, 7]);
    assert_eq!(read(&*store, &metric("good")).len(), 2);
    assert_eq!(read(&*store, &metric("bad")), []);
}

/// Appends one sample of a series; whether it was taken.
fn offer(
    store: &dyn MetricStore,
    name: &str,
    pairs: &[(&str, &str)],
    step: i64,
) -> Result<u64, RejectReason> {
    let appended = append(store, &[(&series(name, pairs), &[at(NOW_MS - 1000 + step)])]);
    match appended.rejections.first() {
        Some(rejection) => Err(rejection.reason),
        None => Ok(appended.samples),
    }
}

fn new_series_are_refused_at_the_limit(make: Make<'_>) {
    let limits = MetricLimits {
        series_max: 3,
        ..MetricLimits::default()
    };
    let store = make(&limits);
    for n in ["1", "2", "3"] {
        assert_eq!(offer(&*store, "m", &[("n", n)], 0), Ok(1));
    }
    let full = Err(RejectReason::TooManySeries);
    assert_eq!(offer(&*store, "m", &[("n", "4")], 0), full);
    store.maintain(now()).unwrap();
    assert_eq!(offer(&*store, "m", &[("n", "4")], 1), full);
    assert_eq!(offer(&*store, "m", &[("n", "2")], 2), Ok(1), "known series pass");
    let batch = {
        let mut batch = SampleBatch::default();
        batch.push(&series("m", &[("n", "5")]), &[at(NOW_MS)]);
        batch.push(&series("m", &[("n", "1")]), &[at(NOW_MS)]);
        batch
    };
    let appended = store.append_durably("default", now(), &batch).unwrap();
    assert_eq!((appended.samples, appended.rejected_samples), (1, 1));
    assert_eq!(store.statistics().series, 3);
}

fn limits_hold_for_a_metric(make: Make<'_>) {
    let limits = MetricLimits {
        series_per_metric_max: 2,
        ..MetricLimits::default()
    };
    let store = make(&limits);
    for n in ["1", "2"] {
        assert_eq!(offer(&*store, "m", &[("n", n)], 0), Ok(1));
    }
    let full = Err(RejectReason::TooManySeriesOfMetric);
    assert_eq!(offer(&*store, "m", &[("n", "3")], 0), full);
    assert_eq!(offer(&*store, "other", &[("n", "3")], 0), Ok(1));
    store.maintain(now()).unwrap();
    assert_eq!(offer(&*store, "m", &[("n", "3")], 1), full);
    assert_eq!(offer(&*store, "m", &[("n", "1")], 1), Ok(1));
}

fn limits_hold_for_an_agent(make: Make<'_>) {
    let limits = MetricLimits {
        series_per_agent_max: 2,
        ..MetricLimits::default()
    };
    let store = make(&limits);
    for name in ["a", "b"] {
        assert_eq!(offer(&*store, name, &[("agent", "x")], 0), Ok(1));
    }
    let full = Err(RejectReason::TooManySeriesOfAgent);
    assert_eq!(offer(&*store, "c", &[("agent", "x")], 0), full);
    assert_eq!(offer(&*store, "c", &[("agent", "y")], 0), Ok(1));
    assert_eq!(offer(&*store, "c", &[], 0), Ok(1));
    store.maintain(now()).unwrap();
    assert_eq!(offer(&*store, "c", &[("agent", "x")], 1), full);
    assert_eq!(offer(&*store, "a", &[("agent", "x")], 1), Ok(1));
}

fn refusals_are_counted_and_described(make: Make<'_>) {
    let store = make(&MetricLimits::default());
    let labels = series("counted", &[("agent", "a1")]);
    let many: Vec<Sample> = (0..100).map(|step| at(1000 + step)).collect();
    let before = store.statistics();
    let appended = append(&*store, &[(&labels, &many), (&labels, &samples(3, 1000, 1))]);
    assert_eq!((appended.samples, appended.rejected_samples), (3, 100));
    assert!((1..=REJECTIONS_SHOWN_MAX).contains(&appended.rejections.len()));
    for rejection in &appended.rejections {
        assert!(
            rejection.detail.contains(r#"counted{agent="a1"}"#),
            "{rejection:?}"
        );
        assert!(
            rejection.detail.contains("metrics."),
            "the way out: {rejection:?}"
        );
    }
    let counted = |statistics: &crate::metrics::MetricStatistics| {
        let found = statistics.rejected_total.iter();
        found
            .filter(|(reason, _)| *reason == RejectReason::TooOld)
            .map(|(_, count)| count)
            .sum::<u64>()
    };
    assert_eq!(counted(&store.statistics()) - counted(&before), 100);
}
