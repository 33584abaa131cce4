//! Sandboxes and the agents in them.

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;
use swarmpulse_model::effect::SandboxChange;
use swarmpulse_model::record::{Resources, Sandbox, SandboxState, Usage};
use swarmpulse_model::time::{SECOND_NS, seconds};
use swarmpulse_model::{Attributes, Claim, Effect, EntityKey, EntityKind, Text, Timestamp, Verdict};

use crate::arena::{Index, Keyed};
use crate::fleet::{Fleet, Step};

/// Providers told apart; silence of one of them alone is that one's.
const PROVIDERS_MAX: usize = 1024;

/// A sandbox as the fleet knows it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[expect(
    missing_docs,
    reason = "the fields are those of the record, and what was seen of its events"
)]
pub struct SandboxEntry {
    pub(crate) namespace: u32,
    pub id: Text,
    pub provider: Option<Text>,
    pub(crate) provider_number: Option<u32>,
    pub state: SandboxState,
    pub provider_state: Option<Text>,
    pub since: Timestamp,
    pub first_seen_at: Timestamp,
    pub(crate) heard_at: Timestamp,
    pub(crate) agents: SmallVec<[Index; 2]>,
    pub agent_name: Option<Text>,
    pub task: Option<Text>,
    pub created_at: Option<Timestamp>,
    pub last_activity_at: Option<Timestamp>,
    pub last_event_at: Option<Timestamp>,
    pub last_event_type: Option<Text>,
    pub events: u64,
    pub resources: Resources,
    pub usage: Usage,
    pub price_per_hour_usd: Option<f64>,
    pub attributes: Attributes,
}

impl Keyed for SandboxEntry {
    fn namespace(&self) -> u32 {
        self.namespace
    }
    fn id(&self) -> &str {
        &self.id
    }
}

impl SandboxEntry {
    /// Whether its provider, not merely an event from within, says that it runs.
    pub(crate) fn claims_running(&self) -> bool {
        self.provider_state.is_some() && self.state == SandboxState::Running
    }

    /// The agents in it.
    #[must_use]
    pub fn agents(&self) -> &[Index] {
        &self.agents
    }
}

impl Fleet {
    pub(crate) fn apply_sandbox(&mut self, step: &mut Step<'_>, record: &Sandbox) {
        let Some(index) = self.sandbox(step, &record.sandbox) else {
            return;
        };
        let now = step.now;
        let Some(sandbox) = self.sandboxes.get_mut(index) else {
            return;
        };
        sandbox.heard_at = now;
        let before = sandbox.provider_state.clone();
        let moved = record.state.is_some() && record.state != before;
        merge(sandbox, record);
        sandbox.provider_number = match sandbox.provider.as_deref() {
            Some(provider) if self.providers.len() < PROVIDERS_MAX => Some(self.providers.intern(provider)),
            Some(provider) => self.providers.find(provider),
            None => None,
        };
        if moved {
            sandbox.since = now;
            step.effects.push(Effect::Sandbox(Box::new(SandboxChange {
                sandbox: EntityKey::new(&step.namespace_name, EntityKind::Sandbox, &sandbox.id),
                provider: sandbox.provider.clone(),
                from: before,
                to: sandbox.provider_state.clone().unwrap_or_default(),
                agent: sandbox.agent_name.clone(),
            })));
        }
        if let Some(agent) = record
            .agent
            .as_deref()
            .and_then(|name| self.find_agent(step.namespace, name))
        {
            self.place_in_sandbox(agent, index);
        }
        let Some(sandbox) = self.sandboxes.get(index) else {
            return;
        };
        let gone = moved && sandbox.state.is_gone();
        let back = moved && sandbox.state == SandboxState::Running;
        let agents = sandbox.agents.clone();
        let id = sandbox.id.clone();
        let claim = Claim::SandboxGone {
            sandbox: id.clone(),
            state: sandbox.provider_state.clone().unwrap_or_default(),
        };
        for agent in agents {
            if gone {
                self.end_life(step, agent, claim.clone(), Verdict::Down, now, false);
            } else if back {
                // Provider lists flap: what it takes back was no death.
                self.take_back_death(
                    step,
                    agent,
                    |death| matches!(death, Claim::SandboxGone { sandbox, .. } if *sandbox == id),
                );
            }
            self.review(step, agent);
        }
    }

    /// The sandbox of that name, a new one if there is room.
    pub(crate) fn sandbox(&mut self, step: &Step<'_>, name: &str) -> Option<Index> {
        if let Some(index) = self.sandboxes.find(step.namespace, name) {
            return Some(index);
        }
        if self.sandboxes.len() as u64 >= self.settings.entities_max {
            self.refusals.sandboxes += 1;
            return None;
        }
        let index = self.sandboxes.insert(SandboxEntry {
            namespace: step.namespace,
            id: name.into(),
            since: step.now,
            first_seen_at: step.now,
            heard_at: step.now,
            ..SandboxEntry::default()
        });
        let forget_at = step.now.plus_ns(seconds(self.settings.forget_agent_s));
        self.forget_sandboxes_at.insert((forget_at, index));
        Some(index)
    }

    /// Forgets sandboxes of which nothing was heard for long enough, and in which no known agent is.
    pub(crate) fn forget_sandboxes(&mut self, step: &mut Step<'_>) {
        let keep_ns = seconds(self.settings.forget_agent_s);
        while let Some(&(at, index)) = self.forget_sandboxes_at.first() {
            if at > step.now {
                return;
            }
            self.forget_sandboxes_at.pop_first();
            let Some(sandbox) = self.sandboxes.get(index) else {
                continue;
            };
            let mut forget_at = sandbox.heard_at.plus_ns(keep_ns);
            if forget_at <= step.now && !sandbox.agents.is_empty() {
                forget_at = step.now.plus_ns(keep_ns.max(SECOND_NS));
            }
            if forget_at > step.now {
                self.forget_sandboxes_at.insert((forget_at, index));
                continue;
            }
            let key = EntityKey::new(
                self.namespaces.name(sandbox.namespace),
                EntityKind::Sandbox,
                &sandbox.id,
            );
            self.clear_conditions_of(step, &key, "it is forgotten");
            self.sandboxes.remove(index);
            step.effects.push(Effect::Forgotten(Box::new(key)));
        }
    }

    /// The one agent of a sandbox, if there is just one.
    pub(crate) fn agent_of_sandbox(&self, namespace: u32, sandbox: &str) -> Option<Index> {
        match self
            .sandboxes
            .get(self.sandboxes.find(namespace, sandbox)?)?
            .agents
            .as_slice()
        {
            [agent] => Some(*agent),
            _ => None,
        }
    }

    /// An agent runs in that sandbox, and in no other.
    pub(crate) fn place_in_sandbox(&mut self, agent: Index, sandbox: Index) {
        let Some(entry) = self.agents.get_mut(agent) else {
            return;
        };
        let before = entry.sandbox.replace(sandbox);
        if before == Some(sandbox) {
            return;
        }
        if let Some(before) = before.and_then(|before| self.sandboxes.get_mut(before)) {
            before.agents.retain(|other| *other != agent);
        }
        if let Some(sandbox) = self.sandboxes.get_mut(sandbox) {
            sandbox.agents.push(agent);
        }
    }
}

fn merge(sandbox: &mut SandboxEntry, record: &Sandbox) {
    macro_rules! keep {
        ($($field:ident),*) => { $(if record.$field.is_some() { sandbox.$field.clone_from(&record.$field); })* };
    }
    keep!(provider, task, created_at, last_activity_at, price_per_hour_usd);
    if record.agent.is_some() {
        sandbox.agent_name.clone_from(&record.agent);
    }
    if let Some(state) = &record.state {
        sandbox.state = SandboxState::parse(state);
        sandbox.provider_state = Some(state.clone());
    }
    macro_rules! keep_in {
        ($part:ident: $($field:ident),*) => {
            $(if record.$part.$field.is_some() { sandbox.$part.$field = record.$part.$field; })*
        };
    }
    keep_in!(resources: cpu, memory_bytes, disk_bytes);
    keep_in!(usage: cpu_ratio, memory_bytes, disk_bytes, network_receive_bytes, network_transmit_bytes);
    if !record.attributes.is_empty() {
        sandbox.attributes.clone_from(&record.attributes);
    }
}
