//! pidfds: a handle on one process that no reuse of its pid can confuse, and how the process ended.

use std::os::fd::{AsFd, OwnedFd};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::fs::Timespec;
use rustix::io::Errno;
use rustix::ioctl::{Updater, ioctl, opcode};
use rustix::process::{Pid, PidfdFlags, WaitId, WaitIdOptions, pidfd_open, waitid};

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// With an exit code.
    Code(i32),
    /// By a signal.
    Signal(i32),
}

impl Ending {
    /// From a wait status, as `wait` and `/proc/PID/stat` give it.
    pub(super) fn from_wait_status(status: i32) -> Self {
        match status & 0x7f {
            0 => Self::Code((status >> 8) & 0xff),
            signal => Self::Signal(signal),
        }
    }
}

/// Opens a pidfd; `None` where the kernel or a sandbox has none to give.
pub(super) fn open(pid: Pid) -> Option<OwnedFd> {
    pidfd_open(pid, PidfdFlags::empty()).ok()
}

/// Whether the process has ended; takes no time.
pub(super) fn has_ended(pidfd: &OwnedFd) -> bool {
    let mut polled = [PollFd::new(pidfd, PollFlags::IN)];
    let at_once = Timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    poll(&mut polled, Some(&at_once)).is_ok_and(|ready| ready > 0)
}

/// How our own child ended; it stays waitable for whoever started it. `None` if it is not our child.
pub(super) fn ending_of_child(pidfd: &OwnedFd) -> Option<Ending> {
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    let status = match waitid(WaitId::PidFd(pidfd.as_fd()), options) {
        Ok(Some(status)) => status,
        Ok(None) | Err(_) => return None,
    };
    let code = status.exit_status().map(Ending::Code);
    code.or_else(|| status.terminating_signal().map(Ending::Signal))
}

/// `struct pidfd_info` of Linux 6.13, whose exit code came with 6.15.
#[repr(C)]
#[derive(Clone, Copy, Default)]
struct PidfdInfo {
    mask: u64,
    cgroup: u64,
    /// pid, tgid, ppid and eight user and group ids.
    ids: [u32; 11],
    exit_code: i32,
}

const PIDFD_INFO_EXIT: u64 = 1 << 3;
const PIDFD_GET_INFO: rustix::ioctl::Opcode = opcode::read_write::<PidfdInfo>(0xff, 11);

/// How a process ended whose parent has waited for it already; the kernel keeps that with the pidfd from Linux
/// 6.15 on, for anyone's process. `None` on older kernels.
pub(super) fn ending_of_reaped(pidfd: &OwnedFd) -> Option<Ending> {
    let mut info = PidfdInfo {
        mask: PIDFD_INFO_EXIT,
        ..PidfdInfo::default()
    };
    #[expect(unsafe_code, reason = "rustix has no wrapper for this ioctl")]
    // SAFETY: the opcode carries the size of `PidfdInfo`, which is `repr(C)` without padding and laid out as
    // the kernel's first version of `struct pidfd_info`; the kernel writes no more than that size, any bits are
    // valid for its fields, and a descriptor that is no pidfd answers ENOTTY.
    let outcome: Result<(), Errno> =
        unsafe { ioctl(pidfd, Updater::<PIDFD_GET_INFO, PidfdInfo>::new(&mut info)) };
    (outcome.is_ok() && info.mask & PIDFD_INFO_EXIT != 0).then(|| Ending::from_wait_status(info.exit_code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wait_statuses() {
        assert_eq!(Ending::from_wait_status(0), Ending::Code(0));
        assert_eq!(Ending::from_wait_status(3 << 8), Ending::Code(3));
        assert_eq!(Ending::from_wait_status(9), Ending::Signal(9));
        assert_eq!(
            Ending::from_wait_status(11 | 0x80),
            Ending::Signal(11),
            "with a core dump"
        );
    }

    #[test]
    fn layout_is_the_kernels_first_version() {
        assert_eq!(size_of::<PidfdInfo>(), 64);
    }

    #[test]
    fn a_living_process_has_no_ending() {
        let own = open(rustix::process::getpid()).expect("pidfds, Linux 5.3");
        assert!(!has_ended(&own));
        assert_eq!(ending_of_child(&own), None);
        assert_eq!(ending_of_reaped(&own), None);
    }
}
