//! What the process table counts of itself.

/// Figures of the process table since it was made; gauges say so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ProbeStats {
    /// Gauge: processes that are watched.
    pub processes: usize,
    /// Gauge: targets, which may share a process.
    pub targets: usize,
    /// Gauge: file descriptors held open for them.
    pub held_fds: usize,
    /// Gauge: processes whose death is found by polling, for want of a pidfd.
    pub without_pidfd: usize,
    /// Targets that were refused because of `targets_max`.
    pub refused_total: u64,
    /// Looks that failed though the process may live.
    pub unreadable_total: u64,
    /// Deaths that were seen.
    pub exits_total: u64,
    /// Descendants that were left out because a target has too many.
    pub descendants_dropped_total: u64,
    /// Socket tables and descriptor lists that were cut because they are too long.
    pub truncated_total: u64,
}
