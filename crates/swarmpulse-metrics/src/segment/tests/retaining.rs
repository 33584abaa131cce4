//! What is too old or too much goes, file by file.

use super::*;

fn days(archive: &Archive, count: i64) {
    for day in 0..count {
        let from = day * DAY + 15_000;
        flush(archive, &[(1, every_15_s(from, from + DAY))]);
    }
}

#[test]
fn samples_go_and_aggregates_stay() {
    let folder = tempfile::tempdir().expect("a folder");
    let archive = open(folder.path());
    let mut options = MetricOptions::unlimited();
    days(&archive, 4);
    archive.compact(5 * DAY, &options, |_| {}).expect("room on disk");
    assert_eq!(archive.shelf().raw_from_ms(), i64::MIN);
    options.limits.raw_retention_ms = 2 * DAY;
    archive.maintain(5 * DAY, &options).expect("room on disk");
    assert_eq!(
        read(&archive, 1, (0, 9 * DAY)),
        every_15_s(2 * DAY + 15_000, 4 * DAY + 15_000)
    );
    assert_eq!(archive.shelf().raw_from_ms(), 2 * DAY + 1);
    let rows = |archive: &Archive, bucket, from| {
        let mut rows = Vec::new();
        let known = archive
            .shelf()
            .rollups(1, bucket, (from, 4 * DAY), (&[], &[]), &mut rows);
        (known, rows.len())
    };
    assert_eq!(rows(&archive, Bucket::Hour, 1), (true, 96));
    options.hourly_retention_ms = 3 * DAY;
    drop(archive);
    let archive = open(folder.path());
    archive.maintain(7 * DAY + 1, &options).expect("room on disk");
    assert_eq!(
        rows(&archive, Bucket::Hour, 1),
        (false, 0),
        "hours of the first days are gone"
    );
    assert_eq!(rows(&archive, Bucket::Day, 1), (true, 4));
    options.daily_retention_ms = DAY;
    archive.maintain(9 * DAY, &options).expect("room on disk");
    assert_eq!(archive.shelf().all().count(), 0);
    assert_eq!(names(folder.path(), "seg"), [""; 0]);
}

#[test]
fn the_oldest_goes_first_when_there_is_too_much() {
    let folder = tempfile::tempdir().expect("a folder");
    let archive = open(folder.path());
    let mut options = MetricOptions::unlimited();
    days(&archive, 4);
    let figures = archive.figures();
    options.max_bytes = figures.bytes * 5 / 8;
    archive.maintain(0, &options).expect("room on disk");
    let left = archive.figures();
    assert_eq!(left.segments, 2);
    assert!(left.bytes <= options.max_bytes);
    assert_eq!(archive.shelf().span_ms(), Some((2 * DAY + 15_000, 4 * DAY)));
    options.max_bytes = 1;
    archive.maintain(0, &options).expect("room on disk");
    assert_eq!(archive.figures().segments, 1, "the newest stays");
}

#[test]
fn a_snapshot_outlives_its_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let archive = open(folder.path());
    days(&archive, 1);
    let shelf = archive.shelf();
    let all: Vec<u64> = shelf.all().map(|segment| segment.footer().sequence).collect();
    archive.remove(&all).expect("files");
    assert_eq!(names(folder.path(), "seg"), [""; 0]);
    let (mut times, mut values) = (Vec::new(), Vec::new());
    shelf.read(1, (0, DAY), &mut times, &mut values);
    assert_eq!(times.len(), 5760);
    assert_eq!(read(&archive, 1, (0, DAY)), []);
}

#[test]
fn aggregates_are_of_whole_days_even_if_samples_are_kept_for_less() {
    let folder = tempfile::tempdir().expect("a folder");
    let archive = open(folder.path());
    let mut options = MetricOptions::unlimited();
    options.limits.raw_retention_ms = HOUR;
    for hour in 0..96 {
        let from = hour * HOUR + 15_000;
        flush(&archive, &[(1, every_15_s(from, from + HOUR))]);
        archive
            .maintain((hour + 1) * HOUR, &options)
            .expect("room on disk");
    }
    let mut rows = Vec::new();
    let known = archive
        .shelf()
        .rollups(1, Bucket::Day, (1, 2 * DAY), (&[], &[]), &mut rows);
    let counts: Vec<u64> = rows.iter().map(|row| row.count).collect();
    assert_eq!((known, counts), (true, vec![5760, 5760]));
    assert_eq!(
        archive.shelf().of_kind(SegmentKind::Cold).count(),
        0,
        "cold days are older than what is kept"
    );
}
