//! What was found and done.

use std::path::PathBuf;

use super::BesideCheck;
use crate::segment::ArchiveFigures;
use crate::{SegmentKind, SetAside};

/// One file of a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileCheck {
    /// Where it is.
    pub path: PathBuf,
    /// What it holds; `None` if that cannot be told.
    pub kind: Option<SegmentKind>,
    /// How long it is.
    pub bytes: u64,
    /// How many series it has.
    pub series: u64,
    /// How many chunks were read.
    pub chunks: u64,
    /// How many samples, or aggregates, were read.
    pub samples: u64,
    /// The oldest and the newest sample, in milliseconds; `None` without any.
    pub span_ms: Option<(i64, i64)>,
    /// Series that the catalogue does not describe: their samples cannot be found.
    pub nameless_series: u64,
    /// Chunks that are not what was written.
    pub damaged_chunks: u64,
    /// What is wrong, in words; at most the first few things.
    pub damage: Vec<String>,
}

impl FileCheck {
    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.damage.is_empty()
    }

    /// Bytes per sample; `None` without samples.
    #[must_use]
    pub fn bytes_per_sample(&self) -> Option<f64> {
        (self.samples > 0).then(|| self.bytes as f64 / self.samples as f64)
    }
}

/// All files of a store.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoreCheck {
    /// Each segment.
    pub files: Vec<FileCheck>,
    /// The files beside them that are there.
    pub beside: Vec<BesideCheck>,
}

impl StoreCheck {
    /// Whether nothing is wrong with any.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.files.iter().all(FileCheck::is_sound) && self.beside.iter().all(|file| file.damage.is_none())
    }

    /// Files, bytes and samples of those that hold samples.
    #[must_use]
    pub fn samples(&self) -> (u64, u64, u64) {
        let files = self
            .files
            .iter()
            .filter(|file| file.kind.is_some_and(SegmentKind::is_samples));
        files.fold((0, 0, 0), |(count, bytes, samples), file| {
            (count + 1, bytes + file.bytes, samples + file.samples)
        })
    }
}

/// How much there is while files are packed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CompactProgress {
    /// Files with samples.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Their samples.
    pub samples: u64,
    /// Bytes of aggregates.
    pub rollup_bytes: u64,
}

impl CompactProgress {
    pub(super) fn of(figures: &ArchiveFigures) -> Self {
        Self {
            files: figures.segments,
            bytes: figures.bytes,
            samples: figures.samples,
            rollup_bytes: figures.rollup_bytes,
        }
    }
}

/// What packing did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CompactReport {
    /// How much there was.
    pub before: CompactProgress,
    /// How much there is.
    pub after: CompactProgress,
    /// Files that turned out to be damaged.
    pub set_aside: Vec<SetAside>,
}
