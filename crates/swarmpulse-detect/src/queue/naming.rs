//! Names of queues and types with their numbers, and tasks whose names change.

use swarmpulse_model::record::Task;
use swarmpulse_model::{Text, Timestamp};

use super::book::QueueBook;
use super::open_task::OpenTask;
use super::track::{QueueName, QueueTrack, REST, TypeTrack, UNTYPED};

/// Queues and types told apart; further ones are counted together.
const QUEUES_MAX: usize = 200;
const TYPES_MAX: usize = 500;

impl QueueBook {
    /// Another queue, type, priority or user is told than before.
    pub(super) fn rename(&mut self, task: &mut OpenTask, at: Timestamp, record: &Task) {
        if !self.is_renamed(task, record) {
            return;
        }
        let is_named = record.task_type.is_some() || record.queue.is_some();
        self.leave(task, at);
        if is_named {
            let namespace = task.namespace.clone();
            let known = match self.task_type(task.task_type) {
                Some(track) if !track.is_rest => track.name.clone(),
                _ => UNTYPED.into(),
            };
            let task_type = record.task_type.clone().unwrap_or(known);
            let queue = match (&record.queue, self.queue(task.queue)) {
                (None, Some(track)) => match &track.name {
                    QueueName::Named(name) => Some(name.clone()),
                    _ => None,
                },
                (queue, _) => queue.clone(),
            };
            task.queue = self.queue_number(&namespace, queue.as_ref(), &task_type, at);
            task.task_type = self.type_number(&namespace, &task_type, at);
        }
        if let Some(track) = self.queue(task.queue) {
            if record.priority.is_some() {
                task.priority = track.priorities.number(record.priority.as_ref(), at);
            }
            if record.user.is_some() {
                task.user = track.users.number(record.user.as_ref(), at);
            }
        }
        self.join(task, at);
    }

    /// Whether a record names a queue, type, priority or user that is not known of the task.
    fn is_renamed(&self, task: &OpenTask, record: &Task) -> bool {
        let queue = self.queues.get(usize::from(task.queue)).and_then(Option::as_ref);
        let task_type = self
            .types
            .get(usize::from(task.task_type))
            .and_then(Option::as_ref);
        let Some((queue, task_type)) = queue.zip(task_type) else {
            return true;
        };
        let differs = |told: &Option<Text>, known: &str| told.as_ref().is_some_and(|told| told != known);
        differs(&record.task_type, &task_type.name)
            || differs(&record.priority, queue.priorities.name(task.priority))
            || differs(&record.user, queue.users.name(task.user))
            || record
                .queue
                .as_ref()
                .is_some_and(|told| !matches!(&queue.name, QueueName::Named(known) if known == told))
    }

    /// The number of a queue, which may be new.
    pub(super) fn queue_number(
        &mut self,
        namespace: &Text,
        queue: Option<&Text>,
        task_type: &Text,
        at: Timestamp,
    ) -> u16 {
        let name = match queue {
            Some(queue) => QueueName::Named(queue.clone()),
            None => QueueName::OfType(task_type.clone()),
        };
        let key = (namespace.clone(), name);
        if let Some(number) = self.queue_numbers.get(&key) {
            return *number;
        }
        if self.queue_numbers.len() >= QUEUES_MAX {
            self.drops.queues += 1;
            self.queues[0].get_or_insert_with(|| QueueTrack::new(REST.into(), QueueName::Rest, at));
            return 0;
        }
        let track = QueueTrack::new(key.0.clone(), key.1.clone(), at);
        let number = place(&mut self.queues, track);
        self.queue_numbers.insert(key, number);
        number
    }

    /// The number of a type, which may be new.
    pub(super) fn type_number(&mut self, namespace: &Text, task_type: &Text, at: Timestamp) -> u16 {
        let key = (namespace.clone(), task_type.clone());
        if let Some(number) = self.type_numbers.get(&key) {
            return *number;
        }
        if self.type_numbers.len() >= TYPES_MAX {
            self.drops.types += 1;
            self.types[0].get_or_insert_with(|| TypeTrack::new(REST.into(), REST.into(), true, at));
            return 0;
        }
        let track = TypeTrack::new(key.0.clone(), key.1.clone(), false, at);
        let number = place(&mut self.types, track);
        self.type_numbers.insert(key, number);
        number
    }
}

/// Puts a track where there is room; the first place is for all that have none.
fn place<T>(tracks: &mut Vec<Option<T>>, track: T) -> u16 {
    let free = tracks.iter().skip(1).position(Option::is_none);
    let number = free.map_or(tracks.len(), |free| free + 1);
    if number == tracks.len() {
        tracks.push(None);
    }
    tracks[number] = Some(track);
    // There are at most a few hundred.
    number as u16
}
