//! What metrics are, as their senders say.

use std::sync::atomic::{AtomicU64, Ordering};

use std::io;
use std::path::Path;

use hashbrown::HashMap;
use parking_lot::RwLock;
use swarmpulse_model::Text;
use swarmpulse_model::series::MetricMetadata;
use swarmpulse_store::metrics::MetricError;

use crate::segment::disk::{damaged, failed};
use crate::state::replace;
use crate::wal::entry::encode_metadata;

/// The file's name.
pub(crate) const FILE: &str = "metadata";

/// Metrics described at most.
const METRICS_MAX: usize = 50_000;
/// The longest help text that is kept, in bytes.
const HELP_BYTES_MAX: usize = 4_096;

/// What metrics are.
#[derive(Debug, Default)]
pub(crate) struct Metadata {
    metrics: RwLock<HashMap<Text, MetricMetadata>>,
    /// Grows with each change.
    version: AtomicU64,
}

impl Metadata {
    /// Notes what is new or changed and gives it back; the second is how many metrics there was no room for.
    pub(crate) fn note(&self, metadata: &[MetricMetadata]) -> (Vec<MetricMetadata>, u64) {
        let changed: Vec<MetricMetadata> = {
            let known = self.metrics.read();
            let differs = |new: &&MetricMetadata| known.get(&new.metric) != Some(*new);
            metadata.iter().filter(differs).cloned().collect()
        };
        if changed.is_empty() {
            return (changed, 0);
        }
        let mut known = self.metrics.write();
        let (mut noted, mut dropped) = (Vec::with_capacity(changed.len()), 0);
        for mut metric in changed {
            if known.len() >= METRICS_MAX && !known.contains_key(&metric.metric) {
                dropped += 1;
                continue;
            }
            if metric.help.len() > HELP_BYTES_MAX {
                let cut = metric.help.floor_char_boundary(HELP_BYTES_MAX);
                metric.help.truncate(cut);
            }
            if known.get(&metric.metric) != Some(&metric) {
                known.insert(metric.metric.clone(), metric.clone());
                noted.push(metric);
            }
        }
        if !noted.is_empty() {
            self.version.fetch_add(1, Ordering::Relaxed);
        }
        (noted, dropped)
    }

    /// All, or one, sorted by name.
    pub(crate) fn get(&self, metric: Option<&str>) -> Vec<MetricMetadata> {
        let known = self.metrics.read();
        let mut found: Vec<MetricMetadata> = match metric {
            Some(name) => known.get(name).into_iter().cloned().collect(),
            None => known.values().cloned().collect(),
        };
        found.sort_unstable_by(|a, b| a.metric.cmp(&b.metric));
        found
    }

    /// Changes with each change.
    pub(crate) fn version(&self) -> u64 {
        self.version.load(Ordering::Relaxed)
    }
}

/// Writes what metrics are to its file: a checksum, then an entry as the journal's.
pub(crate) fn save(folder: &Path, metadata: &[MetricMetadata]) -> Result<(), MetricError> {
    let entry = encode_metadata(metadata);
    let mut bytes = crc32fast::hash(&entry).to_le_bytes().to_vec();
    bytes.extend_from_slice(&entry);
    replace(folder, FILE, &bytes)
}

/// The entry in the file of a store; empty if there is no file.
pub(crate) fn load(folder: &Path) -> Result<Vec<u8>, MetricError> {
    let path = folder.join(FILE);
    let bytes = match std::fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed("read", &path, &error)),
    };
    match bytes.split_first_chunk::<4>() {
        Some((crc, entry)) if crc32fast::hash(entry) == u32::from_le_bytes(*crc) => Ok(entry.to_vec()),
        _ => Err(damaged(&path, "its checksum is wrong")),
    }
}
