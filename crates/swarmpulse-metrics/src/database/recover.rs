//! Opening: the catalogue of series, then the journal after the last segment.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU32};

use parking_lot::RwLock;
use swarmpulse_model::series::{LabelBytes, MetricMetadata};
use swarmpulse_model::{Sample, Timestamp};
use swarmpulse_store::metrics::MetricError;
use swarmpulse_store::{Entry, Journal, JournalError};

use super::EmbeddedMetrics;
use crate::counters::Counters;
use crate::hash::SeriesHasher;
use crate::head::{Head, HeadSeries, part_of};
use crate::index::{Index, Lookup, SelectionCache};
use crate::metadata::Metadata;
use crate::wal::Writer;
use crate::wal::entry::{self, EntryVisitor};
use crate::{MetricOptions, RecoveryReport, SetAside};

impl EmbeddedMetrics {
    /// Opens the store in `folder`, or makes a new one; `journal` holds what no segment has yet and is the store's from
    /// now on.
    ///
    /// # Errors
    /// If the folder or the journal cannot be read; damage is set aside and told in the report.
    pub fn open(
        folder: &Path,
        journal: Box<dyn Journal>,
        options: MetricOptions,
        now: Timestamp,
    ) -> Result<(Self, RecoveryReport), MetricError> {
        let _ = now;
        let hasher = SeriesHasher::new().ok_or_else(|| MetricError::Io {
            action: "read",
            path: "random numbers".to_owned(),
            detail: "the system has none".to_owned(),
        })?;
        let mut report = RecoveryReport::default();
        let reader = journal.reader();
        let mut store = Self {
            folder: folder.to_owned(),
            writer: Writer::start(journal, options.waiting_bytes_max)?,
            options,
            hasher,
            gate: RwLock::default(),
            index: RwLock::new(Index::new()),
            lookup: Lookup::new(),
            head: Head::new(),
            cache: SelectionCache::default(),
            metadata: Metadata::default(),
            counters: Counters::default(),
            generation: AtomicU32::new(1),
            oldest_ms: AtomicI64::new(i64::MAX),
            newest_ms: AtomicI64::new(i64::MIN),
            closed: AtomicBool::new(false),
        };
        let from = reader.first_offset();
        let entries = reader.read_from(from).map_err(|error| crate::wal::told(&error))?;
        store.replay(entries, &mut report)?;
        report.series = store.index.get_mut().len() as u64;
        Ok((store, report))
    }

    /// Takes up what the journal holds.
    fn replay(
        &mut self,
        entries: impl Iterator<Item = Result<Entry, JournalError>>,
        report: &mut RecoveryReport,
    ) -> Result<(), MetricError> {
        for read in entries {
            match read {
                Ok(found) => {
                    let mut replay = Replay {
                        store: self,
                        report,
                        bytes: Vec::new(),
                    };
                    if let Err(detail) = entry::decode(&found.body, &mut replay) {
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
                Err(error) => return Err(crate::wal::told(&error)),
            }
        }
        Ok(())
    }
}

/// Takes up one entry.
struct Replay<'a> {
    store: &'a mut EmbeddedMetrics,
    report: &'a mut RecoveryReport,
    bytes: Vec<u8>,
}

impl EntryVisitor for Replay<'_> {
    fn series(&mut self, series: u32, labels: &[u8]) {
        let index = self.store.index.get_mut();
        if series < index.next() {
            return;
        }
        let known = LabelBytes::parse(labels).ok().map(|labels| {
            let pairs = labels.iter();
            pairs
                .map(|label| index.pairs.intern(&label.name, &label.value))
                .collect::<Vec<u32>>()
        });
        let Some(pairs) = known.filter(|pairs| index.insert(series, pairs).is_ok()) else {
            self.report.set_aside.push(SetAside {
                path: format!("series {series} in the metric journal"),
                detail: "its labels are damaged".to_owned(),
            });
            return;
        };
        self.bytes.clear();
        index.push_label_bytes(&pairs, &mut self.bytes);
        let hasher = &self.store.hasher;
        let hash = hasher.series(hasher.namespace(""), &self.bytes);
        self.store.lookup.insert(hash, series);
        let mut part = self.store.head.part(part_of(series));
        *part.series_mut(series).0 = HeadSeries::new();
    }

    fn sample(&mut self, series: u32, late: bool, sample: Sample) {
        if self.store.index.get_mut().table.pairs(series).is_none() {
            self.report.lost_samples += 1;
            return;
        }
        let mut part = self.store.head.part(part_of(series));
        let (held, packer) = part.series_mut(series);
        if !held.known {
            self.store.find_out(series, held);
        }
        if sample.at_ms > held.newest_ms {
            held.push(series, sample, 0, packer);
        } else if late {
            held.push_late(sample, packer);
        } else {
            // A segment has it.
            return;
        }
        self.report.replayed_samples += 1;
        *self.store.oldest_ms.get_mut() = sample.at_ms.min(*self.store.oldest_ms.get_mut());
        *self.store.newest_ms.get_mut() = sample.at_ms.max(*self.store.newest_ms.get_mut());
    }

    fn metadata(&mut self, metadata: MetricMetadata) {
        self.store.metadata.note(&[metadata]);
    }
}
