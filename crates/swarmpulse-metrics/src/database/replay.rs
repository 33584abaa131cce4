//! Taking up one entry of the journal.

use swarmpulse_model::Sample;
use swarmpulse_model::series::{LabelBytes, MetricMetadata};

use super::EmbeddedMetrics;
use crate::head::part_of;
use crate::wal::entry::EntryVisitor;
use crate::{RecoveryReport, SetAside};

/// Takes up one entry. What a segment has is passed over: samples that came in order go to segments in that order, so that
/// none up to the newest there is missing; late ones are taken again, and found to be the same when they are read.
pub(super) struct Replay<'a> {
    store: &'a mut EmbeddedMetrics,
    report: &'a mut RecoveryReport,
    bytes: Vec<u8>,
}

impl<'a> Replay<'a> {
    pub(super) fn new(store: &'a mut EmbeddedMetrics, report: &'a mut RecoveryReport) -> Self {
        Self {
            store,
            report,
            bytes: Vec::new(),
        }
    }
}

impl EntryVisitor for Replay<'_> {
    fn series(&mut self, series: u32, labels: &[u8]) {
        let index = self.store.index.get_mut();
        if index.table.pairs(series).is_some() {
            return;
        }
        let known = LabelBytes::parse(labels).ok().map(|labels| {
            let pairs = labels.iter();
            pairs
                .map(|label| index.intern(&label.name, &label.value))
                .collect::<Vec<u32>>()
        });
        let Some(pairs) = known.filter(|pairs| index.insert(series, pairs).is_ok()) else {
            self.report.set_aside.push(SetAside {
                path: format!("series {series} in the metric journal"),
                detail: "its labels are damaged, or its number is out of order".to_owned(),
            });
            return;
        };
        self.bytes.clear();
        index.push_label_bytes(&pairs, &mut self.bytes);
        let hasher = &self.store.hasher;
        let hash = hasher.series(hasher.namespace(""), &self.bytes);
        self.store.lookup.insert(hash, series);
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
            return;
        }
        drop(part);
        self.report.replayed_samples += 1;
        let (oldest, newest) = (self.store.oldest_ms.get_mut(), self.store.newest_ms.get_mut());
        *oldest = sample.at_ms.min(*oldest);
        *newest = sample.at_ms.max(*newest);
    }

    fn metadata(&mut self, metadata: MetricMetadata) {
        self.store.metadata.note(&[metadata]);
    }
}
