//! The book of tasks: who waits where, who runs what, and what became of the others.

use std::collections::BTreeMap;

use swarmpulse_model::record::Task;
use swarmpulse_model::time::SECOND_NS;
use swarmpulse_model::{TaskStatus, Text, Timestamp};

use super::open_task::{EndedTasks, OpenTask, OpenTasks, hash_of};
use super::track::{NamespaceTrack, QueueName, QueueTrack, TypeTrack, UNTYPED};

/// Namespaces that have figures of their own beside those of their queues and types.
const NAMESPACES_MAX: usize = 64;
/// Ended tasks kept for the log until they are asked for.
const FINISHED_MAX: usize = 1000;
/// An open task of which nothing is heard for so long is given up.
const UNHEARD_NS: i64 = 7 * 86_400 * SECOND_NS;
const HOUR_NS: i64 = 3600 * SECOND_NS;

/// A task that ended, for the log.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Finished {
    pub at: Timestamp,
    pub namespace: Text,
    pub task: Text,
    pub task_type: Text,
    pub queue: Text,
    pub agent: Option<Text>,
    pub status: TaskStatus,
    pub wait_s: Option<f64>,
    pub execution_s: Option<f64>,
    pub total_s: f64,
}

/// What was left out for want of room, since it was last asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Drops {
    /// Open tasks that are counted but not followed.
    pub open_tasks: u64,
    /// Open tasks given up after a week of silence.
    pub unheard_tasks: u64,
    /// Records of queues that are counted with others.
    pub queues: u64,
    /// Records of types that are counted with others.
    pub types: u64,
    /// Ended tasks that are not logged.
    pub finished: u64,
    /// Records that tell of a time before what is known.
    pub late: u64,
}

/// Every queue, type and open task, within bounds: 200,000 open tasks, 200 queues, 500 types; 100 MiB if all are full.
///
/// It is told of tasks in the order of receipt and takes constant time for each. Times are those of receipt; senders' are
/// used where their clock is known by then, for what happened before it was received, and never lead to a negative wait.
#[derive(Clone, Debug)]
pub struct QueueBook {
    pub(super) queues: Vec<Option<QueueTrack>>,
    pub(super) types: Vec<Option<TypeTrack>>,
    pub(super) namespaces: BTreeMap<Text, NamespaceTrack>,
    pub(super) queue_numbers: BTreeMap<(Text, QueueName), u16>,
    pub(super) type_numbers: BTreeMap<(Text, Text), u16>,
    pub(super) open: OpenTasks,
    ended: EndedTasks,
    now: Timestamp,
    swept_at: Timestamp,
    pub(super) finished: Vec<Finished>,
    pub(super) drops: Drops,
}

impl Default for QueueBook {
    fn default() -> Self {
        Self {
            queues: vec![None],
            types: vec![None],
            namespaces: BTreeMap::new(),
            queue_numbers: BTreeMap::new(),
            type_numbers: BTreeMap::new(),
            open: OpenTasks::default(),
            ended: EndedTasks::default(),
            now: Timestamp(0),
            swept_at: Timestamp(0),
            finished: Vec::new(),
            drops: Drops::default(),
        }
    }
}

impl QueueBook {
    /// A task's record was received at that time.
    pub fn observe(&mut self, namespace: &Text, received: Timestamp, record: &Task) {
        let at = self.advance_to(received);
        let hash = hash_of(namespace, &record.task);
        match self.open.find(hash, namespace, &record.task) {
            Some(number) => self.update(number, at, record),
            None => self.meet(namespace, hash, at, record),
        }
    }

    /// Work on a task was seen to go on.
    pub fn observe_progress(&mut self, namespace: &Text, received: Timestamp, task: &str) {
        let at = self.advance_to(received);
        let found = self.open.find(hash_of(namespace, task), namespace, task);
        if let Some(task) = found.and_then(|number| self.open.get_mut(number)) {
            task.progress_at = at;
            task.heard_at = at;
        }
    }

    /// Time does not go back.
    pub(super) fn advance_to(&mut self, at: Timestamp) -> Timestamp {
        self.now = self.now.max(at);
        self.now
    }

    /// A task that is not open: new, ended before it was heard of, or told of once more.
    fn meet(&mut self, namespace: &Text, hash: u64, at: Timestamp, record: &Task) {
        if let Some(attempt) = self.ended.attempt(hash) {
            if record.attempt.unwrap_or(0) <= attempt {
                self.drops.late += u64::from(!record.status.is_final());
                return;
            }
            self.ended.forget(hash);
        }
        if !self.namespaces.contains_key(namespace) && self.namespaces.len() < NAMESPACES_MAX {
            self.namespaces.insert(namespace.clone(), NamespaceTrack::new());
        }
        if let Some(track) = self.namespaces.get_mut(namespace) {
            track.met += 1;
        }
        let task_type = record.task_type.clone().unwrap_or_else(|| UNTYPED.into());
        let queue = self.queue_number(namespace, record.queue.as_ref(), &task_type, at);
        let task_type = self.type_number(namespace, &task_type, at);
        let (queued_at, priority, user) = match self.queue(queue) {
            Some(track) => {
                if let Some(told) = record.queued_at.filter(|_| record.status == TaskStatus::Pending) {
                    track.enqueuer.observe(at, told);
                }
                (
                    track.enqueuer.in_our_time(record.queued_at, at),
                    track.priorities.number(record.priority.as_ref(), at),
                    track.users.number(record.user.as_ref(), at),
                )
            }
            None => (at, 0, 0),
        };
        let mut task = OpenTask {
            hash,
            namespace: namespace.clone(),
            id: record.task.clone(),
            queue,
            task_type,
            status: TaskStatus::Pending,
            priority,
            user,
            again: record.attempt.is_some_and(|attempt| attempt > 1) || record.status == TaskStatus::Retrying,
            wait_known: !record.status.is_open() && !record.status.is_final() || record.queued_at.is_some(),
            attempt: record.attempt.unwrap_or(0),
            timeout_s: None,
            assigned: false,
            agent: None,
            first_at: queued_at,
            queued_at,
            started_at: at,
            progress_at: at,
            heard_at: at,
            sent_at: None,
        };
        self.join(&task, at);
        self.count(&task, at, |counts| counts.arrived += 1);
        let ended = self.advance(&mut task, at, record);
        if !ended && !self.open.insert(task.clone()) {
            self.drops.open_tasks += 1;
            self.leave(&task, at);
        }
    }

    fn update(&mut self, number: u32, at: Timestamp, record: &Task) {
        let Some(mut task) = self.open.take_out(number) else {
            return;
        };
        task.heard_at = at;
        let sent_at = latest_time(record);
        let later_attempt = record.attempt.unwrap_or(0) > task.attempt;
        let dated_before = sent_at
            .zip(task.sent_at)
            .is_some_and(|(sent_at, known)| sent_at < known);
        let is_late = !later_attempt
            && dated_before
            && record.status < task.status
            && record.status != TaskStatus::Retrying;
        if is_late {
            self.drops.late += 1;
            self.open.put_back(number, task);
            return;
        }
        self.rename(&mut task, at, record);
        if self.advance(&mut task, at, record) {
            self.open.forget(number, task.hash);
        } else {
            self.open.put_back(number, task);
        }
    }

    /// The task is where it is now: it counts there.
    pub(super) fn join(&mut self, task: &OpenTask, at: Timestamp) {
        self.shift(task, at, true);
    }

    /// It counts there no more.
    pub(super) fn leave(&mut self, task: &OpenTask, at: Timestamp) {
        self.shift(task, at, false);
    }

    fn shift(&mut self, task: &OpenTask, at: Timestamp, more: bool) {
        let waits = task.waits();
        if let Some(track) = self.queue(task.queue) {
            track.flow.shift(at, waits, task.again, more);
            track.priorities.shift(task.priority, at, more);
            track.users.shift(task.user, at, more);
            if let Some(agent) = task.agent.as_ref().filter(|_| !waits) {
                track.shift_worker(agent, at, more);
            }
        }
        if let Some(track) = self.task_type(task.task_type) {
            track.flow.shift(at, waits, task.again, more);
        }
    }

    /// Something happened to it, in its queue and of its type.
    pub(super) fn count(&mut self, task: &OpenTask, at: Timestamp, what: impl Fn(&mut super::flow::Counts)) {
        if let Some(track) = self.queue(task.queue) {
            track.flow.count(at, &what);
        }
        if let Some(track) = self.task_type(task.task_type) {
            track.flow.count(at, &what);
        }
    }

    pub(super) fn queue(&mut self, number: u16) -> Option<&mut QueueTrack> {
        self.queues.get_mut(usize::from(number))?.as_mut()
    }

    pub(super) fn task_type(&mut self, number: u16) -> Option<&mut TypeTrack> {
        self.types.get_mut(usize::from(number))?.as_mut()
    }

    /// A task ended: remembered, and kept for the log while there is room.
    pub(super) fn finish(&mut self, task: &OpenTask, finished: Finished) {
        self.ended.remember(task.hash, task.attempt, finished.at);
        if let Some(track) = self.namespaces.get_mut(&task.namespace) {
            track.completed += u64::from(finished.status == TaskStatus::Completed);
        }
        if self.finished.len() < FINISHED_MAX {
            self.finished.push(finished);
        } else {
            self.drops.finished += 1;
        }
    }

    /// Brings all windows up to `now` and forgets what is too old to matter.
    pub(super) fn expire(&mut self, now: Timestamp) {
        let now = self.advance_to(now);
        for track in self.queues.iter_mut().flatten() {
            track.expire(now);
        }
        for track in self.types.iter_mut().flatten() {
            track.expire(now);
        }
        for track in self.namespaces.values_mut() {
            track.expire(now);
        }
        if now.since(self.swept_at) < HOUR_NS {
            return;
        }
        self.swept_at = now;
        for number in self.open.unheard_since(now.plus_ns(-UNHEARD_NS)) {
            if let Some(task) = self.open.remove(number) {
                self.leave(&task, now);
                self.drops.unheard_tasks += 1;
            }
        }
        let (queues, types) = (&mut self.queues, &mut self.types);
        self.queue_numbers
            .retain(|_, number| !retire(queues, *number, |track| track.flow.is_idle(now)));
        self.type_numbers
            .retain(|_, number| !retire(types, *number, |track| track.flow.is_idle(now)));
        let known = &self.type_numbers;
        self.namespaces
            .retain(|name, _| known.keys().any(|(namespace, _)| namespace == name));
    }
}

fn retire<T>(tracks: &mut [Option<T>], number: u16, is_idle: impl Fn(&T) -> bool) -> bool {
    let slot = &mut tracks[usize::from(number)];
    let idle = slot.as_ref().is_none_or(is_idle);
    if idle {
        *slot = None;
    }
    idle
}

/// The latest of the times that a record gives.
pub(super) fn latest_time(record: &Task) -> Option<Timestamp> {
    [
        record.queued_at,
        record.assigned_at,
        record.started_at,
        record.finished_at,
    ]
    .into_iter()
    .flatten()
    .max()
}
