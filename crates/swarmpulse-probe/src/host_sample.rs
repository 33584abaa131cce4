//! What a look at the machine says.

/// Shares of time, 0 to 1, over the last ten seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Pressure {
    /// Some task waited.
    pub some_ratio: f64,
    /// All tasks waited.
    pub full_ratio: f64,
}

/// Space of the file system that holds a path.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DiskSpace {
    /// Its size, in bytes.
    pub total_bytes: u64,
    /// What an ordinary user may still fill, in bytes.
    pub free_bytes: u64,
}

/// What the monitor itself costs.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct OwnCost {
    /// Share of one core since the last look; 0 at the first.
    pub cpu_ratio: f64,
    /// Processor time since it started, in seconds.
    pub cpu_seconds: f64,
    /// Resident memory, in bytes.
    pub rss_bytes: u64,
    /// Threads.
    pub threads: u64,
    /// Open file descriptors.
    pub open_fds: Option<u64>,
    /// The most it may open.
    pub fd_limit: Option<u64>,
}

/// One look at the machine. What the kernel does not tell is `None`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HostSample {
    /// Share of all cores' time that was not idle since the last look, 0 to 1; `None` at the first.
    pub cpu_ratio: Option<f64>,
    /// Cores.
    pub cores: u32,
    /// Memory, in bytes.
    pub memory_total_bytes: u64,
    /// Memory that can be had without swapping, in bytes.
    pub memory_available_bytes: u64,
    /// Load averages over 1, 5 and 15 minutes.
    pub load: Option<[f64; 3]>,
    /// Waiting for a processor.
    pub cpu_pressure: Option<Pressure>,
    /// Waiting for the disk.
    pub io_pressure: Option<Pressure>,
    /// Waiting for memory.
    pub memory_pressure: Option<Pressure>,
    /// Processes that the kernel killed for want of memory since it started.
    pub oom_kills_total: Option<u64>,
    /// Space where the data lives.
    pub disk: Option<DiskSpace>,
    /// What the monitor itself costs.
    pub own: OwnCost,
}
