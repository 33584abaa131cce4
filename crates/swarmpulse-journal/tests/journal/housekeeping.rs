//! Compression, spare files and retirement, beside a writer and readers.

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use swarmpulse_journal::{Options, SegmentJournal};
use swarmpulse_model::Timestamp;
use swarmpulse_store::{Journal, JournalError, Retention};

use crate::support::{MANUAL, append_group, assert_holds, entry, open, segment_files};

#[test]
fn segments_close_by_size_and_by_age_of_receipt() {
    let dir = tempfile::tempdir().unwrap();
    let options = Options {
        segment_bytes: 4096,
        ..MANUAL
    };
    let (mut journal, _) = open(dir.path(), options);
    for _ in 0..100 {
        append_group(&mut journal, 4);
    }
    let segments = journal.reader().segments();
    assert!((4..12).contains(&segments.len()), "{}", segments.len());
    assert!(
        segments
            .iter()
            .rev()
            .skip(1)
            .all(|segment| segment.closed && segment.bytes >= 4096)
    );
    drop(journal);
    let dir = tempfile::tempdir().unwrap();
    let options = Options {
        segment_age: Duration::from_nanos(100),
        ..MANUAL
    };
    let (mut journal, _) = open(dir.path(), options);
    append_group(&mut journal, 50);
    for _ in 0..50 {
        append_group(&mut journal, 1);
    }
    let firsts: Vec<u64> = journal
        .reader()
        .segments()
        .iter()
        .map(|segment| segment.first_offset)
        .collect();
    assert_eq!(firsts, vec![0, 50, 60, 70, 80, 90], "a group is never divided");
}

#[test]
fn everything_reopens_whether_open_closed_or_compressed() {
    let dir = tempfile::tempdir().unwrap();
    let mut held = 0;
    for round in 0..6 {
        let (mut journal, report) = open(dir.path(), MANUAL);
        assert_eq!(
            (report.next_offset, report.truncated, report.damage),
            (held, None, vec![])
        );
        assert_holds(&*journal.reader(), 0..held);
        append_group(&mut journal, 7);
        if round % 2 == 0 {
            journal.roll().unwrap();
        }
        if round % 3 == 0 {
            journal.housekeeper().prepare_spare().unwrap();
            journal.housekeeper().compress_closed(&|| false).unwrap();
        }
        append_group(&mut journal, 5);
        held += 12;
    }
    let names: Vec<_> = segment_files(dir.path());
    assert!(
        names.iter().any(|path| path.extension().unwrap() == "zst"),
        "{names:?}"
    );
    assert!(
        !dir.path().join("spare.tmp").exists(),
        "taken by a segment or deleted at the end"
    );
}

#[test]
fn an_orderly_end_takes_the_spare_file_along() {
    let dir = tempfile::tempdir().unwrap();
    let spare = dir.path().join("spare.tmp");
    let (mut journal, _) = open(dir.path(), MANUAL);
    append_group(&mut journal, 3);
    let (housekeeper, reader) = (journal.housekeeper(), journal.reader());
    housekeeper.prepare_spare().unwrap();
    drop(journal);
    assert!(spare.exists(), "the housekeeper may still be at it");
    drop(housekeeper);
    assert!(!spare.exists());
    assert_eq!(reader.next_offset(), 3, "whoever reads is not bothered");

    let (journal, _) = open(dir.path(), MANUAL);
    journal.housekeeper().prepare_spare().unwrap();
    assert!(SegmentJournal::open(dir.path(), MANUAL).is_err());
    assert!(spare.exists(), "who finds the folder in use leaves it alone");
}

#[test]
fn a_compression_cut_off_by_a_crash_is_done_again() {
    let dir = tempfile::tempdir().unwrap();
    let (mut journal, _) = open(dir.path(), MANUAL);
    append_group(&mut journal, 20);
    journal.roll().unwrap();
    let plain = segment_files(dir.path())[0].clone();
    let bytes = fs::read(&plain).unwrap();
    journal.housekeeper().compress_closed(&|| false).unwrap();
    drop(journal);
    let compressed = segment_files(dir.path())[0].clone();
    let finished = fs::read(&compressed).unwrap();
    assert_eq!(
        zstd::decode_all(finished.as_slice()).unwrap(),
        bytes,
        "zstd -d gives the plain segment back"
    );

    fs::write(&plain, &bytes).unwrap();
    assert_holds(&*open(dir.path(), MANUAL).0.reader(), 0..20);
    assert_eq!(
        segment_files(dir.path()),
        vec![compressed.clone()],
        "the finished one is kept"
    );

    fs::write(&plain, &bytes).unwrap();
    fs::write(&compressed, &finished[..finished.len() / 2]).unwrap();
    fs::write(dir.path().join("00000000000000000000.seg.zst.tmp"), b"half").unwrap();
    let (journal, report) = open(dir.path(), MANUAL);
    assert_eq!(report.damage, vec![]);
    assert_holds(&*journal.reader(), 0..20);
    assert_eq!(segment_files(dir.path()), vec![plain]);
    assert_eq!(
        journal.housekeeper().compress_closed(&|| false).unwrap().segments,
        1
    );
}

#[test]
fn compression_stops_when_asked_and_not_at_all_when_turned_off() {
    let dir = tempfile::tempdir().unwrap();
    let (mut journal, _) = open(dir.path(), MANUAL);
    for _ in 0..4 {
        append_group(&mut journal, 10);
        journal.roll().unwrap();
    }
    assert_eq!(
        journal.housekeeper().compress_closed(&|| true).unwrap().segments,
        0
    );
    drop(journal);
    let (journal, _) = open(
        dir.path(),
        Options {
            compress: false,
            ..MANUAL
        },
    );
    assert_eq!(
        journal.housekeeper().compress_closed(&|| false).unwrap().segments,
        0
    );
}

#[test]
fn readers_go_on_while_segments_are_compressed_and_retired_under_them() {
    let dir = tempfile::tempdir().unwrap();
    let options = Options {
        segment_bytes: 8 << 10,
        ..MANUAL
    };
    let (mut journal, _) = open(dir.path(), options);
    append_group(&mut journal, 1);
    let reader = journal.reader();
    let housekeeper = journal.housekeeper();
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let keeper = scope.spawn(|| {
            let mut compressed = 0;
            while !done.load(Ordering::Relaxed) {
                compressed += housekeeper.compress_closed(&|| false).unwrap().segments;
                housekeeper.prepare_spare().unwrap();
            }
            compressed
        });
        let readers: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(|| {
                    let (mut passes, mut retired) = (0, 0);
                    while !done.load(Ordering::Relaxed) || passes == 0 {
                        let Ok(entries) = reader.read_from(reader.first_offset()) else {
                            retired += 1;
                            continue;
                        };
                        let mut expected = None;
                        for item in entries {
                            match item {
                                Ok(found) => {
                                    assert_eq!(found.offset, expected.unwrap_or(found.offset));
                                    assert_eq!(found, entry(found.offset));
                                    expected = Some(found.offset + 1);
                                }
                                Err(JournalError::OutOfRange { .. }) => retired += 1,
                                Err(error) => panic!("{error}"),
                            }
                        }
                        passes += 1;
                    }
                    (passes, retired)
                })
            })
            .collect();
        let writer = scope.spawn(|| {
            for group in 0..1500 {
                append_group(&mut journal, 5);
                if group % 50 == 0 {
                    let keep = journal.next_offset().saturating_sub(1500);
                    let keep_from = Timestamp(keep as i64 * 10);
                    journal
                        .retire(Retention {
                            keep_from,
                            max_bytes: u64::MAX,
                            needed_from: keep,
                        })
                        .unwrap();
                }
            }
        });
        let written = writer.join();
        done.store(true, Ordering::Relaxed);
        written.unwrap();
        assert!(keeper.join().unwrap() > 10);
        for reader in readers {
            assert!(reader.join().unwrap().0 > 0);
        }
    });
    let first = reader.first_offset();
    assert!(first > 4000, "{first}");
    assert_holds(&*reader, first..7501);
}
