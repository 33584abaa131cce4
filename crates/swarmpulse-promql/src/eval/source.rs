//! Where the samples of range functions come from.

use swarmpulse_model::Labels;
use swarmpulse_model::series::is_stale;
use swarmpulse_store::metrics::{Bucket, Points, RollupRow, Selected};

use super::context::Context;
use crate::EvalError;
use crate::matrix::{Matrix, Steps, is_present};

/// Series with samples: from the store, or from the steps of a subquery.
pub(super) enum Source {
    Selected(Box<dyn Selected>),
    Subquery { matrix: Matrix, steps: Steps },
}

impl Source {
    pub fn len(&self) -> usize {
        match self {
            Self::Selected(selected) => selected.len(),
            Self::Subquery { matrix, .. } => matrix.len(),
        }
    }

    pub fn labels(&self, place: usize) -> &Labels {
        match self {
            Self::Selected(selected) => selected.labels(place),
            Self::Subquery { matrix, .. } => &matrix[place].labels,
        }
    }

    pub fn drops_name(&self, place: usize) -> bool {
        match self {
            Self::Selected(_) => false,
            Self::Subquery { matrix, .. } => matrix[place].drop_name,
        }
    }

    /// The aggregates of one series whose buckets end in the span that was selected; false if there are none for all of it.
    pub fn rollups(
        &self,
        place: usize,
        bucket: Bucket,
        into: &mut Vec<RollupRow>,
    ) -> Result<bool, EvalError> {
        match self {
            Self::Selected(selected) => Ok(selected.rollups(place, bucket, into)?),
            Self::Subquery { .. } => Ok(false),
        }
    }

    /// The samples of one series, without markers of a series that is gone.
    pub fn read(&self, context: &Context<'_>, place: usize, into: &mut Points) -> Result<(), EvalError> {
        match self {
            Self::Selected(selected) => {
                selected.read(place, into)?;
                context.read(into.times_ms.len() + into.histograms.len());
                drop_markers(into);
            }
            Self::Subquery { matrix, steps } => {
                into.clear();
                let series = &matrix[place];
                for (step, value) in series.values.iter().copied().enumerate() {
                    if is_present(value) {
                        into.times_ms.push(steps.at(step));
                        into.values.push(value);
                    }
                }
                let histograms = series.histograms.iter();
                into.histograms.extend(
                    histograms.map(|(step, histogram)| (steps.at(*step as usize), histogram.clone())),
                );
            }
        }
        Ok(())
    }
}

fn drop_markers(points: &mut Points) {
    if points.values.iter().copied().any(is_stale) {
        let mut kept = 0;
        for place in 0..points.values.len() {
            let value = points.values[place];
            if !is_stale(value) {
                points.values[kept] = value;
                points.times_ms[kept] = points.times_ms[place];
                kept += 1;
            }
        }
        points.values.truncate(kept);
        points.times_ms.truncate(kept);
    }
    points
        .histograms
        .retain(|(_, histogram)| !is_stale(histogram.sum));
}
