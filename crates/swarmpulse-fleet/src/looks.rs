//! What the probe's looks at processes mean for their agents.

use swarmpulse_model::process::{
    ProcessExit, ProcessOrigin, ProcessReport, ProcessSample, ProcessSeen, ProcessState,
};
use swarmpulse_model::time::seconds;
use swarmpulse_model::{Claim, Text, Verdict};

use crate::agent::How;
use crate::arena::Index;
use crate::fleet::{Fleet, Step};
use crate::process::ProcessLink;
use crate::tasks::moment;

/// The rhythm of an agent that is merely looked at, in seconds.
const LOOK_INTERVAL_S: f64 = 5.0;

impl Fleet {
    pub(crate) fn apply_process(&mut self, step: &mut Step<'_>, report: ProcessReport) {
        if let Some(index) = self.owner_of(step, &report) {
            self.look(step, index, report);
            self.review(step, index);
        }
    }

    /// The agent whose process it is; a discovered process that an agent has named is that agent's.
    fn owner_of(&mut self, step: &mut Step<'_>, report: &ProcessReport) -> Option<Index> {
        if report.host == self.settings.local_host
            && let Some(owner) = self.local_pids.get(&report.pid).copied()
            && let Some(agent) = self
                .agents
                .get(owner)
                .filter(|agent| agent.namespace == step.namespace)
        {
            let reported_as = self.agents.find(step.namespace, &report.agent);
            if agent.id != report.agent
                && reported_as != Some(owner)
                && report.origin == ProcessOrigin::Discovered
            {
                self.join(step, owner, &report.agent, "pid");
            }
            return Some(owner);
        }
        if let Some(known) = self.find_agent(step.namespace, &report.agent) {
            return Some(known);
        }
        // An end, or a failed look, is no reason to make up an agent.
        matches!(report.seen, ProcessSeen::Alive(_))
            .then(|| self.agent(step, &report.agent, report.kind.as_ref()))?
    }

    fn look(&mut self, step: &mut Step<'_>, index: Index, report: ProcessReport) {
        let Some(agent) = self.agents.get_mut(index) else {
            return;
        };
        let linked = agent
            .process
            .as_deref()
            .map(|process| process.is(report.pid, report.started_at));
        if linked == Some(false) {
            let newer = agent
                .process
                .as_deref()
                .is_some_and(|process| report.started_at > process.started_at);
            let alive = matches!(report.seen, ProcessSeen::Alive(_));
            if !(newer && alive) {
                self.refusals.late_looks += 1;
                return;
            }
            // Another process than before: another life, never the growth or the death of the old one.
            agent.process = None;
            let began = agent.instance.as_ref() != report.instance.as_ref() || report.instance.is_none();
            if began {
                self.begin_life(step, index, report.instance.clone());
            }
        }
        match report.seen.clone() {
            ProcessSeen::Alive(sample) => self.see_alive(step, index, &report, *sample),
            ProcessSeen::Exited(exit) => self.see_exit(step, index, &report, &exit),
            ProcessSeen::Unreadable { error } => self.see_nothing(step, index, error),
        }
    }

    fn see_alive(
        &mut self,
        step: &mut Step<'_>,
        index: Index,
        report: &ProcessReport,
        sample: ProcessSample,
    ) {
        let now = moment(step);
        let host = self.hosts.intern(&report.host);
        let local = report.host == self.settings.local_host;
        let Some(agent) = self.agents.get_mut(index) else {
            return;
        };
        agent.host.get_or_insert(host);
        agent.pid = Some(report.pid);
        if agent.instance.is_none() {
            agent.instance.clone_from(&report.instance);
        }
        let (state, progress) = (sample.state, sample.progress);
        let link = agent.process.get_or_insert_with(|| {
            Box::new(ProcessLink {
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
            })
        });
        link.see(sample, now);
        if report.origin != ProcessOrigin::Discovered {
            link.origin = report.origin;
        }
        if local {
            self.local_pids.insert(report.pid, index);
        }
        if !self.agents.get(index).is_some_and(|agent| agent.speaks) {
            if let Some(agent) = self.agents.get_mut(index) {
                agent.interval.declare(LOOK_INTERVAL_S);
            }
        }
        match state {
            ProcessState::Zombie => {
                let exit = ProcessExit::default();
                self.see_exit(step, index, report, &exit);
            }
            // Stopped by a signal it can neither speak nor work: that it is there is no contact.
            ProcessState::Stopped => {}
            _ => {
                if self.contact(step, index, How::Process, None)
                    && progress
                    && !self.agents.get(index).is_some_and(|agent| agent.speaks)
                {
                    self.progress(step, index, How::Process);
                }
            }
        }
    }

    fn see_exit(&mut self, step: &mut Step<'_>, index: Index, report: &ProcessReport, exit: &ProcessExit) {
        let now = step.now;
        let hold_s = self.settings.exit_word_s;
        let Some(agent) = self.agents.get_mut(index) else {
            return;
        };
        let open_work = agent.has_open_work();
        let origin = agent
            .process
            .as_deref()
            .map_or(report.origin, |process| process.origin);
        if let Some(process) = agent.process.as_deref_mut() {
            process.ended = true;
            process.looked = moment(step);
        } else if agent.pid.is_some_and(|pid| pid != report.pid)
            || report.instance.is_some() && agent.instance.is_some() && agent.instance != report.instance
        {
            self.refusals.late_looks += 1;
            return;
        }
        if self.local_pids.get(&report.pid) == Some(&index) {
            self.local_pids.remove(&report.pid);
        }
        let known = exit.exit_code.is_some() || exit.signal.is_some() || exit.out_of_memory;
        let clean = exit.exit_code == Some(0) || exit.requested && !exit.out_of_memory;
        let unremarkable = origin == ProcessOrigin::Discovered
            && !open_work
            && !exit.out_of_memory
            && exit.exit_code.is_none_or(|code| code == 0)
            && exit.signal.is_none();
        let verdict = if clean || unremarkable {
            Verdict::Stopped
        } else {
            Verdict::Down
        };
        // Its watcher will say in a moment how a watched process ended.
        let hold_until = if origin == ProcessOrigin::Watched && !known {
            now.plus_ns(seconds(hold_s))
        } else {
            now
        };
        let claim = Claim::ProcessExited {
            pid: report.pid,
            exit_code: exit.exit_code,
            signal: exit.signal,
            out_of_memory: exit.out_of_memory,
            pid_reused: exit.pid_reused,
        };
        self.end_life(step, index, claim, verdict, hold_until);
    }

    fn see_nothing(&mut self, step: &Step<'_>, index: Index, error: Text) {
        let now = moment(step);
        let Some(link) = self
            .agents
            .get_mut(index)
            .and_then(|agent| agent.process.as_deref_mut())
        else {
            return;
        };
        link.looked = now;
        match &mut link.unreadable {
            Some((_, known)) => *known = error,
            None => link.unreadable = Some((now, error)),
        }
    }

    /// Processes on the monitor's own machine that agents have named.
    #[must_use]
    pub fn local_pids(&self) -> Vec<crate::LocalPid> {
        let named = self.local_pids.iter().filter_map(|(pid, index)| {
            let agent = self.agents.get(*index)?;
            if agent.death.is_some() {
                return None;
            }
            let watched = agent.attributes.get("watcher").is_some();
            Some(crate::LocalPid {
                agent: agent.id.clone(),
                kind: agent.kind.clone(),
                instance: agent.instance.clone(),
                pid: *pid,
                watched,
            })
        });
        named.collect()
    }
}

impl ProcessLink {
    /// Takes in a look; a look at liveness alone keeps the figures of the last full one.
    fn see(&mut self, sample: ProcessSample, now: crate::agent::Moment) {
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
        *self.sample = sample;
        self.sample.command = None;
        self.sample.connections = self.sample.connections.or(connections);
        self.sample.pss_bytes = self.sample.pss_bytes.or(pss_bytes);
    }
}
