//! One look at the machine: processors, memory, load, pressure, disk, and what the monitor costs.

use std::path::PathBuf;
use std::sync::Arc;

use swarmpulse_model::{Text, Timestamp};

use super::cgroup::machine_kills;
use super::files::{FILE_BYTES_MAX, named_number, number, read_at};
use super::handle::{FdBudget, ProcessHandle};
use super::limits;
use super::machine::Machine;
use super::pressure;
use crate::{DiskSpace, HostSample, OwnCost, Pressure, ProbeError};

/// Looks at the machine; keeps the counters of the last look.
#[derive(Debug)]
pub struct HostProbe {
    machine: Arc<Machine>,
    disk_path: PathBuf,
    last_cpu: Option<CpuTime>,
    last_own: Option<(u64, Timestamp)>,
}

/// Ticks of all processors together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct CpuTime {
    busy: u64,
    total: u64,
    cores: u32,
}

impl HostProbe {
    /// A probe that tells the free space where `disk_path` lies.
    #[must_use]
    pub fn new(machine: Arc<Machine>, disk_path: PathBuf) -> Self {
        Self {
            machine,
            disk_path,
            last_cpu: None,
            last_own: None,
        }
    }

    /// One look.
    ///
    /// # Errors
    /// If the processors' counters or the memory's figures cannot be read; anything else is merely left out.
    pub fn sample(&mut self, now: Timestamp) -> Result<HostSample, ProbeError> {
        let read = |name: &str| {
            read_at(&self.machine.proc, name, FILE_BYTES_MAX)
                .map_err(|errno| ProbeError::read(format!("/proc/{name}"), errno))
        };
        let cpu = parse_cpu(&read("stat")?)
            .ok_or_else(|| ProbeError::garbled("/proc/stat", "lacks the line of all processors"))?;
        let memory = read("meminfo")?;
        let bytes = |name: &str| named_number(&memory, name).map(|kib| kib.saturating_mul(1024));
        let memory_total_bytes =
            bytes("MemTotal").ok_or_else(|| ProbeError::garbled("/proc/meminfo", "lacks MemTotal"))?;
        let pressure = |name: &str| -> Option<Pressure> { pressure::parse(&read(name).ok()?) };
        let sample = HostSample {
            cpu_ratio: self.last_cpu.and_then(|last| busy_ratio(last, cpu)),
            cores: cpu.cores,
            memory_total_bytes,
            memory_available_bytes: bytes("MemAvailable")
                .or_else(|| bytes("MemFree"))
                .unwrap_or_default(),
            load: read("loadavg").ok().and_then(|content| parse_load(&content)),
            cpu_pressure: pressure("pressure/cpu"),
            io_pressure: pressure("pressure/io"),
            memory_pressure: pressure("pressure/memory"),
            oom_kills_total: machine_kills(&self.machine),
            disk: rustix::fs::statvfs(&self.disk_path).ok().map(|space| DiskSpace {
                total_bytes: space.f_blocks.saturating_mul(space.f_frsize),
                free_bytes: space.f_bavail.saturating_mul(space.f_frsize),
            }),
            own: self.own_cost(now),
        };
        self.last_cpu = Some(cpu);
        Ok(sample)
    }

    fn own_cost(&mut self, now: Timestamp) -> OwnCost {
        let mut budget = FdBudget { left: 0, held: 0 };
        let opened = ProcessHandle::open(&self.machine, std::process::id(), &mut budget);
        let Ok((handle, stat)) = opened else {
            return OwnCost::default();
        };
        let ticks = stat.own_ticks;
        let cpu_ratio = match self.last_own {
            Some((before, at)) if now > at => {
                self.machine.seconds(ticks.saturating_sub(before)) / now.seconds_since(at)
            }
            _ => 0.0,
        };
        self.last_own = Some((ticks, now));
        let table = handle.file(&self.machine, "limits", 4096).unwrap_or_default();
        OwnCost {
            cpu_ratio,
            cpu_seconds: self.machine.seconds(ticks),
            rss_bytes: stat.rss_pages.saturating_mul(self.machine.page_bytes),
            threads: stat.threads,
            open_fds: handle.open_fds(&self.machine),
            fd_limit: limits::parse(&table).open_files,
        }
    }
}

/// The machine's name.
#[must_use]
pub fn host_name() -> Text {
    Text::from(rustix::system::uname().nodename().to_string_lossy().as_ref())
}

fn parse_cpu(content: &[u8]) -> Option<CpuTime> {
    let text = std::str::from_utf8(content).ok()?;
    let all = text.lines().find_map(|line| line.strip_prefix("cpu "))?;
    // user nice system idle iowait irq softirq steal; guest time is part of user time already.
    let ticks: Vec<u64> = all
        .split_whitespace()
        .take(8)
        .filter_map(|field| number(field.as_bytes()))
        .collect();
    let total: u64 = ticks.iter().fold(0, |sum, ticks| sum.saturating_add(*ticks));
    let idle = ticks.get(3)?.saturating_add(ticks.get(4).copied().unwrap_or(0));
    let is_core = |line: &&str| {
        line.strip_prefix("cpu")
            .is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_digit()))
    };
    let cores = u32::try_from(text.lines().filter(is_core).count()).unwrap_or(u32::MAX);
    Some(CpuTime {
        busy: total.saturating_sub(idle),
        total,
        cores,
    })
}

fn busy_ratio(last: CpuTime, now: CpuTime) -> Option<f64> {
    let elapsed = now.total.checked_sub(last.total).filter(|elapsed| *elapsed > 0)?;
    Some((now.busy.saturating_sub(last.busy) as f64 / elapsed as f64).min(1.0))
}

fn parse_load(content: &[u8]) -> Option<[f64; 3]> {
    let mut figures = std::str::from_utf8(content)
        .ok()?
        .split_whitespace()
        .map(str::parse);
    let mut next = || figures.next()?.ok();
    Some([next()?, next()?, next()?])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processor_time() {
        let last = parse_cpu(b"cpu  10 0 10 70 10 0 0 0 5 5\ncpu0 1 2\ncpu1 1 2\nintr 5\n").unwrap();
        assert_eq!(
            last,
            CpuTime {
                busy: 20,
                total: 100,
                cores: 2
            }
        );
        let now = CpuTime {
            busy: 50,
            total: 160,
            cores: 2,
        };
        assert_eq!(busy_ratio(last, now), Some(0.5));
        assert_eq!(busy_ratio(now, last), None, "counters that went back");
        assert_eq!(parse_cpu(b"cpu  1 2\n"), None);
        assert_eq!(parse_cpu(b"\xff"), None);
    }

    #[test]
    fn load_averages() {
        assert_eq!(parse_load(b"0.50 1.25 2.00 1/92 10177\n"), Some([0.5, 1.25, 2.0]));
        assert_eq!(parse_load(b"0.50 1.25"), None);
    }

    #[test]
    fn this_machine() {
        let machine = Arc::new(Machine::here().unwrap());
        let mut probe = HostProbe::new(machine, "/".into());
        let first = probe.sample(Timestamp(0)).unwrap();
        assert_eq!((first.cpu_ratio, first.own.cpu_ratio), (None, 0.0));
        assert!(first.cores > 0 && first.memory_available_bytes < first.memory_total_bytes);
        assert!(first.disk.is_some_and(|disk| disk.total_bytes > disk.free_bytes));
        assert!(
            first.own.rss_bytes > 0 && first.own.threads > 0 && first.own.open_fds.is_some_and(|fds| fds > 2)
        );
        let second = probe.sample(Timestamp::from_unix_s(5.0)).unwrap();
        assert!(second.own.cpu_seconds >= first.own.cpu_seconds);
        assert!(!host_name().is_empty());
    }
}
