//! What a segment file holds.

use swarmpulse_store::metrics::Bucket;

/// What a segment file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SegmentKind {
    /// Samples as they came out of memory.
    Hot,
    /// Samples of one day, packed tightly.
    Cold,
    /// Hourly aggregates.
    Hour,
    /// Daily aggregates.
    Day,
}

impl SegmentKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Hot, Self::Cold, Self::Hour, Self::Day];

    /// Its name: how its files' names begin.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hot => "hot",
            Self::Cold => "cold",
            Self::Hour => "hour",
            Self::Day => "day",
        }
    }

    /// Whether it holds samples, not aggregates.
    #[must_use]
    pub const fn is_samples(self) -> bool {
        matches!(self, Self::Hot | Self::Cold)
    }

    /// The aggregates it holds.
    pub(crate) const fn bucket(self) -> Option<Bucket> {
        match self {
            Self::Hot | Self::Cold => None,
            Self::Hour => Some(Bucket::Hour),
            Self::Day => Some(Bucket::Day),
        }
    }

    pub(super) const fn code(self) -> u32 {
        match self {
            Self::Hot => 0,
            Self::Cold => 1,
            Self::Hour => 2,
            Self::Day => 3,
        }
    }

    pub(super) fn of_code(code: u32) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}
