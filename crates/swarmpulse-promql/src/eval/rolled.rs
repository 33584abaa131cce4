//! Functions of long windows, computed from hourly and daily aggregates instead of samples.
//!
//! Aggregates are used where they tell the same: every window is made of whole hours or days, six at least.

use swarmpulse_store::metrics::{Bucket, Points, RollupRow};

use super::context::Context;
use super::range::Ranged;
use crate::EvalError;
use crate::functions::{RolledFunction, RolledWindow, lookup_rolled};
use crate::matrix::ABSENT;
use crate::syntax::Call;
use crate::window::Windows;

/// Fewer buckets than that are no gain.
const BUCKETS_MIN: i64 = 6;

/// How a call is computed from aggregates.
pub(super) struct Rolled {
    function: RolledFunction,
    bucket: Bucket,
}

impl Rolled {
    /// If all windows of the call are made of whole days, or hours.
    pub fn of(call: &Call, ranged: &Ranged) -> Option<Self> {
        let function = lookup_rolled(call.function.name)?;
        let nothing = Points::default();
        let windows = ranged.windows(&nothing);
        let fits = |bucket: &Bucket| {
            let length_ms = bucket.length_ms();
            let step_fits =
                windows.fixed || windows.steps.count < 2 || windows.steps.step_ms % length_ms == 0;
            step_fits
                && windows.first_end_ms % length_ms == 0
                && windows.range_ms % length_ms == 0
                && windows.range_ms / length_ms >= BUCKETS_MIN
        };
        let bucket = [Bucket::Day, Bucket::Hour].into_iter().find(fits)?;
        Some(Self { function, bucket })
    }

    /// The values of one series at all steps, if its aggregates are kept; none of them present if it has no samples.
    pub fn values(
        &self,
        context: &Context<'_>,
        ranged: &Ranged,
        place: usize,
        rows: &mut Vec<RollupRow>,
    ) -> Result<Option<Vec<f64>>, EvalError> {
        if !ranged.source.rollups(place, self.bucket, rows)? {
            return Ok(None);
        }
        context.read(rows.len());
        let nothing = Points::default();
        Ok(Some(self.computed(&ranged.windows(&nothing), rows)))
    }

    fn computed(&self, windows: &Windows<'_>, rows: &[RollupRow]) -> Vec<f64> {
        let value = |step: usize| {
            let end_ms = windows.end_of(step);
            let start_ms = end_ms.saturating_sub(windows.range_ms);
            let from = rows.partition_point(|row| row.end_ms <= start_ms);
            let to = rows.partition_point(|row| row.end_ms <= end_ms);
            let window = RolledWindow {
                start_ms,
                end_ms,
                rows: &rows[from..to.max(from)],
            };
            if window.rows.is_empty() {
                return ABSENT;
            }
            (self.function)(&window).unwrap_or(ABSENT)
        };
        (0..windows.steps.count).map(value).collect()
    }
}
