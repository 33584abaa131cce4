//! Signals: what a series tells of its subject, whoever measured it and whatever it is called there.

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
