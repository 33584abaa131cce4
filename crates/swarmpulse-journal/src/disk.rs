//! The disk as the writer sees it; tests put a failing one in its place.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

/// The least that is worth allocating ahead.
#[cfg(target_os = "linux")]
const MIN_ALLOCATION_BYTES: u64 = 64 << 10;
const ZEROS: &[u8] = &[0; 256 << 10];

/// Where segment files are made.
pub(crate) trait Disk: Send + Sync {
    /// A new, empty file; an old one of that name is emptied.
    fn create(&self, path: &Path) -> io::Result<Box<dyn SegmentFile>>;
    /// A file that is there.
    fn open(&self, path: &Path) -> io::Result<Box<dyn SegmentFile>>;
    /// Makes names in this folder durable.
    fn sync_dir(&self, dir: &Path) -> io::Result<()>;
}

/// A file that is being written.
pub(crate) trait SegmentFile: Send {
    /// Writes all of it at this position.
    fn write_at(&self, bytes: &[u8], position: u64) -> io::Result<()>;
    /// Makes what was written durable, with as much of the metadata as reading it back needs.
    fn sync_data(&self) -> io::Result<()>;
    /// Cuts or extends it.
    fn set_len(&self, bytes: u64) -> io::Result<()>;
    /// Reserves space up to `bytes`, or as much of it as there is: later writes then neither grow the file nor
    /// allocate. To do without is only slower. Returns how far it got.
    fn allocate(&self, bytes: u64) -> u64;
    /// Writes zeros up to `bytes`, so that later writes find their blocks initialised.
    fn fill(&self, bytes: u64) -> io::Result<()> {
        let mut position = 0;
        while position < bytes {
            let part = (bytes - position).min(ZEROS.len() as u64);
            self.write_at(&ZEROS[..part as usize], position)?;
            position += part;
        }
        Ok(())
    }
}

/// The operating system's disk.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OsDisk;

impl Disk for OsDisk {
    fn create(&self, path: &Path) -> io::Result<Box<dyn SegmentFile>> {
        let file = File::options()
            .create(true)
            .truncate(true)
            .write(true)
            .open(path)?;
        Ok(Box::new(OsFile(file)))
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn SegmentFile>> {
        Ok(Box::new(OsFile(File::options().write(true).open(path)?)))
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        File::open(dir)?.sync_all()
    }
}

struct OsFile(File);

impl SegmentFile for OsFile {
    fn write_at(&self, bytes: &[u8], position: u64) -> io::Result<()> {
        self.0.write_all_at(bytes, position)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.0.sync_data()
    }

    fn set_len(&self, bytes: u64) -> io::Result<()> {
        self.0.set_len(bytes)
    }

    #[cfg(target_os = "linux")]
    fn allocate(&self, bytes: u64) -> u64 {
        let mut wanted = bytes;
        while wanted >= MIN_ALLOCATION_BYTES {
            match rustix::fs::fallocate(&self.0, rustix::fs::FallocateFlags::empty(), 0, wanted) {
                Ok(()) => return wanted,
                Err(rustix::io::Errno::NOSPC | rustix::io::Errno::DQUOT) => wanted /= 2,
                Err(_) => break,
            }
        }
        0
    }

    #[cfg(not(target_os = "linux"))]
    fn allocate(&self, _bytes: u64) -> u64 {
        0
    }
}
