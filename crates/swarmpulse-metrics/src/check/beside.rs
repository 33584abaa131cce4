//! The files beside the segments: the catalogue of series, from where the journal is needed, what metrics are.

use std::path::{Path, PathBuf};

use roaring::RoaringBitmap;
use swarmpulse_store::metrics::MetricError;

use crate::catalogue::{self, CatalogueVisitor};
use crate::state::StoreState;
use crate::{metadata, state};

/// A file beside the segments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BesideCheck {
    /// Where it is.
    pub path: PathBuf,
    /// What it holds.
    pub holds: BesideKind,
    /// How long it is.
    pub bytes: u64,
    /// What is wrong; `None` if nothing is.
    pub damage: Option<String>,
}

/// What a file beside the segments holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BesideKind {
    /// Which number means which labels.
    Catalogue {
        /// Series that it describes.
        series: u64,
    },
    /// From where the journal is needed.
    State,
    /// What metrics are.
    Metadata,
}

/// Series that the catalogue describes.
#[derive(Default)]
struct Known(RoaringBitmap);

impl CatalogueVisitor for Known {
    fn label(&mut self, _name: &str, _value: &str) {}

    fn series(&mut self, series: u32, _labels: &[u32]) -> bool {
        self.0.insert(series)
    }
}

/// Looks at the files that are there; gives the series that the catalogue describes, too.
pub(super) fn look(folder: &Path) -> Result<(Vec<BesideCheck>, RoaringBitmap), MetricError> {
    let mut found = Vec::new();
    let mut known = Known::default();
    let path = catalogue::path(folder);
    if let Some(bytes) = length(&path) {
        let loaded = catalogue::load(folder, &mut known)?;
        found.push(BesideCheck {
            path,
            holds: BesideKind::Catalogue {
                series: known.0.len(),
            },
            bytes,
            damage: loaded.damage,
        });
    }
    let path = folder.join(state::FILE);
    if let Some(bytes) = length(&path) {
        let damage = match StoreState::load(folder)? {
            Some(_) => None,
            None => Some("its checksum is wrong, or a later version wrote it".to_owned()),
        };
        found.push(BesideCheck {
            path,
            holds: BesideKind::State,
            bytes,
            damage,
        });
    }
    let path = folder.join(metadata::FILE);
    if let Some(bytes) = length(&path) {
        let damage = match metadata::load(folder) {
            Ok(entry) => super::understand_entry(&entry)
                .err()
                .map(|what| format!("{what} is not whole")),
            Err(MetricError::Damaged { detail, .. }) => Some(detail),
            Err(error) => return Err(error),
        };
        found.push(BesideCheck {
            path,
            holds: BesideKind::Metadata,
            bytes,
            damage,
        });
    }
    Ok((found, known.0))
}

fn length(path: &Path) -> Option<u64> {
    std::fs::metadata(path).ok().map(|file| file.len())
}
