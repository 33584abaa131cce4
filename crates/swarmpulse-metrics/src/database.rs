//! The embedded store: its parts, and how they hang together.

mod append;
mod create;
mod flush;
mod maintain;
mod read;
mod recover;
mod replay;
mod store;

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU32};

use parking_lot::{Mutex, RwLock};

use crate::MetricOptions;
use crate::counters::Counters;
use crate::hash::SeriesHasher;
use crate::head::Head;
use crate::index::{Index, Lookup, SelectionCache};
use crate::maintenance::Maintenance;
use crate::metadata::Metadata;
use crate::segment::Archive;
use crate::wal::Writer;

/// The embedded store. Samples are in memory and in a journal until a segment has them.
///
/// Locks are taken in this order: maintenance, gate, index, a part of the look-up or of the head.
pub struct EmbeddedMetrics {
    folder: PathBuf,
    options: MetricOptions,
    hasher: SeriesHasher,
    /// Held for reading while a batch is taken, for writing while series are forgotten: so that none goes between
    /// being found and getting its samples.
    gate: RwLock<()>,
    index: RwLock<Index>,
    lookup: Lookup,
    head: Head,
    cache: SelectionCache,
    metadata: Metadata,
    counters: Counters,
    writer: Writer,
    archive: Archive,
    maintenance: Mutex<Maintenance>,
    /// Counts flushes.
    generation: AtomicU32,
    /// The oldest and the newest sample ever taken; the first above the second if there are none.
    oldest_ms: AtomicI64,
    newest_ms: AtomicI64,
    closed: AtomicBool,
}
