//! What the file system says, in the words of a metric store.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use swarmpulse_store::metrics::MetricError;

/// An error of the file system.
pub(crate) fn failed(action: &'static str, path: &Path, error: &io::Error) -> MetricError {
    let path = path.display().to_string();
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => MetricError::Full { path },
        _ => MetricError::Io {
            action,
            path,
            detail: error.to_string(),
        },
    }
}

/// A file that is not what was written.
pub(crate) fn damaged(path: &Path, detail: impl Into<String>) -> MetricError {
    MetricError::Damaged {
        path: path.display().to_string(),
        detail: detail.into(),
    }
}

/// Makes names in a folder durable.
pub(crate) fn sync_folder(folder: &Path) -> Result<(), MetricError> {
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(|error| failed("sync", folder, &error))
}

/// Removes a file; that it is gone already is fine.
pub(crate) fn remove(path: &Path) -> Result<(), MetricError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed("remove", path, &error)),
        _ => Ok(()),
    }
}
