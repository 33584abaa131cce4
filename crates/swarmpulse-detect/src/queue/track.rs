//! What is known of a queue and of a type of task.

use std::collections::BTreeMap;

use swarmpulse_model::time::SECOND_NS;
use swarmpulse_model::{EntityKey, EntityKind, Text, Timestamp};

use super::classes::Classes;
use super::flow::Flow;
use super::sample::DurationSample;
use super::sender_clock::SenderClock;

/// Seconds in an hour: the window of what is called recent.
pub(super) const HOUR_S: u32 = 3600;
/// Seconds in a day: the window of what is called usual.
pub(super) const DAY_S: u32 = 86_400;
/// Workers remembered of each queue.
const WORKERS_MAX: usize = 1024;
/// Priorities and users told apart in each queue.
const PRIORITIES_MAX: usize = 16;
const USERS_MAX: usize = 200;

/// The name of a queue. Tasks that name none are the queue of their type.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum QueueName {
    /// As senders name it.
    Named(Text),
    /// Tasks of this type without a queue.
    OfType(Text),
    /// All queues that there was no room for.
    Rest,
}

impl QueueName {
    /// As series and sentences show it: a type in parentheses where there is no queue.
    pub(super) fn shown(&self) -> Text {
        match self {
            Self::Named(name) => name.clone(),
            Self::OfType(name) => Text::from(format!("({name})")),
            Self::Rest => REST.into(),
        }
    }

    /// The entity that findings on it are about.
    pub(super) fn entity(&self, namespace: &str) -> Option<EntityKey> {
        match self {
            Self::Named(name) => Some(EntityKey::new(namespace, EntityKind::Service, name)),
            Self::OfType(name) => Some(EntityKey::new(namespace, EntityKind::TaskType, name)),
            Self::Rest => None,
        }
    }
}

/// The name of everything that there was no room for.
pub(super) const REST: &str = "(other)";
/// The type of tasks that name none.
pub(super) const UNTYPED: &str = "untyped";

/// A worker of a queue.
#[derive(Clone, Copy, Debug)]
pub(super) struct Worker {
    /// Tasks of this queue that it runs.
    pub running: u32,
    /// It last had one.
    pub seen_at: Timestamp,
}

/// A queue: 34 KiB at most, and its workers.
#[derive(Clone, Debug)]
pub(super) struct QueueTrack {
    pub namespace: Text,
    pub name: QueueName,
    pub flow: Flow,
    /// Waits that ended in the last hour.
    pub waits: DurationSample,
    /// Waits that ended in the last day.
    pub usual_waits: DurationSample,
    pub priorities: Classes,
    pub users: Classes,
    pub workers: BTreeMap<Text, Worker>,
    /// Workers that there was no room for, since the last report.
    pub workers_dropped: u64,
    /// Of those who put tasks in.
    pub enqueuer: SenderClock,
    /// Of those who take them out.
    pub worker_clock: SenderClock,
    /// The last time that a task left the line.
    pub left_at: Option<Timestamp>,
}

impl QueueTrack {
    pub(super) fn new(namespace: Text, name: QueueName, at: Timestamp) -> Self {
        Self {
            namespace,
            name,
            flow: Flow::new(at),
            waits: DurationSample::new(HOUR_S),
            usual_waits: DurationSample::new(DAY_S),
            priorities: Classes::new(PRIORITIES_MAX),
            users: Classes::new(USERS_MAX),
            workers: BTreeMap::new(),
            workers_dropped: 0,
            enqueuer: SenderClock::default(),
            worker_clock: SenderClock::default(),
            left_at: None,
        }
    }

    /// A worker takes one of its tasks, or leaves one.
    pub(super) fn shift_worker(&mut self, agent: &Text, at: Timestamp, more: bool) {
        if let Some(worker) = self.workers.get_mut(agent) {
            worker.running = if more {
                worker.running + 1
            } else {
                worker.running.saturating_sub(1)
            };
            worker.seen_at = at;
        } else if !more {
            // Left out when it took the task.
        } else if self.workers.len() >= WORKERS_MAX {
            self.workers_dropped += 1;
        } else {
            let worker = Worker {
                running: 1,
                seen_at: at,
            };
            self.workers.insert(agent.clone(), worker);
        }
    }

    /// Forgets what is too old to matter.
    pub(super) fn expire(&mut self, now: Timestamp) {
        self.flow.settle(now);
        self.waits.expire(now);
        self.usual_waits.expire(now);
        let from = now.plus_ns(-i64::from(HOUR_S) * SECOND_NS);
        self.workers
            .retain(|_, worker| worker.running > 0 || worker.seen_at >= from);
    }
}

/// A type of task: 50 KiB at most.
#[derive(Clone, Debug)]
pub(super) struct TypeTrack {
    pub namespace: Text,
    pub name: Text,
    /// It stands for all types that there was no room for.
    pub is_rest: bool,
    pub flow: Flow,
    /// Waits that ended in the last hour.
    pub waits: DurationSample,
    /// Waits that ended in the last day.
    pub usual_waits: DurationSample,
    /// Executions that ended in the last hour.
    pub executions: DurationSample,
    /// Executions that were completed in the last day.
    pub usual_executions: DurationSample,
    /// From queued to ended, of those that ended in the last hour.
    pub totals: DurationSample,
}

impl TypeTrack {
    pub(super) fn new(namespace: Text, name: Text, is_rest: bool, at: Timestamp) -> Self {
        Self {
            namespace,
            name,
            is_rest,
            flow: Flow::new(at),
            waits: DurationSample::new(HOUR_S),
            usual_waits: DurationSample::new(DAY_S),
            executions: DurationSample::new(HOUR_S),
            usual_executions: DurationSample::new(DAY_S),
            totals: DurationSample::new(HOUR_S),
        }
    }

    /// The entity that findings on it are about.
    pub(super) fn entity(&self) -> EntityKey {
        EntityKey::new(&self.namespace, EntityKind::TaskType, &self.name)
    }

    /// Forgets what is too old to matter.
    pub(super) fn expire(&mut self, now: Timestamp) {
        self.flow.settle(now);
        self.waits.expire(now);
        self.usual_waits.expire(now);
        self.executions.expire(now);
        self.usual_executions.expire(now);
        self.totals.expire(now);
    }
}

/// All tasks of a namespace: 24 KiB at most.
#[derive(Clone, Debug)]
pub(super) struct NamespaceTrack {
    /// Tasks that were met since it is known.
    pub met: u64,
    /// Tasks that were done since then.
    pub completed: u64,
    /// Waits that ended in the last hour.
    pub waits: DurationSample,
    /// Executions that ended in the last hour.
    pub executions: DurationSample,
    /// From queued to ended, of those that ended in the last hour.
    pub totals: DurationSample,
}

impl NamespaceTrack {
    pub(super) fn new() -> Self {
        Self {
            met: 0,
            completed: 0,
            waits: DurationSample::new(HOUR_S),
            executions: DurationSample::new(HOUR_S),
            totals: DurationSample::new(HOUR_S),
        }
    }

    /// Forgets what is too old to matter.
    pub(super) fn expire(&mut self, now: Timestamp) {
        self.waits.expire(now);
        self.executions.expire(now);
        self.totals.expire(now);
    }
}
