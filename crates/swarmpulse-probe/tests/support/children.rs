//! What the tests with real processes share: a table of this machine, its clock, and children that always end.
#![allow(dead_code, reason = "each test file uses its own part")]
#![expect(clippy::unwrap_used, reason = "a helper that fails fails its test")]

use std::os::fd::AsFd;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::fs::Timespec;
use rustix::process::{Pid, Signal, kill_process_group};
use rustix::time::{ClockId, clock_gettime};
use swarmpulse_model::Timestamp;
use swarmpulse_model::process::{ProcessExit, ProcessOrigin, ProcessReport, ProcessSample, ProcessSeen};
use swarmpulse_probe::{Machine, ProbeSettings, ProcessTable, Target};

/// How long anything may take on a busy machine, in seconds.
pub const PATIENCE_S: i64 = 60;

/// A child that does not outlive its test.
pub struct Kept(pub Child);

impl Kept {
    pub fn spawn(program: &str, arguments: &[&str]) -> Self {
        let mut command = Command::new(program);
        command
            .args(arguments)
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        Self(command.spawn().unwrap())
    }

    pub fn shell(script: &str) -> Self {
        Self::spawn("sh", &["-c", script])
    }

    pub fn pid(&self) -> u32 {
        self.0.id()
    }

    /// Waits for its first line of output.
    pub fn ready(&mut self) {
        use std::io::Read;
        let mut byte = [0];
        self.0.stdout.as_mut().unwrap().read_exact(&mut byte).unwrap();
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        // With whatever it started itself.
        let _ = kill_process_group(Pid::from_child(&self.0), Signal::KILL);
        let _ = self.0.wait();
    }
}

pub fn now() -> Timestamp {
    let time = clock_gettime(ClockId::Boottime);
    Timestamp(time.tv_sec * 1_000_000_000 + time.tv_nsec)
}

pub fn table_with(settings: ProbeSettings) -> ProcessTable {
    ProcessTable::new(Arc::new(Machine::here().unwrap()), "here".into(), settings).unwrap()
}

pub fn table() -> ProcessTable {
    table_with(ProbeSettings::default())
}

pub fn target(agent: &str, pid: u32) -> Target {
    Target {
        agent: agent.into(),
        kind: None,
        instance: None,
        pid,
        origin: ProcessOrigin::Watched,
        include_children: true,
        started_at: None,
    }
}

/// Waits until the table's descriptor says that a process ended.
pub fn await_death(table: &ProcessTable) {
    let mut polled = [PollFd::from_borrowed_fd(table.as_fd(), PollFlags::IN)];
    let limit = Timespec {
        tv_sec: PATIENCE_S,
        tv_nsec: 0,
    };
    assert_eq!(
        poll(&mut polled, Some(&limit)).unwrap(),
        1,
        "no death within {PATIENCE_S} s"
    );
}

/// Looks again and again until `look` sees what is expected.
pub fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = now().plus_s(PATIENCE_S as f64);
    loop {
        if let Some(seen) = look() {
            return seen;
        }
        assert!(now() < deadline, "not seen within {PATIENCE_S} s: {what}");
        let pause = Timespec {
            tv_sec: 0,
            tv_nsec: 10_000_000,
        };
        poll(&mut [], Some(&pause)).unwrap();
    }
}

pub fn exit_of(reports: &[ProcessReport], agent: &str) -> Option<ProcessExit> {
    reports
        .iter()
        .filter(|report| report.agent == agent)
        .find_map(|report| match &report.seen {
            ProcessSeen::Exited(exit) => Some(exit.clone()),
            _ => None,
        })
}

pub fn sample_of(reports: &[ProcessReport], agent: &str) -> Option<ProcessSample> {
    reports
        .iter()
        .filter(|report| report.agent == agent)
        .find_map(|report| match &report.seen {
            ProcessSeen::Alive(sample) => Some((**sample).clone()),
            _ => None,
        })
}
