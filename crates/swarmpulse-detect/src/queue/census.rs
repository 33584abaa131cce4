//! The census of open tasks: everyone who waits or runs now, counted into every figure that tells how long things take.

use std::collections::BTreeMap;

use swarmpulse_model::{Text, Timestamp};

use super::book::QueueBook;
use super::open_task::OpenTask;
use super::sample::{DurationSample, Seen, quantile};
use super::track::{QueueTrack, TypeTrack};
use crate::statistics::survival::Survival;

/// Fewer ended tasks say nothing of what is too long.
pub(super) const KNOWN_MIN: u32 = 30;
/// No execution is called stuck before this, in seconds.
const EXECUTION_MIN_S: f64 = 60.0;
/// No wait is called stuck before this, in seconds.
const WAIT_MIN_S: f64 = 300.0;
/// A task that showed progress within this has not stopped, in seconds; less where its limit is less.
const PROGRESS_S: f64 = 300.0;

/// A length that no healthy task of a type reaches.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Limit {
    pub seconds: f64,
    /// It rests on so many that ended.
    pub known: u32,
}

impl Limit {
    /// Learned from durations that ended, sorted; `None` if there are too few.
    ///
    /// Five standard deviations of the log-normal distribution that has their median and 99th percentile; between 3 and
    /// 30 times the latter, as durations are seldom quite log-normal: two sorts of work in one type would have no limit.
    pub(super) fn learned<'a>(
        sorted: impl Iterator<Item = &'a Seen> + Clone,
        at_least_s: f64,
    ) -> Option<Self> {
        // From the median to the 99th percentile are 2.326 standard deviations.
        const DEVIATIONS: f64 = 5.0 / 2.326;
        let known = sorted.clone().count() as u32;
        if known < KNOWN_MIN {
            return None;
        }
        let median_s = quantile(sorted.clone(), 0.5)?.max(1e-3);
        let p99_s = quantile(sorted, 0.99)?.max(median_s);
        // Few show less than the whole spread.
        let allowance = 1.0 + 2.0 / f64::from(known).sqrt();
        let log_normal_s = median_s * (p99_s / median_s).powf(DEVIATIONS * allowance);
        Some(Self {
            seconds: log_normal_s.clamp(3.0 * p99_s, 30.0 * p99_s).max(at_least_s),
            known,
        })
    }

    fn of_executions(track: &TypeTrack) -> Option<Self> {
        Self::learned(track.usual_executions.iter(), EXECUTION_MIN_S)
    }

    fn of_waits(track: &TypeTrack) -> Option<Self> {
        Self::learned(track.usual_waits.iter().filter(|seen| seen.ended), WAIT_MIN_S)
    }
}

/// Tasks that have stood for too long.
#[derive(Clone, Debug, Default)]
pub(super) struct Suspects<'b> {
    /// Since when, and which.
    pub tasks: Vec<(Timestamp, &'b OpenTask)>,
    /// One of them by its sender's own limit.
    pub declared_s: Option<f64>,
}

/// The class of waiting tasks of a queue.
#[derive(Clone, Copy, Debug)]
pub(super) struct WaitingClass {
    pub count: u32,
    pub oldest: Timestamp,
}

/// Who waits in a queue.
#[derive(Clone, Debug)]
pub(super) struct QueueCensus {
    pub wait: Survival,
    /// The one that has waited longest came then.
    pub oldest: Option<Timestamp>,
    /// By the number of the class.
    pub priorities: BTreeMap<u8, WaitingClass>,
    pub users: Vec<Option<WaitingClass>>,
}

/// Who waits and runs of a type.
#[derive(Clone, Debug)]
pub(super) struct TypeCensus<'b> {
    pub wait: Survival,
    pub execution: Survival,
    pub total: Survival,
    pub execution_limit: Option<Limit>,
    pub wait_limit: Option<Limit>,
    pub stuck_running: Suspects<'b>,
    pub stuck_waiting: Suspects<'b>,
    /// The longest that one has run without a limit to compare with, in seconds.
    pub unjudged_s: f64,
}

/// How long things take in a namespace.
#[derive(Clone, Debug)]
pub(super) struct NamespaceCensus {
    pub wait: Survival,
    pub execution: Survival,
    pub total: Survival,
}

/// Everyone, by the numbers of queues and types.
#[derive(Clone, Debug)]
pub(super) struct Census<'b> {
    pub queues: Vec<Option<QueueCensus>>,
    pub types: Vec<Option<TypeCensus<'b>>>,
    pub namespaces: BTreeMap<&'b Text, NamespaceCensus>,
}

impl<'b> Census<'b> {
    /// Counts everyone in the book at `now`.
    pub(super) fn of(book: &'b QueueBook, now: Timestamp) -> Self {
        let of_queue = |track: &QueueTrack| QueueCensus {
            wait: survival(&track.waits),
            oldest: None,
            priorities: BTreeMap::new(),
            users: Vec::new(),
        };
        let of_type = |track: &TypeTrack| TypeCensus {
            wait: survival(&track.waits),
            execution: survival(&track.executions),
            total: survival(&track.totals),
            execution_limit: Limit::of_executions(track),
            wait_limit: Limit::of_waits(track),
            stuck_running: Suspects::default(),
            stuck_waiting: Suspects::default(),
            unjudged_s: 0.0,
        };
        let mut namespaces: Vec<(&Text, NamespaceCensus)> = book
            .namespaces
            .iter()
            .map(|(name, track)| {
                let census = NamespaceCensus {
                    wait: survival(&track.waits),
                    execution: survival(&track.executions),
                    total: survival(&track.totals),
                };
                (name, census)
            })
            .collect();
        let mut it = Self {
            queues: book
                .queues
                .iter()
                .map(|track| track.as_ref().map(of_queue))
                .collect(),
            types: book
                .types
                .iter()
                .map(|track| track.as_ref().map(of_type))
                .collect(),
            namespaces: BTreeMap::new(),
        };
        // Tasks of one namespace mostly follow each other: the last one found is tried first.
        let mut last = 0;
        for task in book.open.iter() {
            if namespaces
                .get(last)
                .is_none_or(|(name, _)| **name != task.namespace)
            {
                last = namespaces
                    .binary_search_by(|(name, _)| (*name).cmp(&task.namespace))
                    .unwrap_or(usize::MAX);
            }
            let namespace = namespaces.get_mut(last).map(|(_, census)| census);
            it.add(task, namespace, now);
        }
        it.namespaces = namespaces.into_iter().collect();
        it
    }

    fn add(&mut self, task: &'b OpenTask, namespace: Option<&mut NamespaceCensus>, now: Timestamp) {
        let so_far_s = now.seconds_since(task.since()).max(0.0);
        let total_s = now.seconds_since(task.first_at).max(0.0);
        let waits = task.waits();
        if let Some(namespace) = namespace {
            let survival = if waits {
                &mut namespace.wait
            } else {
                &mut namespace.execution
            };
            survival.add_unended(so_far_s, 1.0);
            namespace.total.add_unended(total_s, 1.0);
        }
        let queue = self
            .queues
            .get_mut(usize::from(task.queue))
            .and_then(Option::as_mut);
        if let Some(queue) = queue.filter(|_| waits) {
            queue.add(task, so_far_s);
        }
        let task_type = self
            .types
            .get_mut(usize::from(task.task_type))
            .and_then(Option::as_mut);
        if let Some(task_type) = task_type {
            task_type.total.add_unended(total_s, 1.0);
            if waits {
                task_type.wait.add_unended(so_far_s, 1.0);
                if task_type.wait_limit.is_some_and(|limit| so_far_s > limit.seconds) {
                    task_type.stuck_waiting.tasks.push((task.queued_at, task));
                }
            } else {
                task_type.execution.add_unended(so_far_s, 1.0);
                task_type.suspect(task, so_far_s, now);
            }
        }
    }
}

impl QueueCensus {
    fn add(&mut self, task: &OpenTask, so_far_s: f64) {
        self.wait.add_unended(so_far_s, 1.0);
        let since = task.queued_at;
        self.oldest = Some(self.oldest.map_or(since, |oldest| oldest.min(since)));
        let alone = WaitingClass {
            count: 0,
            oldest: since,
        };
        let user = usize::from(task.user);
        if self.users.len() <= user {
            self.users.resize(user + 1, None);
        }
        let priority = self.priorities.entry(task.priority).or_insert(alone);
        let user = self.users[user].get_or_insert(alone);
        for class in [priority, user] {
            class.count += 1;
            class.oldest = class.oldest.min(since);
        }
    }
}

impl<'b> TypeCensus<'b> {
    fn suspect(&mut self, task: &'b OpenTask, so_far_s: f64, now: Timestamp) {
        let silent_s = now.seconds_since(task.progress_at);
        if let Some(timeout_s) = task.timeout_s.map(f64::from) {
            if silent_s > timeout_s {
                let shortest = self.stuck_running.declared_s.unwrap_or(timeout_s);
                self.stuck_running.declared_s = Some(shortest.min(timeout_s));
                self.stuck_running.tasks.push((task.started_at, task));
            }
            return;
        }
        match self.execution_limit {
            Some(limit) if so_far_s > limit.seconds && silent_s > limit.seconds.min(PROGRESS_S) => {
                self.stuck_running.tasks.push((task.started_at, task));
            }
            Some(_) => {}
            None => self.unjudged_s = self.unjudged_s.max(so_far_s),
        }
    }
}

fn survival(sample: &DurationSample) -> Survival {
    let length = |seen: &Seen| (f64::from(seen.duration_s), seen.weight());
    let mut survival = Survival::of_ended(sample.iter().filter(|seen| seen.ended).map(length));
    for (so_far_s, weight) in sample.iter().filter(|seen| !seen.ended).map(length) {
        survival.add_unended(so_far_s, weight);
    }
    survival
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(durations_s: impl IntoIterator<Item = f64>) -> Vec<Seen> {
        let mut all: Vec<_> = durations_s
            .into_iter()
            .map(|duration_s| Seen::new(duration_s, Timestamp::from_unix_s(1e6), 0))
            .collect();
        all.sort_by(|a, b| a.duration_s.total_cmp(&b.duration_s));
        all
    }

    #[test]
    fn the_limit_follows_level_and_spread() {
        let few = seen([10.0; 29]);
        assert_eq!(Limit::learned(few.iter(), 1.0), None);
        let same = seen([100.0; 40]);
        assert_eq!(
            Limit::learned(same.iter(), 60.0),
            Some(Limit {
                seconds: 300.0,
                known: 40
            })
        );
        let short = seen([0.01; 40]);
        assert_eq!(Limit::learned(short.iter(), 60.0).unwrap().seconds, 60.0);
        // One in ten takes an hour: an hour is healthy, and a day is.
        let two_sorts = seen((0..200).map(|number| if number % 10 == 0 { 3600.0 } else { 1.0 }));
        assert_eq!(Limit::learned(two_sorts.iter(), 60.0).unwrap().seconds, 108_000.0);
    }
}
