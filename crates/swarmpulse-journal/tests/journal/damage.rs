//! Bit rot in closed segments, unreadable files, foreign folders.

use std::fs;
use std::path::Path;

use swarmpulse_journal::{Options, SegmentJournal};
use swarmpulse_store::{Journal, JournalError};

use crate::support::{
    MANUAL, append_group, assert_holds, folder_in_memory, open, read_all, read_beside, segment_files,
};

/// Three closed segments of ten entries each.
fn closed_segments(dir: &Path, compress: bool) -> SegmentJournal {
    let (mut journal, _) = open(dir, MANUAL);
    for _ in 0..3 {
        for _ in 0..5 {
            append_group(&mut journal, 2);
        }
        journal.roll().unwrap();
    }
    if compress {
        assert_eq!(
            journal.housekeeper().compress_closed(&|| false).unwrap().segments,
            3
        );
    }
    journal
}

fn flip(path: &Path, at: usize) {
    let mut bytes = fs::read(path).unwrap();
    bytes[at] ^= 0x20;
    fs::write(path, bytes).unwrap();
}

#[test]
fn any_flipped_byte_of_a_closed_segment_is_reported_and_the_rest_is_read() {
    for compress in [false, true] {
        let dir = folder_in_memory();
        drop(closed_segments(dir.path(), compress));
        let path = segment_files(dir.path())[1].clone();
        let whole = fs::read(&path).unwrap();
        for at in 0..whole.len() {
            flip(&path, at);
            let beside = read_beside(dir.path());
            let (journal, _) = open(dir.path(), MANUAL);
            let (entries, damaged) = read_all(&*journal.reader());
            assert_eq!(beside, (entries.clone(), damaged.clone()), "flip at {at}");
            let numbers: Vec<u64> = entries.iter().map(|entry| entry.offset).collect();
            for entry in &entries {
                assert_eq!(*entry, crate::support::entry(entry.offset), "flip at {at}");
            }
            assert_eq!(journal.next_offset(), 30);
            assert!(
                (0..10).chain(20..30).all(|number| numbers.contains(&number)),
                "flip at {at}: {numbers:?}"
            );
            let lost: Vec<u64> = (0..30).filter(|number| !numbers.contains(number)).collect();
            let runs = lost
                .iter()
                .filter(|number| **number == 0 || !lost.contains(&(**number - 1)));
            assert_eq!(damaged, runs.copied().collect::<Vec<_>>(), "flip at {at}");
            assert!(
                compress || lost.len() <= 1,
                "flip at {at}: {lost:?} lost of a plain segment"
            );
            for number in lost {
                let first = journal.reader().read_from(number).unwrap().next();
                assert!(matches!(first, Some(Err(JournalError::Damaged { offset, .. })) if offset == number));
            }
            drop(journal);
            // A file that was set aside stays beside the whole one.
            fs::write(&path, &whole).unwrap();
            assert_holds(&*open(dir.path(), MANUAL).0.reader(), 0..30);
        }
    }
}

#[test]
fn a_segment_without_a_readable_header_is_set_aside_and_its_numbers_are_not_used_again() {
    let dir = folder_in_memory();
    drop(closed_segments(dir.path(), false));
    let last = segment_files(dir.path()).pop().unwrap();
    flip(&last, 3);
    flip(&last, 35);
    let beside = read_beside(dir.path());
    let (mut journal, report) = open(dir.path(), MANUAL);
    assert_eq!(beside, read_all(&*journal.reader()));
    let [damage] = report.damage.as_slice() else {
        panic!("{report:?}")
    };
    assert_eq!((damage.first_lost, damage.next_held), (20, journal.next_offset()));
    assert!(damage.set_aside.as_ref().unwrap().exists() && !last.exists());
    let resumed = journal.next_offset();
    assert!(resumed > 30);
    drop(journal);
    (journal, _) = open(dir.path(), MANUAL);
    assert_eq!(journal.next_offset(), resumed, "an empty segment remembers it");
    append_group(&mut journal, 4);
    let (entries, damaged) = read_all(&*journal.reader());
    let numbers: Vec<u64> = entries.iter().map(|entry| entry.offset).collect();
    assert_eq!(numbers, (0..20).chain(resumed..resumed + 4).collect::<Vec<_>>());
    assert_eq!(damaged, vec![20]);
    let first = journal.reader().read_from(25).unwrap().next().unwrap();
    assert!(
        matches!(first, Err(JournalError::Damaged { offset: 25, .. })),
        "{first:?}"
    );
}

#[test]
fn a_missing_segment_in_the_middle_is_a_gap() {
    let dir = folder_in_memory();
    drop(closed_segments(dir.path(), true));
    fs::remove_file(&segment_files(dir.path())[1]).unwrap();
    let beside = read_beside(dir.path());
    let (journal, _) = open(dir.path(), MANUAL);
    let (entries, damaged) = read_all(&*journal.reader());
    assert_eq!(beside, (entries.clone(), damaged.clone()));
    assert_eq!(
        entries.iter().map(|entry| entry.offset).collect::<Vec<_>>(),
        (0..10).chain(20..30).collect::<Vec<_>>()
    );
    assert_eq!(damaged, vec![10]);
}

#[test]
fn a_damaged_segment_is_not_compressed() {
    let dir = folder_in_memory();
    let journal = closed_segments(dir.path(), false);
    flip(&segment_files(dir.path())[1], 200);
    let done = journal.housekeeper().compress_closed(&|| false).unwrap();
    assert_eq!((done.segments, done.damaged), (2, 1));
    assert_eq!(read_all(&*journal.reader()).0.len(), 29);
    assert_eq!(
        journal.housekeeper().compress_closed(&|| false).unwrap().segments,
        0
    );
}

#[test]
fn a_folder_in_use_of_another_partition_or_a_later_layout_is_refused() {
    let dir = folder_in_memory();
    let journal = closed_segments(dir.path(), false);
    let refusal = |options: Options| {
        SegmentJournal::open(dir.path(), options)
            .err()
            .unwrap()
            .to_string()
    };
    assert!(refusal(MANUAL).ends_with("is in use by another process"));
    drop(journal);
    let other = refusal(Options {
        partition: 3,
        ..MANUAL
    });
    assert!(other.ends_with("it belongs to partition 0, not 3"), "{other}");
    let path = &segment_files(dir.path())[0];
    let mut bytes = fs::read(path).unwrap();
    for copy in [0, 32] {
        bytes[copy + 8] = 2;
        let crc = crc32fast::hash(&bytes[copy..copy + 28]);
        bytes[copy + 28..copy + 32].copy_from_slice(&crc.to_le_bytes());
    }
    fs::write(path, bytes).unwrap();
    let beside = swarmpulse_journal::open_reader(dir.path())
        .err()
        .unwrap()
        .to_string();
    let later = refusal(MANUAL);
    assert_eq!(beside, later);
    assert!(
        later.contains("layout 2 was written by a later version"),
        "{later}"
    );
}
