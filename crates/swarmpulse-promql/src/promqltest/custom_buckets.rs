//! From classic histograms to native ones with the same bounds: what `load_with_nhcb` loads besides.

use std::collections::BTreeMap;
use std::sync::Arc;

use swarmpulse_model::Labels;
use swarmpulse_model::series::{BucketSpan, METRIC_NAME, NativeHistogram};

use super::script::Load;
use super::sequence::Item;
use crate::histogram::{self, CUSTOM_SCHEMA};
use crate::label_set::with;
use crate::parse_number;

#[derive(Default)]
struct Classic {
    /// Upper bound and cumulative count, by bound.
    buckets: Vec<(f64, f64)>,
    count: Option<f64>,
    sum: f64,
}

/// The histograms of the classic ones among series, by their labels.
pub(super) fn histograms(load: &Load) -> Vec<(Labels, Vec<Item>)> {
    let mut found: BTreeMap<Labels, BTreeMap<usize, Classic>> = BTreeMap::new();
    for (labels, items) in &load.series {
        let name = labels.metric_name();
        let (base, part) = match name.rsplit_once('_') {
            Some((base, part @ ("bucket" | "count" | "sum"))) => (base, part),
            _ => continue,
        };
        let bound = match (part, labels.get("le").map(parse_number)) {
            ("bucket", Some(Some(bound))) if !bound.is_nan() => bound,
            ("bucket", _) => continue,
            _ => 0.0,
        };
        let of = with(&with(labels, METRIC_NAME, base), "le", "");
        let by_time = found.entry(of).or_default();
        for (place, item) in items.iter().enumerate() {
            let Item::Float(value) = item else {
                continue;
            };
            let classic = by_time.entry(place).or_default();
            match part {
                "bucket" => classic.buckets.push((bound, *value)),
                "count" => classic.count = Some(*value),
                _ => classic.sum = *value,
            }
        }
    }
    let series = |(labels, by_time): (Labels, BTreeMap<usize, Classic>)| {
        let length = by_time.keys().next_back().map_or(0, |last| last + 1);
        let mut items = vec![Item::Omitted; length];
        for (place, classic) in by_time {
            items[place] = Item::Histogram(Arc::new(classic.convert()));
        }
        (labels, items)
    };
    found.into_iter().map(series).collect()
}

impl Classic {
    fn convert(mut self) -> NativeHistogram {
        self.buckets.sort_by(|a, b| a.0.total_cmp(&b.0));
        self.buckets.dedup_by(|a, b| a.0 == b.0);
        let highest = self.buckets.last().map(|(_, count)| *count);
        let count = self.count.or(highest).unwrap_or(0.0);
        if self
            .buckets
            .last()
            .is_none_or(|(bound, _)| *bound != f64::INFINITY)
        {
            self.buckets.push((f64::INFINITY, count));
        }
        let mut before = 0.0;
        let mut made = NativeHistogram {
            schema: CUSTOM_SCHEMA,
            count,
            sum: self.sum,
            positive_spans: vec![BucketSpan {
                offset: 0,
                length: self.buckets.len() as u32,
            }],
            ..NativeHistogram::default()
        };
        for (bound, cumulative) in self.buckets {
            made.positive_buckets.push(cumulative - before);
            before = cumulative;
            if bound != f64::INFINITY {
                made.custom_values.push(bound);
            }
        }
        histogram::compact(&mut made);
        made
    }
}
