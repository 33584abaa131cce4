//! Series that were found, and their samples.

use std::sync::Arc;

use swarmpulse_model::Labels;
use swarmpulse_model::series::NativeHistogram;

use super::{Bucket, Matcher, MetricError, RollupRow};

/// What to find.
#[derive(Clone, Debug, PartialEq)]
pub struct Selection {
    /// All must pass.
    pub matchers: Vec<Matcher>,
    /// Samples from this millisecond on, inclusive.
    pub from_ms: i64,
    /// Up to this one, inclusive.
    pub to_ms: i64,
    /// More series than that are an error.
    pub series_max: usize,
}

/// Samples of one series, in columns, oldest first, each time once.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Points {
    /// Milliseconds since the Unix epoch.
    pub times_ms: Vec<i64>,
    /// The value at each time; markers of a series that is gone included.
    pub values: Vec<f64>,
    /// Native histograms, where a store keeps them: at times of their own, oldest first.
    pub histograms: Vec<(i64, Arc<NativeHistogram>)>,
}

impl Points {
    /// Forgets the samples and keeps the room.
    pub fn clear(&mut self) {
        self.times_ms.clear();
        self.values.clear();
        self.histograms.clear();
    }
}

/// Series that were found; a snapshot: what is appended, compacted or retired later does not change it. Its series may be
/// read from many threads at once.
pub trait Selected: Send + Sync {
    /// How many.
    fn len(&self) -> usize;

    /// Whether none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The labels of one; they are sorted by them.
    fn labels(&self, series: usize) -> &Labels;

    /// Replaces what is in `into` by the samples of one in the selected span.
    ///
    /// # Errors
    /// If storage cannot be read or is damaged.
    fn read(&self, series: usize, into: &mut Points) -> Result<(), MetricError>;

    /// The last sample of one at or before `at_ms` and after `after_ms`: its time and value. A store answers this without
    /// decoding more than it must.
    ///
    /// # Errors
    /// As [`Selected::read`].
    fn last(&self, series: usize, after_ms: i64, at_ms: i64) -> Result<Option<(i64, f64)>, MetricError>;

    /// Whether any may have native histograms, which [`Selected::last`] does not tell of.
    fn has_histograms(&self) -> bool {
        false
    }

    /// Before this millisecond raw samples are no longer kept and only rollups tell; `i64::MIN` if that never happened.
    fn raw_from_ms(&self) -> i64 {
        i64::MIN
    }

    /// Replaces what is in `into` by the rows of one whose bucket ends in the selected span, oldest first. False if such
    /// buckets are not kept for all of the span: then read the samples.
    ///
    /// # Errors
    /// As [`Selected::read`].
    fn rollups(&self, series: usize, bucket: Bucket, into: &mut Vec<RollupRow>) -> Result<bool, MetricError> {
        let (_, _) = (series, bucket);
        into.clear();
        Ok(false)
    }
}
