//! Full samples of all watched processes and their descendants.

use std::collections::BTreeSet;

use swarmpulse_model::process::{ProcessReport, ProcessSeen};
use swarmpulse_model::{Text, Timestamp};

use super::entry::{Descendants, Look, member};
use super::files::read_at;
use super::handle::parse_io;
use super::machine::{LookError, Machine};
use super::sockets::ConnectionCount;
use super::table::ProcessTable;

impl ProcessTable {
    /// A full look at every watched process: a sample, or how it ended, or why it could not be read. Figures
    /// that are dear are those of the last [`ProcessTable::sample_dear`].
    pub fn sample(&mut self, now: Timestamp) -> Vec<ProcessReport> {
        let mut reports = self.exits(now);
        reports.reserve(self.stats.targets);
        self.cgroups.update(&self.machine, now);
        let with_children = self.update_tree();
        let apart: BTreeSet<u32> = if with_children {
            self.entries.keys().copied().collect()
        } else {
            BTreeSet::new()
        };
        let uptime_ticks = self.machine.uptime_ticks().unwrap_or_default();
        let (machine, tree) = (&self.machine, &self.tree);
        let is_alive = |pid| tree.contains(pid);
        let mut pids = Vec::new();
        let mut family = Descendants::default();
        let mut dead = Vec::new();
        for (pid, entry) in &mut self.entries {
            let stat = match entry.handle.stat(machine) {
                Ok(stat) if !stat.ended => stat,
                Ok(_) | Err(LookError::Gone) => {
                    dead.push(*pid);
                    continue;
                }
                Err(LookError::Unreadable(error)) => {
                    self.stats.unreadable_total += 1;
                    let seen = ProcessSeen::Unreadable {
                        error: Text::from(error.to_string()),
                    };
                    let report =
                        |target: &crate::Target| target.report(&self.host, entry.started_at, seen.clone());
                    reports.extend(entry.targets.iter().map(report));
                    continue;
                }
            };
            pids.clear();
            if with_children && entry.targets.iter().any(|target| target.include_children) {
                let dropped = tree.descendants(*pid, |child| apart.contains(&child), &mut pids);
                self.stats.descendants_dropped_total += dropped;
            }
            family.read(machine, &pids);
            let group = entry.group.map(|id| self.cgroups.reading(id)).unwrap_or_default();
            let look = Look {
                pid: *pid,
                now,
                uptime_ticks,
                group,
                is_alive: &is_alive,
            };
            let mut sample = Some(entry.sample(machine, &stat, &look, &mut family));
            let last = entry.targets.len() - 1;
            for (place, target) in entry.targets.iter().enumerate() {
                let sample = if place == last {
                    sample.take()
                } else {
                    sample.clone()
                };
                let seen = ProcessSeen::Alive(Box::new(sample.unwrap_or_default()));
                reports.push(target.report(&self.host, entry.started_at, seen));
            }
        }
        for pid in dead {
            self.bury(pid, now);
        }
        reports.append(&mut self.pending);
        reports
    }

    /// The rare look: reads limits, control groups, connections and shares of memory anew, then samples. Call it
    /// in place of every twelfth [`ProcessTable::sample`].
    pub fn sample_dear(&mut self, now: Timestamp) -> Vec<ProcessReport> {
        self.cgroups.mark_all_unused();
        let mut connections = ConnectionCount::default();
        let mut sockets = Vec::with_capacity(self.entries.len());
        for entry in self.entries.values_mut() {
            entry.refresh(&self.machine, &mut self.cgroups, &mut self.budget, now);
            entry.refresh_pss(&self.machine);
            sockets.push(connections.gather(&self.machine, &entry.handle).ok());
        }
        self.cgroups.sweep(&mut self.budget);
        connections.look_up();
        for (entry, sockets) in self.entries.values_mut().zip(&sockets) {
            entry.connections = sockets.as_ref().map(|sockets| connections.count(sockets));
        }
        self.stats.truncated_total += connections.truncated;
        self.sample(now)
    }

    /// Brings the tree up to date if anyone asks for descendants; whether it can be used.
    fn update_tree(&mut self) -> bool {
        let wanted = self
            .entries
            .values()
            .flat_map(|entry| &entry.targets)
            .any(|target| target.include_children);
        if !wanted {
            self.tree.clear();
            return false;
        }
        let updated = self.tree.update(&self.machine).is_ok();
        if !updated {
            self.stats.unreadable_total += 1;
        }
        updated
    }
}

impl Descendants {
    /// Reads the figures of these processes; those that have gone meanwhile are left out.
    fn read(&mut self, machine: &Machine, pids: &[u32]) {
        self.members.clear();
        (self.live, self.zombies) = (0, 0);
        for pid in pids {
            let Ok(stat) = machine.stat(*pid) else { continue };
            if stat.ended {
                self.zombies += 1;
            } else {
                self.live += 1;
            }
            let io = read_at(&machine.proc, &format!("{pid}/io"), 256).ok();
            self.members
                .push(member(*pid, &stat, io.and_then(|content| parse_io(&content))));
        }
    }
}
