//! What a full sample costs: processor time per process for many real processes, as the kernel accounts it.
//!
//! `cargo bench -p swarmpulse-probe --bench sample [-- PROCESSES [ROUNDS]]`

#[cfg(all(target_os = "linux", not(feature = "portable")))]
fn main() {
    linux::run();
}

#[cfg(any(not(target_os = "linux"), feature = "portable"))]
fn main() {}

#[cfg(all(target_os = "linux", not(feature = "portable")))]
#[expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark prints, and fails loudly"
)]
mod linux {
    use std::os::fd::AsFd;
    use std::process::{Child, Command, Stdio};
    use std::sync::Arc;

    use rustix::event::{PollFd, PollFlags, poll};
    use rustix::time::{ClockId, clock_gettime};
    use swarmpulse_model::Timestamp;
    use swarmpulse_model::process::ProcessOrigin;
    use swarmpulse_probe::{
        AgentPattern, Machine, ProbeSettings, ProcessTable, Target, discover, raise_fd_limit,
    };

    /// The processor time of this process in microseconds, user and system.
    fn cpu_us() -> f64 {
        let time = clock_gettime(ClockId::ProcessCPUTime);
        time.tv_sec as f64 * 1e6 + time.tv_nsec as f64 / 1e3
    }

    fn spawn() -> Child {
        // Reads a pipe that nobody writes to; ends with this process.
        Command::new("cat")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap()
    }

    fn table(
        machine: &Arc<Machine>,
        children: &[Child],
        include_children: bool,
        settings: ProbeSettings,
    ) -> ProcessTable {
        let mut table = ProcessTable::new(Arc::clone(machine), "bench".into(), settings).unwrap();
        for (number, child) in children.iter().enumerate() {
            let target = Target {
                agent: format!("agent-{number}").into(),
                kind: None,
                instance: None,
                pid: child.id(),
                origin: ProcessOrigin::Watched,
                include_children,
                started_at: None,
            };
            table.watch(target, Timestamp(0)).unwrap();
        }
        table
    }

    fn measure(name: &str, rounds: usize, processes: usize, mut look: impl FnMut(Timestamp) -> usize) {
        let mut costs: Vec<f64> = (0..rounds)
            .map(|round| {
                let before = cpu_us();
                let reports = look(Timestamp::from_unix_s(5.0 * (round + 1) as f64));
                let cost = (cpu_us() - before) / processes as f64;
                assert!(reports <= processes, "{name}: {reports} reports");
                cost
            })
            .collect();
        costs.sort_by(f64::total_cmp);
        let mean = costs.iter().sum::<f64>() / costs.len() as f64;
        println!(
            "{name:<28} {mean:7.2} us per process (median {:.2}, worst {:.2}; {rounds} rounds)",
            costs[costs.len() / 2],
            costs[costs.len() - 1]
        );
    }

    /// The time from a kill to the report of the death, one process after another.
    fn deaths(table: &mut ProcessTable, children: &mut [Child]) {
        let clock_us = || {
            let time = clock_gettime(ClockId::Monotonic);
            time.tv_sec as f64 * 1e6 + time.tv_nsec as f64 / 1e3
        };
        let mut latencies: Vec<f64> = children
            .iter_mut()
            .take(200)
            .map(|child| {
                let before = clock_us();
                child.kill().unwrap();
                let mut polled = [PollFd::from_borrowed_fd(table.as_fd(), PollFlags::IN)];
                poll(&mut polled, None).unwrap();
                assert_eq!(table.exits(Timestamp(0)).len(), 1);
                clock_us() - before
            })
            .collect();
        latencies.sort_by(f64::total_cmp);
        let (median, worst) = (latencies[latencies.len() / 2], latencies[latencies.len() - 1]);
        println!("kill to report of the death: median {median:.0} us, worst {worst:.0} us");
    }

    pub(super) fn run() {
        let numbers: Vec<usize> = std::env::args()
            .skip(1)
            .filter_map(|argument| argument.parse().ok())
            .collect();
        let processes = numbers.first().copied().unwrap_or(1000);
        let rounds = numbers.get(1).copied().unwrap_or(40).max(1);
        raise_fd_limit().unwrap();
        let mut children: Vec<Child> = (0..processes).map(|_| spawn()).collect();
        let machine = Arc::new(Machine::here().unwrap());
        println!("{processes} processes, processor time of the probe, user and system:");
        for include_children in [true, false] {
            let mut table = table(&machine, &children, include_children, ProbeSettings::default());
            let suffix = if include_children {
                "with children"
            } else {
                "alone"
            };
            assert_eq!(table.sample(Timestamp(0)).len(), processes);
            measure(&format!("sample, {suffix}"), rounds, processes, |now| {
                table.sample(now).len()
            });
            measure(&format!("liveness, {suffix}"), rounds, processes, |now| {
                table.liveness(now).len()
            });
            measure(&format!("dear sample, {suffix}"), 5, processes, |now| {
                table.sample_dear(now).len()
            });
            if include_children {
                println!("held descriptors: {}", table.stats().held_fds);
            }
        }
        let settings = ProbeSettings {
            held_fds_max: Some(0),
            ..ProbeSettings::default()
        };
        let mut bare = table(&machine, &children, true, settings);
        measure("sample, nothing held", rounds, processes, |now| {
            bare.sample(now).len()
        });
        let patterns = AgentPattern::shipped();
        measure("discovery", 10, processes, |_| {
            discover(&machine, &patterns).unwrap().len()
        });
        let mut all = table(&machine, &children, false, ProbeSettings::default());
        deaths(&mut all, &mut children);
        for child in &mut children {
            let _ = child.kill();
        }
        for child in &mut children {
            let _ = child.wait();
        }
    }
}
