//! Probing: one thread that looks at processes and the machine on schedule and sends what it saw as records.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use crossbeam_channel::Receiver;
use parking_lot::Mutex as LogMutex;
use rustix::event::{PollFd, PollFlags, Timespec};
use swarmpulse_model::process::{ProcessOrigin, ProcessReport, ProcessSeen};
use swarmpulse_model::record::{Heartbeat, MonitorEvent};
use swarmpulse_model::{Record, Source, Text, Timestamp, entity};
use swarmpulse_probe::{
    AgentPattern, Discovered, Machine, PROBES, Probe, ProbeError, ProbeOutput, ProbeSettings, ProbeSetup,
    ProcessTable, Target,
};
use swarmpulse_wire::redact;

use crate::batch::Batch;
use crate::counters::Counter;
use crate::handle::Handle;
use crate::log_files::{LogFile, process_line};

/// The agent that the monitor itself is.
const OWN_NAME: &str = "swarmpulse";
/// The monitor's own heartbeat, in seconds.
const OWN_INTERVAL_S: f64 = 10.0;

/// Whether agents that nobody announced are looked for, and which.
#[derive(Clone, Debug, Default)]
pub struct Discovery {
    /// Patterns, the user's own first; empty looks for none.
    pub patterns: Vec<AgentPattern>,
}

/// When probes look, and at what.
#[derive(Clone, Debug)]
pub struct ProbeOptions {
    /// The machine's name.
    pub host: Text,
    /// Seconds between looks, by a probe's name; others look as often as they ship.
    pub intervals_s: Vec<(String, f64)>,
    /// Agents to look for.
    pub discovery: Discovery,
    /// Where free space is asked for: the data directory.
    pub disk_path: PathBuf,
}

struct Scheduled {
    name: &'static str,
    probe: Box<dyn Probe>,
    interval_s: f64,
    due: Timestamp,
    failing: bool,
}

pub(crate) struct Prober {
    handle: Handle,
    options: ProbeOptions,
    table: Arc<Mutex<ProcessTable>>,
    wakeup: std::os::fd::OwnedFd,
    scheduled: Vec<Scheduled>,
    log: Option<Arc<LogMutex<LogFile>>>,
    stop: Receiver<()>,
    own_due: Timestamp,
}

impl Prober {
    pub fn new(
        handle: Handle,
        options: ProbeOptions,
        log: Option<Arc<LogMutex<LogFile>>>,
        stop: Receiver<()>,
    ) -> Result<Self, ProbeError> {
        let machine = Arc::new(Machine::here()?);
        let table = ProcessTable::new(
            Arc::clone(&machine),
            options.host.clone(),
            ProbeSettings::default(),
        )?;
        let wakeup = table.wakeup()?;
        let table = Arc::new(Mutex::new(table));
        let setup = ProbeSetup {
            machine,
            table: Arc::clone(&table),
            patterns: options.discovery.patterns.clone().into(),
            disk_path: options.disk_path.clone(),
        };
        let scheduled = PROBES
            .iter()
            .map(|entry| {
                let configured = options.intervals_s.iter().find(|(name, _)| name == entry.name);
                Scheduled {
                    name: entry.name,
                    probe: (entry.build)(&setup),
                    interval_s: configured.map_or(entry.interval_s, |(_, interval_s)| *interval_s),
                    due: Timestamp(0),
                    failing: false,
                }
            })
            .collect();
        let own_due = Timestamp(0);
        Ok(Self {
            handle,
            options,
            table,
            wakeup,
            scheduled,
            log,
            stop,
            own_due,
        })
    }

    /// Runs until told to stop.
    pub fn run(mut self) {
        while self.stop.is_empty() {
            let now = self.handle.now();
            self.beat(now);
            self.follow_the_fleet(now);
            self.run_due(now);
            self.wait();
        }
    }

    /// Waits for a death or the next look, whichever is first. Deaths are told at once.
    fn wait(&self) {
        let now = self.handle.now();
        let next = self
            .scheduled
            .iter()
            .map(|scheduled| scheduled.due)
            .min()
            .unwrap_or(now)
            .min(self.own_due);
        let wait_ns = next.since(now).clamp(1_000_000, 1_000_000_000);
        let timeout = Timespec {
            tv_sec: wait_ns / 1_000_000_000,
            tv_nsec: wait_ns % 1_000_000_000,
        };
        let mut wakeups = [PollFd::new(&self.wakeup, PollFlags::IN)];
        if rustix::event::poll(&mut wakeups, Some(&timeout)).is_ok_and(|ready| ready > 0) {
            let now = self.handle.now();
            let exits = self
                .table
                .lock()
                .map(|mut table| table.exits(now))
                .unwrap_or_default();
            self.send(exits);
        }
    }

    fn run_due(&mut self, now: Timestamp) {
        for number in 0..self.scheduled.len() {
            let scheduled = &mut self.scheduled[number];
            if scheduled.due > now {
                continue;
            }
            // A look that was late is not made up for.
            scheduled.due = now.plus_s(scheduled.interval_s);
            let name = scheduled.name;
            self.handle.counters().add(Counter::ProbeLooksTotal, 1);
            match scheduled.probe.probe(now) {
                Ok(output) => {
                    scheduled.failing = false;
                    if name == "process_dear" {
                        self.put_off("process_sample", now);
                    }
                    self.take_in(output, now);
                }
                Err(error) => self.failed(number, &error),
            }
        }
    }

    /// The dear look takes the place of the plain one.
    fn put_off(&mut self, name: &str, now: Timestamp) {
        for scheduled in self
            .scheduled
            .iter_mut()
            .filter(|scheduled| scheduled.name == name)
        {
            scheduled.due = now.plus_s(scheduled.interval_s);
        }
    }

    fn failed(&mut self, number: usize, error: &ProbeError) {
        let scheduled = &mut self.scheduled[number];
        if scheduled.failing {
            return;
        }
        scheduled.failing = true;
        tracing::warn!(probe = scheduled.name, %error, "a probe cannot look");
        let event = MonitorEvent::ProbeFailed {
            probe: scheduled.name.into(),
            error: error.to_string().into(),
        };
        self.submit(vec![Record::Monitor(event)], Source::Monitor);
    }

    fn take_in(&mut self, output: ProbeOutput, now: Timestamp) {
        if let Some(host) = output.host {
            *self.handle.shared.host.write() = host;
        }
        for discovered in output.discovered {
            self.watch_discovered(&discovered, now);
        }
        if let Some(log) = &self.log {
            let mut log = log.lock();
            for line in output
                .reports
                .iter()
                .filter_map(|report| process_line(report, now))
            {
                let written = log.write_line(&line, now);
                let counter = if written {
                    Counter::LogLinesTotal
                } else {
                    Counter::LogLinesLostTotal
                };
                self.handle.counters().add(counter, 1);
            }
        }
        self.send(output.reports);
    }

    fn watch_discovered(&self, discovered: &Discovered, now: Timestamp) {
        let Ok(mut table) = self.table.lock() else { return };
        if table.started_at(discovered.pid).is_some() {
            return;
        }
        let target = Target {
            agent: discovered.agent.clone(),
            kind: Some(discovered.kind.clone()),
            instance: None,
            pid: discovered.pid,
            origin: ProcessOrigin::Discovered,
            include_children: true,
            started_at: Some(discovered.started_at),
        };
        if let Err(error) = table.watch(target, now) {
            // It may have ended between the two looks; if it lives on, the next look finds it again.
            tracing::debug!(%error, pid = discovered.pid, "a discovered process is not watched");
        }
    }

    /// Watches the processes that agents have named, and no longer those that they have left.
    fn follow_the_fleet(&self, now: Timestamp) {
        let named = self.handle.fleet(|fleet| fleet.local_pids());
        let Ok(mut table) = self.table.lock() else { return };
        let stale: Vec<(Text, u32)> = table
            .targets()
            .filter(|target| {
                // Another agent has named the process, and this one has not.
                let mut of_pid = named.iter().filter(|name| name.pid == target.pid).peekable();
                of_pid.peek().is_some() && !of_pid.any(|name| name.agent == target.agent)
            })
            .map(|target| (target.agent.clone(), target.pid))
            .collect();
        let mut unseen = Vec::new();
        for name in named {
            let known = table
                .targets()
                .any(|target| target.pid == name.pid && target.agent == name.agent);
            if known {
                continue;
            }
            let origin = if name.watched {
                ProcessOrigin::Watched
            } else {
                ProcessOrigin::Announced
            };
            let (pid, host) = (name.pid, self.options.host.clone());
            let (agent, kind, instance) = (name.agent, Some(name.kind), name.instance);
            let target = Target {
                agent: agent.clone(),
                kind: kind.clone(),
                instance: instance.clone(),
                pid,
                origin,
                include_children: true,
                started_at: None,
            };
            if let Err(error) = table.watch(target, now) {
                let seen = match &error {
                    ProbeError::NotFound { .. } | ProbeError::Ended { .. } => {
                        ProcessSeen::Exited(Default::default())
                    }
                    _ => ProcessSeen::Unreadable {
                        error: error.to_string().into(),
                    },
                };
                let started_at = Timestamp(0);
                unseen.push(ProcessReport {
                    agent,
                    kind,
                    host,
                    pid,
                    started_at,
                    origin,
                    instance,
                    seen,
                });
            }
        }
        for (agent, pid) in stale {
            table.unwatch(&agent, pid);
        }
        drop(table);
        self.send(unseen);
    }

    /// Sends what was seen, commands redacted.
    fn send(&self, mut reports: Vec<ProcessReport>) {
        for report in &mut reports {
            if let ProcessSeen::Alive(sample) = &mut report.seen
                && let Some(command) = &mut sample.command
            {
                *command = redact::command_line(command).into();
            }
        }
        let records: Vec<Record> = reports
            .into_iter()
            .map(|report| Record::Process(Box::new(report)))
            .collect();
        self.submit(records, Source::Probe);
    }

    fn submit(&self, records: Vec<Record>, source: Source) {
        if records.is_empty() {
            return;
        }
        let count = records.len() as u64;
        let namespace = Text::const_new(entity::DEFAULT_NAMESPACE);
        let batch = Batch {
            namespace,
            principal: Text::default(),
            source,
            records,
        };
        if let Err(error) = self.handle.submit_blocking(batch) {
            self.handle.counters().add(Counter::ProbeReportsLostTotal, count);
            tracing::debug!(%error, "what a probe saw is lost; the next look will see it");
        }
    }

    /// The monitor is an agent like others.
    fn beat(&mut self, now: Timestamp) {
        if self.own_due > now {
            return;
        }
        self.own_due = now.plus_s(OWN_INTERVAL_S);
        let heartbeat = Heartbeat {
            agent: Text::const_new(OWN_NAME),
            kind: Some(Text::const_new("monitor")),
            instance: Some(format!("{}-{}", std::process::id(), self.handle.shared.began.0).into()),
            host: Some(self.options.host.clone()),
            pid: Some(std::process::id()),
            status: Some(Text::const_new("idle")),
            interval_s: Some(OWN_INTERVAL_S),
            ..Heartbeat::default()
        };
        self.submit(vec![Record::Heartbeat(Box::new(heartbeat))], Source::Monitor);
    }
}
