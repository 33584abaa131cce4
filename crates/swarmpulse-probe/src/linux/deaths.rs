//! Deaths: found through epoll at once, or by polling where there are no pidfds.

use std::mem::MaybeUninit;

use rustix::event::epoll;
use rustix::fs::Timespec;
use swarmpulse_model::Timestamp;
use swarmpulse_model::process::{ProcessExit, ProcessReport, ProcessSeen, ProcessState};

use super::machine::LookError;
use super::pidfd::{self, Ending};
use super::table::ProcessTable;

/// Deaths that are fetched per call to the kernel.
const EVENTS: usize = 256;
/// The signal of the kernel's killer for want of memory.
const SIGKILL: i32 = 9;

impl ProcessTable {
    /// Deaths since the last call. Takes no time while the table's descriptor is silent.
    pub fn exits(&mut self, now: Timestamp) -> Vec<ProcessReport> {
        let mut events = [const { MaybeUninit::<epoll::Event>::uninit() }; EVENTS];
        let at_once = Timespec {
            tv_sec: 0,
            tv_nsec: 0,
        };
        while let Ok((ready, _)) = epoll::wait(&self.epoll, &mut events, Some(&at_once)) {
            if ready.is_empty() {
                break;
            }
            let pids: Vec<u64> = ready.iter().map(|event| event.data.u64()).collect();
            let watched = self.entries.len();
            for pid in pids {
                // The data is a pid, put there as one.
                self.bury(u32::try_from(pid).unwrap_or_default(), now);
            }
            // Every event ends a watched process; were one of another's, it would be ready for ever.
            if self.entries.len() == watched {
                break;
            }
        }
        std::mem::take(&mut self.pending)
    }

    /// The look of each second: deaths, and changes of state of those processes that have to be polled because
    /// they have no pidfd. The others are not read at all; their state is told by [`ProcessTable::sample`].
    pub fn liveness(&mut self, now: Timestamp) -> Vec<ProcessReport> {
        let mut reports = self.exits(now);
        let mut dead = Vec::new();
        for (pid, entry) in self.entries.iter_mut().filter(|(_, entry)| !entry.wakes) {
            if entry.handle.pidfd.as_ref().is_some_and(pidfd::has_ended) {
                dead.push(*pid);
                continue;
            }
            match entry.handle.stat(&self.machine) {
                Ok(stat) if stat.ended => dead.push(*pid),
                Err(LookError::Gone) => dead.push(*pid),
                // The next full sample tells why it cannot be read.
                Err(LookError::Unreadable(_)) => {}
                Ok(stat) => {
                    entry.permitted = stat.permitted;
                    // Running or asleep is chance; stopped, or stuck on a disk, is a change.
                    let calm = |state| matches!(state, ProcessState::Running | ProcessState::Sleeping);
                    if stat.state != entry.state && !(calm(stat.state) && calm(entry.state)) {
                        let seen = ProcessSeen::Alive(Box::new(entry.sign_of_life(&self.machine, &stat)));
                        let report = |target: &crate::Target| {
                            target.report(&self.host, entry.started_at, seen.clone())
                        };
                        reports.extend(entry.targets.iter().map(report));
                    }
                }
            }
        }
        for pid in dead {
            self.bury(pid, now);
        }
        reports.append(&mut self.pending);
        reports
    }

    /// Forgets a process that ended, and leaves the reports of it for the caller to fetch.
    pub(super) fn bury(&mut self, pid: u32, now: Timestamp) {
        let Some(entry) = self.entries.get(&pid) else {
            return;
        };
        let ending = entry.handle.ending(&self.machine, entry.permitted);
        let may_be_oom = matches!(ending, None | Some(Ending::Signal(SIGKILL)));
        let group = entry.group;
        let start_ticks = entry.start_ticks;
        let exit = ProcessExit {
            exit_code: if let Some(Ending::Code(code)) = ending {
                Some(code)
            } else {
                None
            },
            signal: if let Some(Ending::Signal(signal)) = ending {
                Some(signal)
            } else {
                None
            },
            out_of_memory: may_be_oom && self.cgroups.claim_kill(&self.machine, group, now),
            pid_reused: self
                .machine
                .stat(pid)
                .is_ok_and(|other| other.start_ticks != start_ticks),
            requested: false,
        };
        let Some(entry) = self.forget(pid) else { return };
        self.stats.exits_total += 1;
        self.stats.targets -= entry.targets.len();
        let seen = ProcessSeen::Exited(exit);
        let reports = entry
            .targets
            .iter()
            .map(|target| target.report(&self.host, entry.started_at, seen.clone()));
        self.pending.extend(reports);
    }
}
