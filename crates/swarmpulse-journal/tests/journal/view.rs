//! Reading beside a writer: what is seen, that nothing is touched, and what happens when files change meanwhile.

use std::fs;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use swarmpulse_journal::{Options, open_reader};
use swarmpulse_model::Timestamp;
use swarmpulse_store::{Journal, JournalError, Retention};

use crate::support::{
    MANUAL, append_group, assert_holds, entry, files, folder_in_memory, open, read_all, segment_files,
};

/// Retires every closed segment before this entry; returns the bytes freed.
fn retire_before(journal: &mut dyn Journal, offset: u64) -> u64 {
    let retention = Retention {
        keep_from: Timestamp(offset as i64 * 10),
        max_bytes: u64::MAX,
        needed_from: offset,
    };
    journal.retire(retention).unwrap()
}

#[test]
fn beside_a_writer_it_holds_what_was_synced_when_it_was_opened() {
    let dir = tempfile::tempdir().unwrap();
    let (mut journal, _) = open(dir.path(), MANUAL);
    append_group(&mut journal, 7);
    journal.roll().unwrap();
    append_group(&mut journal, 3);
    append_group(&mut journal, 4);
    let next = entry(14);
    journal.append(next.received_at, &next.body).unwrap();
    let before = files(dir.path());
    let beside = open_reader(dir.path()).unwrap();
    assert_holds(&*beside, 0..14);
    assert!(files(dir.path()) == before);
    let (ours, theirs) = (beside.segments(), journal.reader().segments());
    assert_eq!(ours, theirs);
    for at in -1..142 {
        let at = Timestamp(at);
        assert_eq!(
            beside.offset_at(at).unwrap(),
            journal.reader().offset_at(at).unwrap()
        );
    }
    assert!(matches!(
        beside.read_from(15),
        Err(JournalError::OutOfRange {
            asked: 15,
            first: 0,
            next: 14
        })
    ));

    journal.sync().unwrap();
    append_group(&mut journal, 20);
    journal.roll().unwrap();
    assert_holds(&*beside, 0..14);
    assert_holds(&*open_reader(dir.path()).unwrap(), 0..35);
}

#[test]
fn segments_compressed_or_retired_after_it_was_opened_are_found_or_reported() {
    let dir = tempfile::tempdir().unwrap();
    let (mut journal, _) = open(dir.path(), MANUAL);
    for _ in 0..4 {
        append_group(&mut journal, 10);
        journal.roll().unwrap();
    }
    append_group(&mut journal, 5);
    let beside = open_reader(dir.path()).unwrap();
    let mut begun = beside.read_from(0).unwrap();
    assert_eq!(begun.next().unwrap().unwrap(), entry(0));
    journal.roll().unwrap();
    assert_eq!(
        journal.housekeeper().compress_closed(&|| false).unwrap().segments,
        5
    );
    assert!(
        segment_files(dir.path())
            .iter()
            .all(|path| path.extension().unwrap() == "zst")
    );
    assert_holds(&*beside, 0..45);
    assert_holds(&*open_reader(dir.path()).unwrap(), 0..45);

    assert!(retire_before(&mut journal, 20) > 0);
    let rest: Vec<_> = begun.by_ref().take(9).map(Result::unwrap).collect();
    assert_eq!(
        rest,
        (1..10).map(entry).collect::<Vec<_>>(),
        "the file it has open stays"
    );
    assert!(matches!(
        begun.next(),
        Some(Err(JournalError::OutOfRange {
            asked: 10,
            first: 20,
            next: 45
        }))
    ));
    assert!(begun.next().is_none());
    assert_eq!((beside.first_offset(), beside.next_offset()), (20, 45));
    assert_holds(&*beside, 20..45);
    assert_holds(&*open_reader(dir.path()).unwrap(), 20..45);
}

#[test]
fn a_segment_taken_out_of_the_middle_meanwhile_is_damage_and_the_others_stay() {
    let dir = tempfile::tempdir().unwrap();
    let (mut journal, _) = open(dir.path(), MANUAL);
    for _ in 0..3 {
        append_group(&mut journal, 10);
        journal.roll().unwrap();
    }
    let beside = open_reader(dir.path()).unwrap();
    fs::remove_file(&segment_files(dir.path())[1]).unwrap();
    let (entries, damaged) = read_all(&*beside);
    let held: Vec<_> = (0..10).chain(20..30).map(entry).collect();
    assert_eq!((entries, damaged), (held, vec![10]));
}

#[test]
fn opened_again_and_again_beside_a_busy_writer_it_never_lacks_a_synced_entry_nor_sees_damage() {
    let dir = folder_in_memory();
    let options = Options {
        segment_bytes: 2 << 20,
        ..MANUAL
    };
    let (mut journal, _) = open(dir.path(), options);
    let body = |offset: u64| vec![offset as u8; 1000 + offset as usize % 5000];
    let housekeeper = journal.housekeeper();
    let (synced, done) = (AtomicU64::new(0), AtomicBool::new(false));
    let passes = std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                housekeeper.compress_closed(&|| false).unwrap();
                housekeeper.prepare_spare().unwrap();
            }
        });
        let reader = scope.spawn(|| {
            let mut passes = 0;
            while !done.load(Ordering::Relaxed) || passes == 0 {
                let synced = synced.load(Ordering::Acquire);
                let beside = open_reader(dir.path()).unwrap();
                let (first, next) = (beside.first_offset(), beside.next_offset());
                assert!(next >= synced, "{next} of {synced}");
                let mut expected = first;
                for item in beside.read_from(first).unwrap() {
                    match item {
                        Ok(found) => {
                            assert_eq!(found.offset, expected);
                            assert!(found.body == body(found.offset), "entry {expected}");
                            expected += 1;
                        }
                        Err(JournalError::OutOfRange { first, .. }) => {
                            assert!(first > expected);
                            expected = next;
                        }
                        Err(error) => panic!("{error}"),
                    }
                }
                assert_eq!(expected, next);
                passes += 1;
            }
            passes
        });
        let writer = scope.spawn(|| {
            let mut freed = 0;
            for group in 0..6000 {
                for offset in journal.next_offset()..journal.next_offset() + 5 {
                    journal
                        .append(Timestamp(offset as i64 * 10), &body(offset))
                        .unwrap();
                }
                journal.sync().unwrap();
                synced.store(journal.next_offset(), Ordering::Release);
                if group % 500 == 499 {
                    freed += retire_before(&mut journal, (group - 300) * 5);
                }
            }
            freed
        });
        let written = writer.join();
        done.store(true, Ordering::Relaxed);
        assert!(written.unwrap() > 0, "some were retired");
        reader.join().unwrap()
    });
    assert!(passes > 0);
}

#[test]
fn an_empty_folder_is_an_empty_journal_and_stays_empty() {
    let dir = tempfile::tempdir().unwrap();
    let beside = open_reader(dir.path()).unwrap();
    assert_eq!((beside.first_offset(), beside.next_offset()), (0, 0));
    assert_eq!(
        (beside.segments(), beside.read_from(0).unwrap().count()),
        (vec![], 0)
    );
    assert_eq!(beside.offset_at(Timestamp(5)).unwrap(), 0);
    assert!(files(dir.path()).is_empty(), "not even a lock");

    let (journal, _) = open(dir.path(), MANUAL);
    journal.housekeeper().prepare_spare().unwrap();
    let before = files(dir.path());
    assert!(before.len() >= 2, "a lock and a spare file: {:?}", before.keys());
    assert_eq!(open_reader(dir.path()).unwrap().next_offset(), 0);
    assert!(files(dir.path()) == before);
}

#[test]
fn a_missing_folder_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let missing = dir.path().join("journal");
    let error = open_reader(&missing).err().unwrap().to_string();
    assert_eq!(
        error,
        format!("open the journal {}: there is no such folder", missing.display())
    );
    assert!(!missing.exists(), "it is not made");
}
