//! Reading the kernel's small files: into a buffer of the caller's, through a held descriptor or by path.

use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, Mode, OFlags, openat};
use rustix::io::{Errno, pread};

/// The most of one file that is read where no smaller bound is given.
pub(super) const FILE_BYTES_MAX: usize = 1 << 20;
const READ: OFlags = OFlags::RDONLY.union(OFlags::CLOEXEC).union(OFlags::NONBLOCK);

/// Opens a file below a folder for reading.
pub(super) fn open_at(folder: impl AsFd, path: &str) -> Result<OwnedFd, Errno> {
    openat(folder, path, READ, Mode::empty())
}

/// Opens a folder below a folder as a mere place: it needs no permission to read it.
pub(super) fn place_at(folder: impl AsFd, path: &str) -> Result<OwnedFd, Errno> {
    openat(
        folder,
        path,
        OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC,
        Mode::empty(),
    )
}

/// Opens a folder below a folder for listing.
pub(super) fn list_at(folder: impl AsFd, path: &str) -> Result<OwnedFd, Errno> {
    openat(folder, path, READ | OFlags::DIRECTORY, Mode::empty())
}

/// Reads a small file from its start in one call: procfs renders it whole.
pub(super) fn read_held(file: impl AsFd, buffer: &mut [u8]) -> Result<&[u8], Errno> {
    loop {
        match pread(&file, &mut *buffer, 0) {
            Ok(length) => return Ok(&buffer[..length]),
            Err(Errno::INTR) => {}
            Err(errno) => return Err(errno),
        }
    }
}

/// Reads up to `bytes_max` of a file below a folder.
pub(super) fn read_at(folder: impl AsFd, path: &str, bytes_max: usize) -> Result<Vec<u8>, Errno> {
    let file = open_at(folder, path)?;
    let mut content = Vec::with_capacity(bytes_max.min(4096));
    let mut chunk = [0_u8; 4096];
    while content.len() < bytes_max {
        let wanted = (bytes_max - content.len()).min(chunk.len());
        match pread(&file, &mut chunk[..wanted], content.len() as u64) {
            Ok(0) => break,
            Ok(length) => content.extend_from_slice(&chunk[..length]),
            Err(Errno::INTR) => {}
            Err(errno) => return Err(errno),
        }
    }
    Ok(content)
}

/// A file outside procfs that is read again and again; it is held open where the budget allows.
#[derive(Debug)]
pub(super) struct KeptFile {
    path: PathBuf,
    held: Option<OwnedFd>,
}

impl KeptFile {
    /// The file, if it can be opened; `hold` says whether it may stay open.
    pub(super) fn open(path: &Path, hold: bool) -> Option<Self> {
        let file = openat(CWD, path, READ, Mode::empty()).ok()?;
        Some(Self {
            path: path.to_owned(),
            held: hold.then_some(file),
        })
    }

    /// Whether it holds a descriptor.
    pub(super) fn is_held(&self) -> bool {
        self.held.is_some()
    }

    /// Its content, at most one buffer's length.
    pub(super) fn read<'b>(&self, buffer: &'b mut [u8]) -> Result<&'b [u8], Errno> {
        match &self.held {
            Some(file) => read_held(file, buffer),
            None => read_held(openat(CWD, &self.path, READ, Mode::empty())?, buffer),
        }
    }
}

/// The number at the start of a text, after blanks; `None` without digits or beyond 64 bits.
pub(super) fn number(text: &[u8]) -> Option<u64> {
    let text = text.trim_ascii_start();
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if digits == 0 {
        return None;
    }
    text[..digits].iter().try_fold(0_u64, |value, digit| {
        value.checked_mul(10)?.checked_add(u64::from(digit - b'0'))
    })
}

/// The number behind a name at the start of a line: `MemTotal:  123 kB` or `oom_kill 3`.
pub(super) fn named_number(content: &[u8], name: &str) -> Option<u64> {
    content.split(|byte| *byte == b'\n').find_map(|line| {
        let rest = line.strip_prefix(name.as_bytes())?;
        match rest.first() {
            Some(b':') => number(&rest[1..]),
            Some(b' ' | b'\t') => number(rest),
            _ => None,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_behind_names() {
        let content = b"oom 1\noom_kill 7\nMemTotal:       16384 kB\nhuge 99999999999999999999\nempty\n";
        assert_eq!(named_number(content, "oom_kill"), Some(7));
        assert_eq!(named_number(content, "oom"), Some(1));
        assert_eq!(named_number(content, "MemTotal"), Some(16384));
        assert_eq!(named_number(content, "huge"), None);
        assert_eq!(named_number(content, "empty"), None);
        assert_eq!(named_number(content, "Mem"), None);
    }

    #[test]
    fn files_are_read_up_to_the_bound() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("f"), vec![b'x'; 10_000]).unwrap();
        let place = place_at(CWD, folder.path().to_str().unwrap()).unwrap();
        assert_eq!(read_at(&place, "f", 9_000).unwrap().len(), 9_000);
        assert_eq!(read_at(&place, "f", 90_000).unwrap().len(), 10_000);
        assert_eq!(read_at(&place, "absent", 1).unwrap_err(), Errno::NOENT);
    }
}
