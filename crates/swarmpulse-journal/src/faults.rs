//! Tests on a disk that fails when told: what a failed write or sync withdraws, and that it goes on after.

use std::io;
use std::path::Path;
use std::sync::Arc;

use parking_lot::Mutex;
use swarmpulse_model::Timestamp;
use swarmpulse_store::{Journal, JournalError, JournalReader};

use crate::disk::{Disk, OsDisk, SegmentFile};
use crate::{Options, Recovery, SegmentJournal};

/// What the disk refuses to do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Fault {
    #[default]
    None,
    /// Writes find no space, after writing half.
    Full,
    /// Syncs fail, and what was written since the last one is lost.
    Sync,
    /// Writes find no space and the file cannot be cut either.
    FullAndStuck,
    /// No file can be made.
    Create,
}

#[derive(Clone, Default)]
struct FaultyDisk(Arc<Mutex<Fault>>);

struct FaultyFile {
    file: Box<dyn SegmentFile>,
    fault: Arc<Mutex<Fault>>,
    /// Written since the last sync.
    dirty: Mutex<Vec<(u64, usize)>>,
}

fn full() -> io::Error {
    io::Error::from_raw_os_error(rustix::io::Errno::NOSPC.raw_os_error())
}

fn broken() -> io::Error {
    io::Error::from_raw_os_error(rustix::io::Errno::IO.raw_os_error())
}

impl FaultyDisk {
    fn set(&self, fault: Fault) {
        *self.0.lock() = fault;
    }

    fn wrap(&self, file: Box<dyn SegmentFile>) -> Box<dyn SegmentFile> {
        Box::new(FaultyFile {
            file,
            fault: Arc::clone(&self.0),
            dirty: Mutex::default(),
        })
    }

    fn open(&self, dir: &Path) -> (SegmentJournal, Recovery) {
        let options = Options {
            segment_bytes: 64 << 10,
            ..Options::default()
        };
        SegmentJournal::open_on(Arc::new(self.clone()), dir, options).unwrap()
    }
}

impl Disk for FaultyDisk {
    fn create(&self, path: &Path) -> io::Result<Box<dyn SegmentFile>> {
        if *self.0.lock() == Fault::Create {
            return Err(full());
        }
        Ok(self.wrap(OsDisk.create(path)?))
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn SegmentFile>> {
        Ok(self.wrap(OsDisk.open(path)?))
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        OsDisk.sync_dir(dir)
    }
}

impl SegmentFile for FaultyFile {
    fn write_at(&self, bytes: &[u8], position: u64) -> io::Result<()> {
        if matches!(*self.fault.lock(), Fault::Full | Fault::FullAndStuck) {
            self.file.write_at(&bytes[..bytes.len() / 2], position)?;
            return Err(full());
        }
        self.dirty.lock().push((position, bytes.len()));
        self.file.write_at(bytes, position)
    }

    fn sync_data(&self) -> io::Result<()> {
        let dirty = std::mem::take(&mut *self.dirty.lock());
        if *self.fault.lock() == Fault::Sync {
            for (position, length) in dirty {
                self.file.write_at(&vec![0; length], position)?;
            }
            return Err(broken());
        }
        self.file.sync_data()
    }

    fn set_len(&self, bytes: u64) -> io::Result<()> {
        match *self.fault.lock() {
            Fault::FullAndStuck => Err(broken()),
            _ => self.file.set_len(bytes),
        }
    }

    fn allocate(&self, bytes: u64) -> u64 {
        self.file.allocate(bytes)
    }
}

fn append(journal: &mut SegmentJournal, bodies: &[&str]) -> Result<(), JournalError> {
    for body in bodies {
        journal.append(Timestamp(1), body.as_bytes())?;
    }
    journal.sync()
}

fn held(reader: &dyn JournalReader) -> Vec<String> {
    reader
        .read_from(0)
        .unwrap()
        .map(|entry| String::from_utf8(entry.unwrap().body).unwrap())
        .collect()
}

/// Appends `a b`, then `c d` under the fault, then `e f` without; each group must be there or not as a whole.
fn survives(fault: Fault) -> (JournalError, usize) {
    let dir = tempfile::tempdir().unwrap();
    let disk = FaultyDisk::default();
    let (mut journal, _) = disk.open(dir.path());
    let reader = journal.reader();
    append(&mut journal, &["a", "b"]).unwrap();
    disk.set(fault);
    let error = append(&mut journal, &["c", "d"]).unwrap_err();
    assert_eq!(
        (journal.next_offset(), held(&*reader)),
        (2, vec!["a".to_owned(), "b".to_owned()])
    );
    disk.set(Fault::None);
    append(&mut journal, &["e", "f"]).unwrap();
    assert_eq!(held(&*reader).concat(), "abef");
    let segments = reader.segments().len();
    drop(journal);
    let (mut journal, report) = disk.open(dir.path());
    assert_eq!((report.damage, report.truncated), (vec![], None));
    assert_eq!(held(&*journal.reader()).concat(), "abef");
    append(&mut journal, &["g"]).unwrap();
    assert_eq!(held(&*journal.reader()).concat(), "abefg");
    (error, segments)
}

#[test]
fn a_write_without_space_withdraws_its_group_and_the_file_goes_on() {
    let (error, segments) = survives(Fault::Full);
    assert!(matches!(error, JournalError::Full { .. }), "{error}");
    assert_eq!(segments, 1);
}

#[test]
fn a_failed_sync_withdraws_its_group_and_abandons_the_file() {
    let (error, segments) = survives(Fault::Sync);
    assert!(
        matches!(error, JournalError::Io { action: "sync", .. }),
        "{error}"
    );
    assert_eq!(segments, 2);
}

#[test]
fn a_file_that_cannot_be_cut_back_is_abandoned() {
    let (error, segments) = survives(Fault::FullAndStuck);
    assert!(matches!(error, JournalError::Full { .. }), "{error}");
    assert_eq!(segments, 2);
}

#[test]
fn frames_that_an_abandoned_file_kept_are_not_read_as_others() {
    let dir = tempfile::tempdir().unwrap();
    let disk = FaultyDisk::default();
    let (mut journal, _) = disk.open(dir.path());
    append(&mut journal, &["a", "b"]).unwrap();
    // Whole frames of a group that was refused, as a disk may keep them.
    journal.append(Timestamp(1), b"c").unwrap();
    journal.append(Timestamp(1), b"d").unwrap();
    let path = crate::directory::segment_path(dir.path(), 0, crate::directory::Encoding::Plain);
    journal.sync().unwrap();
    let with_refused = std::fs::read(&path).unwrap();
    drop(journal);
    std::fs::remove_file(&path).unwrap();
    let (mut journal, _) = disk.open(dir.path());
    append(&mut journal, &["x", "y"]).unwrap();
    disk.set(Fault::Sync);
    append(&mut journal, &["c", "d"]).unwrap_err();
    disk.set(Fault::None);
    append(&mut journal, &["e"]).unwrap();
    drop(journal);
    std::fs::write(&path, with_refused).unwrap();
    let (journal, report) = disk.open(dir.path());
    assert_eq!(report.damage, vec![]);
    assert_eq!(
        held(&*journal.reader()).concat(),
        "abe",
        "what the later segment holds counts"
    );
}

#[test]
fn without_room_for_a_new_segment_reads_go_on_and_appends_when_there_is() {
    let dir = tempfile::tempdir().unwrap();
    let disk = FaultyDisk::default();
    let (mut journal, _) = disk.open(dir.path());
    append(&mut journal, &["a"]).unwrap();
    journal.roll().unwrap();
    disk.set(Fault::Create);
    for _ in 0..3 {
        assert!(matches!(
            append(&mut journal, &["b"]),
            Err(JournalError::Full { .. })
        ));
        assert_eq!(
            (journal.next_offset(), held(&*journal.reader()).concat()),
            (1, "a".to_owned())
        );
    }
    drop(journal);
    let (mut journal, _) = disk.open(dir.path());
    assert_eq!(held(&*journal.reader()).concat(), "a");
    disk.set(Fault::None);
    append(&mut journal, &["b"]).unwrap();
    assert_eq!(held(&*journal.reader()).concat(), "ab");
}

#[test]
fn a_group_larger_than_the_write_buffer_is_still_one_group() {
    let dir = tempfile::tempdir().unwrap();
    let disk = FaultyDisk::default();
    let (mut journal, _) = disk.open(dir.path());
    append(&mut journal, &["a"]).unwrap();
    let large = vec![b'x'; 3 << 20];
    for _ in 0..3 {
        journal.append(Timestamp(1), &large).unwrap();
    }
    disk.set(Fault::Full);
    assert!(matches!(
        journal.append(Timestamp(1), &large),
        Err(JournalError::Full { .. })
    ));
    assert_eq!(journal.next_offset(), 4, "the one refused is not counted");
    disk.set(Fault::None);
    journal.sync().unwrap();
    assert_eq!(journal.append(Timestamp(1), &large).unwrap(), 4);
    disk.set(Fault::Sync);
    journal.sync().unwrap_err();
    assert_eq!((journal.next_offset(), journal.reader().next_offset()), (4, 4));
    let lengths: Vec<usize> = journal
        .reader()
        .read_from(0)
        .unwrap()
        .map(|entry| entry.unwrap().body.len())
        .collect();
    assert_eq!(lengths, vec![1, large.len(), large.len(), large.len()]);
}
