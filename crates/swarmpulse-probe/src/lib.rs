//! Probes of processes, hosts and HTTP endpoints: what runs on this machine, how it fares and how it ended; what answers, and how.
//!
//! Linux reads procfs, pidfds and control groups by hand, for speed; elsewhere a reduced version stands on
//! `sysinfo`. Nothing here owns a thread, a clock or a schedule: the caller passes `now` and decides when.

mod collapse;
mod command;
mod discovered;
mod error;
mod host_sample;
pub mod http;
mod meter;
mod pattern;
pub mod patterns;
pub mod probe;
mod progress;
pub mod scrape;
mod stats;
mod target;

#[cfg(all(target_os = "linux", not(feature = "portable")))]
mod linux;
#[cfg(all(target_os = "linux", not(feature = "portable")))]
pub use linux::{HostProbe, Machine, ProcessTable, discover, host_name, raise_fd_limit};

#[cfg(any(not(target_os = "linux"), feature = "portable"))]
mod portable;
#[cfg(any(not(target_os = "linux"), feature = "portable"))]
pub use portable::{HostProbe, Machine, ProcessTable, discover, host_name, raise_fd_limit};

pub use discovered::Discovered;
pub use error::ProbeError;
pub use host_sample::{DiskSpace, HostSample, OwnCost, Pressure};
pub use pattern::{AgentPattern, PatternError};
pub use probe::{PROBES, Probe, ProbeEntry, ProbeOutput, ProbeSetup};
pub use progress::{PROGRESS_BYTES_PER_SECOND, PROGRESS_CPU_RATIO, PROGRESS_CPU_SECONDS};
pub use stats::ProbeStats;
pub use target::{ProbeSettings, Target};
