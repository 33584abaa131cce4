//! The journal's folder: file names, the lock, and what is in it.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use rustix::fs::FlockOperation;
use swarmpulse_store::JournalError;

use crate::error::io_error;

const LOCK: &str = "lock";
const SPARE: &str = "spare.tmp";
const PLAIN: &str = ".seg";
const COMPRESSED: &str = ".seg.zst";
const UNFINISHED: &str = ".tmp";

/// How a segment's file is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Encoding {
    /// As it was written.
    Plain,
    /// As a zstd stream.
    Compressed,
}

/// The file of the segment that begins with this entry.
pub(crate) fn segment_path(dir: &Path, first_offset: u64, encoding: Encoding) -> PathBuf {
    let ending = match encoding {
        Encoding::Plain => PLAIN,
        Encoding::Compressed => COMPRESSED,
    };
    dir.join(format!("{first_offset:020}{ending}"))
}

/// The same file while it is made.
pub(crate) fn unfinished_path(dir: &Path, first_offset: u64, encoding: Encoding) -> PathBuf {
    with_ending(&segment_path(dir, first_offset, encoding), UNFINISHED)
}

/// Where an unreadable file is kept for whoever wants to look.
pub(crate) fn damaged_path(path: &Path) -> PathBuf {
    with_ending(path, ".damaged")
}

/// The file that becomes the next segment.
pub(crate) fn spare_path(dir: &Path) -> PathBuf {
    dir.join(SPARE)
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// Keeps other processes from writing here, for as long as it lives.
#[derive(Debug)]
pub(crate) struct DirectoryLock {
    dir: PathBuf,
    file: File,
}

impl DirectoryLock {
    /// Makes the folder if need be and takes its lock.
    pub(crate) fn acquire(dir: &Path) -> Result<Self, JournalError> {
        fs::create_dir_all(dir).map_err(|error| io_error("create", dir, error))?;
        let path = dir.join(LOCK);
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(|error| io_error("open", &path, error))?;
        match rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Self {
                dir: dir.to_owned(),
                file,
            }),
            Err(rustix::io::Errno::WOULDBLOCK) => Err(JournalError::Locked {
                path: dir.display().to_string(),
            }),
            Err(error) => Err(io_error("lock", &path, error.into())),
        }
    }
}

impl Drop for DirectoryLock {
    /// Takes the spare file along: it is of use to this process alone, and as long as a segment. Still under the lock.
    fn drop(&mut self) {
        if let Err(error) = remove(&spare_path(&self.dir)) {
            tracing::warn!(%error, "the journal's spare file is left behind");
        }
        // A process being started beside us holds a copy of the file until it is its own, and the lock with it.
        if let Err(error) = rustix::fs::flock(&self.file, FlockOperation::Unlock) {
            tracing::warn!(%error, "the journal's lock is kept until the process ends");
        }
    }
}

/// What a folder holds.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Listing {
    /// The segments' files by first entry, the oldest first, each with the encodings found.
    pub(crate) segments: BTreeMap<u64, Vec<Encoding>>,
    /// Files that were, or are, being made.
    pub(crate) unfinished: Vec<PathBuf>,
}

/// Lists the folder; changes nothing.
pub(crate) fn list(dir: &Path) -> Result<Listing, JournalError> {
    let mut listing = Listing::default();
    for item in fs::read_dir(dir).map_err(|error| io_error("list", dir, error))? {
        let item = item.map_err(|error| io_error("list", dir, error))?;
        let name = item.file_name();
        let Some(name) = name.to_str() else { continue };
        if name.ends_with(UNFINISHED) {
            listing.unfinished.push(item.path());
        } else if let Some((first_offset, encoding)) = parse(name) {
            let encodings = listing.segments.entry(first_offset).or_default();
            encodings.push(encoding);
            encodings.sort_unstable();
        }
    }
    Ok(listing)
}

fn parse(name: &str) -> Option<(u64, Encoding)> {
    let (number, encoding) = match name.strip_suffix(COMPRESSED) {
        Some(number) => (number, Encoding::Compressed),
        None => (name.strip_suffix(PLAIN)?, Encoding::Plain),
    };
    let whole = number.len() == 20 && number.bytes().all(|byte| byte.is_ascii_digit());
    whole
        .then(|| number.parse().ok())?
        .map(|first_offset| (first_offset, encoding))
}

/// Deletes a file; that it is gone already is fine.
pub(crate) fn remove(path: &Path) -> Result<(), JournalError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(io_error("delete", path, error)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_sort_as_their_numbers_and_others_are_left_alone() {
        let dir = Path::new("/j");
        let path = segment_path(dir, 42, Encoding::Compressed);
        assert_eq!(path, Path::new("/j/00000000000000000042.seg.zst"));
        assert_eq!(
            parse("00000000000000000042.seg.zst"),
            Some((42, Encoding::Compressed))
        );
        assert_eq!(parse("00000000000000000042.seg"), Some((42, Encoding::Plain)));
        for other in [
            "42.seg",
            "0000000000000000004x.seg",
            "00000000000000000042.seg.damaged",
            "lock",
            ".seg",
        ] {
            assert_eq!(parse(other), None, "{other}");
        }
    }

    #[test]
    fn the_lock_is_exclusive_and_ends_with_its_owner() {
        let dir = tempfile::tempdir().unwrap();
        let lock = DirectoryLock::acquire(dir.path()).unwrap();
        assert!(matches!(
            DirectoryLock::acquire(dir.path()),
            Err(JournalError::Locked { .. })
        ));
        drop(lock);
        DirectoryLock::acquire(dir.path()).unwrap();
    }
}
