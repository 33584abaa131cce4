//! Whatever is left of the journal after a crash, what was whole is served, and nothing else.

use swarmpulse_metrics::{EmbeddedMetrics, MetricOptions};
use swarmpulse_model::series::SampleBatch;
use swarmpulse_model::{Labels, Sample, Timestamp};
use swarmpulse_store::metrics::{Matcher, MetricError, MetricStore, Points, Selection};

use crate::journal::SharedJournal;
use crate::reopening::{Between, Reopening};

const NOW: Timestamp = Timestamp(1_769_860_800_000 * 1_000_000);

fn labels(series: i64) -> Labels {
    Labels::from_pairs([("__name__", "crash"), ("n", series.to_string().as_str())])
}

fn batch(series: std::ops::Range<i64>, step: i64) -> SampleBatch {
    let mut batch = SampleBatch::default();
    for n in series {
        let at_ms = NOW.unix_ms() - 1_000_000 + step * 1000;
        let value = (n * 100 + step) as f64 * 0.5;
        batch.push(&labels(n), &[Sample { at_ms, value }]);
    }
    batch
}

fn read(store: &dyn MetricStore) -> Vec<Vec<f64>> {
    let selection = Selection {
        matchers: vec![Matcher::equal("__name__", "crash")],
        from_ms: i64::MIN,
        to_ms: i64::MAX,
        series_max: 1000,
    };
    let selected = store.select(&selection).expect("selected");
    let mut points = Points::default();
    (0..selected.len())
        .map(|place| {
            selected.read(place, &mut points).expect("read");
            points.values.clone()
        })
        .collect()
}

/// The journal itself cuts off what is torn: the store sees whole entries, then none. Here also entries that are torn within.
#[test]
fn a_journal_cut_at_any_byte_gives_what_came_before() {
    let whole = SharedJournal::default();
    let folder = tempfile::tempdir().expect("a folder");
    let open = |folder: &std::path::Path, journal: &SharedJournal| {
        let journal = Box::new(journal.clone());
        EmbeddedMetrics::open(folder, journal, MetricOptions::default(), NOW).expect("opened")
    };
    let (store, _) = open(folder.path(), &whole);
    for step in 0..4 {
        // New series with each step.
        store
            .append_durably("default", NOW, &batch(0..2 + step, step))
            .expect("appended");
    }
    drop(store);
    let bodies = whole.bodies();
    for entries in 0..bodies.len() {
        for cut in 0..=bodies[entries].len() {
            let mut left = bodies[..entries].to_vec();
            left.push(bodies[entries][..cut].to_vec());
            let folder = tempfile::tempdir().expect("a folder");
            let (store, report) = open(folder.path(), &SharedJournal::of(&left));
            assert_eq!(report.lost_samples, 0, "samples never come before their series");
            let found = read(&store);
            for values in &found {
                // Of each series: a run from its beginning.
                let steps: Vec<i64> = values.iter().map(|value| (*value * 2.0) as i64 % 100).collect();
                let first = steps[0];
                assert!(
                    steps
                        .iter()
                        .zip(first..)
                        .all(|(step, expected)| *step == expected)
                );
            }
            // It goes on from there.
            let more = batch(0..3, 50);
            let appended = store.append_durably("default", NOW, &more).expect("appended");
            assert_eq!((appended.samples, appended.rejected_samples), (3, 0));
            assert!(read(&store).len() >= 3);
        }
    }
}

#[test]
fn a_closed_store_leaves_next_to_nothing_in_its_journal() {
    let store = Reopening::new(Between::Closed, MetricOptions::default(), NOW);
    for step in 0..50 {
        let appended = store.append_durably("default", NOW, &batch(0..100, step));
        assert_eq!(appended.expect("room").rejected_samples, 0);
    }
    let bytes = |store: &Reopening| store.journal.bodies().iter().map(Vec::len).sum::<usize>();
    assert!(bytes(&store) > 50_000);
    let before = read(&store);
    for _ in 0..3 {
        store.maintain(NOW).expect("closed and opened");
        assert_eq!(bytes(&store), 1);
        assert_eq!(read(&store), before);
    }
}

#[test]
fn a_full_disk_is_told_and_nothing_acknowledged_is_lost() {
    let store = Reopening::new(Between::Crashed, MetricOptions::default(), NOW);
    store
        .append_durably("default", NOW, &batch(0..10, 0))
        .expect("appended");
    store.journal.set_max_bytes(0);
    let refused = store.append_durably("default", NOW, &batch(5..20, 1));
    assert!(matches!(refused, Err(MetricError::Full { .. })), "{refused:?}");
    let refused = store.append_durably("default", NOW, &batch(5..20, 1));
    assert!(matches!(refused, Err(MetricError::Full { .. })), "{refused:?}");
    store.journal.set_max_bytes(1 << 20);
    // The series that were new when the disk was full are described now.
    store
        .append_durably("default", NOW, &batch(5..20, 2))
        .expect("appended");
    let report = store.open(NOW);
    assert_eq!(report.lost_samples, 0, "{report:?}");
    let found = read(&store);
    assert_eq!(found.len(), 20);
    let acknowledged = |n: i64| (n * 100 + 2) as f64 * 0.5;
    for n in 5..20 {
        assert!(
            found.iter().any(|values| values.last() == Some(&acknowledged(n))),
            "series {n}"
        );
    }
}

#[test]
fn a_damaged_segment_is_set_aside_and_the_rest_served() {
    let mut options = MetricOptions::default();
    (options.head_bytes_max, options.journal_bytes_max) = (0, 0);
    let store = Reopening::new(Between::Maintained, options, NOW);
    for step in 0..3 {
        store
            .append_durably("default", NOW, &batch(0..5, step))
            .expect("appended");
        store.maintain(NOW).expect("maintained");
    }
    assert_eq!(
        read(&store),
        vec![vec![0.0, 0.5, 1.0]; 1]
            .into_iter()
            .chain((1..5).map(|n| { (0..3).map(|step| f64::from(n * 100 + step) * 0.5).collect() }))
            .collect::<Vec<Vec<f64>>>()
    );
    let folder = store.folder().join("segments");
    let mut files: Vec<_> = std::fs::read_dir(&folder)
        .expect("listed")
        .map(|entry| entry.expect("listed").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "seg"))
        .collect();
    files.sort();
    assert!(files.len() >= 2, "{files:?}");
    let bytes = std::fs::read(&files[0]).expect("read");
    std::fs::write(&files[0], &bytes[..bytes.len() - 9]).expect("written");
    let report = store.open(NOW);
    assert_eq!(report.set_aside.len(), 1, "{report:?}");
    assert!(report.set_aside[0].path.ends_with(".damaged"));
    assert_eq!(store.statistics().damaged_files, 1);
    let found = read(&store);
    assert_eq!(found.len(), 5);
    assert!(
        found.iter().all(|values| (1..3).contains(&values.len())),
        "{found:?}"
    );
}

#[test]
fn a_damaged_catalogue_serves_what_comes_before_the_damage() {
    let mut options = MetricOptions::default();
    (options.head_bytes_max, options.journal_bytes_max) = (0, 0);
    let store = Reopening::new(Between::Maintained, options, NOW);
    for step in 0..3 {
        let series = step * 10..step * 10 + 10;
        store
            .append_durably("default", NOW, &batch(series, step))
            .expect("appended");
        store.maintain(NOW).expect("maintained");
    }
    assert_eq!(read(&store).len(), 30);
    let path = store.folder().join("series.log");
    let mut bytes = std::fs::read(&path).expect("read");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x40;
    std::fs::write(&path, &bytes).expect("written");
    let report = store.open(NOW);
    assert_eq!(report.set_aside.len(), 1, "{report:?}");
    assert_eq!(read(&store).len(), 10);
    // Numbers are not given twice: new series get samples of their own alone.
    store
        .append_durably("default", NOW, &batch(100..110, 5))
        .expect("appended");
    let found = read(&store);
    assert_eq!(found.len(), 20);
    assert!(found.iter().all(|values| values.len() == 1));
    store.close(NOW).expect("closed");
    store.open(NOW);
    assert_eq!(read(&store).len(), 20);
}
