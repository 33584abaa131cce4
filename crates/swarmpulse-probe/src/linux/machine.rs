//! This machine as its kernel shows it: where procfs and the control groups are, and the constants of both.

use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, RawDir};
use rustix::io::Errno;
use rustix::process::{Pid, test_kill_process};
use swarmpulse_model::Timestamp;
use swarmpulse_model::time::SECOND_NS;

use super::cgroup_mounts::CgroupMounts;
use super::files::{FILE_BYTES_MAX, list_at, named_number, number, place_at, read_at};
use super::stat::{self, Stat};
use crate::ProbeError;

/// This machine's process file system and what must be known to read it. Cheap to share in an `Arc`.
#[derive(Debug)]
pub struct Machine {
    /// The root of procfs, to open paths below it.
    pub(super) proc: OwnedFd,
    path: PathBuf,
    /// Whether pids in it are pids of this system.
    live: bool,
    boot: Timestamp,
    tick_ns: i64,
    pub(super) page_bytes: u64,
    pub(super) memory_bytes: u64,
    pub(super) cgroups: CgroupMounts,
    /// Whether the size of `/proc/PID/fd` is the number of descriptors, as from Linux 6.2 on.
    pub(super) fd_size_counts: bool,
    /// The most threads that the kernel allows at all.
    pub(super) threads_max: Option<u64>,
}

/// A file of a process could not be read.
#[derive(Debug)]
pub(super) enum LookError {
    /// The process is not there any more.
    Gone,
    /// It may be there.
    Unreadable(ProbeError),
}

impl Machine {
    /// The machine that this process runs on.
    ///
    /// # Errors
    /// If `/proc` is not mounted or does not tell when the machine started.
    pub fn here() -> Result<Self, ProbeError> {
        Self::open(Path::new("/proc"), true)
    }

    /// A machine whose procfs is at `proc`: another mount of it, or a copy. Its pids are not this system's, so that
    /// deaths are found by polling alone.
    ///
    /// # Errors
    /// As [`Machine::here`].
    pub fn at(proc: &Path) -> Result<Self, ProbeError> {
        Self::open(proc, false)
    }

    fn open(path: &Path, live: bool) -> Result<Self, ProbeError> {
        let failed = |errno: Errno| ProbeError::read(path.display().to_string(), errno);
        let shown = path.to_str().ok_or_else(|| failed(Errno::ILSEQ))?;
        let proc = list_at(CWD, shown).map_err(failed)?;
        let file = |name: &str| {
            read_at(&proc, name, FILE_BYTES_MAX)
                .map_err(|errno| ProbeError::read(path.join(name).display().to_string(), errno))
        };
        let boot_s = named_number(&file("stat")?, "btime").ok_or_else(|| {
            ProbeError::garbled(
                path.join("stat").display().to_string(),
                "lacks btime, when the machine started",
            )
        })?;
        let memory_kib = file("meminfo")
            .ok()
            .and_then(|content| named_number(&content, "MemTotal"));
        let limit = |name: &str| file(name).ok().and_then(|content| number(&content));
        let threads_max = [limit("sys/kernel/threads-max"), limit("sys/kernel/pid_max")]
            .into_iter()
            .flatten()
            .min();
        let cgroups = CgroupMounts::parse(&file("self/mountinfo").unwrap_or_default());
        let fd_size_counts = live && fd_size_counts(&proc);
        Ok(Self {
            path: path.to_owned(),
            live,
            boot: Timestamp(
                i64::try_from(boot_s)
                    .unwrap_or(i64::MAX)
                    .saturating_mul(SECOND_NS),
            ),
            tick_ns: SECOND_NS
                / i64::try_from(rustix::param::clock_ticks_per_second())
                    .unwrap_or(100)
                    .max(1),
            page_bytes: rustix::param::page_size() as u64,
            memory_bytes: memory_kib.unwrap_or(0).saturating_mul(1024),
            cgroups,
            fd_size_counts,
            threads_max,
            proc,
        })
    }

    /// When a process that started so many ticks after the machine did so, in Unix time.
    pub(super) fn started_at(&self, start_ticks: u64) -> Timestamp {
        self.boot.plus_ns(
            i64::try_from(start_ticks)
                .unwrap_or(i64::MAX)
                .saturating_mul(self.tick_ns),
        )
    }

    /// So many ticks in seconds.
    pub(super) fn seconds(&self, ticks: u64) -> f64 {
        ticks as f64 * self.tick_ns as f64 / SECOND_NS as f64
    }

    /// How long the machine has run, in ticks: the scale of start times.
    pub(super) fn uptime_ticks(&self) -> Option<u64> {
        let content = read_at(&self.proc, "uptime", 64).ok()?;
        let seconds: f64 = std::str::from_utf8(&content)
            .ok()?
            .split(' ')
            .next()?
            .parse()
            .ok()?;
        Some((seconds * SECOND_NS as f64 / self.tick_ns as f64) as u64)
    }

    /// The pid as the kernel's calls want it; `None` where it is not a pid of this system.
    pub(super) fn system_pid(&self, pid: u32) -> Option<Pid> {
        if self.live {
            Pid::from_raw(i32::try_from(pid).ok()?)
        } else {
            None
        }
    }

    /// Reads `/proc/PID/stat` by path.
    pub(super) fn stat(&self, pid: u32) -> Result<Stat, LookError> {
        let line = read_at(&self.proc, &format!("{pid}/stat"), stat::STAT_BYTES_MAX);
        self.understand(pid, line.as_deref().map_err(|errno| *errno))
    }

    /// Takes the outcome of reading `/proc/PID/stat` for what it means.
    pub(super) fn understand(&self, pid: u32, line: Result<&[u8], Errno>) -> Result<Stat, LookError> {
        match line {
            Ok(line) => stat::parse(line).map_err(|error| {
                LookError::Unreadable(ProbeError::garbled(self.name(pid, "stat"), error.to_string()))
            }),
            Err(Errno::SRCH) => Err(LookError::Gone),
            // A /proc that hides processes of other users says that there are none.
            Err(Errno::NOENT) if self.answers_signals(pid) => {
                Err(LookError::Unreadable(ProbeError::Hidden { pid }))
            }
            Err(Errno::NOENT) => Err(LookError::Gone),
            Err(errno) => Err(LookError::Unreadable(ProbeError::read(
                self.name(pid, "stat"),
                errno,
            ))),
        }
    }

    fn answers_signals(&self, pid: u32) -> bool {
        // An entry of /proc that appears in between means that the pid is new, not hidden: then there is a stat.
        self.system_pid(pid)
            .is_some_and(|pid| matches!(test_kill_process(pid), Ok(()) | Err(Errno::PERM)))
            && read_at(&self.proc, &format!("{pid}/stat"), 1).is_err()
    }

    /// The name of a process's file, for messages.
    pub(super) fn name(&self, pid: u32, file: &str) -> String {
        self.path.join(format!("{pid}/{file}")).display().to_string()
    }

    /// Calls `visit` with the pid and the inode of every process; the inode changes when a pid is used again.
    pub(super) fn each_process(&self, mut visit: impl FnMut(u32, u64)) -> Result<(), ProbeError> {
        let failed = |errno| ProbeError::read(self.path.display().to_string(), errno);
        let folder = list_at(&self.proc, ".").map_err(failed)?;
        let mut buffer = [MaybeUninit::uninit(); 32 * 1024];
        let mut entries = RawDir::new(&folder, &mut buffer);
        while let Some(entry) = entries.next() {
            let entry = entry.map_err(failed)?;
            let name = entry.file_name().to_bytes();
            if name.iter().all(u8::is_ascii_digit)
                && let Some(pid) = number(name).and_then(|pid| u32::try_from(pid).ok())
            {
                visit(pid, entry.ino());
            }
        }
        Ok(())
    }
}

/// Compares both ways to count descriptors on this very process.
fn fd_size_counts(proc: &OwnedFd) -> bool {
    let Ok(folder) = place_at(proc, "self/fd") else {
        return false;
    };
    // Other threads may open and close meanwhile: agreement between two equal sizes decides.
    (0..4).any(|_| {
        let size = || rustix::fs::fstat(&folder).ok().map(|stat| stat.st_size);
        let before = size();
        let listed = count_entries(proc, "self/fd");
        // Listing opened one descriptor more, which it saw itself.
        before == size()
            && before.is_some_and(|size| size > 0 && i64::try_from(listed.unwrap_or(0)) == Ok(size + 1))
    })
}

/// Counts the entries of a folder below a folder.
pub(super) fn count_entries(folder: &OwnedFd, path: &str) -> Option<u64> {
    let folder = list_at(folder, path).ok()?;
    let mut buffer = [MaybeUninit::uninit(); 16 * 1024];
    let mut entries = RawDir::new(&folder, &mut buffer);
    let mut count = 0;
    while let Some(entry) = entries.next() {
        count += u64::from(!entry.ok()?.file_name().to_bytes().starts_with(b"."));
    }
    Some(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_is_understood() {
        let machine = Machine::here().unwrap();
        assert!(machine.memory_bytes > 1 << 20);
        assert!(machine.threads_max.is_some_and(|max| max > 100));
        let own = machine.stat(std::process::id()).unwrap();
        let uptime = machine.uptime_ticks().unwrap();
        assert!(
            own.start_ticks <= uptime,
            "{} started after {uptime}",
            own.start_ticks
        );
        let mut seen = false;
        machine
            .each_process(|pid, inode| seen |= pid == std::process::id() && inode != 0)
            .unwrap();
        assert!(seen);
    }

    #[test]
    fn both_counts_of_descriptors_agree_where_the_quick_one_is_used() {
        let machine = Machine::here().unwrap();
        if machine.fd_size_counts {
            let other = format!("{}/fd", std::process::id());
            assert!(count_entries(&machine.proc, &other).is_some_and(|count| count > 3));
        }
    }

    #[test]
    fn a_tree_without_boot_time_is_refused_with_its_name() {
        let tree = tempfile::tempdir().unwrap();
        std::fs::write(tree.path().join("stat"), "cpu 1 2 3\n").unwrap();
        let error = Machine::at(tree.path()).unwrap_err().to_string();
        assert!(error.contains("stat: lacks btime"), "{error}");
        let error = Machine::at(&tree.path().join("absent")).unwrap_err().to_string();
        assert!(error.contains("absent: No such file"), "{error}");
    }

    #[test]
    fn start_times_saturate() {
        let machine = Machine::here().unwrap();
        assert_eq!(machine.started_at(u64::MAX), Timestamp(i64::MAX));
        assert_eq!(
            machine.started_at(100).since(machine.started_at(0)),
            100 * machine.tick_ns
        );
    }
}
