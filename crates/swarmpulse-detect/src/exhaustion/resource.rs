//! Resources that run out: which signals tell of them, and how people speak of them.

use crate::finding::Unit;
use crate::signal::Signal;

/// Something of which there is only so much.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Resource {
    Memory,
    Fds,
    Threads,
    Disk,
    Connections,
    Queue,
}

/// What a sample tells of a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// How much is in use.
    Used,
    /// How much is left.
    Free,
    /// How much there is.
    Limit,
}

impl Resource {
    /// Which resource a signal tells of, and what.
    pub(super) fn of(signal: Signal) -> Option<(Self, Role)> {
        Some(match signal {
            Signal::MemoryBytes => (Self::Memory, Role::Used),
            Signal::MemoryAvailableBytes => (Self::Memory, Role::Free),
            Signal::MemoryLimitBytes => (Self::Memory, Role::Limit),
            Signal::OpenFds => (Self::Fds, Role::Used),
            Signal::FdLimit => (Self::Fds, Role::Limit),
            Signal::Threads => (Self::Threads, Role::Used),
            Signal::ThreadLimit => (Self::Threads, Role::Limit),
            Signal::DiskUsedBytes => (Self::Disk, Role::Used),
            Signal::DiskFreeBytes => (Self::Disk, Role::Free),
            Signal::DiskSizeBytes => (Self::Disk, Role::Limit),
            Signal::Connections => (Self::Connections, Role::Used),
            Signal::ConnectionLimit => (Self::Connections, Role::Limit),
            Signal::QueueLength => (Self::Queue, Role::Used),
            Signal::QueueLimit => (Self::Queue, Role::Limit),
            _ => return None,
        })
    }

    /// The label `resource` and the field of the log.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Memory => "memory",
            Self::Fds => "fds",
            Self::Threads => "threads",
            Self::Disk => "disk",
            Self::Connections => "connections",
            Self::Queue => "queue",
        }
    }

    pub(super) fn condition(self) -> &'static str {
        match self {
            Self::Memory => "memory_exhaustion",
            Self::Fds => "fd_exhaustion",
            Self::Threads => "thread_exhaustion",
            Self::Disk => "disk_exhaustion",
            Self::Connections => "connection_exhaustion",
            Self::Queue => "queue_exhaustion",
        }
    }

    /// What is used up, in the plural.
    pub(super) fn things(self) -> &'static str {
        match self {
            Self::Memory => "memory",
            Self::Fds => "file descriptors",
            Self::Threads => "threads",
            Self::Disk => "disk space",
            Self::Connections => "connections",
            Self::Queue => "queue places",
        }
    }

    pub(super) fn unit(self) -> Unit {
        if self.is_bytes() { Unit::Bytes } else { Unit::Count }
    }

    pub(super) fn rate_unit(self) -> Unit {
        if self.is_bytes() {
            Unit::BytesPerHour
        } else {
            Unit::PerHour
        }
    }

    pub(super) fn is_bytes(self) -> bool {
        matches!(self, Self::Memory | Self::Disk)
    }

    /// What to do about it.
    pub(super) fn advice(self) -> &'static [&'static str] {
        match self {
            Self::Memory => &[
                "Restart it before the limit does: a kill for want of memory loses the work in hand.",
                "Raise the limit if the growth is work and not a leak.",
            ],
            Self::Fds => &[
                "Look at what is open (`ls -l /proc/PID/fd`): sockets, files and pipes that are never closed.",
                "Raise the limit of open files if the load is real (`ulimit -n`, LimitNOFILE).",
            ],
            Self::Threads => &["Look for pools that are made anew for every job instead of shared."],
            Self::Disk => &[
                "Find what grows (`du -x`), and delete or move it; rotate logs.",
                "Stop what writes before the file system is full: databases may not start again on a full disk.",
            ],
            Self::Connections => &[
                "Look for connections that stay idle: clients that do not close them, or pools that are too large.",
            ],
            Self::Queue => {
                &["Add consumers, or slow the producers down, before items are refused or dropped."]
            }
        }
    }
}
