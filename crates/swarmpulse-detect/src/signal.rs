//! Signals: what a series tells of its subject, whoever measured it and whatever it is called there.

mod reading;
mod source;

pub use reading::{Reading, metric_names, read};

/// What a sample measures. Amounts are gauges; those that end in `Total` only grow while a process lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Signal {
    /// Resident memory, in bytes.
    MemoryBytes,
    /// The most memory it may use, in bytes: of the control group, the process or the machine.
    MemoryLimitBytes,
    /// Memory of a machine that is available, in bytes.
    MemoryAvailableBytes,
    /// Open file descriptors.
    OpenFds,
    /// The most it may open.
    FdLimit,
    /// Threads.
    Threads,
    /// The most it may have.
    ThreadLimit,
    /// Open connections.
    Connections,
    /// The most it may have.
    ConnectionLimit,
    /// Space in use on a file system, in bytes.
    DiskUsedBytes,
    /// Space free on a file system, in bytes.
    DiskFreeBytes,
    /// Size of a file system, in bytes.
    DiskSizeBytes,
    /// Items that wait in a queue.
    QueueLength,
    /// The most it may hold.
    QueueLimit,
    /// Use of processors, 1 being one of them.
    CpuRatio,
    /// Processor time, in seconds.
    CpuSecondsTotal,
    /// Page faults that needed the disk.
    MajorFaultsTotal,
    /// Share of time that work waited for memory, 0 to 1.
    MemoryPressureRatio,
    /// Collections of garbage.
    GcCollectionsTotal,
    /// Time spent on collecting garbage, in seconds.
    GcSecondsTotal,
    /// Memory of the managed heap in use, in bytes.
    HeapBytes,
    /// The most the managed heap may use, in bytes.
    HeapLimitBytes,
    /// When the process started, in Unix seconds. Another value is another life.
    StartTimeSeconds,
    /// How long answers take, in seconds.
    ResponseSeconds,
    /// Share of calls or tasks that failed, 0 to 1.
    ErrorRatio,
    /// Any other number that an agent sends, by its own name; anomalies are looked for in it, nothing else.
    Other,
}

impl Signal {
    /// Every signal.
    pub const ALL: [Self; 26] = [
        Self::MemoryBytes,
        Self::MemoryLimitBytes,
        Self::MemoryAvailableBytes,
        Self::OpenFds,
        Self::FdLimit,
        Self::Threads,
        Self::ThreadLimit,
        Self::Connections,
        Self::ConnectionLimit,
        Self::DiskUsedBytes,
        Self::DiskFreeBytes,
        Self::DiskSizeBytes,
        Self::QueueLength,
        Self::QueueLimit,
        Self::CpuRatio,
        Self::CpuSecondsTotal,
        Self::MajorFaultsTotal,
        Self::MemoryPressureRatio,
        Self::GcCollectionsTotal,
        Self::GcSecondsTotal,
        Self::HeapBytes,
        Self::HeapLimitBytes,
        Self::StartTimeSeconds,
        Self::ResponseSeconds,
        Self::ErrorRatio,
        Self::Other,
    ];

    /// Its name in snake case: `memory_bytes`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::MemoryBytes => "memory_bytes",
            Self::MemoryLimitBytes => "memory_limit_bytes",
            Self::MemoryAvailableBytes => "memory_available_bytes",
            Self::OpenFds => "open_fds",
            Self::FdLimit => "fd_limit",
            Self::Threads => "threads",
            Self::ThreadLimit => "thread_limit",
            Self::Connections => "connections",
            Self::ConnectionLimit => "connection_limit",
            Self::DiskUsedBytes => "disk_used_bytes",
            Self::DiskFreeBytes => "disk_free_bytes",
            Self::DiskSizeBytes => "disk_size_bytes",
            Self::QueueLength => "queue_length",
            Self::QueueLimit => "queue_limit",
            Self::CpuRatio => "cpu_ratio",
            Self::CpuSecondsTotal => "cpu_seconds_total",
            Self::MajorFaultsTotal => "major_faults_total",
            Self::MemoryPressureRatio => "memory_pressure_ratio",
            Self::GcCollectionsTotal => "gc_collections_total",
            Self::GcSecondsTotal => "gc_seconds_total",
            Self::HeapBytes => "heap_bytes",
            Self::HeapLimitBytes => "heap_limit_bytes",
            Self::StartTimeSeconds => "start_time_seconds",
            Self::ResponseSeconds => "response_seconds",
            Self::ErrorRatio => "error_ratio",
            Self::Other => "other",
        }
    }

    /// Whether it tells the most that there may be of something.
    #[must_use]
    pub fn is_limit(self) -> bool {
        matches!(
            self,
            Self::MemoryLimitBytes
                | Self::FdLimit
                | Self::ThreadLimit
                | Self::ConnectionLimit
                | Self::DiskSizeBytes
                | Self::QueueLimit
                | Self::HeapLimitBytes
        )
    }

    /// The limit that a sample of such a signal tells: exporters write 0, -1 or about 2^63 where there is none.
    #[must_use]
    pub fn limit(value: f64) -> Option<f64> {
        const UNLIMITED: f64 = 4_611_686_018_427_387_904.0;
        (value > 0.0 && value < UNLIMITED).then_some(value)
    }

    /// The signal of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|signal| signal.as_str() == name)
    }
}
