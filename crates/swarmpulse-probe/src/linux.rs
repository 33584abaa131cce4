//! Linux: procfs, pidfds and control groups, read through held file descriptors.

mod cgroup;
mod cgroup_mounts;
mod deaths;
mod discover;
mod entry;
mod fd_limit;
mod files;
mod handle;
mod host;
mod limits;
mod machine;
mod pidfd;
mod pressure;
mod sampling;
mod sockets;
mod stat;
mod table;
mod tree;

pub use discover::discover;
pub use fd_limit::raise_fd_limit;
pub use host::{HostProbe, host_name};
pub use machine::Machine;
pub use table::ProcessTable;
