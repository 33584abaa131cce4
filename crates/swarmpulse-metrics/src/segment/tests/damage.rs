//! Files that are not what was written, and crashes at the worst moment.

use std::fs;

use super::*;
use crate::segment::fuzz_segment;

#[test]
fn one_damaged_chunk_costs_no_other() {
    let folder = tempfile::tempdir().expect("a folder");
    let archive = open(folder.path());
    let series: Vec<_> = (0..10).map(|series| (series, every_15_s(0, 2 * HOUR))).collect();
    flush(&archive, &series);
    drop(archive);
    let path = folder.path().join(&names(folder.path(), "seg")[0]);
    let mut bytes = fs::read(&path).expect("a file");
    // Within a chunk of the first series.
    bytes[60] ^= 0x10;
    fs::write(&path, &bytes).expect("a file");
    let archive = open(folder.path());
    let whole = every_15_s(0, 2 * HOUR);
    assert_eq!(
        read(&archive, 0, (0, DAY)),
        whole[240..],
        "its second chunk is there"
    );
    assert_eq!(read(&archive, 1, (0, DAY)), whole);
    let (aside, _) = archive
        .maintain(HOUR, &MetricOptions::unlimited())
        .expect("room on disk");
    assert_eq!(aside.len(), 1);
    assert!(
        aside[0].path.ends_with(".seg.damaged") && aside[0].detail.contains("checksum"),
        "{aside:?}"
    );
    assert_eq!(archive.figures().damaged_files, 1);
    assert_eq!(read(&archive, 0, (0, DAY)), whole[240..]);
    assert_eq!(read(&archive, 9, (0, DAY)), whole);
    assert_eq!(
        (
            names(folder.path(), "seg").len(),
            names(folder.path(), "damaged").len()
        ),
        (1, 1)
    );
}

#[test]
fn a_damaged_end_sets_the_file_aside_and_the_rest_is_served() {
    let folder = tempfile::tempdir().expect("a folder");
    let archive = open(folder.path());
    flush(&archive, &[(1, vec![1])]);
    flush(&archive, &[(1, vec![DAY])]);
    drop(archive);
    let path = folder.path().join(&names(folder.path(), "seg")[0]);
    let bytes = fs::read(&path).expect("a file");
    fs::write(&path, &bytes[..bytes.len() - 1]).expect("a file");
    fs::write(folder.path().join("hot-0000000099.tmp"), b"begun").expect("a file");
    let (archive, aside) = Archive::open(folder.path()).expect("a folder");
    assert_eq!(aside.len(), 1);
    assert_eq!(read(&archive, 1, (0, DAY)), [DAY]);
    assert_eq!(names(folder.path(), "tmp"), [""; 0]);
    flush(&archive, &[(1, vec![2 * DAY])]);
    assert_eq!(names(folder.path(), "seg").len(), 2, "no name is taken twice");
}

#[test]
fn a_crash_before_the_inputs_are_gone_doubles_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let archive = open(folder.path());
    for day in 0..2 {
        let from = day * DAY + 15_000;
        flush(&archive, &[(1, every_15_s(from, from + DAY)), (2, vec![from])]);
    }
    let kept: Vec<_> = names(folder.path(), "seg")
        .into_iter()
        .map(|name| (name.clone(), fs::read(folder.path().join(name)).expect("a file")))
        .collect();
    archive
        .compact(3 * DAY, &MetricOptions::unlimited(), |_| {})
        .expect("room on disk");
    let packed = names(folder.path(), "seg");
    drop(archive);
    for (name, bytes) in kept {
        fs::write(folder.path().join(name), bytes).expect("a file");
    }
    let archive = open(folder.path());
    assert_eq!(names(folder.path(), "seg"), packed, "the inputs are gone again");
    assert_eq!(
        read(&archive, 1, (0, 9 * DAY)),
        every_15_s(15_000, 2 * DAY + 15_000)
    );
    // A crash before the aggregates had their names.
    drop(archive);
    for name in packed.iter().filter(|name| !name.starts_with("cold")) {
        fs::remove_file(folder.path().join(name)).expect("a file");
    }
    let archive = open(folder.path());
    let mut rows = Vec::new();
    assert!(
        archive
            .shelf()
            .rollups(1, Bucket::Day, (1, 2 * DAY), (&[], &[]), &mut rows)
    );
    let counts: Vec<u64> = rows.iter().map(|row| row.count).collect();
    assert_eq!(counts, [5760, 5760], "computed from samples");
    settle(&archive, 9 * DAY);
    assert_eq!(archive.figures().segments, 2);
    assert_eq!(
        archive.shelf().of_kind(SegmentKind::Day).count(),
        2,
        "made after all"
    );
    let mut again = Vec::new();
    assert!(
        archive
            .shelf()
            .rollups(1, Bucket::Day, (1, 2 * DAY), (&[], &[]), &mut again)
    );
    assert_eq!(again, rows);
}

#[test]
fn a_folder_has_one_user() {
    let folder = tempfile::tempdir().expect("a folder");
    let _archive = open(folder.path());
    let error = Archive::open(folder.path()).err().expect("in use");
    assert!(error.to_string().contains("stop the server"), "{error}");
}

#[test]
fn any_damage_is_an_error_or_less_data() {
    let folder = tempfile::tempdir().expect("a folder");
    let archive = open(folder.path());
    flush(
        &archive,
        &[
            (1, every_15_s(0, HOUR)),
            (5, vec![3]),
            (6, every_15_s(HOUR, 3 * HOUR)),
        ],
    );
    archive
        .compact(3 * DAY, &MetricOptions::unlimited(), |_| {})
        .expect("room on disk");
    for name in names(folder.path(), "seg") {
        let whole = fs::read(folder.path().join(name)).expect("a file");
        fuzz_segment(&whole);
        for place in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[place] ^= 1 << (place % 8);
            fuzz_segment(&bytes);
            fuzz_segment(&whole[..place]);
        }
    }
}
