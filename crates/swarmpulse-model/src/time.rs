//! Points in time as nanoseconds since the Unix epoch.

use serde::{Deserialize, Serialize};

/// Nanoseconds in a second.
pub const SECOND_NS: i64 = 1_000_000_000;

/// A point in time: nanoseconds since 1970-01-01T00:00:00Z. As `now` it is monotone receipt time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// The latest representable point: "never".
    pub const NEVER: Self = Self(i64::MAX);

    /// From whole or fractional Unix seconds; out of range values saturate.
    #[must_use]
    pub fn from_unix_s(seconds: f64) -> Self {
        Self((seconds * SECOND_NS as f64) as i64)
    }

    /// Unix seconds, with the fraction.
    #[must_use]
    pub fn unix_s(self) -> f64 {
        self.0 as f64 / SECOND_NS as f64
    }

    /// Whole milliseconds since the epoch, rounded down.
    #[must_use]
    pub fn unix_ms(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// This point plus so many nanoseconds, saturating.
    #[must_use]
    pub fn plus_ns(self, nanoseconds: i64) -> Self {
        Self(self.0.saturating_add(nanoseconds))
    }

    /// This point plus so many seconds, saturating.
    #[must_use]
    pub fn plus_s(self, seconds: f64) -> Self {
        self.plus_ns((seconds * SECOND_NS as f64) as i64)
    }

    /// Nanoseconds from `earlier` to this point; negative if it lies after.
    #[must_use]
    pub fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// Seconds from `earlier` to this point; negative if it lies after.
    #[must_use]
    pub fn seconds_since(self, earlier: Self) -> f64 {
        self.since(earlier) as f64 / SECOND_NS as f64
    }
}

/// So many seconds in nanoseconds, saturating.
#[must_use]
pub fn seconds(seconds: f64) -> i64 {
    (seconds * SECOND_NS as f64) as i64
}
