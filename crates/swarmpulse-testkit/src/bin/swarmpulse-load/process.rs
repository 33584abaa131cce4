//! What the server's process costs, from procfs.

use std::fs;

/// Processor time and memory of a process at one time.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cost {
    /// Processor seconds so far.
    pub cpu_s: f64,
    /// Resident memory now.
    pub rss_bytes: u64,
}

/// The cost so far; zero without a process.
pub fn cost(pid: Option<u32>) -> Cost {
    pid.and_then(read).unwrap_or_default()
}

fn read(pid: u32) -> Option<Cost> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    // Its own time in user and system mode, and that of children it has waited for.
    let ticks: f64 = fields
        .get(11..15)?
        .iter()
        .filter_map(|field| field.parse::<f64>().ok())
        .sum();
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let rss_kib: u64 = status
        .lines()
        .find(|line| line.starts_with("VmRSS:"))?
        .split_whitespace()
        .nth(1)?
        .parse()
        .ok()?;
    Some(Cost {
        cpu_s: ticks / rustix::param::clock_ticks_per_second() as f64,
        rss_bytes: rss_kib * 1024,
    })
}
