//! Opening: the segments, the catalogue of series, then the journal behind the last segment.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU32};

use parking_lot::{Mutex, RwLock};
use swarmpulse_model::Timestamp;
use swarmpulse_store::metrics::MetricError;
use swarmpulse_store::{Journal, JournalError, JournalReader};

use super::EmbeddedMetrics;
use super::replay::Replay;
use crate::catalogue::{self, Catalogue, CatalogueVisitor, Loaded};
use crate::counters::Counters;
use crate::hash::SeriesHasher;
use crate::head::Head;
use crate::index::{Index, Lookup, SelectionCache};
use crate::maintenance::{Held, Maintenance};
use crate::metadata::{self, Metadata};
use crate::segment::{Archive, SEGMENTS_FOLDER};
use crate::state::StoreState;
use crate::wal::{Writer, entry, told};
use crate::{MetricOptions, RecoveryReport, SetAside};

impl EmbeddedMetrics {
    /// Opens the store in `folder`, or makes a new one; `journal` holds what no segment has yet and is the store's from
    /// now on.
    ///
    /// # Errors
    /// If the folder or the journal cannot be read, or another process uses the folder; damage is set aside and told in
    /// the report.
    pub fn open(
        folder: &Path,
        journal: Box<dyn Journal>,
        options: MetricOptions,
        now: Timestamp,
    ) -> Result<(Self, RecoveryReport), MetricError> {
        let hasher = SeriesHasher::new().ok_or_else(|| MetricError::Io {
            action: "read",
            path: "random numbers".to_owned(),
            detail: "the system has none".to_owned(),
        })?;
        let (archive, set_aside) = Archive::open(&folder.join(SEGMENTS_FOLDER))?;
        let mut report = RecoveryReport {
            segments: archive.figures().segments,
            set_aside,
            ..RecoveryReport::default()
        };
        let lookup = Lookup::new();
        let (index, catalogue) = load_series(folder, &hasher, &lookup, &mut report)?;
        let reader = journal.reader();
        let next = reader.next_offset();
        let mut store = Self {
            folder: folder.to_owned(),
            writer: Writer::start(journal, options.waiting_bytes_max)?,
            archive,
            maintenance: Mutex::new(Maintenance {
                catalogue,
                metadata_version: 0,
                flushed_at_ms: now.unix_ms(),
                flushed_newest_ms: i64::MIN,
                retry_at_ms: i64::MIN,
                samples_seen: (0, now.unix_ms()),
                // What is replayed belongs to generation 0, what comes to 1.
                generations: VecDeque::from([(1, next)]),
                needed_from: reader.first_offset(),
                page: 0,
                held: Held::default(),
            }),
            options,
            hasher,
            gate: RwLock::default(),
            index: RwLock::new(index),
            lookup,
            head: Head::new(),
            cache: SelectionCache::default(),
            metadata: Metadata::default(),
            counters: Counters::default(),
            generation: AtomicU32::new(1),
            oldest_ms: AtomicI64::new(i64::MAX),
            newest_ms: AtomicI64::new(i64::MIN),
            closed: AtomicBool::new(false),
        };
        store.load_metadata(&mut report)?;
        store.replay_journal(&*reader, &mut report)?;
        report.series = store.index.get_mut().len() as u64;
        let span = store.archive.shelf().span_ms();
        let newest_ms = (*store.newest_ms.get_mut()).max(span.map_or(i64::MIN, |span| span.1));
        // Without any sample the first one decides from when on spans are counted.
        store.maintenance.get_mut().flushed_newest_ms = if newest_ms == i64::MIN {
            now.unix_ms()
        } else {
            newest_ms
        };
        Ok((store, report))
    }

    fn load_metadata(&mut self, report: &mut RecoveryReport) -> Result<(), MetricError> {
        let entry = match metadata::load(&self.folder) {
            Ok(entry) => entry,
            Err(MetricError::Damaged { path, detail }) => {
                report.set_aside.push(SetAside { path, detail });
                Vec::new()
            }
            Err(error) => return Err(error),
        };
        // Its checksum is right, so that it holds what was written; metrics whose text was not are left out.
        let read = entry::decode(&entry, &mut Replay::new(self, report));
        if let Err(detail) = read {
            report.set_aside.push(SetAside {
                path: "the file of what metrics are".to_owned(),
                detail: format!("damaged: {detail}"),
            });
        }
        self.maintenance.get_mut().metadata_version = self.metadata.version();
        Ok(())
    }

    /// Takes up what the journal holds beyond the segments.
    fn replay_journal(
        &mut self,
        reader: &dyn JournalReader,
        report: &mut RecoveryReport,
    ) -> Result<(), MetricError> {
        let state = StoreState::load(&self.folder)?;
        let (first, next) = (reader.first_offset(), reader.next_offset());
        // A journal that does not reach so far is not the one that was meant: all of it is looked at.
        let from = state
            .map(|state| state.needed_from)
            .filter(|from| (first..=next).contains(from))
            .unwrap_or(first);
        report.clean = from == next;
        self.maintenance.get_mut().needed_from = from;
        let mut first_at = None;
        for read in reader.read_from(from).map_err(|error| told(&error))? {
            match read {
                Ok(found) => {
                    first_at = first_at.or(Some(found.received_at));
                    let decoded = entry::decode(&found.body, &mut Replay::new(self, report));
                    if let Err(detail) = decoded {
                        report.set_aside.push(SetAside {
                            path: format!("metric journal entry {}", found.offset),
                            detail: format!("damaged: {detail}"),
                        });
                    }
                    report.replayed_entries += 1;
                }
                Err(JournalError::Damaged { offset, path, detail }) => report.set_aside.push(SetAside {
                    path: format!("{path}, entry {offset}"),
                    detail,
                }),
                Err(error) => return Err(told(&error)),
            }
        }
        // What was due before a crash still is: a store that crashes again and again writes segments all the same.
        if let Some(first_at) = first_at {
            let flushed_at_ms = &mut self.maintenance.get_mut().flushed_at_ms;
            *flushed_at_ms = first_at.unix_ms().min(*flushed_at_ms);
        }
        if let Some(state) = state {
            self.index.get_mut().raise_next(state.next_series);
        }
        Ok(())
    }
}

/// Takes the catalogue into the index.
struct Loading<'a> {
    index: Index,
    hasher: &'a SeriesHasher,
    lookup: &'a Lookup,
    /// The number in memory of each label of the file.
    labels: Vec<u32>,
    pairs: Vec<u32>,
    bytes: Vec<u8>,
}

impl CatalogueVisitor for Loading<'_> {
    fn label(&mut self, name: &str, value: &str) {
        self.labels.push(self.index.intern(name, value));
    }

    fn series(&mut self, series: u32, labels: &[u32]) -> bool {
        self.pairs.clear();
        self.pairs
            .extend(labels.iter().map(|label| self.labels[*label as usize]));
        if self.index.insert(series, &self.pairs).is_err() {
            return false;
        }
        self.bytes.clear();
        self.index.push_label_bytes(&self.pairs, &mut self.bytes);
        let hash = self.hasher.series(self.hasher.namespace(""), &self.bytes);
        self.lookup.insert(hash, series);
        true
    }
}

fn load_series(
    folder: &Path,
    hasher: &SeriesHasher,
    lookup: &Lookup,
    report: &mut RecoveryReport,
) -> Result<(Index, Catalogue), MetricError> {
    let mut loading = Loading {
        index: Index::new(),
        hasher,
        lookup,
        labels: Vec::new(),
        pairs: Vec::new(),
        bytes: Vec::new(),
    };
    let loaded: Loaded = catalogue::load(folder, &mut loading)?;
    if let Some(detail) = &loaded.damage {
        report.set_aside.push(SetAside {
            path: catalogue::set_aside(folder)?,
            detail: format!("{detail}; the {} series before it are known", loaded.series),
        });
    }
    let catalogue = Catalogue::open(folder, &loaded, &loading.labels)?;
    Ok((loading.index, catalogue))
}
