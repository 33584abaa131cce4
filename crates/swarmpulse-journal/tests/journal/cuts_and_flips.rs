//! The last segment cut at every byte, and with every byte flipped.

use std::fs;
use std::path::{Path, PathBuf};

use swarmpulse_store::Journal;

use crate::support::{
    MANUAL, append_group, assert_holds, folder_in_memory, open, read_all, read_beside, segment_files,
};

const GROUPS: [u64; 4] = [3, 1, 4, 2];
/// Entries of a closed segment before the last.
const BEFORE: u64 = 5;

/// A journal of one closed and one open segment, as a crash would leave it; the last segment's file, its bytes up to
/// the last frame, and where each of its entries ends.
struct Crashed {
    path: PathBuf,
    bytes: Vec<u8>,
    ends: Vec<u64>,
}

fn crashed(dir: &Path) -> Crashed {
    let (mut journal, _) = open(dir, MANUAL);
    append_group(&mut journal, BEFORE);
    journal.roll().unwrap();
    let mut ends = Vec::new();
    let mut end = 64;
    for group in GROUPS {
        for offset in journal.next_offset()..journal.next_offset() + group {
            end += 32 + crate::support::body(offset).len() as u64;
            ends.push(end);
        }
        append_group(&mut journal, group);
    }
    let path = segment_files(dir).pop().unwrap();
    let mut bytes = fs::read(&path).unwrap();
    assert!(
        bytes[end as usize..].iter().all(|byte| *byte == 0),
        "the frames end where the test thinks"
    );
    bytes.truncate(end as usize);
    Crashed { path, bytes, ends }
}

fn restore(crashed: &Crashed, bytes: &[u8]) {
    let dir = crashed.path.parent().unwrap();
    for path in segment_files(dir).split_off(1) {
        fs::remove_file(path).unwrap();
    }
    fs::write(&crashed.path, bytes).unwrap();
}

#[test]
fn a_cut_at_any_byte_keeps_every_entry_before_it_and_goes_on() {
    let dir = folder_in_memory();
    let crashed = crashed(dir.path());
    for zeros in [0, 4096] {
        for cut in 0..=crashed.bytes.len() {
            let mut bytes = crashed.bytes[..cut].to_vec();
            bytes.resize(cut + zeros, 0);
            restore(&crashed, &bytes);
            let whole = crashed.ends.iter().filter(|end| **end <= cut as u64).count() as u64;
            let beside = read_beside(dir.path());
            let (mut journal, report) = open(dir.path(), MANUAL);
            assert_eq!(beside, read_all(&*journal.reader()), "cut at {cut}");
            assert_eq!(
                (journal.next_offset(), report.damage),
                (BEFORE + whole, vec![]),
                "cut at {cut}"
            );
            assert_holds(&*journal.reader(), 0..BEFORE + whole);
            // The first bytes of a frame may happen to be zeros, as if nothing had been written yet.
            let end = crashed
                .ends
                .iter()
                .rfind(|end| **end <= cut as u64)
                .map_or(64, |end| *end as usize);
            let clean = cut == 0 || cut >= 64 && crashed.bytes[end..cut].iter().all(|byte| *byte == 0);
            let lenient = zeros > 0 || report.truncated.is_none() == clean;
            assert!(lenient, "cut at {cut}: {:?}", report.truncated);
            append_group(&mut journal, 2);
            drop(journal);
            let (journal, report) = open(dir.path(), MANUAL);
            assert_eq!(
                (report.truncated, report.damage),
                (None, vec![]),
                "cut at {cut}, opened again"
            );
            assert_holds(&*journal.reader(), 0..BEFORE + whole + 2);
        }
    }
}

#[test]
fn a_flipped_byte_never_costs_more_than_its_entry_or_the_last_group() {
    let dir = folder_in_memory();
    let crashed = crashed(dir.path());
    let entries = crashed.ends.len() as u64;
    let last_group = entries - GROUPS[GROUPS.len() - 1];
    for at in 0..crashed.bytes.len() {
        let mut bytes = crashed.bytes.clone();
        bytes[at] ^= 0x40;
        bytes.resize(bytes.len() + 4096, 0);
        restore(&crashed, &bytes);
        let hit = crashed.ends.iter().filter(|end| **end <= at as u64).count() as u64;
        let beside = read_beside(dir.path());
        let (mut journal, report) = open(dir.path(), MANUAL);
        assert_eq!(beside, read_all(&*journal.reader()), "flip at {at}");
        if at < 64 {
            assert_eq!((report.truncated, report.damage), (None, vec![]), "flip at {at}");
            assert_holds(&*journal.reader(), 0..BEFORE + entries);
        } else if hit >= last_group {
            assert_eq!(report.truncated.unwrap().offset, BEFORE + hit, "flip at {at}");
            assert_eq!(report.damage, vec![]);
            assert_holds(&*journal.reader(), 0..BEFORE + hit);
        } else {
            let [damage] = report.damage.as_slice() else {
                panic!("flip at {at}: {report:?}")
            };
            assert_eq!(
                (damage.first_lost, damage.next_held),
                (BEFORE + hit, BEFORE + hit + 1),
                "flip at {at}"
            );
            assert_holds(
                &*journal.reader(),
                (0..BEFORE + hit).chain(BEFORE + hit + 1..BEFORE + entries),
            );
        }
        let next = journal.next_offset();
        append_group(&mut journal, 1);
        drop(journal);
        let (journal, report) = open(dir.path(), MANUAL);
        assert_eq!(
            (report.truncated, report.damage),
            (None, vec![]),
            "flip at {at}, opened again"
        );
        let (entries, damaged) = read_all(&*journal.reader());
        assert_eq!(entries.last().unwrap().offset, next);
        let lost = at >= 64 && hit < last_group;
        assert_eq!(damaged, if lost { vec![BEFORE + hit] } else { vec![] });
    }
}
