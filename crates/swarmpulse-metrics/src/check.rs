//! Looking through the files of a store without changing anything, also beside a running server; and packing them at once.

mod beside;
mod report;
mod walk;

use std::path::Path;

use swarmpulse_model::series::MetricMetadata;
use swarmpulse_model::{Sample, Timestamp};
use swarmpulse_store::metrics::MetricError;

pub use beside::{BesideCheck, BesideKind};
pub use report::{CompactProgress, CompactReport, FileCheck, StoreCheck};

use crate::MetricOptions;
use crate::segment::{Archive, SEGMENTS_FOLDER, files};
use crate::wal::entry;

/// Looks at every segment of the store in `folder`: reads every chunk, compares every checksum, and asks whether the
/// catalogue describes its series; and at the files beside them. `progress` is told each segment when it is done. Changes
/// nothing and takes no lock. The store's journal is not looked at: see [`understand_entry`].
///
/// # Errors
/// If the folder cannot be listed. Damage is in the report, not an error.
pub fn check_store(folder: &Path, progress: &mut dyn FnMut(&FileCheck)) -> Result<StoreCheck, MetricError> {
    let mut report = StoreCheck::default();
    let segments = folder.join(SEGMENTS_FOLDER);
    if !segments.exists() && folder.exists() {
        report.beside = beside::look(folder)?.0;
        return Ok(report);
    }
    // Series are in the catalogue before their samples are in a segment: so it is read after the segments are listed.
    let paths = files(&segments)?;
    let (beside, known) = beside::look(folder)?;
    report.beside = beside;
    for path in paths {
        if let Some(file) = walk::look_at(&path, &known)? {
            progress(&file);
            report.files.push(file);
        }
    }
    Ok(report)
}

/// Whether an entry of the store's journal can be read.
///
/// # Errors
/// With what of it cannot.
pub fn understand_entry(body: &[u8]) -> Result<(), &'static str> {
    struct Nobody;
    impl entry::EntryVisitor for Nobody {
        fn series(&mut self, _series: u32, _labels: &[u8]) {}
        fn sample(&mut self, _series: u32, _late: bool, _sample: Sample) {}
        fn metadata(&mut self, _metadata: MetricMetadata) {}
    }
    entry::decode(body, &mut Nobody)
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
