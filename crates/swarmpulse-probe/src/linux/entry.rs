//! What is remembered of one watched process from look to look.

use swarmpulse_model::process::{ProcessSample, ProcessState};
use swarmpulse_model::{Text, Timestamp};

use super::cgroup::{Cgroups, GroupId, GroupReading};
use super::files::named_number;
use super::handle::{FdBudget, ProcessHandle};
use super::limits::{self, Limits};
use super::machine::Machine;
use super::stat::Stat;
use crate::Target;
use crate::meter::{Member, Meter};
use crate::progress::is_progress;

/// The longest command that is reported, in bytes.
pub(super) const COMMAND_BYTES_MAX: usize = 4096;
/// A look so soon after the last cannot tell a share of time: the kernel counts in ticks.
const INTERVAL_MIN_S: f64 = 0.2;
/// From this share of its limit on, the limit is read anew each time: the process may have raised it.
const FDS_NEAR_LIMIT: f64 = 0.8;

/// One watched process.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) handle: ProcessHandle,
    pub(super) targets: Vec<Target>,
    pub(super) start_ticks: u64,
    pub(super) started_at: Timestamp,
    /// Whether its death wakes the table's epoll.
    pub(super) wakes: bool,
    /// Whether the kernel showed us its secrets at the last look.
    pub(super) permitted: bool,
    /// Its state when it was last reported.
    pub(super) state: ProcessState,
    pub(super) group: Option<GroupId>,
    pub(super) connections: Option<u64>,
    pss_bytes: Option<u64>,
    meter: Meter,
    metered_at: Timestamp,
    cpu_ratio: f64,
    progress: bool,
    limits: Limits,
    /// Whether limits of its user do not bind it.
    is_root: bool,
    command: Text,
    command_is_due: bool,
}

/// The descendants of a process at one look.
#[derive(Debug, Default)]
pub(super) struct Descendants {
    pub(super) members: Vec<Member>,
    pub(super) live: u32,
    pub(super) zombies: u32,
}

impl Entry {
    pub(super) fn new(
        handle: ProcessHandle,
        stat: &Stat,
        machine: &Machine,
        target: Target,
        now: Timestamp,
    ) -> Self {
        let root = member(target.pid, stat, handle.io_bytes(machine));
        Self {
            start_ticks: stat.start_ticks,
            started_at: machine.started_at(stat.start_ticks),
            wakes: false,
            permitted: stat.permitted,
            state: stat.state,
            group: None,
            connections: None,
            pss_bytes: None,
            meter: Meter::start(root, machine.uptime_ticks().unwrap_or(stat.start_ticks)),
            metered_at: now,
            cpu_ratio: 0.0,
            progress: false,
            limits: Limits::default(),
            is_root: false,
            command: Text::default(),
            command_is_due: false,
            targets: vec![target],
            handle,
        }
    }

    /// Reads what changes rarely: limits and control group; the command with the next sample.
    pub(super) fn refresh(
        &mut self,
        machine: &Machine,
        cgroups: &mut Cgroups,
        budget: &mut FdBudget,
        now: Timestamp,
    ) {
        self.refresh_limits(machine);
        self.is_root = self
            .handle
            .place(machine)
            .and_then(|place| rustix::fs::fstat(&place))
            .is_ok_and(|owner| owner.st_uid == 0);
        if let Ok(text) = self.handle.file(machine, "cgroup", 16 * 1024) {
            self.group = Some(cgroups.join(machine, &String::from_utf8_lossy(&text), budget, now));
        }
        self.command_is_due = true;
    }

    /// The command, if it is new. It is asked for when a sample is taken, some time after the process was first
    /// watched: one that was started this moment has none yet, or its parent's.
    fn take_new_command(&mut self, machine: &Machine) -> Option<Text> {
        if !std::mem::take(&mut self.command_is_due) {
            return None;
        }
        let line = self.handle.file(machine, "cmdline", COMMAND_BYTES_MAX).ok()?;
        let command = command(&line);
        self.command_is_due = command.is_empty();
        if command == self.command {
            return None;
        }
        self.command.clone_from(&command);
        Some(command)
    }

    /// Reads its proportional share of memory, which the kernel has to add up page by page.
    pub(super) fn refresh_pss(&mut self, machine: &Machine) {
        let rollup = self.handle.file(machine, "smaps_rollup", 4096).ok();
        self.pss_bytes = rollup
            .and_then(|content| named_number(&content, "Pss"))
            .map(|kib| kib.saturating_mul(1024));
    }

    fn refresh_limits(&mut self, machine: &Machine) {
        if let Ok(table) = self.handle.file(machine, "limits", 4096) {
            self.limits = limits::parse(&table);
        }
    }

    /// A full sample from this look at it and its descendants. `is_alive` tells of any other process.
    pub(super) fn sample(
        &mut self,
        machine: &Machine,
        stat: &Stat,
        look: &Look<'_>,
        descendants: &mut Descendants,
    ) -> ProcessSample {
        let io = self.handle.io_bytes(machine);
        descendants.members.push(member(look.pid, stat, io));
        self.measure(machine, look, &mut descendants.members);
        let open_fds = self.handle.open_fds(machine);
        if let (Some(open), Some(limit)) = (open_fds, self.limits.open_files)
            && open as f64 >= limit as f64 * FDS_NEAR_LIMIT
        {
            self.refresh_limits(machine);
        }
        self.state = stat.state;
        self.permitted = stat.permitted;
        let rss_bytes = stat.rss_pages.saturating_mul(machine.page_bytes);
        let total = self.meter.total();
        let user_limit = if self.is_root { None } else { self.limits.processes };
        ProcessSample {
            state: stat.state,
            command: self.take_new_command(machine),
            cpu_ratio: self.cpu_ratio,
            cpu_seconds: machine.seconds(total.ticks),
            rss_bytes,
            vms_bytes: stat.vms_bytes,
            memory_ratio: if machine.memory_bytes > 0 {
                rss_bytes as f64 / machine.memory_bytes as f64
            } else {
                0.0
            },
            memory_limit_bytes: look.group.memory_limit_bytes,
            cgroup_memory_bytes: look.group.memory_bytes,
            open_fds,
            fd_limit: self.limits.open_files,
            threads: stat.threads,
            thread_limit: [user_limit, look.group.pids_max, machine.threads_max]
                .into_iter()
                .flatten()
                .min(),
            connections: self.connections,
            pss_bytes: self.pss_bytes,
            major_faults: stat.major_faults,
            read_bytes: io.map(|_| total.read_bytes),
            write_bytes: io.map(|_| total.write_bytes),
            memory_pressure_ratio: look.group.memory_pressure_ratio,
            children: descendants.live,
            zombie_children: descendants.zombies,
            progress: self.progress,
            liveness_only: false,
        }
    }

    fn measure(&mut self, machine: &Machine, look: &Look<'_>, members: &mut Vec<Member>) {
        let elapsed_s = look.now.seconds_since(self.metered_at);
        if elapsed_s < INTERVAL_MIN_S {
            return;
        }
        let spent = self.meter.advance(members, look.uptime_ticks, look.is_alive);
        let cpu_s = machine.seconds(spent.ticks);
        self.cpu_ratio = cpu_s / elapsed_s;
        self.progress = is_progress(
            elapsed_s,
            cpu_s,
            spent.read_bytes.saturating_add(spent.write_bytes),
        );
        self.metered_at = look.now;
    }

    /// A sample of liveness alone.
    pub(super) fn sign_of_life(&mut self, machine: &Machine, stat: &Stat) -> ProcessSample {
        self.state = stat.state;
        ProcessSample {
            state: stat.state,
            rss_bytes: stat.rss_pages.saturating_mul(machine.page_bytes),
            vms_bytes: stat.vms_bytes,
            threads: stat.threads,
            major_faults: stat.major_faults,
            liveness_only: true,
            ..ProcessSample::default()
        }
    }
}

/// What one look at all processes has in common, and the process's group.
pub(super) struct Look<'a> {
    pub(super) pid: u32,
    pub(super) now: Timestamp,
    pub(super) uptime_ticks: u64,
    pub(super) group: GroupReading,
    pub(super) is_alive: &'a dyn Fn(u32) -> bool,
}

/// The figures of a process for the meter.
pub(super) fn member(pid: u32, stat: &Stat, io: Option<(u64, u64)>) -> Member {
    let (read_bytes, write_bytes) = io.unwrap_or_default();
    Member {
        pid,
        parent: stat.parent,
        start_ticks: stat.start_ticks,
        own_ticks: stat.own_ticks,
        children_ticks: stat.children_ticks,
        read_bytes,
        write_bytes,
    }
}

/// A command line as one text, its arguments separated by blanks.
pub(super) fn command(line: &[u8]) -> Text {
    let text = String::from_utf8_lossy(line);
    let mut command = Text::default();
    for argument in text.trim_end_matches('\0').split('\0') {
        if !command.is_empty() {
            command.push(' ');
        }
        command.push_str(argument);
    }
    while command.len() > COMMAND_BYTES_MAX {
        command.pop();
    }
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn command_lines_become_text() {
        assert_eq!(
            command(b"python3\0-m\0celery\0worker\0"),
            "python3 -m celery worker"
        );
        assert_eq!(command(b"claude\0\0\0\0"), "claude");
        assert_eq!(command(b""), "");
        assert!(command(&[0xff; 5000]).len() <= COMMAND_BYTES_MAX);
    }
}
