//! Looking through a journal: what is wrong is named, the rest is counted, nothing is changed.

use std::cell::Cell;
use std::fs;
use std::path::Path;

use swarmpulse_journal::{JournalCheck, check_journal};
use swarmpulse_store::{Entry, Journal};

use crate::support::{MANUAL, append_group, files, folder_in_memory, open, segment_files};

/// Three segments of ten entries each, two of them compressed, and an open one of four.
fn written(dir: &Path) {
    let (mut journal, _) = open(dir, MANUAL);
    for _ in 0..3 {
        append_group(&mut journal, 10);
        journal.roll().unwrap();
    }
    let housekeeper = journal.housekeeper();
    let asked = Cell::new(0);
    housekeeper
        .compress_closed(&|| asked.replace(asked.get() + 1) == 2)
        .unwrap();
    append_group(&mut journal, 4);
}

/// What a check finds; asserts that no file of the folder changed, and that each segment was told once.
#[track_caller]
fn check(dir: &Path, understand: &mut dyn FnMut(&Entry) -> Result<(), String>) -> JournalCheck {
    let before = files(dir);
    let mut told = Vec::new();
    let report = check_journal(dir, understand, &mut |segment| told.push(segment.clone())).unwrap();
    assert!(files(dir) == before, "checking changed the folder");
    assert_eq!(told, report.segments);
    report
}

fn entries(report: &JournalCheck) -> Vec<u64> {
    report.segments.iter().map(|segment| segment.entries).collect()
}

fn damaged(report: &JournalCheck) -> Vec<(usize, &[String])> {
    let segments = report.segments.iter().enumerate();
    segments
        .filter(|(_, segment)| !segment.is_sound())
        .map(|(place, segment)| (place, segment.damage.as_slice()))
        .collect()
}

#[test]
fn a_sound_journal_is_counted_whole_and_a_torn_tail_is_no_damage() {
    let dir = folder_in_memory();
    written(dir.path());
    let last = segment_files(dir.path()).pop().unwrap();
    let mut bytes = fs::read(&last).unwrap();
    bytes.extend_from_slice(&[7; 100]);
    fs::write(&last, bytes).unwrap();
    let report = check(dir.path(), &mut |_| Ok(()));
    assert!(report.is_sound(), "{report:?}");
    assert_eq!(entries(&report), [10, 10, 10, 4]);
    assert_eq!(report.totals().0, 34);
    let sizes: u64 = report
        .segments
        .iter()
        .map(|segment| fs::metadata(&segment.path).unwrap().len())
        .sum();
    assert!(sizes >= report.totals().1, "the paths are those of the files");
}

#[test]
fn what_is_wrong_is_named_by_segment_and_entry() {
    let dir = folder_in_memory();
    written(dir.path());
    let path = &segment_files(dir.path())[2];
    let mut bytes = fs::read(path).unwrap();
    // In the frames, behind the header: of the file's middle.
    let at = bytes.len() / 2;
    bytes[at] ^= 0x20;
    fs::write(path, bytes).unwrap();
    let report = check(dir.path(), &mut |_| Ok(()));
    let wrong = damaged(&report);
    let [(2, [said])] = wrong.as_slice() else {
        panic!("{wrong:?}")
    };
    assert!(
        said.starts_with("entries 2") && said.ends_with("cannot be read"),
        "{said}"
    );
    assert_eq!(&report.segments[2].path, path);
    assert_eq!(entries(&report)[0..2], [10, 10]);
    assert!(entries(&report)[2] < 10 && entries(&report)[3] == 4);
}

#[test]
fn entries_in_no_file_and_files_set_aside_are_told() {
    let dir = folder_in_memory();
    written(dir.path());
    fs::remove_file(&segment_files(dir.path())[1]).unwrap();
    fs::write(dir.path().join("00000000000000000099.seg.damaged"), "x").unwrap();
    let report = check(dir.path(), &mut |_| Ok(()));
    assert_eq!(damaged(&report), []);
    assert_eq!(entries(&report), [10, 10, 4]);
    let [aside, gap] = report.damage.as_slice() else {
        panic!("{report:?}")
    };
    assert!(
        aside.contains("99.seg.damaged") && aside.ends_with("set aside as damaged"),
        "{aside}"
    );
    assert!(gap.starts_with("entries 10 to 19 cannot be read"), "{gap}");
}

#[test]
fn an_entry_that_is_whole_and_not_understood_is_damage_and_there_is_no_end_of_it_told() {
    let dir = folder_in_memory();
    written(dir.path());
    let report = check(dir.path(), &mut |entry| match entry.offset {
        12 => Err("of another time".to_owned()),
        _ => Ok(()),
    });
    assert_eq!(
        damaged(&report),
        [(1, &["entry 12 is whole, but of another time".to_owned()][..])]
    );
    let (mut journal, _) = open(dir.path(), MANUAL);
    append_group(&mut journal, 100);
    drop(journal);
    let report = check(dir.path(), &mut |_| Err("no".to_owned()));
    let last = report.segments.last().unwrap();
    assert_eq!((last.entries, last.damage.len()), (104, 17));
    assert_eq!(last.damage[16], "and more");
}

#[test]
fn a_missing_folder_is_an_error() {
    let dir = folder_in_memory();
    let missing = check_journal(&dir.path().join("x"), &mut |_| Ok(()), &mut |_| {});
    assert!(
        missing
            .unwrap_err()
            .to_string()
            .contains("there is no such folder")
    );
}
