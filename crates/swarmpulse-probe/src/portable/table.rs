//! The table of watched processes, by polling.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use swarmpulse_model::process::{ProcessExit, ProcessReport, ProcessSample, ProcessSeen, ProcessState};
use swarmpulse_model::{Text, Timestamp};
use sysinfo::{Pid, Process, ProcessRefreshKind, ProcessStatus, ProcessesToUpdate, System};

use super::machine::{Machine, command, has_ended, started_at};
use crate::meter::{Member, Meter};
use crate::progress::is_progress;
use crate::{ProbeError, ProbeSettings, ProbeStats, Target};

/// A look so soon after the last cannot tell a share of time.
const INTERVAL_MIN_S: f64 = 0.2;
/// The most descendants of one target that are looked at.
const DESCENDANTS_MAX: usize = 4096;

/// The processes of watched agents. A process is known by its pid and start time; one that ended is reported once
/// for each of its targets and forgotten.
#[derive(Debug)]
pub struct ProcessTable {
    machine: Arc<Machine>,
    host: Text,
    settings: ProbeSettings,
    entries: BTreeMap<u32, Entry>,
    pending: Vec<ProcessReport>,
    stats: ProbeStats,
}

#[derive(Debug)]
struct Entry {
    targets: Vec<Target>,
    started_at: Timestamp,
    meter: Meter,
    metered_at: Timestamp,
    cpu_ratio: f64,
    progress: bool,
    command_sent: bool,
}

impl ProcessTable {
    /// An empty table that reports for `host`.
    ///
    /// # Errors
    /// Never here.
    pub fn new(machine: Arc<Machine>, host: Text, settings: ProbeSettings) -> Result<Self, ProbeError> {
        let (entries, pending, stats) = (BTreeMap::new(), Vec::new(), ProbeStats::default());
        Ok(Self {
            machine,
            host,
            settings,
            entries,
            pending,
            stats,
        })
    }

    /// Watches a process for an agent, and says when the process started. Several agents may share a process;
    /// the same agent again replaces what was said of it before.
    ///
    /// # Errors
    /// If there is no such process, if it started at another time than `target.started_at`, or if there are too
    /// many targets.
    pub fn watch(&mut self, target: Target, now: Timestamp) -> Result<Timestamp, ProbeError> {
        let pid = target.pid;
        let machine = Arc::clone(&self.machine);
        let system = machine.refreshed()?;
        let process = system
            .process(Pid::from_u32(pid))
            .ok_or(ProbeError::NotFound { pid })?;
        if has_ended(process) {
            return Err(ProbeError::Ended { pid });
        }
        let started_at = started_at(process);
        if target.started_at.is_some_and(|expected| expected != started_at) {
            return Err(ProbeError::OtherProcess { pid });
        }
        if self
            .entries
            .get(&pid)
            .is_some_and(|entry| entry.started_at != started_at)
        {
            self.bury(pid, true);
        }
        let known = self
            .entries
            .get(&pid)
            .into_iter()
            .flat_map(|entry| &entry.targets);
        if !known.into_iter().any(|old| old.agent == target.agent) {
            if self.stats.targets >= self.settings.targets_max {
                self.stats.refused_total += 1;
                return Err(ProbeError::TooManyTargets {
                    pid,
                    limit: self.settings.targets_max,
                });
            }
            self.stats.targets += 1;
        }
        let entry = self.entries.entry(pid).or_insert_with(|| Entry {
            targets: Vec::new(),
            started_at,
            meter: Meter::start(member(process), look_ticks(now)),
            metered_at: now,
            cpu_ratio: 0.0,
            progress: false,
            command_sent: false,
        });
        match entry.targets.iter_mut().find(|old| old.agent == target.agent) {
            Some(old) => *old = target,
            None => entry.targets.push(target),
        }
        Ok(started_at)
    }

    /// Stops watching a process for an agent; what was watched, if it was.
    pub fn unwatch(&mut self, agent: &str, pid: u32) -> Option<Target> {
        let entry = self.entries.get_mut(&pid)?;
        let place = entry.targets.iter().position(|target| target.agent == agent)?;
        let target = entry.targets.remove(place);
        self.stats.targets -= 1;
        if entry.targets.is_empty() {
            self.entries.remove(&pid);
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
        ProbeStats {
            processes: self.entries.len(),
            without_pidfd: self.entries.len(),
            ..self.stats
        }
    }

    /// Deaths since the last call.
    pub fn exits(&mut self, now: Timestamp) -> Vec<ProcessReport> {
        self.liveness(now)
    }

    /// The look of each second: deaths.
    pub fn liveness(&mut self, _now: Timestamp) -> Vec<ProcessReport> {
        let machine = Arc::clone(&self.machine);
        if let Ok(mut system) = machine.system() {
            let pids: Vec<Pid> = self.entries.keys().map(|pid| Pid::from_u32(*pid)).collect();
            let kind = ProcessRefreshKind::nothing();
            system.refresh_processes_specifics(ProcessesToUpdate::Some(&pids), true, kind);
            self.bury_the_dead(&system);
        }
        std::mem::take(&mut self.pending)
    }

    /// A full look at every watched process.
    pub fn sample(&mut self, now: Timestamp) -> Vec<ProcessReport> {
        let machine = Arc::clone(&self.machine);
        let mut reports = Vec::new();
        match machine.refreshed() {
            Ok(system) => {
                self.bury_the_dead(&system);
                let children = children(&system);
                let total_memory = system.total_memory();
                let apart: Vec<u32> = self.entries.keys().copied().collect();
                for (pid, entry) in &mut self.entries {
                    let Some(process) = system.process(Pid::from_u32(*pid)) else {
                        continue;
                    };
                    let family = if entry.targets.iter().any(|target| target.include_children) {
                        descendants(*pid, &children, &apart)
                    } else {
                        Vec::new()
                    };
                    let family: Vec<_> = family
                        .iter()
                        .filter_map(|pid| system.process(Pid::from_u32(*pid)))
                        .collect();
                    let sample = entry.sample(process, &family, total_memory, now, &system);
                    for target in &entry.targets {
                        let seen = ProcessSeen::Alive(Box::new(sample.clone()));
                        reports.push(target.report(&self.host, entry.started_at, seen));
                    }
                }
            }
            Err(error) => {
                self.stats.unreadable_total += 1;
                let seen = ProcessSeen::Unreadable {
                    error: Text::from(error.to_string()),
                };
                for entry in self.entries.values() {
                    let report = |target: &Target| target.report(&self.host, entry.started_at, seen.clone());
                    reports.extend(entry.targets.iter().map(report));
                }
            }
        }
        reports.append(&mut self.pending);
        reports
    }

    /// The same as [`ProcessTable::sample`]: nothing dear is told here.
    pub fn sample_dear(&mut self, now: Timestamp) -> Vec<ProcessReport> {
        self.sample(now)
    }

    fn bury_the_dead(&mut self, system: &System) {
        let fate = |(pid, entry): (&u32, &Entry)| match system.process(Pid::from_u32(*pid)) {
            None => Some((*pid, false)),
            Some(process) if started_at(process) != entry.started_at => Some((*pid, true)),
            Some(process) => has_ended(process).then_some((*pid, false)),
        };
        let dead: Vec<(u32, bool)> = self.entries.iter().filter_map(fate).collect();
        dead.into_iter()
            .for_each(|(pid, pid_reused)| self.bury(pid, pid_reused));
    }

    fn bury(&mut self, pid: u32, pid_reused: bool) {
        let Some(entry) = self.entries.remove(&pid) else {
            return;
        };
        self.stats.exits_total += 1;
        self.stats.targets -= entry.targets.len();
        let seen = ProcessSeen::Exited(ProcessExit {
            pid_reused,
            ..ProcessExit::default()
        });
        let report = |target: &Target| target.report(&self.host, entry.started_at, seen.clone());
        self.pending.extend(entry.targets.iter().map(report));
    }
}

impl Entry {
    fn sample(
        &mut self,
        process: &Process,
        family: &[&Process],
        total_memory: u64,
        now: Timestamp,
        system: &System,
    ) -> ProcessSample {
        let elapsed_s = now.seconds_since(self.metered_at);
        if elapsed_s >= INTERVAL_MIN_S {
            let mut members: Vec<Member> = family.iter().copied().chain([process]).map(member).collect();
            let is_alive = |pid| system.process(Pid::from_u32(pid)).is_some();
            let spent = self.meter.advance(&mut members, look_ticks(now), is_alive);
            let cpu_s = spent.ticks as f64 / 1000.0;
            self.cpu_ratio = cpu_s / elapsed_s;
            self.progress = is_progress(
                elapsed_s,
                cpu_s,
                spent.read_bytes.saturating_add(spent.write_bytes),
            );
            self.metered_at = now;
        }
        let total = self.meter.total();
        let zombies = family.iter().filter(|child| has_ended(child)).count();
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        ProcessSample {
            state: state(process),
            command: (!std::mem::replace(&mut self.command_sent, true)).then(|| command(process)),
            cpu_ratio: self.cpu_ratio,
            cpu_seconds: total.ticks as f64 / 1000.0,
            rss_bytes: process.memory(),
            vms_bytes: process.virtual_memory(),
            memory_ratio: if total_memory > 0 {
                process.memory() as f64 / total_memory as f64
            } else {
                0.0
            },
            open_fds: process.open_files().map(|count| count as u64),
            fd_limit: process.open_files_limit().map(|limit| limit as u64),
            threads: process.tasks().map_or(1, |tasks| tasks.len() as u64 + 1),
            read_bytes: Some(total.read_bytes),
            write_bytes: Some(total.write_bytes),
            children: count(family.len() - zombies),
            zombie_children: count(zombies),
            progress: self.progress,
            ..ProcessSample::default()
        }
    }
}

/// Start times are whole seconds here, so looks are too.
fn look_ticks(now: Timestamp) -> u64 {
    u64::try_from(now.unix_ms() / 1000).unwrap_or(0)
}

fn member(process: &Process) -> Member {
    let disk = process.disk_usage();
    Member {
        pid: process.pid().as_u32(),
        parent: process.parent().map(Pid::as_u32).unwrap_or_default(),
        start_ticks: process.start_time(),
        own_ticks: process.accumulated_cpu_time(),
        children_ticks: 0,
        read_bytes: disk.total_read_bytes,
        write_bytes: disk.total_written_bytes,
    }
}

fn state(process: &Process) -> ProcessState {
    match process.status() {
        ProcessStatus::Run => ProcessState::Running,
        ProcessStatus::Stop | ProcessStatus::Tracing | ProcessStatus::Suspended => ProcessState::Stopped,
        ProcessStatus::Zombie | ProcessStatus::Dead => ProcessState::Zombie,
        ProcessStatus::UninterruptibleDiskSleep => ProcessState::DiskSleep,
        _ => ProcessState::Sleeping,
    }
}

fn children(system: &System) -> HashMap<u32, Vec<u32>> {
    let mut children: HashMap<u32, Vec<u32>> = HashMap::new();
    for (pid, process) in system
        .processes()
        .iter()
        .filter(|(_, process)| process.thread_kind().is_none())
    {
        if let Some(parent) = process.parent() {
            children.entry(parent.as_u32()).or_default().push(pid.as_u32());
        }
    }
    children
}

fn descendants(pid: u32, children: &HashMap<u32, Vec<u32>>, apart: &[u32]) -> Vec<u32> {
    let mut found = Vec::new();
    let (mut parent, mut next) = (pid, 0);
    loop {
        let of = children.get(&parent).into_iter().flatten();
        let room = DESCENDANTS_MAX - found.len();
        found.extend(of.filter(|child| apart.binary_search(child).is_err()).take(room));
        let Some(descendant) = found.get(next) else {
            return found;
        };
        parent = *descendant;
        next += 1;
    }
}
