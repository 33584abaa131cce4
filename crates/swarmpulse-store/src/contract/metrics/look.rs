//! What is found: by matchers, names, values; and what the store says of itself.

use swarmpulse_model::series::{MetricMetadata, MetricType, SampleBatch};

use super::tools::{NOW_MS, append_all, batch, metric, now, read, samples, select, series};
use super::{Check, Make};
use crate::metrics::MatchOp::{Equal, NotEqual, NotRegex, Regex};
use crate::metrics::{Counted, MatchOp, MetricLimits, MetricStore, Selection, SeriesCount};

pub(super) const CHECKS: &[Check] = &[
    ("matchers find what they say", matchers_find_what_they_say),
    ("new values are matched as well", new_values_are_matched_as_well),
    ("selections are sorted by labels", selections_are_sorted),
    ("names and values are listed", names_and_values_are_listed),
    (
        "only series of the span are listed",
        only_series_of_the_span_are_listed,
    ),
    ("metadata is kept", metadata_is_kept),
    ("the store counts", the_store_counts),
];

fn filled(make: Make<'_>) -> Box<dyn MetricStore> {
    let store = make(&MetricLimits::default());
    let one = samples(2, 1000, 1);
    for (name, pairs) in [
        ("m", &[("kind", "bot"), ("agent", "a1")][..]),
        ("m", &[("kind", "bot"), ("agent", "a2"), ("zone", "x")]),
        ("m", &[("kind", "worker"), ("agent", "b1"), ("zone", "y")]),
        ("m", &[("agent", "c\n1")]),
        ("n", &[("kind", "bot"), ("agent", "a1")]),
        ("o", &[]),
    ] {
        append_all(&*store, &series(name, pairs), &one);
    }
    store.maintain(now()).unwrap();
    store
}

const A1: &str = r#"m{agent="a1", kind="bot"}"#;
const A2: &str = r#"m{agent="a2", kind="bot", zone="x"}"#;
const B1: &str = r#"m{agent="b1", kind="worker", zone="y"}"#;
const C1: &str = r#"m{agent="c\n1"}"#;
const N1: &str = r#"n{agent="a1", kind="bot"}"#;

fn matchers_find_what_they_say(make: Make<'_>) {
    let store = filled(make);
    let m = ("__name__", Equal, "m");
    type Case<'a> = (&'a [(&'a str, MatchOp, &'a str)], &'a [&'a str]);
    let cases: &[Case<'_>] = &[
        (&[m], &[A1, A2, B1, C1]),
        (&[("__name__", Equal, "none")], &[]),
        (&[m, ("kind", Equal, "bot")], &[A1, A2]),
        (&[m, ("kind", Equal, "none")], &[]),
        (&[m, ("kind", NotEqual, "bot")], &[B1, C1]),
        (&[m, ("kind", NotEqual, "")], &[A1, A2, B1]),
        (&[m, ("kind", Equal, "")], &[C1]),
        (&[m, ("zone", Equal, "")], &[A1, C1]),
        (&[m, ("zone", NotEqual, "x")], &[A1, B1, C1]),
        (&[m, ("nowhere", Equal, "")], &[A1, A2, B1, C1]),
        (&[m, ("nowhere", NotEqual, "")], &[]),
        (&[m, ("nowhere", NotEqual, "x")], &[A1, A2, B1, C1]),
        (&[m, ("nowhere", Equal, "x")], &[]),
        (&[m, ("nowhere", Regex, ".*")], &[A1, A2, B1, C1]),
        (&[m, ("nowhere", Regex, ".+")], &[]),
        (&[m, ("agent", Regex, "a.*")], &[A1, A2]),
        (&[m, ("agent", Regex, "a1|b1")], &[A1, B1]),
        (&[m, ("agent", Regex, "a")], &[]),
        (&[m, ("agent", NotRegex, "a.*")], &[B1, C1]),
        (&[m, ("agent", Regex, "c.1")], &[C1]),
        (&[m, ("kind", Regex, "bot|")], &[A1, A2, C1]),
        (&[m, ("kind", NotRegex, "bot|")], &[B1]),
        (&[m, ("kind", NotRegex, "bot")], &[B1, C1]),
        (&[m, ("kind", Regex, ".*")], &[A1, A2, B1, C1]),
        (&[m, ("kind", Equal, "bot"), ("zone", NotEqual, "")], &[A2]),
        (&[m, ("kind", Equal, "bot"), ("kind", NotEqual, "bot")], &[]),
        (&[("kind", Regex, "b.*"), ("zone", Equal, "")], &[A1, N1]),
        (&[("__name__", Regex, "m|n"), ("agent", Equal, "a1")], &[A1, N1]),
        (&[("zone", NotEqual, "x"), ("zone", NotEqual, "")], &[B1]),
        (&[("agent", NotRegex, ".+")], &["o"]),
        (&[], &[A1, A2, B1, C1, N1, "o"]),
    ];
    for (matchers, expected) in cases {
        // Twice: a store may remember what it found.
        for _ in 0..2 {
            let found: Vec<String> = read(&*store, &select(matchers))
                .into_iter()
                .map(|(labels, _)| labels)
                .collect();
            let mut sorted = found.clone();
            sorted.sort();
            let mut expected: Vec<String> = expected.iter().map(|&text| text.to_owned()).collect();
            expected.sort();
            assert_eq!(sorted, expected, "{matchers:?}");
        }
    }
}

fn new_values_are_matched_as_well(make: Make<'_>) {
    let store = filled(make);
    let selection = select(&[("__name__", Equal, "m"), ("agent", Regex, "a.+")]);
    assert_eq!(read(&*store, &selection).len(), 2);
    append_all(&*store, &series("m", &[("agent", "a3")]), &samples(1, 1, 1));
    assert_eq!(read(&*store, &selection).len(), 3);
    append_all(&*store, &series("m", &[("agent", "b3")]), &samples(1, 1, 1));
    assert_eq!(read(&*store, &selection).len(), 3);
    store.maintain(now()).unwrap();
    append_all(&*store, &series("m", &[("agent", "a4")]), &samples(1, 1, 1));
    assert_eq!(read(&*store, &selection).len(), 4);
}

fn selections_are_sorted(make: Make<'_>) {
    let store = make(&MetricLimits::default());
    let one = samples(1, 1, 1);
    for n in [5, 30, 4, 11, 2, 100, 21] {
        let n = n.to_string();
        append_all(&*store, &series("s", &[("n", &n)]), &one);
        append_all(&*store, &series("s", &[("n", &n), ("a", "x")]), &one);
        append_all(&*store, &series("s", &[("z", &n)]), &one);
    }
    for _ in 0..2 {
        let selected = store.select(&metric("s")).unwrap();
        let labels: Vec<_> = (0..selected.len()).map(|n| selected.labels(n).clone()).collect();
        assert_eq!(labels.len(), 21);
        assert!(labels.windows(2).all(|pair| pair[0] < pair[1]), "{labels:?}");
        store.maintain(now()).unwrap();
    }
}

fn names_and_values_are_listed(make: Make<'_>) {
    let store = filled(make);
    let all = [select(&[])];
    let names = store.label_names(&all, usize::MAX).unwrap();
    assert_eq!(names, ["__name__", "agent", "kind", "zone"]);
    assert_eq!(store.label_names(&all, 2).unwrap(), ["__name__", "agent"]);
    assert_eq!(
        store.label_names(&[metric("n")], 9).unwrap(),
        ["__name__", "agent", "kind"]
    );
    let values =
        |name: &str, selections: &[Selection], limit| store.label_values(name, selections, limit).unwrap();
    assert_eq!(values("agent", &all, 99), ["a1", "a2", "b1", "c\n1"]);
    assert_eq!(values("agent", &all, 2), ["a1", "a2"]);
    assert_eq!(values("__name__", &all, 99), ["m", "n", "o"]);
    assert_eq!(values("agent", &[metric("n"), metric("o")], 99), ["a1"]);
    assert!(values("nowhere", &all, 99).is_empty());
    let listed = store
        .series(&[metric("n"), select(&[("agent", Equal, "a1")])], 99)
        .unwrap();
    let listed: Vec<String> = listed.iter().map(ToString::to_string).collect();
    assert_eq!(listed, [A1, N1]);
    assert_eq!(store.series(&all, 3).unwrap().len(), 3);
}

fn only_series_of_the_span_are_listed(make: Make<'_>) {
    let store = make(&MetricLimits::default());
    append_all(
        &*store,
        &series("old", &[("a", "1")]),
        &samples(600, 60_000, 1)[..10],
    );
    append_all(&*store, &series("new", &[("b", "2")]), &samples(10, 1_000, 1));
    for _ in 0..2 {
        let recent = Selection {
            from_ms: NOW_MS - 60_000,
            ..select(&[])
        };
        let listed = store.series(std::slice::from_ref(&recent), 9).unwrap();
        assert_eq!(listed, [series("new", &[("b", "2")])]);
        let names = store.label_names(std::slice::from_ref(&recent), 9).unwrap();
        assert_eq!(names, ["__name__", "b"]);
        assert!(store.label_values("a", &[recent], 9).unwrap().is_empty());
        store.maintain(now()).unwrap();
    }
}

fn metadata_is_kept(make: Make<'_>) {
    let store = make(&MetricLimits::default());
    let metadata = |metric: &str, kind, help: &str| MetricMetadata {
        metric: metric.into(),
        kind,
        help: help.to_owned(),
        unit: "seconds".into(),
    };
    let first = metadata("b", MetricType::Counter, "What b counts.");
    let other = metadata("a", MetricType::Gauge, "What a is.");
    let changed = metadata("b", MetricType::Counter, "What b counts, in other words.");
    for noted in [&first, &other, &changed] {
        let batch = SampleBatch {
            metadata: vec![noted.clone()],
            ..SampleBatch::default()
        };
        store.append_durably("default", now(), &batch).unwrap();
        store.maintain(now()).unwrap();
    }
    assert_eq!(store.metadata(None), [other.clone(), changed]);
    assert_eq!(store.metadata(Some("a")), [other]);
    assert!(store.metadata(Some("c")).is_empty());
}

fn the_store_counts(make: Make<'_>) {
    let store = filled(make);
    let statistics = store.statistics();
    assert_eq!(statistics.series, 6);
    let all = samples(10, 1000, 1);
    let labels = series("counted", &[]);
    let before = store.statistics();
    let taken = batch(&[(&labels, &all)]);
    store.append_durably("default", now(), &taken).unwrap();
    let after = store.statistics();
    assert_eq!(after.series, 7);
    assert_eq!((before.label_pairs, after.label_pairs), (11, 12));
    assert_eq!(after.samples_total - before.samples_total, 10);
    assert_eq!(after.series_created_total - before.series_created_total, 1);
    assert_eq!(
        after.rejected_total.len(),
        crate::metrics::RejectReason::ALL.len()
    );
    let largest = store.largest(2);
    let count = |of, name: &str, count| SeriesCount {
        of,
        name: name.to_owned(),
        count,
    };
    // Values have as many bytes as there are series with them: `m` four times, `n`, `o` and `counted` once.
    let expected = [
        count(Counted::SeriesOfMetric, "m", 4),
        count(Counted::SeriesOfMetric, "counted", 1),
        count(Counted::ValuesOfLabel, "__name__", 4),
        count(Counted::ValuesOfLabel, "agent", 4),
        count(Counted::BytesOfLabel, "kind", 15),
        count(Counted::BytesOfLabel, "__name__", 13),
        count(Counted::SeriesOfPair, "__name__=m", 4),
        count(Counted::SeriesOfPair, "kind=bot", 3),
    ];
    assert_eq!(largest, expected);
}
