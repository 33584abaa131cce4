//! Looking through the files of a store without changing anything, also beside a running server; and packing them at once.

mod report;
mod walk;

use std::path::Path;

use swarmpulse_model::Timestamp;
use swarmpulse_store::metrics::MetricError;

pub use report::{CompactProgress, CompactReport, FileCheck, StoreCheck};

use crate::MetricOptions;
use crate::segment::{Archive, SEGMENTS_FOLDER, files};

/// Looks at every segment of the store in `folder`: reads every chunk and compares every checksum. `progress` is told each
/// file when it is done. Changes nothing and takes no lock.
///
/// # Errors
/// If the folder cannot be listed. Damage is in the report, not an error.
pub fn check_store(folder: &Path, progress: &mut dyn FnMut(&FileCheck)) -> Result<StoreCheck, MetricError> {
    let mut report = StoreCheck::default();
    let segments = folder.join(SEGMENTS_FOLDER);
    if !segments.exists() && folder.exists() {
        return Ok(report);
    }
    for path in files(&segments)? {
        if let Some(file) = walk::look_at(&path)? {
            progress(&file);
            report.files.push(file);
        }
    }
    Ok(report)
}

/// Packs all days that are over in the store in `folder`, makes few files of many, and removes what is too old or too much.
/// Takes the store's lock, so the server must not run.
///
/// # Errors
/// If the store is in use, or files cannot be read or written; what was there stays readable.
pub fn compact_store(
    folder: &Path,
    options: &MetricOptions,
    now: Timestamp,
    progress: &mut dyn FnMut(&CompactProgress),
) -> Result<CompactReport, MetricError> {
    let (archive, mut set_aside) = Archive::open(&folder.join(SEGMENTS_FOLDER))?;
    let before = CompactProgress::of(&archive.figures());
    set_aside.extend(archive.compact(now.unix_ms(), options, |figures| {
        progress(&CompactProgress::of(figures));
    })?);
    Ok(CompactReport {
        before,
        after: CompactProgress::of(&archive.figures()),
        set_aside,
    })
}
