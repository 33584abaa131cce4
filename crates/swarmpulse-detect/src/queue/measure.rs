//! Figures from the book: what each queue, type and namespace is like now and over the last hour.

use swarmpulse_model::{Text, Timestamp};

use super::book::QueueBook;
use super::census::{Census, QueueCensus, TypeCensus, WaitingClass};
use super::classes::Classes;
use super::figures::{
    DelayCause, NamespaceStatus, QueueStatus, TaskOutcomes, TaskSpread, ThroughputDirection, ThroughputTrend,
    TypeStatus, WaitingClassFigures,
};
use super::flow::{Counts, Flow, Span};
use super::sample::Seen;
use super::track::{QueueTrack, TypeTrack};
use crate::statistics::poisson_trend::poisson_trend;

/// Users that are shown of each queue.
const USERS_SHOWN: usize = 20;
/// A trend needs so many minutes and tasks.
const TREND_MINUTES_MIN: usize = 20;
const TREND_TASKS_MIN: f64 = 30.0;
/// And is one if it is this unlikely to be chance, and changes the pace by a fifth.
const TREND_P: f64 = 0.01;
const TREND_CHANGE: f64 = 0.2;
/// The pace at which a queue is served is that of the last minutes.
pub(super) const PACE_MINUTES: usize = 10;

/// Figures of a queue or type, with its number in the book.
#[derive(Clone, Debug)]
pub(super) struct Numbered<T> {
    pub number: u16,
    pub figures: T,
}

/// Every queue that is known, by namespace and name.
pub(super) fn queues(book: &QueueBook, census: &Census<'_>, now: Timestamp) -> Vec<Numbered<QueueStatus>> {
    let mut all: Vec<_> = book
        .queues
        .iter()
        .zip(&census.queues)
        .enumerate()
        .filter_map(|(number, (track, census))| {
            Some(Numbered {
                number: number as u16,
                figures: queue(track.as_ref()?, census.as_ref()?, now),
            })
        })
        .collect();
    all.sort_by(|a, b| {
        let name = |it: &Numbered<QueueStatus>| (it.figures.namespace.clone(), it.figures.queue.clone());
        name(a).cmp(&name(b))
    });
    all
}

fn queue(track: &QueueTrack, census: &QueueCensus, now: Timestamp) -> QueueStatus {
    let hour = track.flow.recent(now, 60);
    let counts = hour.counts;
    let gauges = track.flow.gauges();
    let workers = track.workers.len() as u32;
    let capacity = workers.max(counts.executing_peak);
    let share_of = |seconds: f64| (capacity > 0).then(|| seconds / (f64::from(capacity) * hour.seconds));
    let mean_execution_s = (counts.executed > 0).then(|| counts.executed_s / f64::from(counts.executed));
    let pace = track.flow.recent(now, PACE_MINUTES);
    let expected_wait_s = match gauges.depth() {
        0 => Some(0.0),
        depth => (pace.counts.left > 0).then(|| f64::from(depth) / pace.rate(pace.counts.left)),
    };
    QueueStatus {
        namespace: track.namespace.clone(),
        queue: track.name.shown(),
        entity: track.name.entity(&track.namespace),
        window_s: hour.seconds,
        depth: gauges.depth(),
        depth_mean: counts.all_waiting_s() / hour.seconds,
        executing: gauges.running(),
        oldest_age_s: census.oldest.map(|oldest| now.seconds_since(oldest).max(0.0)),
        wait: TaskSpread::of(&census.wait),
        expected_wait_s,
        arrivals_per_minute: hour.rate(counts.arrived) * 60.0,
        starts_per_minute: hour.rate(counts.started) * 60.0,
        throughput_per_minute: hour.rate(counts.completed) * 60.0,
        throughput_per_hour: hour.rate(counts.completed) * 3600.0,
        trend: trend(&track.flow, now),
        assigned_per_minute: hour.rate(counts.assigned) * 60.0,
        time_to_assign_s: (counts.assigned > 0).then(|| counts.assigning_s / f64::from(counts.assigned)),
        failed_assignments: counts.failed_assignments,
        workers,
        active_per_worker: (workers > 0).then(|| f64::from(gauges.running()) / f64::from(workers)),
        capacity,
        utilisation_ratio: share_of(counts.all_executing_s()),
        load_ratio: mean_execution_s.and_then(|mean_s| share_of(f64::from(counts.arrived) * mean_s)),
        little_ratio: little(track, &hour),
        outcomes: outcomes(&counts),
        priorities: classes(
            &track.priorities,
            census.priorities.iter().map(|(number, class)| (*number, *class)),
            now,
        ),
        users: {
            let known = census.users.iter().enumerate();
            let known = known.filter_map(|(number, class)| Some((number as u8, (*class)?)));
            let mut users = classes(&track.users, known, now);
            users.truncate(USERS_SHOWN);
            users
        },
    }
}

/// Tasks that wait on average, over what arrivals and the waits of those that got through account for.
fn little(track: &QueueTrack, hour: &Span) -> Option<f64> {
    let ended = track.waits.iter().filter(|seen| seen.ended);
    let count: f64 = ended.clone().map(Seen::weight).sum();
    let sum_s: f64 = ended.map(|seen| seen.weight() * f64::from(seen.duration_s)).sum();
    let accounted = hour.rate(hour.counts.arrived) * sum_s / count;
    (accounted > 0.0).then(|| hour.counts.all_waiting_s() / hour.seconds / accounted)
}

fn classes(
    names: &Classes,
    waiting: impl Iterator<Item = (u8, WaitingClass)>,
    now: Timestamp,
) -> Vec<WaitingClassFigures> {
    let mut all: Vec<_> = waiting
        .map(|(number, class)| WaitingClassFigures {
            name: names.name(number).into(),
            waiting: class.count,
            oldest_age_s: now.seconds_since(class.oldest).max(0.0),
        })
        .collect();
    all.sort_by(|a, b| b.waiting.cmp(&a.waiting).then_with(|| a.name.cmp(&b.name)));
    all
}

fn outcomes(counts: &Counts) -> TaskOutcomes {
    let ended = counts.ended();
    let share = |count: u32| (ended > 0).then(|| f64::from(count) / f64::from(ended));
    TaskOutcomes {
        completed: counts.completed,
        failed: counts.failed,
        cancelled: counts.cancelled,
        retried: counts.retried,
        completion_ratio: share(counts.completed),
        failure_ratio: share(counts.failed),
    }
}

/// The trend of completed tasks per minute over the last hour's full minutes.
pub(super) fn trend(flow: &Flow, now: Timestamp) -> ThroughputTrend {
    let completed: Vec<f64> = flow
        .full_minutes(now, 60)
        .iter()
        .map(|(_, counts)| f64::from(counts.completed))
        .collect();
    let enough = completed.len() >= TREND_MINUTES_MIN && completed.iter().sum::<f64>() >= TREND_TASKS_MIN;
    let Some(found) = enough.then(|| poisson_trend(&completed)).flatten() else {
        return ThroughputTrend::default();
    };
    let direction = match found.change() {
        change if found.p < TREND_P && change > 1.0 + TREND_CHANGE => ThroughputDirection::Increasing,
        change if found.p < TREND_P && change < 1.0 - TREND_CHANGE => ThroughputDirection::Degrading,
        _ => ThroughputDirection::Stable,
    };
    ThroughputTrend {
        direction,
        from_per_minute: Some(found.first),
        to_per_minute: Some(found.last),
        p: Some(found.p),
    }
}

/// Every type that is known, those that take most of the time of all first.
pub(super) fn types(book: &QueueBook, census: &Census<'_>, now: Timestamp) -> Vec<Numbered<TypeStatus>> {
    let mut all: Vec<_> = book
        .types
        .iter()
        .zip(&census.types)
        .enumerate()
        .filter_map(|(number, (track, census))| {
            Some(Numbered {
                number: number as u16,
                figures: task_type(track.as_ref()?, census.as_ref()?, now),
            })
        })
        .collect();
    let mut by_namespace = std::collections::BTreeMap::<Text, f64>::new();
    for it in &all {
        *by_namespace.entry(it.figures.namespace.clone()).or_default() += it.figures.delay_s;
    }
    for Numbered { figures, .. } in &mut all {
        let of_all_s = by_namespace[&figures.namespace];
        figures.delay_share_ratio = if of_all_s > 0.0 {
            figures.delay_s / of_all_s
        } else {
            0.0
        };
    }
    all.sort_by(|a, b| {
        let (a, b) = (&a.figures, &b.figures);
        b.delay_s
            .total_cmp(&a.delay_s)
            .then_with(|| (&a.namespace, &a.task_type).cmp(&(&b.namespace, &b.task_type)))
    });
    all
}

fn task_type(track: &TypeTrack, census: &TypeCensus<'_>, now: Timestamp) -> TypeStatus {
    let hour = track.flow.recent(now, 60);
    let counts = hour.counts;
    let gauges = track.flow.gauges();
    let delay_s = counts.delay_s();
    let share_of = |seconds: f64| if delay_s > 0.0 { seconds / delay_s } else { 0.0 };
    let (wait, execution, retries) = (
        share_of(counts.waiting_s),
        share_of(counts.executing_s),
        share_of(counts.retry_s()),
    );
    TypeStatus {
        namespace: track.namespace.clone(),
        task_type: track.name.clone(),
        waiting: gauges.depth(),
        executing: gauges.running(),
        wait: TaskSpread::of(&census.wait),
        execution: TaskSpread::of(&census.execution),
        total: TaskSpread::of(&census.total),
        throughput_per_minute: hour.rate(counts.completed) * 60.0,
        outcomes: outcomes(&counts),
        delay_s,
        delay_share_ratio: 0.0,
        wait_share_ratio: wait,
        execution_share_ratio: execution,
        retry_share_ratio: retries,
        cause: if retries > wait.max(execution) {
            DelayCause::Retries
        } else if wait > execution {
            DelayCause::Wait
        } else {
            DelayCause::Execution
        },
    }
}

/// Sums of the queues of each namespace, with what is known of all its tasks.
pub(super) fn namespaces(
    book: &QueueBook,
    census: &Census<'_>,
    queues: &[Numbered<QueueStatus>],
) -> Vec<NamespaceStatus> {
    census
        .namespaces
        .iter()
        .filter_map(|(name, census)| Some((name, census, book.namespaces.get(*name)?)))
        .map(|(name, census, track)| {
            let mut it = NamespaceStatus {
                namespace: (*name).clone(),
                tasks_total: track.met,
                completed_total: track.completed,
                depth: 0,
                depth_mean: 0.0,
                executing: 0,
                outcomes: TaskOutcomes::default(),
                throughput_per_minute: 0.0,
                wait: TaskSpread::of(&census.wait),
                execution: TaskSpread::of(&census.execution),
                total: TaskSpread::of(&census.total),
            };
            let mut counts = Counts::default();
            for Numbered { figures: queue, .. } in queues.iter().filter(|it| it.figures.namespace == **name) {
                it.depth += queue.depth;
                it.depth_mean += queue.depth_mean;
                it.executing += queue.executing;
                it.throughput_per_minute += queue.throughput_per_minute;
                counts.completed += queue.outcomes.completed;
                counts.failed += queue.outcomes.failed;
                counts.cancelled += queue.outcomes.cancelled;
                counts.retried += queue.outcomes.retried;
            }
            it.outcomes = outcomes(&counts);
            it
        })
        .collect()
}
