//! What a series was before the detectors came to it: hours in short, then the last samples one by one.

use swarmpulse_detect::Hour;
use swarmpulse_model::series::is_stale;
use swarmpulse_model::{Labels, Timestamp};
use swarmpulse_store::MetricStore;
use swarmpulse_store::metrics::{Bucket, MetricError, Points, RollupRow, Selected, Selection};

/// Hours are looked for so far back.
const HOURS_BACK_MS: i64 = 14 * 24 * HOUR_MS;
/// Samples of so long ago are handed on one by one: whoever looks at minutes wants three hours at least.
const SAMPLES_BACK_MS: i64 = 4 * HOUR_MS;
/// An hour.
const HOUR_MS: i64 = 3_600_000;
/// Nothing was measured before: marks a series whose past was read and was empty.
pub(super) const FIRST_MS: i64 = i64::MIN + 1;

/// Reads the past of series that match a selection.
pub(super) struct Past<'a> {
    store: &'a dyn MetricStore,
    selection: Selection,
    present_from_ms: i64,
    found: Option<Box<dyn Selected>>,
    /// Whole hours before this one are told in short, samples after it one by one.
    whole_to_ms: i64,
    rows: Vec<RollupRow>,
    hours: Vec<Hour>,
}

impl<'a> Past<'a> {
    /// Finds nothing yet: most rounds know all series.
    pub fn new(store: &'a dyn MetricStore, present: &Selection, now_ms: i64) -> Self {
        Self {
            store,
            selection: Selection {
                from_ms: now_ms - HOURS_BACK_MS,
                ..present.clone()
            },
            present_from_ms: present.from_ms,
            found: None,
            whole_to_ms: Bucket::Hour.end_of(now_ms - SAMPLES_BACK_MS),
            rows: Vec::new(),
            hours: Vec::new(),
        }
    }

    /// Reads one: its hours are in [`Past::hours`] then, multiplied by `scale`, and the samples after them in `points`, as
    /// they are.
    pub fn read(&mut self, labels: &Labels, scale: f64, points: &mut Points) -> Result<(), MetricError> {
        points.clear();
        self.hours.clear();
        if self.found.is_none() {
            self.found = match self.store.select(&self.selection) {
                Ok(found) => Some(found),
                // Series that came and went are too many: then the present alone is judged by.
                Err(MetricError::TooManySeries { .. }) => {
                    let present = Selection {
                        from_ms: self.present_from_ms,
                        ..self.selection.clone()
                    };
                    Some(self.store.select(&present)?)
                }
                Err(error) => return Err(error),
            };
        }
        let Some(found) = &self.found else {
            return Ok(());
        };
        let Some(series) = place(&**found, labels) else {
            return Ok(());
        };
        let told = found.rollups(series, Bucket::Hour, &mut self.rows)?;
        found.read(series, points)?;
        if !told {
            self.rows.clear();
            summarize(points, self.whole_to_ms, &mut self.rows);
        }
        let whole = self
            .rows
            .iter()
            .filter(|row| row.end_ms <= self.whole_to_ms && row.count > 0);
        self.hours.extend(whole.map(|row| Hour {
            end: Timestamp(row.end_ms * 1_000_000),
            count: row.count,
            min: scale * row.min,
            max: scale * row.max,
            mean: scale * row.sum / row.count as f64,
        }));
        let first = points
            .times_ms
            .partition_point(|at_ms| *at_ms <= self.whole_to_ms);
        points.times_ms.drain(..first);
        points.values.drain(..first);
        Ok(())
    }

    /// Hours of the series that was read last, the oldest first.
    pub fn hours(&self) -> &[Hour] {
        &self.hours
    }
}

/// The series of those labels: they are sorted.
fn place(found: &dyn Selected, labels: &Labels) -> Option<usize> {
    let (mut low, mut high) = (0, found.len());
    while low < high {
        let middle = low + (high - low) / 2;
        match found.labels(middle).cmp(labels) {
            std::cmp::Ordering::Less => low = middle + 1,
            std::cmp::Ordering::Greater => high = middle,
            std::cmp::Ordering::Equal => return Some(middle),
        }
    }
    None
}

/// Rows of the whole hours up to `to_ms`, from samples.
fn summarize(points: &Points, to_ms: i64, rows: &mut Vec<RollupRow>) {
    let (mut times_ms, mut values, mut end_ms) = (Vec::new(), Vec::new(), i64::MIN);
    let usable = points
        .times_ms
        .iter()
        .zip(&points.values)
        .filter(|(at_ms, value)| **at_ms <= to_ms && value.is_finite() && !is_stale(**value));
    for (at_ms, value) in usable {
        let ends = Bucket::Hour.end_of(*at_ms);
        if ends != end_ms {
            rows.extend(RollupRow::of(end_ms, &times_ms, &values));
            times_ms.clear();
            values.clear();
            end_ms = ends;
        }
        times_ms.push(*at_ms);
        values.push(*value);
    }
    rows.extend(RollupRow::of(end_ms, &times_ms, &values));
}
