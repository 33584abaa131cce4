//! Power loss during a sync: any mix of old and new sectors of the last group is on disk.

use std::fs;

use swarmpulse_store::Journal;

use crate::support::{
    MANUAL, Random, append_group, assert_holds, folder_in_memory, open, read_all, read_beside, segment_files,
};

const SECTOR_BYTES: usize = 512;

#[test]
fn any_mix_of_sectors_of_the_last_group_keeps_what_was_synced_and_is_not_called_damage() {
    let mut cut_short = 0;
    for seed in 0..200 {
        let mut random = Random(seed);
        let dir = folder_in_memory();
        let (mut journal, _) = open(dir.path(), MANUAL);
        for _ in 0..random.below(4) {
            append_group(&mut journal, 1 + random.below(20));
        }
        // The segment's file is made by the first append.
        let mut old = segment_files(dir.path())
            .pop()
            .map(|path| fs::read(path).unwrap())
            .unwrap_or_default();
        let acknowledged = journal.next_offset();
        append_group(&mut journal, 1 + random.below(200));
        let written = journal.next_offset();
        drop(journal);
        let path = segment_files(dir.path()).pop().unwrap();
        let new = fs::read(&path).unwrap();
        if old.is_empty() {
            old = new[..64].to_vec();
        }
        old.resize(new.len(), 0);
        let odds = 1 + random.below(8);
        let mixed: Vec<u8> = old
            .chunks(SECTOR_BYTES)
            .zip(new.chunks(SECTOR_BYTES))
            .flat_map(|(old, new)| if random.below(8) < odds { new } else { old })
            .copied()
            .collect();
        fs::write(&path, mixed).unwrap();

        let beside = read_beside(dir.path());
        let (mut journal, report) = open(dir.path(), MANUAL);
        assert_eq!(report.damage, vec![], "seed {seed}");
        assert_eq!(beside, read_all(&*journal.reader()), "seed {seed}");
        let kept = journal.next_offset();
        assert!(
            (acknowledged..=written).contains(&kept),
            "seed {seed}: {kept} of {acknowledged}"
        );
        cut_short += u32::from(kept < written);
        assert_holds(&*journal.reader(), 0..kept);
        append_group(&mut journal, 3);
        drop(journal);
        let (journal, report) = open(dir.path(), MANUAL);
        assert_eq!(
            (report.truncated, report.damage),
            (None, vec![]),
            "seed {seed}, opened again"
        );
        let (entries, damaged) = read_all(&*journal.reader());
        assert_eq!((entries.len() as u64, damaged), (kept + 3, vec![]));
    }
    assert!(cut_short > 50, "only {cut_short} of the groups were torn");
}
