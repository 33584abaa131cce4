//! Sums and averages of native histograms.

use std::collections::BTreeMap;
use std::sync::Arc;

use swarmpulse_model::series::NativeHistogram;

use super::grouping::Groups;
use crate::Notes;
use crate::histogram::{self, Incompatible};
use crate::matrix::{ABSENT, Matrix, is_present};
use crate::quote::quote;
use crate::syntax::{Aggregate, AggregateOp};

struct Mean {
    histogram: NativeHistogram,
    count: f64,
    compatible: bool,
}

/// Adds the histograms of a `sum` or `avg` to results that have the floats already.
pub(super) fn add(
    aggregate: &Aggregate,
    matrix: &Matrix,
    groups: &Groups,
    results: &mut Matrix,
    notes: &mut Notes,
) {
    let mut cells: BTreeMap<(u32, u32), Mean> = BTreeMap::new();
    for (series, group) in matrix.iter().zip(&groups.of_series) {
        for (step, histogram) in &series.histograms {
            let Some(mean) = cells.get_mut(&(*group, *step)) else {
                let first = Mean {
                    histogram: NativeHistogram::clone(histogram),
                    count: 1.0,
                    compatible: true,
                };
                cells.insert((*group, *step), first);
                continue;
            };
            if !mean.compatible {
                continue;
            }
            mean.count += 1.0;
            let added = if aggregate.op == AggregateOp::Avg {
                histogram::move_mean(&mut mean.histogram, histogram, mean.count)
            } else {
                histogram::add(&mut mean.histogram, histogram)
            };
            if let Err(why) = added {
                mean.compatible = false;
                warn(why, series.labels.metric_name(), aggregate, notes);
            }
        }
    }
    for ((group, step), mut mean) in cells {
        let result = &mut results[group as usize];
        let value = &mut result.values[step as usize];
        if is_present(*value) {
            *value = ABSENT;
            let text = "encountered a mix of histograms and floats for aggregation";
            notes.warn(text, aggregate.inner.span());
        } else if mean.compatible {
            histogram::compact(&mut mean.histogram);
            result.histograms.push((step, Arc::new(mean.histogram)));
        }
    }
}

fn warn(why: Incompatible, metric: &str, aggregate: &Aggregate, notes: &mut Notes) {
    let metric = quote(metric);
    let text = match why {
        Incompatible::Schemas => format!(
            "vector contains a mix of histograms with exponential and custom buckets schemas for metric name {metric}"
        ),
        Incompatible::Bounds => {
            format!("vector contains histograms with incompatible custom buckets for metric name {metric}")
        }
    };
    notes.warn(text, aggregate.inner.span());
}
