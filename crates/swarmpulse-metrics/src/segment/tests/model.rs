//! Any order of flushing, packing and reopening gives back what was put in.

use std::collections::BTreeSet;

use proptest::prelude::*;
use swarmpulse_store::metrics::RollupRow;

use super::*;
use crate::rollup::rows_of;

const SERIES: u32 = 4;

#[derive(Clone, Debug)]
enum Step {
    /// A segment: for each series where its samples begin, how many, and how far apart.
    Flush(Vec<(u32, i64, usize, i64)>),
    /// Time passes, and what is due is done.
    Maintain(i64),
    Compact,
    Reopen,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let run = (
        0..SERIES,
        0..4 * DAY,
        1usize..700,
        prop_oneof![Just(15_000i64), Just(HOUR / 4), Just(7 * HOUR)],
    )
        .prop_map(|(series, from, count, step)| (series, from / 15_000 * 15_000, count, step));
    let step = prop_oneof![
        4 => proptest::collection::vec(run, 1..6).prop_map(Step::Flush),
        3 => (0..2 * DAY).prop_map(Step::Maintain),
        1 => Just(Step::Compact),
        1 => Just(Step::Reopen),
    ];
    proptest::collection::vec(step, 1..14)
}

fn naive_rows(times: &BTreeSet<i64>, series: u32, bucket: Bucket, (from, to): (i64, i64)) -> Vec<RollupRow> {
    let times: Vec<i64> = times.iter().copied().collect();
    let values: Vec<f64> = times.iter().map(|time| value(series, *time)).collect();
    let mut rows = Vec::new();
    rows_of(bucket, &times, &values, &mut rows);
    rows.retain(|row| (from..=to).contains(&row.end_ms));
    rows
}

fn compare(archive: &Archive, model: &[BTreeSet<i64>], (from, to): (i64, i64)) {
    for (series, times) in (0..SERIES).zip(model) {
        for span in [(i64::MIN, i64::MAX), (from, to), (from, from)] {
            let expected: Vec<i64> = times
                .iter()
                .copied()
                .filter(|time| (span.0..=span.1).contains(time))
                .collect();
            assert_eq!(
                read(archive, series, span),
                expected,
                "series {series} in {span:?}"
            );
        }
        let expected = times.iter().copied().rfind(|time| from < *time && *time <= to);
        let last = archive.shelf().last(series, from, to);
        assert_eq!(last, expected.map(|time| (time, value(series, time))));
        assert_eq!(archive.shelf().newest_ms(series), times.last().copied());
        let mut rows = Vec::new();
        for bucket in [Bucket::Hour, Bucket::Day] {
            let known = archive
                .shelf()
                .rollups(series, bucket, (from, to), (&[], &[]), &mut rows);
            assert!(known);
            assert_eq!(
                rows,
                naive_rows(times, series, bucket, (from, to)),
                "{bucket:?} {from} {to}"
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn what_is_read_is_what_was_written(steps in steps(), a in 0..5 * DAY, b in 0..5 * DAY) {
        let folder = tempfile::tempdir().expect("a folder");
        let mut archive = open(folder.path());
        let mut model = vec![BTreeSet::new(); SERIES as usize];
        let mut now = 0;
        let options = MetricOptions::unlimited();
        for step in steps {
            match step {
                Step::Flush(runs) => {
                    let mut batch: Vec<(u32, Vec<i64>)> = Vec::new();
                    for (series, from, count, step) in runs {
                        let times: Vec<i64> = (0..count as i64).map(|place| from + place * step).collect();
                        if batch.iter().all(|(known, _)| *known != series) {
                            model[series as usize].extend(&times);
                            batch.push((series, times));
                        }
                    }
                    flush(&archive, &batch);
                }
                Step::Maintain(passed) => {
                    now += passed;
                    archive.maintain(now, &options).expect("room on disk");
                }
                Step::Compact => {
                    archive.compact(now, &options, |_| {}).expect("room on disk");
                }
                Step::Reopen => {
                    drop(archive);
                    archive = open(folder.path());
                }
            }
            compare(&archive, &model, (a.min(b), a.max(b)));
        }
    }
}

#[test]
fn days_become_cold_and_small() {
    let folder = tempfile::tempdir().expect("a folder");
    let archive = open(folder.path());
    for flushed in 0..24 {
        // Files do not end with the day.
        let from = HOUR + flushed * 2 * HOUR;
        let series: Vec<_> = (0..50)
            .map(|series| (series, every_15_s(from, from + 2 * HOUR)))
            .collect();
        flush(&archive, &series);
    }
    let hot = archive.figures();
    assert_eq!(
        (hot.segments, hot.samples, hot.rollup_bytes),
        (24, 50 * 11_520, 0)
    );
    settle(&archive, 2 * DAY + HOUR);
    // The first day is over for a day; of the second the files are still hot, and one of them began in the first.
    assert_eq!(archive.shelf().of_kind(SegmentKind::Cold).count(), 1);
    assert_eq!(archive.shelf().of_kind(SegmentKind::Hot).count(), 13);
    settle(&archive, 4 * DAY + 2 * HOUR);
    let cold = archive.figures();
    assert_eq!((cold.segments, cold.samples), (3, 50 * 11_520));
    assert!(cold.bytes < hot.bytes, "{cold:?} {hot:?}");
    assert!(cold.rollup_bytes > 0);
    assert_eq!(names(folder.path(), "seg").len(), 9);
    let times = read(&archive, 7, (i64::MIN, i64::MAX));
    assert_eq!(times, every_15_s(HOUR, 2 * DAY + HOUR));
}

#[test]
fn many_small_files_become_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let archive = open(folder.path());
    for restart in 0..9 {
        let from = restart * HOUR / 4;
        flush(
            &archive,
            &[(1, every_15_s(from, from + HOUR / 4)), (2, vec![from])],
        );
    }
    let before = archive.figures();
    settle(&archive, 3 * HOUR);
    let after = archive.figures();
    assert_eq!((before.segments, after.segments), (9, 1));
    assert_eq!(before.samples, after.samples);
    assert_eq!(read(&archive, 1, (0, DAY)), every_15_s(0, 9 * HOUR / 4));
    assert_eq!(read(&archive, 2, (HOUR, DAY)).len(), 5);
}

#[test]
fn late_samples_change_the_aggregates_of_their_day_at_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let archive = open(folder.path());
    let options = MetricOptions::unlimited();
    let many: Vec<_> = (0..20).map(|series| (series, every_15_s(15_000, DAY))).collect();
    flush(&archive, &many);
    settle(&archive, 3 * DAY);
    let count = |archive: &Archive, series| {
        let mut rows = Vec::new();
        assert!(
            archive
                .shelf()
                .rollups(series, Bucket::Day, (0, DAY), (&[], &[]), &mut rows)
        );
        rows.iter().map(|row| row.count).sum::<u64>()
    };
    assert_eq!((count(&archive, 3), count(&archive, 99)), (5759, 0));
    flush(&archive, &[(3, vec![7]), (99, vec![8, 9])]);
    assert_eq!((count(&archive, 3), count(&archive, 99)), (5760, 2));
    // That little is not worth packing the day again, until it is asked for.
    settle(&archive, 3 * DAY);
    assert_eq!(archive.shelf().of_kind(SegmentKind::Hot).count(), 1);
    archive.compact(3 * DAY, &options, |_| {}).expect("room on disk");
    assert_eq!(archive.shelf().of_kind(SegmentKind::Hot).count(), 0);
    assert_eq!(
        (count(&archive, 3), count(&archive, 99), count(&archive, 4)),
        (5760, 2, 5759)
    );
}
