//! Signals in which anomalies are looked for, and the smallest change of each that is worth a look.

use crate::finding::Unit;
use crate::signal::Signal;
use crate::wording::{bytes, number};

/// How a signal is looked at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Measure {
    /// A total whose growth per second is looked at.
    pub(super) is_total: bool,
    /// A change that is smaller is not told, however unusual.
    pub(super) least: f64,
    /// The same as a share of the usual level.
    pub(super) least_share: f64,
    /// Its unit.
    pub(super) unit: Unit,
    /// What people call it.
    pub(super) words: &'static str,
}

/// How anomalies of a signal are looked for; `None` for limits, sizes and what other detectors watch alone.
pub(super) fn measure(signal: Signal) -> Option<Measure> {
    const MIB: f64 = 1_048_576.0;
    let level = |words, unit, least| Measure {
        is_total: false,
        least,
        least_share: 0.25,
        unit,
        words,
    };
    let total = |words, unit, least| Measure {
        is_total: true,
        ..level(words, unit, least)
    };
    Some(match signal {
        Signal::MemoryBytes => level("memory", Unit::Bytes, 32.0 * MIB),
        Signal::MemoryAvailableBytes => level("available memory", Unit::Bytes, 128.0 * MIB),
        Signal::HeapBytes => level("heap", Unit::Bytes, 32.0 * MIB),
        Signal::OpenFds => level("open files", Unit::Count, 20.0),
        Signal::Threads => level("threads", Unit::Count, 10.0),
        Signal::Connections => level("connections", Unit::Count, 10.0),
        Signal::QueueLength => level("queue length", Unit::Count, 20.0),
        Signal::CpuRatio => level("CPU use", Unit::Ratio, 0.25),
        Signal::CpuSecondsTotal => total("CPU use", Unit::Ratio, 0.25),
        Signal::MajorFaultsTotal => total("major page faults per second", Unit::Count, 10.0),
        Signal::MemoryPressureRatio => level("memory pressure", Unit::Ratio, 0.1),
        Signal::GcCollectionsTotal => total("garbage collections per second", Unit::Count, 1.0),
        Signal::GcSecondsTotal => total("share of time in garbage collection", Unit::Ratio, 0.1),
        Signal::ResponseSeconds => Measure {
            least_share: 0.5,
            ..level("response time", Unit::Seconds, 0.1)
        },
        Signal::ErrorRatio => level("share of errors", Unit::Ratio, 0.1),
        Signal::Other => Measure {
            least_share: 0.5,
            ..level("", Unit::Count, 0.0)
        },
        Signal::MemoryLimitBytes
        | Signal::FdLimit
        | Signal::ThreadLimit
        | Signal::ConnectionLimit
        | Signal::DiskUsedBytes
        | Signal::DiskFreeBytes
        | Signal::DiskSizeBytes
        | Signal::QueueLimit
        | Signal::HeapLimitBytes
        | Signal::StartTimeSeconds => return None,
    })
}

/// A value as people read it.
pub(super) fn amount(unit: Unit, value: f64) -> String {
    match unit {
        Unit::Bytes => bytes(value),
        Unit::Seconds if value.abs() < 1.0 => format!("{} ms", number(1000.0 * value)),
        Unit::Seconds => format!("{} s", number(value)),
        _ => number(value),
    }
}
