//! The descriptors that are held open on one process. They are bound to the process, not to its pid.

use std::os::fd::OwnedFd;

use rustix::io::Errno;

use super::files::{named_number, open_at, place_at, read_at, read_held};
use super::machine::{LookError, Machine, count_entries};
use super::pidfd::{self, Ending};
use super::stat::{STAT_BYTES_MAX, Stat};

/// Descriptors of a handle that is held in full.
const FULL_FDS: usize = 4;
/// Descriptors of a handle that opens the rest at each look.
const LEAN_FDS: usize = 2;

/// How many more descriptors may be held.
#[derive(Debug)]
pub(super) struct FdBudget {
    pub(super) left: usize,
    pub(super) held: usize,
}

impl FdBudget {
    pub(super) fn take(&mut self, count: usize) -> bool {
        let granted = self.left >= count;
        if granted {
            self.left -= count;
            self.held += count;
        }
        granted
    }

    pub(super) fn give_back(&mut self, count: usize) {
        self.left += count;
        self.held = self.held.saturating_sub(count);
    }
}

/// One process, held.
#[derive(Debug)]
pub(super) struct ProcessHandle {
    pid: u32,
    /// When it started; another start time under the pid is another process. `None` until it was read.
    start_ticks: Option<u64>,
    pub(super) pidfd: Option<OwnedFd>,
    folder: Option<OwnedFd>,
    stat: Option<OwnedFd>,
    io: IoFile,
}

#[derive(Debug)]
enum IoFile {
    Held(OwnedFd),
    ByPath,
    /// It belongs to another user.
    Denied,
}

impl ProcessHandle {
    /// Opens what the budget allows on the process that has this pid now.
    pub(super) fn open(
        machine: &Machine,
        pid: u32,
        budget: &mut FdBudget,
    ) -> Result<(Self, Stat), LookError> {
        let bare = Self {
            pid,
            start_ticks: None,
            pidfd: None,
            folder: None,
            stat: None,
            io: IoFile::ByPath,
        };
        let folder = if budget.left >= LEAN_FDS {
            place_at(&machine.proc, &pid.to_string()).ok()
        } else {
            None
        };
        let Some(folder) = folder else {
            // Out of descriptors, or nothing there: reading by path says which.
            let stat = bare.stat(machine)?;
            return Ok((
                Self {
                    start_ticks: Some(stat.start_ticks),
                    ..bare
                },
                stat,
            ));
        };
        let full = budget.left >= FULL_FDS;
        let file = if full { open_at(&folder, "stat").ok() } else { None };
        let mut handle = Self {
            folder: Some(folder),
            stat: file,
            ..bare
        };
        handle.start_ticks = Some(handle.stat(machine)?.start_ticks);
        handle.pidfd = machine.system_pid(pid).and_then(pidfd::open);
        // The folder and the pidfd are of the same process if the folder's is alive after the pidfd was opened.
        let stat = handle.stat(machine)?;
        if full {
            handle.hold_io();
        }
        budget.take(handle.held());
        Ok((handle, stat))
    }

    fn hold_io(&mut self) {
        let Some(folder) = &self.folder else { return };
        self.io = match open_at(folder, "io") {
            // The kernel checks at each read: try one.
            Ok(file) => match read_held(&file, &mut [0; 8]) {
                Ok(_) => IoFile::Held(file),
                Err(_) => IoFile::Denied,
            },
            Err(Errno::MFILE | Errno::NFILE) => IoFile::ByPath,
            Err(_) => IoFile::Denied,
        };
    }

    /// How many descriptors it holds.
    pub(super) fn held(&self) -> usize {
        let io = matches!(self.io, IoFile::Held(_));
        [
            self.pidfd.is_some(),
            self.folder.is_some(),
            self.stat.is_some(),
            io,
        ]
        .into_iter()
        .map(usize::from)
        .sum()
    }

    /// Reads its `stat`; another process under its pid means that it is gone.
    pub(super) fn stat(&self, machine: &Machine) -> Result<Stat, LookError> {
        let mut buffer = [0; STAT_BYTES_MAX];
        let line = match (&self.stat, &self.folder) {
            (Some(file), _) => read_held(file, &mut buffer),
            (None, Some(folder)) => open_at(folder, "stat").and_then(|file| read_held(file, &mut buffer)),
            (None, None) => {
                let path = format!("{}/stat", self.pid);
                open_at(&machine.proc, &path).and_then(|file| read_held(file, &mut buffer))
            }
        };
        let stat = machine.understand(self.pid, line)?;
        let same = self
            .start_ticks
            .is_none_or(|start_ticks| start_ticks == stat.start_ticks);
        if same { Ok(stat) } else { Err(LookError::Gone) }
    }

    /// Bytes that it read and wrote by calls of any sort, its waited-for children's included.
    pub(super) fn io_bytes(&self, machine: &Machine) -> Option<(u64, u64)> {
        let mut buffer = [0; 256];
        let content = match &self.io {
            IoFile::Held(file) => read_held(file, &mut buffer).ok()?,
            IoFile::ByPath => return parse_io(&self.file(machine, "io", 256).ok()?),
            IoFile::Denied => return None,
        };
        parse_io(content)
    }

    /// Counts its open descriptors.
    pub(super) fn open_fds(&self, machine: &Machine) -> Option<u64> {
        let path;
        let (folder, name) = match &self.folder {
            Some(folder) => (folder, "fd"),
            None => {
                path = format!("{}/fd", self.pid);
                (&machine.proc, path.as_str())
            }
        };
        if machine.fd_size_counts {
            let stat = rustix::fs::statat(folder, name, rustix::fs::AtFlags::empty()).ok()?;
            return u64::try_from(stat.st_size).ok();
        }
        count_entries(folder, name)
    }

    /// Reads one of its files.
    pub(super) fn file(&self, machine: &Machine, name: &str, bytes_max: usize) -> Result<Vec<u8>, Errno> {
        match &self.folder {
            Some(folder) => read_at(folder, name, bytes_max),
            None => read_at(&machine.proc, &format!("{}/{name}", self.pid), bytes_max),
        }
    }

    /// The folder of it to resolve names below: the held one, or one that is opened now.
    pub(super) fn place(&self, machine: &Machine) -> Result<OwnedFd, Errno> {
        match &self.folder {
            Some(folder) => folder
                .try_clone()
                .map_err(|error| Errno::from_io_error(&error).unwrap_or(Errno::IO)),
            None => place_at(&machine.proc, &self.pid.to_string()),
        }
    }

    /// How the process ended, as far as the kernel tells. `permitted`: whether it showed us its secrets in life.
    pub(super) fn ending(&self, machine: &Machine, permitted: bool) -> Option<Ending> {
        let of_child = self.pidfd.as_ref().and_then(pidfd::ending_of_child);
        if of_child.is_some() {
            return of_child;
        }
        // Not waited for by its parent yet: its line is still there, with the wait status at the end.
        if permitted
            && let Ok(stat) = self.stat(machine)
            && stat.ended
        {
            return Some(Ending::from_wait_status(stat.wait_status));
        }
        self.pidfd.as_ref().and_then(pidfd::ending_of_reaped)
    }
}

/// `rchar` and `wchar`: what went through read and write calls, be it a file, a pipe, a terminal or a socket. The
/// other pair, `read_bytes` and `write_bytes`, is of block devices alone and says nothing of an agent that talks
/// to a network.
pub(super) fn parse_io(content: &[u8]) -> Option<(u64, u64)> {
    Some((named_number(content, "rchar")?, named_number(content, "wchar")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn io_counters() {
        let content = b"rchar: 7163\nwchar: 187\nsyscr: 12\nsyscw: 1\nread_bytes: 0\nwrite_bytes: 4096\n";
        assert_eq!(parse_io(content), Some((7163, 187)));
        assert_eq!(parse_io(b"rchar: 1\n"), None);
        assert_eq!(parse_io(b"rchar: 99999999999999999999999\nwchar: 1\n"), None);
    }

    #[test]
    fn every_holding_mode_says_the_same_of_this_process() {
        let machine = Machine::here().unwrap();
        for (left, expected) in [(0, 0), (2, 2), (3, 2), (4, 4), (100, 4)] {
            let mut budget = FdBudget { left, held: 0 };
            let (handle, stat) = ProcessHandle::open(&machine, std::process::id(), &mut budget).unwrap();
            assert_eq!(
                (handle.held(), budget.held, budget.left),
                (expected, expected, left - expected)
            );
            assert_eq!(
                stat.start_ticks,
                machine.stat(std::process::id()).unwrap().start_ticks
            );
            assert!(handle.io_bytes(&machine).is_some_and(|(read, _)| read > 0));
            assert!(handle.open_fds(&machine).is_some_and(|count| count > 3));
            assert!(!handle.file(&machine, "cmdline", 4096).unwrap().is_empty());
        }
    }
}
