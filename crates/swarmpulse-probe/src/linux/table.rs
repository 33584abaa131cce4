//! The table of watched processes: who is watched, and the descriptors through which.

use std::collections::BTreeMap;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;

use rustix::event::epoll;
use rustix::process::{Resource, getrlimit};
use swarmpulse_model::process::ProcessReport;
use swarmpulse_model::{Text, Timestamp};

use super::cgroup::Cgroups;
use super::entry::Entry;
use super::handle::{FdBudget, ProcessHandle};
use super::machine::{LookError, Machine};
use super::tree::ProcessTree;
use crate::{ProbeError, ProbeSettings, ProbeStats, Target};

/// The processes of watched agents. A death is noticed at once: the table's descriptor ([`AsFd`], or
/// [`ProcessTable::wakeup`]) becomes readable, and [`ProcessTable::exits`] says whose it was.
///
/// A process is known by its pid and start time. What is held open is bound to the process, so that another one
/// under the same pid is never taken for it. A process that ended is reported once for each of its targets and
/// forgotten.
#[derive(Debug)]
pub struct ProcessTable {
    pub(super) machine: Arc<Machine>,
    pub(super) host: Text,
    settings: ProbeSettings,
    pub(super) epoll: OwnedFd,
    pub(super) entries: BTreeMap<u32, Entry>,
    /// Reports of deaths that were found while something else was asked for.
    pub(super) pending: Vec<ProcessReport>,
    pub(super) cgroups: Cgroups,
    pub(super) tree: ProcessTree,
    pub(super) budget: FdBudget,
    pub(super) stats: ProbeStats,
}

impl AsFd for ProcessTable {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.epoll.as_fd()
    }
}

impl ProcessTable {
    /// An empty table that reports for `host`.
    ///
    /// # Errors
    /// If the kernel gives no epoll.
    pub fn new(machine: Arc<Machine>, host: Text, settings: ProbeSettings) -> Result<Self, ProbeError> {
        let epoll = epoll::create(epoll::CreateFlags::CLOEXEC)
            .map_err(|errno| ProbeError::system("create an epoll", errno))?;
        let soft = getrlimit(Resource::Nofile)
            .current
            .and_then(|limit| usize::try_from(limit).ok());
        let left = settings
            .held_fds_max
            .unwrap_or_else(|| soft.unwrap_or(usize::MAX / 4) / 4 * 3);
        Ok(Self {
            machine,
            host,
            settings,
            epoll,
            entries: BTreeMap::new(),
            pending: Vec::new(),
            cgroups: Cgroups::default(),
            tree: ProcessTree::default(),
            budget: FdBudget { left, held: 0 },
            stats: ProbeStats::default(),
        })
    }

    /// A descriptor of its own that is readable while a death waits to be fetched, for a loop that does not hold
    /// the table meanwhile.
    ///
    /// # Errors
    /// If this process has no descriptor to spare.
    pub fn wakeup(&self) -> Result<OwnedFd, ProbeError> {
        self.epoll
            .try_clone()
            .map_err(|error| ProbeError::system("duplicate an epoll", error))
    }

    /// Watches a process for an agent, and says when the process started. Several agents may share a process;
    /// the same agent again replaces what was said of it before. If another process had been watched under
    /// this pid, its death is reported by the next [`ProcessTable::exits`].
    ///
    /// # Errors
    /// If there is no such process, if it started at another time than `target.started_at`, if it cannot be seen,
    /// or if there are too many targets.
    pub fn watch(&mut self, target: Target, now: Timestamp) -> Result<Timestamp, ProbeError> {
        let pid = target.pid;
        if let Some(entry) = self.entries.get(&pid) {
            match entry.handle.stat(&self.machine) {
                Ok(stat) if !stat.ended => return self.join(target),
                Ok(_) | Err(LookError::Gone) => self.bury(pid, now),
                Err(LookError::Unreadable(error)) => return Err(error),
            }
        }
        self.check_room(pid)?;
        let (handle, stat) =
            ProcessHandle::open(&self.machine, pid, &mut self.budget).map_err(|error| match error {
                LookError::Gone => ProbeError::NotFound { pid },
                LookError::Unreadable(error) => error,
            })?;
        let started_at = self.machine.started_at(stat.start_ticks);
        if stat.ended || target.started_at.is_some_and(|expected| expected != started_at) {
            self.budget.give_back(handle.held());
            return Err(if stat.ended {
                ProbeError::Ended { pid }
            } else {
                ProbeError::OtherProcess { pid }
            });
        }
        let mut entry = Entry::new(handle, &stat, &self.machine, target, now);
        if let Some(pidfd) = &entry.handle.pidfd {
            let data = epoll::EventData::new_u64(u64::from(pid));
            entry.wakes = epoll::add(&self.epoll, pidfd, data, epoll::EventFlags::IN).is_ok();
        }
        entry.refresh(&self.machine, &mut self.cgroups, &mut self.budget, now);
        self.entries.insert(pid, entry);
        self.stats.targets += 1;
        Ok(started_at)
    }

    /// Adds a target to a process that is watched already.
    fn join(&mut self, target: Target) -> Result<Timestamp, ProbeError> {
        let pid = target.pid;
        let known = self
            .entries
            .get(&pid)
            .is_some_and(|entry| entry.targets.iter().any(|old| old.agent == target.agent));
        if !known {
            self.check_room(pid)?;
        }
        let Some(entry) = self.entries.get_mut(&pid) else {
            return Err(ProbeError::NotFound { pid });
        };
        if target
            .started_at
            .is_some_and(|expected| expected != entry.started_at)
        {
            return Err(ProbeError::OtherProcess { pid });
        }
        match entry.targets.iter_mut().find(|old| old.agent == target.agent) {
            Some(old) => *old = target,
            None => {
                entry.targets.push(target);
                self.stats.targets += 1;
            }
        }
        Ok(entry.started_at)
    }

    fn check_room(&mut self, pid: u32) -> Result<(), ProbeError> {
        let limit = self.settings.targets_max;
        if self.stats.targets < limit {
            return Ok(());
        }
        self.stats.refused_total += 1;
        Err(ProbeError::TooManyTargets { pid, limit })
    }

    /// Stops watching a process for an agent; what was watched, if it was.
    pub fn unwatch(&mut self, agent: &str, pid: u32) -> Option<Target> {
        let entry = self.entries.get_mut(&pid)?;
        let place = entry.targets.iter().position(|target| target.agent == agent)?;
        let target = entry.targets.remove(place);
        self.stats.targets -= 1;
        if entry.targets.is_empty() {
            self.forget(pid);
        }
        Some(target)
    }

    /// Everything that is watched, by pid.
    pub fn targets(&self) -> impl Iterator<Item = &Target> {
        self.entries.values().flat_map(|entry| &entry.targets)
    }

    /// When the process that is watched under a pid started; `None` if none is.
    #[must_use]
    pub fn started_at(&self, pid: u32) -> Option<Timestamp> {
        self.entries.get(&pid).map(|entry| entry.started_at)
    }

    /// What the table counts of itself.
    #[must_use]
    pub fn stats(&self) -> ProbeStats {
        let without_pidfd = self.entries.values().filter(|entry| !entry.wakes).count();
        ProbeStats {
            processes: self.entries.len(),
            held_fds: self.budget.held,
            without_pidfd,
            ..self.stats
        }
    }

    /// Closes what is held on a process.
    pub(super) fn forget(&mut self, pid: u32) -> Option<Entry> {
        let entry = self.entries.remove(&pid)?;
        if entry.wakes
            && let Some(pidfd) = &entry.handle.pidfd
        {
            // Closing would do as well, but for a copy of the descriptor in a child that was forked meanwhile.
            let _ = epoll::delete(&self.epoll, pidfd);
        }
        self.budget.give_back(entry.handle.held());
        Some(entry)
    }
}
