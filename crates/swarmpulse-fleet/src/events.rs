//! Events: kept for history, and what they say of the agent that sent them.

use swarmpulse_model::effect::EventSeen;
use swarmpulse_model::record::{DeclaredStatus, Event, EventSource};
use swarmpulse_model::{Claim, Effect, Text, Verdict};

use crate::agent::How;
use crate::arena::Index;
use crate::fleet::{Fleet, Step};
use crate::tasks::moment;

impl Fleet {
    pub(crate) fn apply_event(&mut self, step: &mut Step<'_>, mut event: Event) {
        if let Some(id) = &event.event
            && !self.seen_events.insert(step.namespace, id)
        {
            self.refusals.repeated_events += 1;
            return;
        }
        self.note_in_sandbox(step, &event);
        if let Some(agent) = self.sender(step, &event) {
            if event.agent.is_none() {
                event.agent = self.agents.get(agent).map(|agent| agent.id.clone());
            }
            self.hear_event(step, agent, &event);
            self.review(step, agent);
        }
        let namespace = step.namespace_name.clone();
        step.effects
            .push(Effect::Event(Box::new(EventSeen { namespace, event })));
    }

    fn note_in_sandbox(&mut self, step: &Step<'_>, event: &Event) {
        let Some(sandbox) = event.sandbox.as_deref().and_then(|name| self.sandbox(step, name)) else {
            return;
        };
        if let Some(sandbox) = self.sandboxes.get_mut(sandbox) {
            sandbox.last_event_at = Some(step.now);
            sandbox.last_event_type = Some(event.event_type.clone());
            sandbox.events += 1;
        }
    }

    /// The agent that an event is about: named, else the one of its sandbox, which takes the sandbox's name if need be.
    fn sender(&mut self, step: &mut Step<'_>, event: &Event) -> Option<Index> {
        if let Some(name) = &event.agent {
            if event.source == EventSource::System {
                return self.find_agent(step.namespace, name);
            }
            let agent = self.agent(step, name, None)?;
            self.enter_sandbox(step, agent, event.sandbox.as_deref());
            return Some(agent);
        }
        let sandbox = event.sandbox.as_deref()?;
        if let Some(agent) = self.agent_of_sandbox(step.namespace, sandbox) {
            return Some(agent);
        }
        if event.source == EventSource::System {
            return None;
        }
        let index = self.sandboxes.find(step.namespace, sandbox)?;
        let name = self
            .sandboxes
            .get(index)?
            .agent_name
            .clone()
            .unwrap_or_else(|| sandbox.into());
        let agent = self.agent(step, &name, Some(&Text::const_new("sandbox-agent")))?;
        self.place_in_sandbox(agent, index);
        Some(agent)
    }

    pub(crate) fn enter_sandbox(&mut self, step: &Step<'_>, agent: Index, sandbox: Option<&str>) {
        if let Some(sandbox) = sandbox.and_then(|name| self.sandbox(step, name)) {
            self.place_in_sandbox(agent, sandbox);
        }
    }

    fn hear_event(&mut self, step: &mut Step<'_>, agent: Index, event: &Event) {
        if event.source == EventSource::System {
            return;
        }
        if let Some(instance) = &event.instance {
            self.enter_life(step, agent, instance);
        }
        if !self.contact(step, agent, How::Event(event.event_type.clone()), event.at) {
            return;
        }
        let declared = match event.short_type() {
            "waiting" => Some(DeclaredStatus::Waiting),
            "shutdown" | "completed" if is_agents_own(event) => {
                let how = event.event_type.clone();
                self.end_life(
                    step,
                    agent,
                    Claim::SaidStopped { how },
                    Verdict::Stopped,
                    step.now,
                );
                return;
            }
            "started" if is_agents_own(event) => Some(DeclaredStatus::Starting),
            "heartbeat" => return,
            _ => None,
        };
        let moment = moment(step);
        if event.is_progress() {
            self.progress(step, agent, How::Event(event.event_type.clone()));
            if let Some(task) = event
                .task
                .as_deref()
                .and_then(|task| self.tasks.find(step.namespace, task))
                && let Some(task) = self.tasks.get_mut(task)
            {
                task.progress_at = step.now;
                task.heard_at = step.now;
            }
        }
        let Some(entry) = self.agents.get_mut(agent) else {
            return;
        };
        let ends_a_wait = event.is_progress() && entry.declared == Some(DeclaredStatus::Waiting);
        if declared.is_some()
            || ends_a_wait
            || entry.declared == Some(DeclaredStatus::Starting) && event.is_progress()
        {
            entry.declared = declared;
            entry.declared_since = moment;
        }
    }
}

/// `agent.completed` speaks of the agent, `iteration.completed` of a part of its work.
fn is_agents_own(event: &Event) -> bool {
    matches!(
        event.event_type.split_once('.'),
        None | Some(("agent" | "worker", _))
    )
}
