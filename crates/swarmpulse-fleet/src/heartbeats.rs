//! Heartbeats: contact, and what an agent says of itself.

use swarmpulse_model::record::{DeclaredStatus, Heartbeat};
use swarmpulse_model::time::seconds;
use swarmpulse_model::{Claim, Source, Value, Verdict};

use crate::agent::{How, NamedPid};
use crate::arena::Index;
use crate::fleet::{Fleet, Step};
use crate::revival::Word;
use crate::sequence::{Arrival, Order};
use crate::tasks::moment;

impl Fleet {
    pub(crate) fn apply_heartbeat(&mut self, step: &mut Step<'_>, record: &mut Heartbeat) {
        let Some(index) = self.agent(step, &record.agent, record.kind.as_ref()) else {
            return;
        };
        let by_watcher = is_watchers(step, record);
        if let Some(instance) = &record.instance
            && !self.enter_life(step, index, instance, by_watcher)
        {
            self.refusals.late_words += 1;
            return;
        }
        let declared = record.status.as_deref().and_then(DeclaredStatus::parse);
        // A watcher counts its own reports; numbers are about the agent's.
        let mut order = if by_watcher {
            Order::Next
        } else {
            self.number(step, index, record)
        };
        let word = Word {
            bound: by_watcher,
            by_watcher,
            sent_at: record.at,
            declared,
            overtaken: order == Order::Late,
            pid: record.pid,
        };
        if !self.admit(step, index, &word) {
            self.review(step, index);
            return;
        }
        if self.begins_anew(step, index, record, order, by_watcher) {
            self.begin_life(step, index, record.instance.clone());
            step.new_life = true;
        }
        if step.new_life && !by_watcher {
            self.number(step, index, record);
            order = Order::Next;
        }
        let how = if by_watcher { How::Watcher } else { How::Heartbeat };
        if order == Order::Late {
            // Overtaken or sent twice: it shows contact, but what it says is old.
            self.touch(step, index, how, None);
            self.review(step, index);
            return;
        }
        let spoke = self.agents.get(index).is_some_and(|agent| agent.speaks);
        self.touch(step, index, how, record.at);
        if !by_watcher && let Some(agent) = self.agents.get_mut(index) {
            // Whoever once beat regularly is expected to go on.
            agent.on_demand = record.on_demand == Some(true) && (agent.on_demand || !spoke);
        }
        if let Some(interval_s) = record.interval_s
            && let Some(agent) = self.agents.get_mut(index)
            && !(by_watcher && agent.speaks)
        {
            agent.interval.declare(interval_s);
        }
        self.place(step, index, record, by_watcher);
        self.listen(step, index, record, declared, by_watcher);
        self.review(step, index);
    }

    /// What a report's number says.
    fn number(&mut self, step: &Step<'_>, index: Index, record: &Heartbeat) -> Order {
        let Some(agent) = self.agents.get_mut(index) else {
            return Order::Next;
        };
        if record.sequence.is_none() {
            return Order::Next;
        }
        let arrival = agent.contact.map_or_else(Arrival::default, |contact| {
            let (interval_s, _) = agent.interval.current(&self.settings);
            let sent_at = record.at.filter(|_| agent.skew.seconds().is_some());
            Arrival {
                sent_after: sent_at.map(|sent_at| agent.skew.ours(sent_at) > contact.at),
                on_schedule: step.now.since(contact.at) >= seconds(interval_s / 2.0),
            }
        });
        agent.sequence.observe(record.sequence, arrival)
    }

    /// Whether a report of an agent that does not name its lives shows that another one began.
    fn begins_anew(
        &self,
        step: &Step<'_>,
        index: Index,
        record: &Heartbeat,
        order: Order,
        by_watcher: bool,
    ) -> bool {
        if step.new_life || by_watcher {
            return false;
        }
        if order == Order::Restarted {
            return true;
        }
        let Some(agent) = self.agents.get(index) else {
            return false;
        };
        let Some(pid) = record
            .pid
            .filter(|_| record.instance.is_none() && order == Order::Next)
        else {
            return false;
        };
        let mut own = agent.named_pids.iter().filter(|named| !named.by_watcher);
        // Two processes that speak in turn for one agent are no restarts.
        own.next().is_some_and(|known| known.pid != pid) && agent.previous_pid != Some(pid)
    }

    /// Where the agent runs.
    fn place(&mut self, step: &Step<'_>, index: Index, record: &Heartbeat, by_watcher: bool) {
        if let Some(host) = &record.host {
            self.place_on_host(index, host);
        }
        if record.sandbox.is_some() {
            self.enter_sandbox(step, index, record.sandbox.as_deref());
        }
        let Some(pid) = record.pid else { return };
        let Some(agent) = self.agents.get_mut(index) else {
            return;
        };
        let named = NamedPid {
            pid,
            at: step.now,
            by_watcher,
        };
        let known = agent
            .named_pids
            .iter_mut()
            .find(|known| known.by_watcher == by_watcher);
        let mut replaced = None;
        match known {
            Some(known) => {
                let before = std::mem::replace(known, named);
                replaced = Some(before.pid).filter(|before| *before != pid);
            }
            None => agent.named_pids.push(named),
        }
        let local = agent
            .host
            .is_some_and(|host| self.hosts.name(host) == self.settings.local_host);
        if let Some(replaced) = replaced {
            self.leave_process(index, replaced);
        }
        if local {
            self.name_local_pid(pid, index);
        }
    }

    /// The agent no longer names that pid as its own.
    fn leave_process(&mut self, index: Index, pid: u32) {
        let Some(agent) = self.agents.get_mut(index) else {
            return;
        };
        if agent.named_pids.iter().any(|named| named.pid == pid) {
            return;
        }
        agent.previous_pid = Some(pid);
        if agent.process.as_deref().is_some_and(|process| process.pid == pid) {
            agent.process = None;
        }
        self.unname_local_pid(pid, index);
    }

    /// What the agent says of itself.
    fn listen(
        &mut self,
        step: &mut Step<'_>,
        index: Index,
        record: &mut Heartbeat,
        declared: Option<DeclaredStatus>,
        by_watcher: bool,
    ) {
        let moment = moment(step);
        let Some(agent) = self.agents.get_mut(index) else {
            return;
        };
        let speaks_for_it = !(by_watcher && agent.speaks);
        if let Some(kind) = record.kind.take()
            && agent.kind != kind
            && speaks_for_it
        {
            agent.kind = kind;
        }
        if !record.metrics.is_empty() {
            std::mem::swap(&mut agent.metrics, &mut record.metrics);
        }
        if speaks_for_it && !record.attributes.is_empty() {
            std::mem::swap(&mut agent.attributes, &mut record.attributes);
        }
        let spoke_of_task = record.status.is_some() || record.task.is_some();
        if let Some(status) = record.status.take() {
            if declared != agent.declared {
                agent.declared = declared;
                agent.declared_since = moment;
            }
            if agent.status.as_ref() != Some(&status) {
                agent.status = Some(status);
            }
        }
        let names_task = spoke_of_task && (agent.task_named.is_some() || record.task.is_some());
        match declared {
            Some(DeclaredStatus::Idle) => agent.back_off = None,
            Some(ended @ (DeclaredStatus::Stopped | DeclaredStatus::Failed)) => {
                let how = agent.status.clone().unwrap_or_default();
                let (claim, verdict) = match ended {
                    DeclaredStatus::Stopped => (Claim::SaidStopped { how }, Verdict::Stopped),
                    _ => (Claim::SaidFailed { how }, Verdict::Down),
                };
                self.end_life(step, index, claim, verdict, step.now, false);
                return;
            }
            _ => {}
        }
        if names_task {
            self.name_task(step, index, record.task.take());
        }
    }
}

/// A heartbeat of `swarmpulse watch` speaks for the wrapper, not for the program in it.
fn is_watchers(step: &Step<'_>, record: &Heartbeat) -> bool {
    step.source == Source::Watch || record.attributes.get("watcher") == Some(&Value::Bool(true))
}
