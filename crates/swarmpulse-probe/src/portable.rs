//! Other systems than Linux, through `sysinfo`: liveness, processor, memory and I/O. What it does not tell stays
//! `None`: exit codes, threads, connections, pressure, control groups. Deaths are found by polling.

mod host;
mod machine;
mod table;

pub use host::{HostProbe, host_name};
pub use machine::{Machine, discover};
pub use table::ProcessTable;

use crate::ProbeError;

/// Here no descriptors are held, so nothing is raised.
///
/// # Errors
/// Never.
pub fn raise_fd_limit() -> Result<Option<u64>, ProbeError> {
    Ok(None)
}
