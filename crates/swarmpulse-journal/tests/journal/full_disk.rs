//! A disk that is full for real: a small tmpfs where the test may mount one.

use std::fs;
use std::path::Path;

use rustix::mount::{MountFlags, UnmountFlags, mount, unmount};
use swarmpulse_journal::Options;
use swarmpulse_model::Timestamp;
use swarmpulse_store::{Journal, JournalError};

use crate::support::open;

/// A mounted tmpfs, unmounted at the end.
struct SmallDisk<'a>(&'a Path);

impl Drop for SmallDisk<'_> {
    fn drop(&mut self) {
        let _ = unmount(self.0, UnmountFlags::DETACH);
    }
}

fn bodies(offset: u64) -> Vec<u8> {
    vec![offset as u8; 3000 + offset as usize % 500]
}

#[test]
fn a_full_disk_is_reported_reads_go_on_and_so_do_appends_when_there_is_room() {
    let dir = tempfile::tempdir().unwrap();
    if let Err(error) = mount(
        "tmpfs",
        dir.path(),
        "tmpfs",
        MountFlags::empty(),
        Some(c"size=1m"),
    ) {
        eprintln!("skipped: cannot mount a tmpfs of 1 MiB ({error}); run as root");
        return;
    }
    let _disk = SmallDisk(dir.path());
    for (name, segment_bytes) in [("one", 8 << 20), ("many", 100 << 10)] {
        let ballast = dir.path().join("ballast");
        fs::write(&ballast, vec![1; 400 << 10]).unwrap();
        let folder = dir.path().join(name);
        let options = Options {
            segment_bytes,
            compress: false,
            ..Options::default()
        };
        let (mut journal, _) = open(&folder, options);
        let reader = journal.reader();
        let mut refused = 0;
        let mut synced = 0;
        for group in 0..1000 {
            let wanted = journal.next_offset() + 3;
            let outcome = (journal.next_offset()..wanted)
                .try_for_each(|offset| {
                    journal
                        .append(Timestamp(offset as i64), &bodies(offset))
                        .map(drop)
                })
                .and_then(|()| journal.sync());
            match outcome {
                Ok(()) => synced = wanted,
                Err(JournalError::Full { .. }) => {
                    refused += 1;
                    // Appended before the refusal, but never synced: drop the rest of the group too.
                    if journal.next_offset() > synced {
                        synced = journal.sync().map_or(synced, |()| reader.next_offset());
                    }
                }
                Err(error) => panic!("group {group}: {error}"),
            }
            assert_eq!(
                (reader.next_offset(), journal.next_offset()),
                (synced, synced),
                "group {group}"
            );
            if refused == 5 {
                break;
            }
        }
        assert_eq!(refused, 5, "the disk filled up");
        assert!(synced > 50);
        let check = |from: u64, to: u64| {
            let found: Vec<_> = reader.read_from(from).unwrap().map(Result::unwrap).collect();
            assert_eq!(found.len() as u64, to - from);
            assert!(found.iter().all(|entry| entry.body == bodies(entry.offset)));
        };
        check(0, synced);
        fs::remove_file(&ballast).unwrap();
        for offset in synced..synced + 20 {
            assert_eq!(
                journal.append(Timestamp(offset as i64), &bodies(offset)).unwrap(),
                offset
            );
        }
        journal.sync().unwrap();
        check(0, synced + 20);
        drop(journal);
        fs::write(&ballast, vec![1; 1 << 20]).unwrap_err();
        let (journal, report) = open(&folder, options);
        assert_eq!(
            (report.truncated, report.damage, journal.next_offset()),
            (None, vec![], synced + 20)
        );
        fs::remove_file(&ballast).unwrap();
        fs::remove_dir_all(&folder).unwrap();
    }
}
