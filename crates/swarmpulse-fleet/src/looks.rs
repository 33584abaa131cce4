//! What the probe's looks at processes mean for their agents.

use smallvec::SmallVec;
use swarmpulse_model::process::{
    ProcessExit, ProcessOrigin, ProcessReport, ProcessSample, ProcessSeen, ProcessState,
};
use swarmpulse_model::time::{SECOND_NS, seconds};
use swarmpulse_model::{Claim, Source, Text, Timestamp, Verdict};

use crate::agent::{How, NamedPid};
use crate::arena::Index;
use crate::fleet::{Fleet, Step};
use crate::process::ProcessLink;
use crate::tasks::moment;

/// Kernel start times are reckoned from a boot time in whole seconds: they agree to within so much.
const START_SLACK_NS: i64 = 2 * SECOND_NS;

impl Fleet {
    pub(crate) fn apply_process(&mut self, step: &mut Step<'_>, report: &ProcessReport) {
        for index in self.owners_of(step, report) {
            self.look(step, index, report);
            self.review(step, index);
        }
    }

    /// The agents whose process it is: the one that the report names, and those that have named the pid. A process
    /// that was merely discovered joins the one agent that named it.
    fn owners_of(&mut self, step: &mut Step<'_>, report: &ProcessReport) -> SmallVec<[Index; 2]> {
        let named = self.find_agent(step.namespace, &report.agent);
        let mut owners = if report.host == self.settings.local_host {
            self.owners_of_pid(report.pid)
        } else {
            SmallVec::new()
        };
        let named_its_pid = named.is_some_and(|named| owners.contains(&named));
        owners.retain(|owner| self.may_own(step, *owner, report));
        if named_its_pid && !named.is_some_and(|named| owners.contains(&named)) {
            return owners;
        }
        if let Some(named) = named.filter(|named| owners.contains(named)) {
            // Each of several agents in one process is reported by its own name.
            return SmallVec::from_slice(&[named]);
        }
        if report.origin == ProcessOrigin::Discovered && !owners.is_empty() {
            let one = match owners.as_slice() {
                [owner] => self
                    .agents
                    .get(*owner)
                    .is_some_and(|agent| agent.namespace == step.namespace),
                _ => false,
            };
            if one {
                self.join(step, owners[0], &report.agent, "pid");
            }
            return owners;
        }
        if let Some(named) = named {
            return SmallVec::from_slice(&[named]);
        }
        if !owners.is_empty() {
            return owners;
        }
        // An end, or a failed look, is no reason to make up an agent.
        let alive =
            matches!(&report.seen, ProcessSeen::Alive(sample) if sample.state != ProcessState::Zombie);
        let made = alive.then(|| self.agent(step, &report.agent, report.kind.as_ref()));
        made.flatten().into_iter().collect()
    }

    /// Whether the process can be the one that the agent named. One that started after the agent last named its pid
    /// is another process under a used pid: the agent's own is gone.
    fn may_own(&mut self, step: &mut Step<'_>, owner: Index, report: &ProcessReport) -> bool {
        let Some(agent) = self.agents.get(owner) else {
            return false;
        };
        // The monitor's own probe sees processes of every namespace; others speak for their own alone.
        if agent.namespace != step.namespace && step.source != Source::Probe {
            return false;
        }
        let named_at = agent
            .named_pids
            .iter()
            .filter(|named| named.pid == report.pid)
            .map(|named| named.at)
            .max();
        let started_later = named_at.is_some_and(|named_at| {
            report.started_at != Timestamp::default() && report.started_at.since(named_at) > START_SLACK_NS
        });
        if started_later {
            self.see_used_pid(step, owner, report.pid);
        }
        !started_later
    }

    /// The pid of an agent's process belongs to another process now.
    fn see_used_pid(&mut self, step: &mut Step<'_>, index: Index, pid: u32) {
        let exit = ProcessExit {
            pid_reused: true,
            ..ProcessExit::default()
        };
        let Some(agent) = self.agents.get_mut(index) else {
            return;
        };
        let origin = match agent.process.as_deref_mut() {
            Some(process) if process.pid == pid => {
                process.ended = true;
                process.looked = moment(step);
                process.origin
            }
            _ => ProcessOrigin::Announced,
        };
        agent.named_pids.retain(|named| named.pid != pid);
        self.unname_local_pid(pid, index);
        self.end_process(step, index, pid, origin, &exit, true);
        self.review(step, index);
    }

    fn look(&mut self, step: &mut Step<'_>, index: Index, report: &ProcessReport) {
        let Some(agent) = self.agents.get(index) else {
            return;
        };
        let other = agent
            .process
            .as_deref()
            .filter(|process| !process.is(report.pid, report.started_at));
        if let Some(known) = other {
            let newer = report.started_at > known.started_at;
            let ended = known.ended || known.alive_at(step.now).is_none();
            let named_alone = agent.has_named(report.pid) && !agent.has_named(known.pid);
            let used_pid = known.pid == report.pid;
            if !newer || !(ended || named_alone || used_pid) {
                // An older process, or a second one beside the first, such as a command and the shell around it.
                // Of the second, its end still counts if the agent itself named it.
                match &report.seen {
                    ProcessSeen::Exited(exit) if agent.has_named(report.pid) => {
                        self.see_exit(step, index, report, exit);
                    }
                    _ => self.refusals.late_looks += 1,
                }
                return;
            }
            // Another process than before: another life, never the growth or the death of the old one.
            let known_life =
                report.instance.is_some() && agent.instance == report.instance && agent.death.is_none();
            if known_life || matches!(report.seen, ProcessSeen::Unreadable { .. }) {
                if let Some(agent) = self.agents.get_mut(index) {
                    agent.process = None;
                }
            } else {
                self.begin_life(step, index, report.instance.clone());
                let link = Box::new(ProcessLink::new(report, moment(step)));
                if let Some(agent) = self.agents.get_mut(index) {
                    agent.process = Some(link);
                }
            }
        }
        match &report.seen {
            ProcessSeen::Alive(sample) => self.see_alive(step, index, report, sample),
            ProcessSeen::Exited(exit) => self.see_exit(step, index, report, exit),
            ProcessSeen::Unreadable { error } => self.see_nothing(step, index, report, error),
        }
    }

    fn see_alive(
        &mut self,
        step: &mut Step<'_>,
        index: Index,
        report: &ProcessReport,
        sample: &ProcessSample,
    ) {
        let now = moment(step);
        if self.agents.get(index).is_some_and(|agent| agent.host.is_none()) {
            self.place_on_host(index, &report.host);
        }
        let Some(agent) = self.agents.get_mut(index) else {
            return;
        };
        if agent.instance.is_none() && agent.death.is_none() {
            agent.instance.clone_from(&report.instance);
        }
        let link = agent
            .process
            .get_or_insert_with(|| Box::new(ProcessLink::new(report, now)));
        link.see(sample, now);
        if report.origin != ProcessOrigin::Discovered {
            link.origin = report.origin;
        }
        match sample.state {
            ProcessState::Zombie => self.see_exit(step, index, report, &ProcessExit::default()),
            // Stopped by a signal it can neither speak nor work: that it is there is no contact.
            ProcessState::Stopped => {}
            _ => {
                let heard = self.contact(step, index, How::Process, None);
                let speaks = self.agents.get(index).is_some_and(|agent| agent.speaks);
                if heard && sample.progress && !speaks {
                    self.progress(step, index, How::Process);
                }
            }
        }
    }

    fn see_exit(&mut self, step: &mut Step<'_>, index: Index, report: &ProcessReport, exit: &ProcessExit) {
        let Some(agent) = self.agents.get_mut(index) else {
            return;
        };
        let of_instance = report.instance.is_some()
            && (report.instance == agent.instance || report.instance == agent.watcher_instance);
        let other_instance = report.instance.is_some()
            && !of_instance
            && (agent.instance.is_some() || agent.watcher_instance.is_some());
        let named = agent.has_named(report.pid);
        let linked = agent
            .process
            .as_deref()
            .is_some_and(|process| process.is(report.pid, report.started_at));
        if !named && !of_instance && (!linked || other_instance) {
            self.refusals.late_looks += 1;
            return;
        }
        let mut origin = report.origin;
        if let Some(process) = agent.process.as_deref_mut().filter(|_| linked) {
            process.ended = true;
            process.looked = moment(step);
            if origin == ProcessOrigin::Discovered {
                origin = process.origin;
            }
        }
        // A process that was merely found, but that the agent or its watcher named, is no mere find.
        let by_watcher = |named: &NamedPid| named.pid == report.pid && named.by_watcher;
        if agent.named_pids.iter().any(by_watcher) {
            origin = ProcessOrigin::Watched;
        } else if named && origin == ProcessOrigin::Discovered {
            origin = ProcessOrigin::Announced;
        }
        self.unname_local_pid(report.pid, index);
        self.end_process(step, index, report.pid, origin, exit, of_instance || named);
    }

    /// What the end of its process says of an agent.
    fn end_process(
        &mut self,
        step: &mut Step<'_>,
        index: Index,
        pid: u32,
        origin: ProcessOrigin,
        exit: &ProcessExit,
        of_instance: bool,
    ) {
        let open_work = self.agents.get(index).is_some_and(crate::Agent::has_open_work);
        let known = exit.exit_code.is_some() || exit.signal.is_some() || exit.out_of_memory;
        let clean = exit.exit_code == Some(0) || exit.requested && !exit.out_of_memory;
        let unremarkable = origin == ProcessOrigin::Discovered
            && !open_work
            && !exit.out_of_memory
            && exit.exit_code.is_none_or(|code| code == 0)
            && exit.signal.is_none_or(asks_to_end);
        let verdict = if clean || unremarkable {
            Verdict::Stopped
        } else {
            Verdict::Down
        };
        // Its watcher will say in a moment how a watched process ended, and whether it was asked to.
        let watchers_word = step.source != Source::Probe;
        let perhaps_asked = exit.signal.is_some_and(asks_to_end)
            || exit.exit_code.is_some_and(|code| asks_to_end(code - SIGNALLED));
        let waits = origin == ProcessOrigin::Watched
            && !watchers_word
            && !exit.pid_reused
            && (!known || perhaps_asked && !exit.requested);
        let hold_until = if waits {
            step.now.plus_ns(seconds(self.settings.exit_word_s))
        } else {
            step.now
        };
        if watchers_word
            && let Some(agent) = self.agents.get_mut(index)
            && agent
                .death
                .as_deref()
                .is_some_and(|death| death.hold_until > step.now)
        {
            agent.death = None;
        }
        let claim = Claim::ProcessExited {
            pid,
            exit_code: exit.exit_code,
            signal: exit.signal,
            out_of_memory: exit.out_of_memory,
            pid_reused: exit.pid_reused,
        };
        self.end_life(step, index, claim, verdict, hold_until, of_instance);
    }

    fn see_nothing(&mut self, step: &Step<'_>, index: Index, report: &ProcessReport, error: &Text) {
        let now = moment(step);
        let Some(agent) = self.agents.get_mut(index) else {
            return;
        };
        let link = match &mut agent.process {
            Some(link) => link,
            // It was never seen, but it is the agent's by its own word.
            None if agent.named_pids.iter().any(|named| named.pid == report.pid) => {
                agent.process.insert(Box::new(ProcessLink::new(report, now)))
            }
            None => return,
        };
        link.looked = now;
        match &mut link.unreadable {
            Some((_, known)) => known.clone_from(error),
            None => link.unreadable = Some((now, error.clone())),
        }
    }
}

impl ProcessLink {
    fn new(report: &ProcessReport, now: crate::agent::Moment) -> Self {
        Self {
            host: report.host.clone(),
            pid: report.pid,
            started_at: report.started_at,
            origin: report.origin,
            sample: Box::default(),
            command: None,
            looked: now,
            alive: None,
            progress: None,
            unreadable: None,
            ended: false,
        }
    }

    /// Takes in a look; a look at liveness alone keeps the figures of the last full one.
    fn see(&mut self, sample: &ProcessSample, now: crate::agent::Moment) {
        self.looked = now;
        self.alive = Some(now);
        self.unreadable = None;
        if sample.progress {
            self.progress = Some(now);
        }
        if sample.command.is_some() {
            self.command.clone_from(&sample.command);
        }
        if sample.liveness_only {
            self.sample.state = sample.state;
            return;
        }
        let (connections, pss_bytes) = (self.sample.connections, self.sample.pss_bytes);
        *self.sample = ProcessSample {
            command: None,
            connections: sample.connections.or(connections),
            pss_bytes: sample.pss_bytes.or(pss_bytes),
            ..sample.clone()
        };
    }
}

/// A shell says of a command that a signal ended by adding the signal to this.
const SIGNALLED: i32 = 128;

/// Signals by which a person or a terminal asks a process to end: SIGHUP, SIGINT, SIGTERM.
fn asks_to_end(signal: i32) -> bool {
    matches!(signal, 1 | 2 | 15)
}
