//! What is read: spans, last samples, snapshots, aggregates.

use swarmpulse_model::Sample;
use swarmpulse_model::series::{is_stale, stale_marker};

use super::tools::{NOW_MS, append_all, bits, metric, now, read_one, samples, series};
use super::{Check, Make};
use crate::metrics::{Bucket, MetricError, MetricLimits, MetricStore, Points, RollupRow, Selection};

pub(super) const CHECKS: &[Check] = &[
    (
        "both ends of a span belong to it",
        both_ends_of_a_span_belong_to_it,
    ),
    ("the last sample is found", the_last_sample_is_found),
    ("a selection is a snapshot", a_selection_is_a_snapshot),
    ("too many series are an error", too_many_series_are_an_error),
    ("rollups say what samples say", rollups_say_what_samples_say),
    ("what is kept stays when time passes", what_is_kept_stays),
    ("a closed store refuses appends", a_closed_store_refuses_appends),
];

fn span(from_ms: i64, to_ms: i64) -> Selection {
    Selection {
        from_ms,
        to_ms,
        ..metric("spans")
    }
}

fn filled(make: Make<'_>) -> (Box<dyn MetricStore>, Vec<Sample>) {
    let store = make(&MetricLimits::default());
    let all = samples(1000, 10_000, 2);
    append_all(&*store, &series("spans", &[]), &all);
    (store, all)
}

fn both_ends_of_a_span_belong_to_it(make: Make<'_>) {
    let (store, all) = filled(make);
    for _ in 0..2 {
        for (first, last) in [(0, 0), (0, 999), (3, 700), (239, 240), (240, 241), (500, 999)] {
            let selection = span(all[first].at_ms, all[last].at_ms);
            assert_eq!(read_one(&*store, &selection), bits(&all[first..=last]));
            let wider = span(all[first].at_ms - 9_999, all[last].at_ms + 9_999);
            assert_eq!(read_one(&*store, &wider), bits(&all[first..=last]));
        }
        let mut points = Points::default();
        for (from, to) in [
            (all[5].at_ms + 1, all[6].at_ms - 1),
            (NOW_MS + 1, i64::MAX),
            (i64::MIN, all[0].at_ms - 1),
            (all[9].at_ms, all[4].at_ms),
        ] {
            let selected = store.select(&span(from, to)).unwrap();
            for place in 0..selected.len() {
                selected.read(place, &mut points).unwrap();
                assert!(points.times_ms.is_empty() && points.values.is_empty());
            }
        }
        store.maintain(now()).unwrap();
    }
}

fn the_last_sample_is_found(make: Make<'_>) {
    let (store, all) = filled(make);
    let late = Sample {
        at_ms: all[990].at_ms + 3,
        value: 7.0,
    };
    append_all(&*store, &series("spans", &[]), &[late]);
    for _ in 0..2 {
        let selected = store.select(&span(all[10].at_ms, NOW_MS)).unwrap();
        let last = |after_ms, at_ms| selected.last(0, after_ms, at_ms).unwrap();
        let pair = |sample: Sample| Some((sample.at_ms, sample.value));
        for place in [10, 11, 239, 240, 500, 960, 990, 998, 999] {
            let at_ms = all[place].at_ms;
            assert_eq!(last(i64::MIN, at_ms), pair(all[place]), "at {place}");
            assert_eq!(last(at_ms - 1, at_ms), pair(all[place]));
            assert_eq!(last(at_ms, at_ms), None, "after is exclusive");
            assert_eq!(last(at_ms - 300_000, at_ms + 1), pair(all[place]));
        }
        assert_eq!(last(i64::MIN, all[991].at_ms - 1), pair(late));
        assert_eq!(last(i64::MIN, i64::MAX), pair(all[999]));
        assert_eq!(
            last(i64::MIN, all[9].at_ms),
            None,
            "the span of the selection holds"
        );
        drop(selected);
        store.maintain(now()).unwrap();
    }
}

fn a_selection_is_a_snapshot(make: Make<'_>) {
    let store = make(&MetricLimits::default());
    let labels = series("spans", &[]);
    let all = samples(1000, 10_000, 2);
    append_all(&*store, &labels, &all[..500]);
    append_all(&*store, &labels, &all[520..600]);
    let selected = store.select(&metric("spans")).unwrap();
    append_all(&*store, &labels, &all[500..520]);
    append_all(&*store, &labels, &all[600..]);
    append_all(&*store, &series("spans", &[("more", "series")]), &all);
    let mut points = Points::default();
    let expected: Vec<Sample> = [&all[..500], &all[520..600]].concat();
    assert_eq!(selected.len(), 1);
    selected.read(0, &mut points).unwrap();
    let times: Vec<i64> = expected.iter().map(|sample| sample.at_ms).collect();
    assert_eq!(points.times_ms, times);
    assert_eq!(
        selected.last(0, i64::MIN, i64::MAX).unwrap(),
        expected.last().map(|sample| (sample.at_ms, sample.value))
    );
    drop(selected);
    store.maintain(now()).unwrap();
    let again = store.select(&metric("spans")).unwrap();
    assert_eq!(again.len(), 2);
    again.read(0, &mut points).unwrap();
    assert_eq!(points.times_ms.len(), 1000);
}

fn too_many_series_are_an_error(make: Make<'_>) {
    let store = make(&MetricLimits::default());
    for n in 0..5 {
        append_all(
            &*store,
            &series("many", &[("n", &n.to_string())]),
            &samples(1, 1, 1),
        );
    }
    let limited = |series_max| Selection {
        series_max,
        ..metric("many")
    };
    for _ in 0..2 {
        assert_eq!(
            store.select(&limited(4)).err(),
            Some(MetricError::TooManySeries { limit: 4 })
        );
        assert_eq!(store.select(&limited(5)).unwrap().len(), 5);
    }
}

fn rollups_say_what_samples_say(make: Make<'_>) {
    let store = make(&MetricLimits::default());
    let mut all = samples(2000, 60_000, 2);
    all[700].value = stale_marker();
    all[900].value = 1.0;
    append_all(&*store, &series("rolled", &[]), &all);
    for _ in 0..2 {
        store.maintain(now()).unwrap();
        let selection = Selection {
            from_ms: NOW_MS - 30 * 3_600_000,
            to_ms: NOW_MS - 10 * 3_600_000,
            ..metric("rolled")
        };
        let selected = store.select(&selection).unwrap();
        for bucket in [Bucket::Hour, Bucket::Day] {
            let mut rows = Vec::new();
            if !selected.rollups(0, bucket, &mut rows).unwrap() {
                // "Read the samples" is an answer, too.
                continue;
            }
            let mut expected = Vec::new();
            let mut end_ms = bucket.end_of(selection.from_ms);
            while end_ms <= selection.to_ms {
                let within =
                    |sample: &&Sample| bucket.end_of(sample.at_ms) == end_ms && !is_stale(sample.value);
                let of: Vec<Sample> = all.iter().filter(within).copied().collect();
                let times: Vec<i64> = of.iter().map(|sample| sample.at_ms).collect();
                let values: Vec<f64> = of.iter().map(|sample| sample.value).collect();
                expected.extend(RollupRow::of(end_ms, &times, &values));
                end_ms += bucket.length_ms();
            }
            assert_eq!(rows, expected, "{bucket:?}");
        }
    }
}

fn what_is_kept_stays(make: Make<'_>) {
    let limits = MetricLimits {
        raw_retention_ms: 24 * 3_600_000,
        ..MetricLimits::default()
    };
    let store = make(&limits);
    let all = samples(600, 60_000, 2);
    append_all(&*store, &series("spans", &[]), &all);
    let mut later = now();
    for _ in 0..40 {
        later = later.plus_s(1800.0);
        store.maintain(later).unwrap();
        let from = later.unix_ms() - limits.raw_retention_ms;
        let kept: Vec<Sample> = all.iter().filter(|s| s.at_ms > from).copied().collect();
        let read = read_one(&*store, &span(from + 1, i64::MAX));
        assert_eq!(read, bits(&kept));
    }
    for _ in 0..40 {
        later = later.plus_s(1800.0);
        store.maintain(later).unwrap();
    }
    let selected = store.select(&span(i64::MIN, i64::MAX)).unwrap();
    let mut points = Points::default();
    for place in 0..selected.len() {
        selected.read(place, &mut points).unwrap();
        assert!(
            points.times_ms.is_empty(),
            "all is older than what is kept: {}",
            points.times_ms.len()
        );
    }
}

fn a_closed_store_refuses_appends(make: Make<'_>) {
    let (store, all) = filled(make);
    store.close(now()).unwrap();
    let labels = series("spans", &[]);
    let batch = super::tools::batch(&[(&labels, &all)]);
    let refused = store.append_durably("default", now(), &batch);
    assert_eq!(refused, Err(MetricError::Stopping));
    assert_eq!(read_one(&*store, &metric("spans")), bits(&all));
}
