//! Sums and averages of native histograms.

use std::collections::BTreeMap;
use std::sync::Arc;

use swarmpulse_model::series::{CounterReset, NativeHistogram};

use super::grouping::Groups;
use crate::Notes;
use crate::functions::remarks::{self, Operation};
use crate::histogram::{self, Fitted, Total};
use crate::matrix::{ABSENT, Matrix, is_present};
use crate::syntax::{Aggregate, AggregateOp};

struct Mean {
    total: Total,
    compatible: bool,
    /// Whether any said that its counter was reset, and whether any said that it was not.
    resets: (bool, bool),
    bounds_reconciled: bool,
}

impl Mean {
    fn hear(&mut self, histogram: &NativeHistogram) {
        self.resets.0 |= histogram.counter_reset == CounterReset::Reset;
        self.resets.1 |= histogram.counter_reset == CounterReset::NotReset;
    }

    fn fitted(&self) -> Fitted {
        Fitted {
            resets_collide: self.resets == (true, true),
            bounds_reconciled: self.bounds_reconciled,
        }
    }
}

/// Adds the histograms of a `sum` or `avg` to results that have the floats already.
pub(super) fn add(
    aggregate: &Aggregate,
    matrix: &Matrix,
    groups: &Groups,
    results: &mut Matrix,
    notes: &mut Notes,
) {
    let wants_mean = aggregate.op == AggregateOp::Avg;
    let mut cells: BTreeMap<(u32, u32), Mean> = BTreeMap::new();
    for (series, group) in matrix.iter().zip(&groups.of_series) {
        for (step, histogram) in &series.histograms {
            let Some(mean) = cells.get_mut(&(*group, *step)) else {
                let mut first = Mean {
                    total: Total::of(histogram),
                    compatible: true,
                    resets: (false, false),
                    bounds_reconciled: false,
                };
                first.hear(histogram);
                cells.insert((*group, *step), first);
                continue;
            };
            if !mean.compatible {
                continue;
            }
            mean.hear(histogram);
            if let Ok(fitted) = mean.total.add(histogram, wants_mean) {
                mean.bounds_reconciled |= fitted.bounds_reconciled;
            } else {
                mean.compatible = false;
                let text = remarks::incompatible(series.labels.metric_name());
                notes.warn(text, aggregate.inner.span());
            }
        }
    }
    for ((group, step), mean) in cells {
        let result = &mut results[group as usize];
        let value = &mut result.values[step as usize];
        if is_present(*value) {
            *value = ABSENT;
            let text = "encountered a mix of histograms and floats for aggregation";
            notes.warn(text, aggregate.inner.span());
        } else if mean.compatible {
            let fitted = mean.fitted();
            let total = if wants_mean {
                mean.total.mean()
            } else {
                mean.total.sum()
            };
            let Ok(mut total) = total else { continue };
            remarks::fitted(fitted, Operation::Aggregation, aggregate.inner.span(), notes);
            histogram::compact(&mut total);
            result.histograms.push((step, Arc::new(total)));
        }
    }
}
