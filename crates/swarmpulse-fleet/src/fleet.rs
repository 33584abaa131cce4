//! The fleet: every entity, and the one way in which it changes.

#[cfg(debug_assertions)]
mod invariants;
mod lookup;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;
use swarmpulse_model::record::FleetSettings;
use swarmpulse_model::{
    Condition, Effect, EffectId, EntityKey, Envelope, Position, Record, Source, Text, Timestamp,
};

use crate::agent::Agent;
use crate::arena::{Arena, Index};
use crate::counts::Counts;
use crate::deadlines::Deadlines;
use crate::dedupe::SeenIds;
use crate::durations::LearnedLimits;
use crate::freeze::Freeze;
use crate::names::Names;
use crate::sandboxes::SandboxEntry;
use crate::services::ServiceEntry;
use crate::tasks::TaskEntry;

/// What a batch of records has in common.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The envelope's place.
    pub position: Position,
    /// When it was received: `now`.
    pub received_at: Timestamp,
    /// From the sender's credential.
    pub namespace: &'a str,
    /// The door through which it came.
    pub source: Source,
}

/// One record's way through the fleet.
pub(crate) struct Step<'a> {
    pub now: Timestamp,
    pub position: Position,
    pub namespace: u32,
    pub namespace_name: Text,
    pub source: Source,
    /// The record names the life it is from, and it is the one known.
    pub instance_named: bool,
    /// The record began another life of its agent.
    pub new_life: bool,
    pub effects: &'a mut Vec<Effect>,
}

/// What was refused or passed over, by reason. Every drop is counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it; `named` lists them for metrics")]
pub struct Refusals {
    pub agents: u64,
    pub tasks: u64,
    pub sandboxes: u64,
    pub services: u64,
    pub aliases: u64,
    pub conditions: u64,
    pub open_calls: u64,
    pub open_tasks: u64,
    pub task_types: u64,
    pub repeated_events: u64,
    pub repeated_calls: u64,
    pub lost_call_ends: u64,
    pub late_tasks: u64,
    pub late_words: u64,
    pub late_looks: u64,
}

impl Refusals {
    /// Each count with its reason.
    #[must_use]
    pub fn named(&self) -> [(&'static str, u64); 15] {
        [
            ("agents_limit", self.agents),
            ("tasks_limit", self.tasks),
            ("sandboxes_limit", self.sandboxes),
            ("services_limit", self.services),
            ("aliases_limit", self.aliases),
            ("conditions_limit", self.conditions),
            ("open_calls_limit", self.open_calls),
            ("open_tasks_of_agent_limit", self.open_tasks),
            ("task_types_limit", self.task_types),
            ("repeated_event", self.repeated_events),
            ("repeated_call", self.repeated_calls),
            ("call_whose_end_was_lost", self.lost_call_ends),
            ("late_task", self.late_tasks),
            ("word_of_a_life_that_is_over", self.late_words),
            ("look_at_another_process", self.late_looks),
        ]
    }
}

/// Every entity of the fleet. One owner; see the crate's documentation.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Fleet {
    pub(crate) settings: FleetSettings,
    pub(crate) next_offset: u64,
    pub(crate) now: Timestamp,
    pub(crate) namespaces: Names,
    pub(crate) hosts: Names,
    pub(crate) providers: Names,
    pub(crate) agents: Arena<Agent>,
    pub(crate) tasks: Arena<TaskEntry>,
    pub(crate) sandboxes: Arena<SandboxEntry>,
    pub(crate) services: Arena<ServiceEntry>,
    pub(crate) aliases: BTreeMap<(u32, Text), Index>,
    pub(crate) orphan_tasks: BTreeMap<(u32, Text), BTreeSet<Index>>,
    pub(crate) local_pids: BTreeMap<u32, SmallVec<[Index; 2]>>,
    pub(crate) seen_events: SeenIds,
    pub(crate) task_limits: LearnedLimits,
    pub(crate) conditions: BTreeMap<(Option<EntityKey>, Text), Condition>,
    pub(crate) freeze: Freeze,
    pub(crate) counts: Counts,
    pub(crate) refusals: Refusals,
    pub(crate) forget_tasks_at: BTreeSet<(Timestamp, Index)>,
    pub(crate) forget_sandboxes_at: BTreeSet<(Timestamp, Index)>,
    #[serde(skip)]
    pub(crate) deadlines: Deadlines,
    #[serde(skip)]
    pub(crate) new_agents: Vec<Index>,
    /// The namespace of the record before: most come from one.
    #[serde(skip)]
    last_namespace: u32,
    #[serde(skip)]
    scratch: Vec<Effect>,
}

impl Fleet {
    /// An empty fleet with these settings.
    #[must_use]
    pub fn new(settings: FleetSettings) -> Self {
        Self {
            settings,
            ..Self::default()
        }
    }

    /// Builds again what deserialization leaves out. Call it once on every deserialized fleet.
    pub fn restore(&mut self) {
        self.namespaces.reindex();
        self.hosts.reindex();
        self.providers.reindex();
        self.agents.reindex();
        self.tasks.reindex();
        self.sandboxes.reindex();
        self.services.reindex();
        self.seen_events.reindex();
        self.rebuild_deadlines();
    }

    /// Applies a whole envelope. Effects are numbered in the order in which they are returned.
    pub fn apply_envelope(&mut self, envelope: Envelope, effects: &mut Vec<(EffectId, Effect)>) {
        let context = Context {
            position: envelope.position,
            received_at: envelope.received_at,
            namespace: &envelope.namespace,
            source: envelope.source,
        };
        let mut made = std::mem::take(&mut self.scratch);
        for record in envelope.records {
            self.apply(&context, record, &mut made);
        }
        self.next_offset = envelope.position.offset + 1;
        for (n, effect) in made.drain(..).enumerate() {
            effects.push((
                EffectId {
                    position: envelope.position,
                    n: n as u32,
                },
                effect,
            ));
        }
        self.scratch = made;
    }

    /// Applies one record. Receipt times do not go back; one that does is taken for the one before.
    pub fn apply(&mut self, context: &Context<'_>, record: Record, effects: &mut Vec<Effect>) {
        self.now = self.now.max(context.received_at);
        if self.namespaces.name(self.last_namespace) != context.namespace || self.namespaces.len() == 0 {
            self.last_namespace = self.namespaces.intern(context.namespace);
        }
        let namespace = self.last_namespace;
        let mut step = Step {
            now: self.now,
            position: context.position,
            namespace,
            namespace_name: context.namespace.into(),
            source: context.source,
            instance_named: false,
            new_life: false,
            effects,
        };
        match record {
            Record::Heartbeat(mut record) => self.apply_heartbeat(&mut step, &mut record),
            Record::Task(record) => self.apply_task(&mut step, *record),
            Record::Call(record) => self.apply_call(&mut step, &record),
            Record::Event(record) => self.apply_event(&mut step, *record),
            Record::Sandbox(record) => self.apply_sandbox(&mut step, &record),
            Record::Service(record) => self.apply_service(&mut step, *record),
            Record::Failure(record) => self.apply_failure(&mut step, *record),
            Record::Process(record) => self.apply_process(&mut step, &record),
            Record::Alias(record) => self.apply_alias(&mut step, &record),
            Record::Condition(record) => self.apply_condition(&mut step, *record),
            Record::Monitor(event) => self.apply_monitor(&mut step, &event),
            Record::Settings(settings) => self.apply_settings(&mut step, *settings),
            Record::Tick => self.tick(&mut step),
            // Decided beside the fleet, and told through it so that all effects have one order.
            Record::Alert(alert) => step.effects.push(Effect::Alert(alert)),
            Record::Silence(silence) => step.effects.push(Effect::Silence(silence)),
            Record::Acknowledgement(said) => step.effects.push(Effect::Acknowledgement(said)),
            Record::Notification(notification) => step.effects.push(Effect::Notification(notification)),
            Record::Delivery(delivery) => step.effects.push(Effect::Delivery(delivery)),
        }
        while let Some(index) = self.new_agents.last().copied() {
            self.review(&mut step, index);
            self.new_agents.retain(|other| *other != index);
        }
        #[cfg(debug_assertions)]
        self.check_invariants();
    }

    fn apply_settings(&mut self, step: &mut Step<'_>, settings: FleetSettings) {
        self.settings = settings;
        let all: Vec<Index> = self.agents.iter_from(0).map(|(index, _)| index).collect();
        for index in all {
            self.review(step, index);
        }
    }
}
