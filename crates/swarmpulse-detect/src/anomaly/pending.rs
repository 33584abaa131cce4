//! What was seen in the last hour, before it counts as ordinary: otherwise what rises within minutes would be followed.

use super::range::Range;

/// Buckets that wait.
const BUCKETS: usize = 4;
/// Span of a bucket.
const SPAN_S: i64 = 900;

/// Lowest and highest of a quarter of an hour, of values and of their distances from the habit.
#[derive(Clone, Copy, Debug)]
struct Bucket {
    value: (f64, f64),
    unusual: (f64, f64),
}

const EMPTY: Bucket = Bucket {
    value: (f64::INFINITY, f64::NEG_INFINITY),
    unusual: (f64::INFINITY, f64::NEG_INFINITY),
};

/// The last hour in quarters.
#[derive(Clone, Debug)]
pub(super) struct Pending {
    /// The oldest first.
    buckets: [Bucket; BUCKETS],
    /// When the newest began.
    start: i64,
}

impl Pending {
    pub(super) const fn new() -> Self {
        Self {
            buckets: [EMPTY; BUCKETS],
            start: i64::MIN,
        }
    }

    /// Adds what was seen, and gives what has waited for its time to the ranges; `habit` if that is learnt already.
    pub(super) fn push(
        &mut self,
        at: i64,
        value: f64,
        unusual: f64,
        range: &mut Range,
        habit: Option<&mut Range>,
    ) {
        if at.saturating_sub(self.start) >= SPAN_S {
            let oldest = self.buckets[0];
            if oldest.value.0 <= oldest.value.1 {
                range.include(oldest.value.0);
                range.include(oldest.value.1);
                if let Some(habit) = habit {
                    habit.include(oldest.unusual.0);
                    habit.include(oldest.unusual.1);
                }
            }
            self.buckets.rotate_left(1);
            self.buckets[BUCKETS - 1] = EMPTY;
            self.start = at;
        }
        let newest = &mut self.buckets[BUCKETS - 1];
        newest.value = (newest.value.0.min(value), newest.value.1.max(value));
        newest.unusual = (newest.unusual.0.min(unusual), newest.unusual.1.max(unusual));
    }

    /// Forgets all: it led to what is not ordinary.
    pub(super) fn clear(&mut self) {
        *self = Self::new();
    }
}
