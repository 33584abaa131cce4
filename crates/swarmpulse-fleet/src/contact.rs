//! Contact and progress: what counts as either, and what a heartbeat says.

use swarmpulse_model::record::{DeclaredStatus, Heartbeat};
use swarmpulse_model::{Claim, Source, Text, Timestamp, Value, Verdict};

use crate::agent::{How, Moment};
use crate::arena::Index;
use crate::fleet::{Fleet, Step};
use crate::sequence::Order;
use crate::tasks::moment;

/// A gap of silence that led to a false death is learned if it is at most so many limits long; beyond, it was an outage.
const LEARNED_LIMITS: i64 = 10;

impl Fleet {
    pub(crate) fn apply_heartbeat(&mut self, step: &mut Step<'_>, record: Heartbeat) {
        let Some(index) = self.agent(step, &record.agent, record.kind.as_ref()) else {
            return;
        };
        let watcher = is_watchers(step, &record);
        if let Some(instance) = &record.instance {
            self.enter_life(step, index, instance);
        }
        if self.number(step, index, &record) == Order::Late {
            // Overtaken or sent twice: it shows contact, but what it says is old.
            if !watcher && self.contact(step, index, How::Heartbeat, None) {
                self.review(step, index);
            }
            return;
        }
        let declared = record.status.as_deref().and_then(DeclaredStatus::parse);
        if let Some(interval_s) = record.interval_s
            && let Some(agent) = self.agents.get_mut(index)
        {
            agent.interval.declare(interval_s);
        }
        let how = if watcher { How::Watcher } else { How::Heartbeat };
        if !self.contact(step, index, how, record.at) {
            return;
        }
        self.place(step, index, &record);
        self.listen(step, index, record, declared);
        self.review(step, index);
    }

    /// Notes a report's number, and a life that began anew without a name.
    fn number(&mut self, step: &mut Step<'_>, index: Index, record: &Heartbeat) -> Order {
        let Some(agent) = self.agents.get_mut(index) else {
            return Order::InOrder;
        };
        let order = agent.sequence.observe(record.sequence);
        if order == Order::Restarted {
            self.begin_life(step, index, record.instance.clone());
            if let Some(agent) = self.agents.get_mut(index) {
                agent.sequence.observe(record.sequence);
            }
        }
        order
    }

    /// Where the agent runs.
    fn place(&mut self, step: &Step<'_>, index: Index, record: &Heartbeat) {
        if let Some(host) = &record.host {
            let known = self
                .agents
                .get(index)
                .and_then(|agent| agent.host)
                .is_some_and(|known| self.hosts.name(known) == host);
            if !known {
                let host = self.hosts.intern(host);
                if let Some(agent) = self.agents.get_mut(index) {
                    agent.host = Some(host);
                }
            }
        }
        if record.sandbox.is_some() {
            self.enter_sandbox(step, index, record.sandbox.as_deref());
        }
        let Some(pid) = record.pid else { return };
        let Some(agent) = self.agents.get_mut(index) else {
            return;
        };
        agent.pid = Some(pid);
        if agent
            .process
            .as_deref()
            .is_some_and(|process| process.pid == pid && !process.ended)
        {
            return;
        }
        let local = agent
            .host
            .is_some_and(|host| self.hosts.name(host) == self.settings.local_host);
        if local {
            self.local_pids.insert(pid, index);
        }
    }

    /// What the agent says of itself.
    fn listen(
        &mut self,
        step: &mut Step<'_>,
        index: Index,
        record: Heartbeat,
        declared: Option<DeclaredStatus>,
    ) {
        let moment = moment(step);
        let Some(agent) = self.agents.get_mut(index) else {
            return;
        };
        if let Some(kind) = record.kind
            && agent.kind != kind
        {
            agent.kind = kind;
        }
        if !record.metrics.is_empty() {
            agent.metrics = record.metrics;
        }
        if !record.attributes.is_empty() {
            agent.attributes = record.attributes;
        }
        let spoke_of_task = record.status.is_some() || record.task.is_some();
        if let Some(status) = record.status {
            if declared != agent.declared || agent.status.as_ref() != Some(&status) {
                if declared != agent.declared {
                    agent.declared_since = moment;
                }
                agent.declared = declared;
                agent.status = Some(status);
            }
        }
        if declared == Some(DeclaredStatus::Idle) {
            agent.back_off = None;
        }
        let named = agent.task_named.is_some() || record.task.is_some();
        match declared {
            Some(DeclaredStatus::Stopped) => {
                let how = agent.status.clone().unwrap_or_default();
                self.end_life(
                    step,
                    index,
                    Claim::SaidStopped { how },
                    Verdict::Stopped,
                    step.now,
                );
                return;
            }
            Some(DeclaredStatus::Failed) => {
                let how = agent.status.clone().unwrap_or_default();
                self.end_life(step, index, Claim::SaidFailed { how }, Verdict::Down, step.now);
                return;
            }
            _ => {}
        }
        if spoke_of_task && named {
            self.name_task(step, index, record.task);
        }
    }

    /// An agent was heard. False if the word is of a life that is over.
    pub(crate) fn contact(
        &mut self,
        step: &mut Step<'_>,
        index: Index,
        how: How,
        sent_at: Option<Timestamp>,
    ) -> bool {
        let now = step.now;
        let Some(agent) = self.agents.get_mut(index) else {
            return false;
        };
        if let Some(death) = &agent.death {
            let sent_before = sent_at.is_some_and(|sent_at| agent.skew.ours(sent_at) < death.moment.at);
            let same_life = matches!(death.claim, Claim::ProcessExited { .. })
                && (agent.instance.is_some() || how == How::Watcher)
                && step.instance_named;
            if sent_before && agent.skew.seconds().is_some() || same_life {
                self.refusals.late_words += 1;
                return false;
            }
            if how != How::Process && death.hold_until <= now {
                self.begin_life(step, index, None);
            }
        }
        let Some(agent) = self.agents.get_mut(index) else {
            return false;
        };
        if let Some(sent_at) = sent_at {
            agent.skew.observe(sent_at, now);
        }
        let bound = matches!(how, How::Process | How::Watcher);
        if bound && agent.speaks {
            // It speaks for itself: that its process or watcher is there does not stand in for its own word.
            return true;
        }
        if !bound && !agent.speaks {
            agent.speaks = true;
        }
        if let Some(before) = agent.contact {
            let gap_ns = now.since(before.at);
            let limit_ns = agent.interval.silence_limit_ns(&self.settings);
            let outage = gap_ns > limit_ns.saturating_mul(LEARNED_LIMITS) || self.freeze.is_frozen();
            if !bound && !outage {
                agent.interval.learn(gap_ns);
            }
        }
        agent.contact = Some(Moment {
            at: now,
            record: step.position,
        });
        agent.contact_how = how;
        if !bound {
            self.freeze.heard(&mut agent.heard_epoch);
        }
        true
    }

    /// Work was seen to go on.
    pub(crate) fn progress(&mut self, step: &Step<'_>, index: Index, how: How) {
        let Some(agent) = self.agents.get_mut(index) else {
            return;
        };
        agent.progress = Some(Moment {
            at: step.now,
            record: step.position,
        });
        agent.progress_how = how;
    }
}

/// A heartbeat of `swarmpulse watch` speaks for the wrapper, not for the program in it.
fn is_watchers(step: &Step<'_>, record: &Heartbeat) -> bool {
    step.source == Source::Watch || record.attributes.get("watcher") == Some(&Value::Bool(true))
}

impl How {
    /// In words.
    pub(crate) fn words(&self, service: impl Fn(Index) -> Text) -> Text {
        match self {
            Self::Heartbeat => Text::const_new("heartbeat"),
            Self::Watcher => Text::const_new("its watcher"),
            Self::Event(event_type) => format!("event {event_type}").into(),
            Self::Call(index) => format!("a call of {}", service(*index)).into(),
            Self::Process => Text::const_new("its process"),
        }
    }
}
