//! Translates what the operating system says into what the journal's callers can act on.

use std::io;
use std::path::Path;

use swarmpulse_store::JournalError;

/// An I/O error of `path` as a [`JournalError`]; a full disk or quota is told apart.
pub(crate) fn io_error(action: &'static str, path: &Path, source: io::Error) -> JournalError {
    let path = path.display().to_string();
    match source.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => JournalError::Full { path },
        _ => JournalError::Io { action, path, source },
    }
}

/// What the file holds is not what this program understands.
pub(crate) fn foreign(path: &Path, detail: String) -> JournalError {
    JournalError::Io {
        action: "read",
        path: path.display().to_string(),
        source: io::Error::new(io::ErrorKind::InvalidData, detail),
    }
}
