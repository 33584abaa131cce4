//! What the tests share: entries that can be told by their number, a seeded generator, reading everything.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use swarmpulse_journal::{Options, Recovery, SegmentJournal, open_reader};
use swarmpulse_model::Timestamp;
use swarmpulse_store::{Entry, Journal, JournalError, JournalReader};
use tempfile::TempDir;

/// Segments that only close when told.
pub(crate) const MANUAL: Options = Options {
    partition: 0,
    segment_bytes: 64 << 10,
    segment_age: Duration::from_secs(1 << 30),
    compress: true,
};

/// A small deterministic generator.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    /// A number below `limit`.
    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % limit
    }
}

/// The body of this entry, of 0 to 99 bytes.
pub(crate) fn body(offset: u64) -> Vec<u8> {
    let mut random = Random(offset);
    (0..random.below(100)).map(|_| random.below(256) as u8).collect()
}

/// The entry of this number.
pub(crate) fn entry(offset: u64) -> Entry {
    Entry {
        offset,
        received_at: Timestamp(offset as i64 * 10),
        body: body(offset),
    }
}

/// A folder in memory where there is one: for tests that open a journal thousands of times and pull no plug.
pub(crate) fn folder_in_memory() -> TempDir {
    tempfile::tempdir_in("/dev/shm").unwrap_or_else(|_| tempfile::tempdir().unwrap())
}

/// Opens, and asserts that it works.
pub(crate) fn open(dir: &Path, options: Options) -> (SegmentJournal, Recovery) {
    SegmentJournal::open(dir, options).unwrap()
}

/// Appends so many entries as one group and syncs it.
pub(crate) fn append_group(journal: &mut SegmentJournal, entries: u64) {
    for _ in 0..entries {
        let next = entry(journal.next_offset());
        journal.append(next.received_at, &next.body).unwrap();
    }
    journal.sync().unwrap();
}

/// Everything from the first entry on: whole entries, and the first number of each damaged run.
pub(crate) fn read_all(reader: &dyn JournalReader) -> (Vec<Entry>, Vec<u64>) {
    let (mut entries, mut damaged) = (Vec::new(), Vec::new());
    for item in reader.read_from(reader.first_offset()).unwrap() {
        match item {
            Ok(entry) => entries.push(entry),
            Err(JournalError::Damaged { offset, .. }) => damaged.push(offset),
            Err(error) => panic!("{error}"),
        }
    }
    (entries, damaged)
}

/// Asserts that these entries are there, byte for byte and in order, and nothing else.
#[track_caller]
pub(crate) fn assert_holds(reader: &dyn JournalReader, offsets: impl IntoIterator<Item = u64>) {
    let (entries, _) = read_all(reader);
    assert_eq!(entries, offsets.into_iter().map(entry).collect::<Vec<_>>());
}

/// The files of segments in this folder, sorted.
pub(crate) fn segment_files(dir: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(dir)
        .unwrap()
        .map(|item| item.unwrap().path())
        .collect();
    files.retain(|path| path.to_string_lossy().contains(".seg"));
    files.sort();
    files
}

/// Every file of this folder with its bytes.
pub(crate) fn files(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let paths = std::fs::read_dir(dir).unwrap().map(|item| item.unwrap().path());
    paths
        .map(|path| (path.clone(), std::fs::read(path).unwrap()))
        .collect()
}

/// What a reader beside the writer finds, as [`read_all`]; asserts that no file of the folder changed.
#[track_caller]
pub(crate) fn read_beside(dir: &Path) -> (Vec<Entry>, Vec<u64>) {
    let before = files(dir);
    let found = read_all(&*open_reader(dir).unwrap());
    assert!(files(dir) == before, "reading changed the folder");
    found
}
