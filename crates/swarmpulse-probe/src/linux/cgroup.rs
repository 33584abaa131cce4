//! Control groups of watched processes: each group is read once per look, however many processes it has.

use std::collections::HashMap;
use std::path::Path;

use swarmpulse_model::Timestamp;
use swarmpulse_model::time::SECOND_NS;

use super::cgroup_mounts::{CgroupMounts, Membership, Mount};
use super::files::{FILE_BYTES_MAX, KeptFile, named_number, number, read_at};
use super::handle::FdBudget;
use super::machine::Machine;
use super::pressure;

/// Memory limits from here on are the old hierarchy's way to say "none".
const UNLIMITED_BYTES: u64 = 1 << 60;
/// How long a kill for want of memory waits for the death that it causes: a big process takes its time to end.
const KILL_KEPT_NS: i64 = 30 * SECOND_NS;

/// A group's place in [`Cgroups`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct GroupId(usize);

/// Limits and figures of a group.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct GroupReading {
    /// The least memory limit of the group and those above it.
    pub(super) memory_limit_bytes: Option<u64>,
    /// What the group with that limit uses; without a limit, what the process's own group uses.
    pub(super) memory_bytes: Option<u64>,
    /// The least limit of processes and threads.
    pub(super) pids_max: Option<u64>,
    /// Share of time that some task of the group, or else of the machine, waited for memory.
    pub(super) memory_pressure_ratio: Option<f64>,
}

#[derive(Debug)]
struct Group {
    key: Box<str>,
    used: bool,
    usage: Option<KeptFile>,
    pressure: Option<KeptFile>,
    kills: KillCounter,
    reading: GroupReading,
}

/// The groups of the watched processes.
#[derive(Debug, Default)]
pub(super) struct Cgroups {
    by_key: HashMap<Box<str>, usize>,
    groups: Vec<Option<Group>>,
    /// Kills of the whole machine, for groups that do not count their own.
    machine_kills: Unclaimed,
    machine_pressure_ratio: Option<f64>,
}

/// Kills that were counted and not yet matched to a death.
#[derive(Debug, Default)]
struct Unclaimed {
    counted: Option<u64>,
    unclaimed: u64,
    since: Timestamp,
}

#[derive(Debug)]
struct KillCounter {
    file: Option<KeptFile>,
    kills: Unclaimed,
}

impl Unclaimed {
    fn update(&mut self, counted: Option<u64>, now: Timestamp) {
        let (Some(counted), before) = (counted, self.counted) else {
            return;
        };
        self.counted = Some(counted);
        let fresh = before.map_or(0, |before| counted.saturating_sub(before));
        if fresh > 0 {
            self.since = now;
        } else if now.since(self.since) > KILL_KEPT_NS {
            self.unclaimed = 0;
        }
        self.unclaimed += fresh;
    }

    fn claim(&mut self) -> bool {
        let claimed = self.unclaimed > 0;
        self.unclaimed = self.unclaimed.saturating_sub(1);
        claimed
    }
}

impl Cgroups {
    /// Forgets which groups are in use; those that are not joined again until [`Cgroups::sweep`] are closed.
    pub(super) fn mark_all_unused(&mut self) {
        self.groups
            .iter_mut()
            .flatten()
            .for_each(|group| group.used = false);
    }

    /// Closes the groups that nobody joined.
    pub(super) fn sweep(&mut self, budget: &mut FdBudget) {
        for place in &mut self.groups {
            if let Some(group) = place.take_if(|group| !group.used) {
                budget.give_back(group.held());
                self.by_key.remove(&group.key);
            }
        }
    }

    /// The group of a process, from its `/proc/PID/cgroup`; limits are read anew.
    pub(super) fn join(
        &mut self,
        machine: &Machine,
        text: &str,
        budget: &mut FdBudget,
        now: Timestamp,
    ) -> GroupId {
        if let Some(place) = self.by_key.get(text).copied()
            && let Some(group) = &mut self.groups[place]
        {
            if !group.used {
                let limits = Limits::read(&machine.cgroups, &Membership::parse(text));
                group.reading.memory_limit_bytes = limits.memory_bytes;
                group.reading.pids_max = limits.pids_max;
                group.used = true;
            }
            return GroupId(place);
        }
        let mut group = Group::open(machine, text, budget.left >= 3);
        budget.take(group.held());
        group.update(now, self.machine_pressure_ratio);
        if group.kills.file.is_none() && self.machine_kills.counted.is_none() {
            self.machine_kills.update(machine_kills(machine), now);
        }
        let place = self.groups.iter().position(Option::is_none).unwrap_or_else(|| {
            self.groups.push(None);
            self.groups.len() - 1
        });
        self.groups[place] = Some(group);
        self.by_key.insert(text.into(), place);
        GroupId(place)
    }

    /// Reads the figures of all groups.
    pub(super) fn update(&mut self, machine: &Machine, now: Timestamp) {
        let pressure = read_at(&machine.proc, "pressure/memory", 512).ok();
        self.machine_pressure_ratio = pressure
            .and_then(|content| pressure::parse(&content))
            .map(|pressure| pressure.some_ratio);
        for group in self.groups.iter_mut().flatten() {
            group.update(now, self.machine_pressure_ratio);
        }
        if self
            .groups
            .iter()
            .flatten()
            .any(|group| group.kills.file.is_none())
        {
            self.machine_kills.update(machine_kills(machine), now);
        }
    }

    /// The figures of a group as of the last update.
    pub(super) fn reading(&self, id: GroupId) -> GroupReading {
        self.groups
            .get(id.0)
            .and_then(Option::as_ref)
            .map(|group| group.reading)
            .unwrap_or_default()
    }

    /// Whether a process of the group was killed for want of memory of late; each kill explains one death.
    pub(super) fn claim_kill(&mut self, machine: &Machine, id: Option<GroupId>, now: Timestamp) -> bool {
        let group = id
            .and_then(|id| self.groups.get_mut(id.0))
            .and_then(Option::as_mut);
        if let Some(group) = group
            && group.kills.file.is_some()
        {
            // A group that was removed with its last process cannot be asked any more; what it said counts.
            group.kills.update(now);
            return group.kills.kills.claim();
        }
        self.machine_kills.update(machine_kills(machine), now);
        self.machine_kills.claim()
    }
}

/// Kills for want of memory on the whole machine.
pub(super) fn machine_kills(machine: &Machine) -> Option<u64> {
    named_number(
        &read_at(&machine.proc, "vmstat", FILE_BYTES_MAX).ok()?,
        "oom_kill",
    )
}

impl KillCounter {
    fn update(&mut self, now: Timestamp) {
        let mut buffer = [0; 1024];
        let counted = self
            .file
            .as_ref()
            .and_then(|file| named_number(file.read(&mut buffer).ok()?, "oom_kill"));
        self.kills.update(counted, now);
    }
}

impl Group {
    fn open(machine: &Machine, text: &str, hold: bool) -> Self {
        let mounts = &machine.cgroups;
        let membership = Membership::parse(text);
        let limits = Limits::read(mounts, &membership);
        let unified = folder(mounts.unified.as_ref(), membership.unified);
        let memory = folder(mounts.memory.as_ref(), membership.memory);
        let open = |folder: Option<&Path>, name: &str| KeptFile::open(&folder?.join(name), hold);
        let kills = open(unified.as_deref(), "memory.events.local")
            .or_else(|| open(unified.as_deref(), "memory.events"))
            .or_else(|| open(memory.as_deref(), "memory.oom_control"));
        Self {
            key: text.into(),
            used: true,
            usage: limits
                .usage
                .as_deref()
                .and_then(|path| KeptFile::open(path, hold)),
            pressure: open(unified.as_deref(), "memory.pressure"),
            kills: KillCounter {
                file: kills,
                kills: Unclaimed::default(),
            },
            reading: GroupReading {
                memory_limit_bytes: limits.memory_bytes,
                pids_max: limits.pids_max,
                ..GroupReading::default()
            },
        }
    }

    fn held(&self) -> usize {
        let files = [&self.usage, &self.pressure, &self.kills.file];
        files.into_iter().flatten().filter(|file| file.is_held()).count()
    }

    fn update(&mut self, now: Timestamp, machine_pressure_ratio: Option<f64>) {
        let mut buffer = [0; 512];
        self.reading.memory_bytes = self
            .usage
            .as_ref()
            .and_then(|file| number(file.read(&mut buffer).ok()?));
        let pressure = self
            .pressure
            .as_ref()
            .and_then(|file| pressure::parse(file.read(&mut buffer).ok()?));
        self.reading.memory_pressure_ratio = pressure
            .map(|pressure| pressure.some_ratio)
            .or(machine_pressure_ratio);
        self.kills.update(now);
    }
}

/// Limits of a group and those above it.
struct Limits {
    memory_bytes: Option<u64>,
    pids_max: Option<u64>,
    /// The file that tells the use of what is limited.
    usage: Option<std::path::PathBuf>,
}

impl Limits {
    fn read(mounts: &CgroupMounts, membership: &Membership<'_>) -> Self {
        let hierarchies = [
            (
                mounts.unified.as_ref(),
                membership.unified,
                "memory.max",
                "memory.current",
            ),
            (
                mounts.memory.as_ref(),
                membership.memory,
                "memory.limit_in_bytes",
                "memory.usage_in_bytes",
            ),
        ];
        let mut found = Self {
            memory_bytes: None,
            pids_max: None,
            usage: None,
        };
        for (mount, group, limit_name, usage_name) in hierarchies {
            let Some(own) = folder(mount, group) else { continue };
            let limits = upwards(mount, &own).filter_map(|folder| {
                let limit = read_number(&folder.join(limit_name)).filter(|limit| *limit < UNLIMITED_BYTES)?;
                Some((limit, folder.join(usage_name)))
            });
            if let Some((limit, usage)) = limits.min_by_key(|(limit, _)| *limit)
                && found.memory_bytes.is_none_or(|least| limit < least)
            {
                found.memory_bytes = Some(limit);
                found.usage = Some(usage);
            }
            // The root's own use is the machine's and dear to ask for.
            if found.usage.is_none() && mount.is_some_and(|mount| own != mount.point) {
                found.usage = Some(own.join(usage_name)).filter(|path| path.exists());
            }
        }
        let processes = [
            (mounts.unified.as_ref(), membership.unified),
            (mounts.pids.as_ref(), membership.pids),
        ];
        for (mount, group) in processes {
            let Some(own) = folder(mount, group) else { continue };
            let least = upwards(mount, &own)
                .filter_map(|folder| read_number(&folder.join("pids.max")))
                .min();
            found.pids_max = [found.pids_max, least].into_iter().flatten().min();
        }
        found
    }
}

fn folder(mount: Option<&Mount>, group: Option<&str>) -> Option<std::path::PathBuf> {
    mount?.folder(group?)
}

fn upwards<'a>(mount: Option<&'a Mount>, folder: &'a Path) -> impl Iterator<Item = &'a Path> {
    mount.into_iter().flat_map(move |mount| mount.upwards(folder))
}

/// The number that a file holds; `max` is none.
fn read_number(path: &Path) -> Option<u64> {
    let mut buffer = [0; 64];
    number(KeptFile::open(path, true)?.read(&mut buffer).ok()?)
}

#[cfg(test)]
mod tests;
