//! What a database's refusal means: no space, damage, or something else.

use std::path::Path;

use rusqlite::{Error, ErrorCode, ffi};
use swarmpulse_store::{HistoryError, StateError};

/// What a refusal means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The disk or quota is full.
    Full,
    /// The file is no database, or not a whole one.
    Damaged,
    /// Anything else.
    Other,
}

impl Fault {
    /// What this refusal of a database in `folder` means.
    pub(crate) fn of(error: &Error, folder: &Path) -> Self {
        let Error::SqliteFailure(failure, _) = error else {
            return Self::Other;
        };
        match failure.code {
            ErrorCode::DiskFull => Self::Full,
            ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => Self::Damaged,
            ErrorCode::SystemIoFailure if failure.extended_code == ffi::SQLITE_IOERR_SHMSIZE => Self::Full,
            ErrorCode::SystemIoFailure | ErrorCode::CannotOpen if has_no_space(folder) => Self::Full,
            _ => Self::Other,
        }
    }
}

/// History's error for a refusal of the database at `path`.
pub(crate) fn history_error(action: &'static str, path: &Path, error: &Error) -> HistoryError {
    let folder = path.parent().unwrap_or(path);
    match Fault::of(error, folder) {
        Fault::Full => HistoryError::Full {
            path: folder.display().to_string(),
        },
        _ => HistoryError::Database {
            action,
            path: path.display().to_string(),
            detail: error.to_string(),
        },
    }
}

/// State's error for a refusal of the database at `path`.
pub(crate) fn state_error(action: &'static str, path: &Path, error: &Error) -> StateError {
    match Fault::of(error, path.parent().unwrap_or(path)) {
        Fault::Full => StateError::Full {
            path: path.display().to_string(),
        },
        Fault::Damaged => StateError::Database {
            action,
            path: path.display().to_string(),
            detail: format!(
                "{error}; restore it from a backup, or move it away: all but tokens is rebuilt from the journal"
            ),
        },
        Fault::Other => StateError::Database {
            action,
            path: path.display().to_string(),
            detail: error.to_string(),
        },
    }
}

#[cfg(unix)]
fn has_no_space(folder: &Path) -> bool {
    rustix::fs::statvfs(folder).is_ok_and(|space| space.f_bavail == 0)
}

#[cfg(not(unix))]
fn has_no_space(_folder: &Path) -> bool {
    false
}
