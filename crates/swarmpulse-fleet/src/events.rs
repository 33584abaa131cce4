//! Events: kept for history, and what they say of the agent that sent them.

use swarmpulse_model::effect::EventSeen;
use swarmpulse_model::record::{DeclaredStatus, Event, EventSource};
use swarmpulse_model::time::seconds;
use swarmpulse_model::{Claim, Effect, Text, Verdict};

use crate::agent::How;
use crate::arena::Index;
use crate::fleet::{Fleet, Step};
use crate::revival::Word;
use crate::tasks::moment;

/// A start that is told so long after the agent was first heard in this life is another one, in seconds.
const START_APART_S: f64 = 10.0;

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
            sandbox.heard_at = step.now;
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
        let entry = self.sandboxes.get(index)?;
        if !entry.agents.is_empty() {
            // Which of several agents sent it, nobody can tell.
            return None;
        }
        let name = entry.agent_name.clone().unwrap_or_else(|| sandbox.into());
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
        if let Some(instance) = &event.instance
            && !self.enter_life(step, agent, instance, false)
        {
            self.refusals.late_words += 1;
            return;
        }
        let own = is_agents_own(event);
        let declared = match event.short_type() {
            "waiting" => Some(DeclaredStatus::Waiting),
            "shutdown" | "completed" if own => Some(DeclaredStatus::Stopped),
            "started" if own => Some(DeclaredStatus::Starting),
            _ => None,
        };
        let word = Word {
            sent_at: event.at,
            declared,
            ..Word::default()
        };
        if !self.admit(step, agent, &word) {
            return;
        }
        if declared == Some(DeclaredStatus::Starting) && self.starts_anew(step, agent, event) {
            self.begin_life(step, agent, event.instance.clone());
        }
        self.touch(step, agent, How::Event(event.event_type.clone()), event.at);
        if declared == Some(DeclaredStatus::Stopped) {
            let how = event.event_type.clone();
            let claim = Claim::SaidStopped { how };
            self.end_life(step, agent, claim, Verdict::Stopped, step.now, false);
            return;
        }
        if event.is_progress() {
            self.progress(step, agent, How::Event(event.event_type.clone()));
            self.progress_of_task(step, event.task.as_deref());
        }
        if let Some(entry) = self.agents.get_mut(agent)
            && declared.is_some()
        {
            entry.declared = declared;
            entry.declared_since = moment(step);
        }
    }

    /// Whether a start that names no life is another one: the agent was under way before.
    fn starts_anew(&self, step: &Step<'_>, agent: Index, event: &Event) -> bool {
        let Some(agent) = self.agents.get(agent) else {
            return false;
        };
        event.instance.is_none()
            && agent.contact.is_some()
            && agent.declared != Some(DeclaredStatus::Starting)
            && step.now.since(agent.life_since) > seconds(START_APART_S)
    }
}

/// `agent.completed` speaks of the agent, `iteration.completed` of a part of its work.
fn is_agents_own(event: &Event) -> bool {
    matches!(
        event.event_type.split_once('.'),
        None | Some(("agent" | "worker", _))
    )
}
