//! A full disk is reported, reads go on, nothing is corrupted, and writing resumes when there is space.
#![expect(clippy::print_stdout, reason = "a test that cannot run here says so")]
#![expect(clippy::unwrap_used, reason = "tests end where something is refused")]
#![cfg(target_os = "linux")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use swarmpulse_ledger::{SqliteHistory, SqliteState};
use swarmpulse_model::Timestamp;
use swarmpulse_store::contract::history::{SAMPLE_DAY, sample_rows, walk};
use swarmpulse_store::{History, HistoryError, HistoryQuery, HistoryRow, Snapshot, State, StateError};

/// A file system of a few MiB, unmounted at the end.
struct SmallDisk(PathBuf);

impl SmallDisk {
    /// `None` where mounting is not allowed.
    fn mount(at: &Path) -> Option<Self> {
        fs::create_dir(at).unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=3m", "tmpfs"])
            .arg(at)
            .output();
        match mounted {
            Ok(output) if output.status.success() => Some(Self(at.to_owned())),
            _ => {
                println!("not run: mounting a tmpfs is not allowed here");
                None
            }
        }
    }

    /// Takes all space there is.
    fn fill(&self) {
        let mut ballast = fs::File::create(self.0.join("ballast")).unwrap();
        while std::io::Write::write_all(&mut ballast, &[0; 4096]).is_ok() {}
    }

    /// Makes it larger.
    fn grow(&self) {
        let grown = Command::new("mount")
            .args(["-o", "remount,size=16m"])
            .arg(&self.0)
            .status();
        assert!(grown.unwrap().success());
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _unmounted = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}

fn all() -> HistoryQuery {
    HistoryQuery {
        ascending: true,
        limit: 1000,
        ..HistoryQuery::default()
    }
}

fn rows(count: usize) -> Vec<HistoryRow> {
    let mut rows = sample_rows(41, count);
    for (index, row) in rows.iter_mut().enumerate() {
        row.at = SAMPLE_DAY.plus_ns(index as i64);
        row.id.position.offset = index as u64;
    }
    rows
}

#[test]
fn history_outlives_a_full_disk() {
    let root = tempfile::tempdir().unwrap();
    let Some(disk) = SmallDisk::mount(&root.path().join("disk")) else {
        return;
    };
    let folder = disk.0.join("history");
    let history = SqliteHistory::open(&folder).unwrap();
    let rows = rows(60_000);
    let mut stored = 0;
    let refused = loop {
        let batch = &rows[stored..stored + 500];
        match history.append(batch, stored as u64 + 500) {
            Ok(()) => stored += 500,
            Err(error) => break error,
        }
    };
    assert!(matches!(&refused, HistoryError::Full { .. }), "{refused:?}");
    assert!(stored > 1000);
    assert_eq!(history.next_offset().unwrap(), stored as u64);
    assert_eq!(walk(&history, &all()), rows[..stored], "reads go on");

    disk.fill();
    let refused = loop {
        match history.append(&rows[stored..stored + 20], stored as u64 + 20) {
            Ok(()) => stored += 20,
            Err(error) => break error,
        }
    };
    assert!(matches!(&refused, HistoryError::Full { .. }), "{refused:?}");
    assert_eq!(
        walk(&history, &all()),
        rows[..stored],
        "with not a byte left, too"
    );
    drop(history);
    let history = SqliteHistory::open(&folder).unwrap();
    let next_offset = history.next_offset().unwrap() as usize;
    assert!(next_offset <= stored);
    assert_eq!(
        walk(&history, &all()),
        rows[..next_offset],
        "reads go on after a restart"
    );
    let next_day: Vec<_> = rows[stored..stored + 10]
        .iter()
        .map(|row| HistoryRow {
            at: row.at.plus_ns(86_400_000_000_000),
            ..row.clone()
        })
        .collect();
    let refused = history.append(&next_day, stored as u64 + 10);
    assert!(
        matches!(&refused, Err(HistoryError::Full { .. })),
        "a new day is refused: {refused:?}"
    );

    disk.grow();
    drop(history);
    let history = SqliteHistory::open(&folder).unwrap();
    let next_offset = history.next_offset().unwrap() as usize;
    history.append(&rows[next_offset..stored], stored as u64).unwrap();
    assert_eq!(walk(&history, &all()), rows[..stored], "nothing is corrupted");
    assert_eq!(history.take_reports(), []);
    for file in fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()) {
        if file.extension().is_some_and(|ending| ending == "db") {
            let database = rusqlite::Connection::open(&file).unwrap();
            let verdict: String = database
                .query_row("PRAGMA integrity_check", [], |row| row.get(0))
                .unwrap();
            assert_eq!(verdict, "ok", "{}", file.display());
        }
    }
}

#[test]
fn state_outlives_a_full_disk() {
    let root = tempfile::tempdir().unwrap();
    let Some(disk) = SmallDisk::mount(&root.path().join("disk")) else {
        return;
    };
    let state = SqliteState::open(disk.0.join("state.db")).unwrap();
    let snapshot = Snapshot {
        next_offset: 7,
        at: Timestamp(7),
        version: 1,
        body: vec![7; 100_000],
    };
    state.save_snapshot(&snapshot).unwrap();
    let too_large = Snapshot {
        next_offset: 8,
        body: vec![8; 8 << 20],
        ..snapshot.clone()
    };
    let refused = state.save_snapshot(&too_large);
    assert!(matches!(&refused, Err(StateError::Full { .. })), "{refused:?}");
    assert_eq!(
        state.snapshot(1, 100).unwrap(),
        Some(snapshot.clone()),
        "the one before is whole"
    );
    drop(state);
    let state = SqliteState::open(disk.0.join("state.db")).unwrap();
    assert_eq!(state.snapshot(1, 100).unwrap(), Some(snapshot));
    state.set_cursor("notify", 9).unwrap();
}
