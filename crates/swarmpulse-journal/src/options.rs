//! How a journal divides and keeps its entries.

use std::time::Duration;

/// How a journal divides and keeps its entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Which part of the cluster's journal this is; a folder of another partition is refused.
    pub partition: u32,
    /// A segment is closed by the first group that begins after it reached this size. It is allocated ahead.
    pub segment_bytes: u64,
    /// A segment is closed when a group begins whose receipt is this much later than the segment's first entry.
    pub segment_age: Duration,
    /// Whether closed segments are compressed by [`crate::Housekeeper::compress_closed`].
    pub compress: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            partition: 0,
            segment_bytes: 32 << 20,
            segment_age: Duration::from_secs(15 * 60),
            compress: true,
        }
    }
}
