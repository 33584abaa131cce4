//! Everything that is known of failures in a namespace, for the API: rates, trends, groups, patterns and relations.

use serde::{Serialize, Serializer};
use swarmpulse_model::{EntityKey, EntityKind, Text, Timestamp};

use crate::statistics::rates::binomial_interval;

use super::book::Book;
use super::calendar::{Pattern, When};
use super::cells::{Cell, Cells};
use super::class::ErrorClass;
use super::findings::spoken;
use super::related::Relations;
use super::rising::{Rise, Trends};
use super::tally::{HOUR_NS, SPANS, Tally, hour_of};
use super::trend::Trend;

/// Rows of a table at most: those with the most failures.
pub(super) const ROWS_MAX: usize = 200;

/// How often something fails.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RateRow {
    /// The task type, agent, service or host.
    pub id: Text,
    /// In the last hour.
    pub last_hour: Tally,
    /// In the last day.
    pub last_day: Tally,
    /// Since it was first seen.
    pub total: Tally,
    /// The share that failed in the last day; `None` where only failures are told of.
    pub rate: Option<f64>,
    /// The interval that holds the true share with 95 % confidence.
    pub interval: Option<(f64, f64)>,
    /// What its last failure was called; empty without one.
    pub last_error_type: Text,
    /// The class that most of its failures are of.
    pub error_class: Option<ErrorClass>,
    /// The share of failures after which another attempt makes sense, of those where that is known.
    pub retryable_share: Option<f64>,
    /// Where its rate goes; for task types and services.
    pub trend: Option<Trend>,
}

/// One of the last failures.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RecentFailure {
    /// When it was received.
    #[serde(serialize_with = "rfc_3339")]
    pub at: Timestamp,
    /// The task.
    pub task: Option<Text>,
    /// Its type.
    pub task_type: Option<Text>,
    /// The agent that had it.
    pub agent: Option<Text>,
    /// The service that was called.
    pub service: Option<Text>,
    /// What went wrong, shortened.
    pub error: Text,
    /// What the error is called.
    pub error_type: Text,
    /// Its class.
    pub error_class: ErrorClass,
    /// Whether another attempt makes sense.
    pub retryable: Option<bool>,
}

/// Messages that say the same.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GroupRow {
    /// Its name, the same as long as it is remembered.
    pub id: Text,
    /// The message with marks for what differs.
    pub template: String,
    /// One of its messages.
    pub example: Text,
    /// What the error is called.
    pub error_type: Text,
    /// Its class.
    pub error_class: ErrorClass,
    /// How often it came.
    pub count: u64,
    /// How often in the last day.
    pub last_day: u64,
    /// When first.
    #[serde(serialize_with = "rfc_3339")]
    pub first: Timestamp,
    /// When last.
    #[serde(serialize_with = "rfc_3339")]
    pub last: Timestamp,
    /// The task types, agents and services that it struck most.
    pub task_types: Vec<Text>,
    #[expect(missing_docs, reason = "as above")]
    pub agents: Vec<Text>,
    #[expect(missing_docs, reason = "as above")]
    pub services: Vec<Text>,
}

/// An hour of the day or day of the week that is worse.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PatternRow {
    /// The task type; `*` for all.
    pub task_type: Text,
    /// `hour_of_day` or `weekday`.
    pub pattern_type: &'static str,
    /// The hour, 0 to 23 in UTC, or the day, 0 being Monday.
    pub number: usize,
    /// `from 03:00 to 04:00 UTC`.
    pub when: String,
    /// What ended and failed then.
    pub then: Tally,
    /// What ended and failed at other times.
    pub otherwise: Tally,
    /// How probable it is by chance.
    pub p: f64,
}

/// Things that fail together.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TogetherRow {
    /// The one of most partners first.
    pub members: Vec<EntityKey>,
    /// How many times more often than by chance, of the surest pair.
    pub lift: f64,
    /// How often both began to fail in the same five minutes.
    pub begun_together: u32,
    /// How probable that is by chance.
    pub p: f64,
}

/// An hour of the last day.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct HourRow {
    /// When it began.
    #[serde(serialize_with = "rfc_3339")]
    pub start: Timestamp,
    /// Tasks.
    pub tasks: Tally,
    /// Calls.
    pub calls: Tally,
}

/// Everything that is known of failures in a namespace. All of it is counted since the monitor started; hours and days
/// are of UTC.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FailureFigures {
    /// As of when.
    #[serde(serialize_with = "rfc_3339")]
    pub at: Timestamp,
    /// Since when it is counted.
    #[serde(serialize_with = "rfc_3339")]
    pub since: Timestamp,
    /// Tasks since then.
    pub tasks: Tally,
    /// Tasks in the last day.
    pub tasks_last_day: Tally,
    /// The share of tasks that failed in the last day; `None` where only failures are told of.
    pub rate: Option<f64>,
    /// The interval that holds the true share with 95 % confidence.
    pub interval: Option<(f64, f64)>,
    /// Calls since then.
    pub calls: Tally,
    /// Calls in the last day.
    pub calls_last_day: Tally,
    /// Errors that ended no task and no call.
    pub errors: u64,
    /// Failures of any sort a minute, over the last five to ten minutes.
    pub per_minute: f64,
    /// Where the rate of all tasks goes.
    pub trend: Trend,
    /// The share of failed tasks and calls after which another attempt makes sense, of those where that is known.
    pub retryable_share: Option<f64>,
    /// Failed tasks and calls that one alone is worth a person's time: memory or disk full, crash, corruption.
    pub critical: u64,
    /// Failed tasks and calls by class, those of none left out, the most frequent first.
    pub by_error_class: Vec<(ErrorClass, u64)>,
    /// By task type, most failures first, as all tables.
    pub by_task_type: Vec<RateRow>,
    /// By agent.
    pub by_agent: Vec<RateRow>,
    /// By service, of calls.
    pub by_service: Vec<RateRow>,
    /// By machine.
    pub by_host: Vec<RateRow>,
    /// The last day by hours, the running one last.
    pub hourly: Vec<HourRow>,
    /// Tasks of up to six weeks by hour of the day.
    pub by_hour_of_day: Vec<Tally>,
    /// Tasks of up to six weeks by day of the week, Monday first.
    pub by_weekday: Vec<Tally>,
    /// Hours and weekdays that are worse.
    pub patterns: Vec<PatternRow>,
    /// Groups of messages, the most frequent first.
    pub groups: Vec<GroupRow>,
    /// Things that fail together.
    pub together: Vec<TogetherRow>,
    /// The last failures, the newest first.
    pub recent: Vec<RecentFailure>,
}

/// Times are written as in every answer.
fn rfc_3339<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(at)
}

/// What was judged of a book, beside its counts.
pub(super) struct Judged<'a> {
    pub(super) trends: Option<&'a Trends>,
    pub(super) relations: &'a Relations,
    pub(super) patterns: &'a [(Text, Vec<Pattern>)],
}

/// The figures of a book.
pub(super) fn figures(namespace: &Text, book: &Book, judged: &Judged<'_>, now: Timestamp) -> FailureFigures {
    let fresh;
    let trends = match judged.trends {
        Some(trends) => trends,
        None => {
            fresh = Trends::of(book, now);
            &fresh
        }
    };
    let day = book.tasks.last_day(now);
    let today = now.0.div_euclid(24 * HOUR_NS);
    let empty = Default::default();
    let calendar = book.tasks.calendar.as_ref().unwrap_or(&empty);
    let (classes, retryable, critical) = kinds_of_trouble(book);
    let known = |cell: &Cell, tally: Tally| tally.rate().filter(|_| cell.exposed);
    FailureFigures {
        at: now,
        since: book.since,
        tasks: book.tasks.total,
        tasks_last_day: day,
        rate: known(&book.tasks, day),
        interval: known(&book.tasks, day).map(|_| binomial_interval(day.failed, day.ended)),
        calls: book.calls.total,
        calls_last_day: book.calls.last_day(now),
        errors: book.errors,
        per_minute: book.failures_per_minute(now),
        trend: trends.overall.trend,
        retryable_share: retryable,
        critical,
        by_error_class: classes,
        by_task_type: rows(&book.types, &trends.each, now),
        by_agent: rows(&book.agents, &[], now),
        by_service: rows(&book.services, &trends.each, now),
        by_host: rows(&book.hosts, &[], now),
        hourly: hourly(book, now),
        by_hour_of_day: calendar.by_hour(today).to_vec(),
        by_weekday: calendar.by_weekday(today).to_vec(),
        patterns: patterns(judged.patterns),
        groups: groups(book, now),
        together: together(namespace, judged.relations),
        recent: recent(book),
    }
}

/// Failures by class, the share worth another attempt, and how many are critical, of tasks and calls.
pub(super) fn kinds_of_trouble(book: &Book) -> (Vec<(ErrorClass, u64)>, Option<f64>, u64) {
    let mut classes = [0_u64; ErrorClass::ALL.len()];
    let (mut known, mut retryable, mut critical) = (0, 0, 0);
    for trouble in [&book.tasks, &book.calls]
        .into_iter()
        .filter_map(|cell| cell.trouble.as_ref())
    {
        for (sum, count) in classes.iter_mut().zip(trouble.classes) {
            *sum += u64::from(count);
        }
        known += trouble.retry_known;
        retryable += trouble.retryable;
        critical += trouble.critical;
    }
    let mut classes: Vec<(ErrorClass, u64)> = ErrorClass::ALL
        .into_iter()
        .zip(classes)
        .filter(|(_, count)| *count > 0)
        .collect();
    classes.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    let share = (known > 0).then(|| retryable as f64 / known as f64);
    (classes, share, critical)
}

fn rows(cells: &Cells, trends: &[Rise], now: Timestamp) -> Vec<RateRow> {
    let mut most: Vec<(&Text, &Cell, Tally)> = cells
        .iter()
        .map(|(id, cell)| (id, cell, cell.last_day(now)))
        .collect();
    most.sort_by(|a, b| (b.2.failed, b.1.total.failed, a.0).cmp(&(a.2.failed, a.1.total.failed, b.0)));
    most.truncate(ROWS_MAX);
    let row = |(id, cell, day): (&Text, &Cell, Tally)| {
        let trouble = cell.trouble.as_deref();
        let class = trouble.and_then(|trouble| {
            let most = ErrorClass::ALL
                .into_iter()
                .zip(trouble.classes)
                .max_by_key(|(_, count)| *count)?;
            (most.1 > 0).then_some(most.0)
        });
        let rate = day.rate().filter(|_| cell.exposed);
        RateRow {
            id: id.clone(),
            last_hour: cell.last_hour(now),
            last_day: day,
            total: cell.total,
            rate,
            interval: rate.map(|_| binomial_interval(day.failed, day.ended)),
            last_error_type: trouble
                .map(|trouble| trouble.last_name.clone())
                .unwrap_or_default(),
            error_class: class,
            retryable_share: trouble
                .filter(|trouble| trouble.retry_known > 0)
                .map(|trouble| trouble.retryable as f64 / trouble.retry_known as f64),
            trend: trends
                .iter()
                .find(|rise| rise.kind == cells.kind() && rise.id == *id)
                .map(|rise| rise.trend),
        }
    };
    most.into_iter().map(row).collect()
}

fn hourly(book: &Book, now: Timestamp) -> Vec<HourRow> {
    let hour = hour_of(now);
    (hour - SPANS as i64 + 1..=hour)
        .map(|hour| HourRow {
            start: Timestamp(hour * HOUR_NS),
            tasks: book.tasks.hours.at(hour),
            calls: book.calls.hours.at(hour),
        })
        .collect()
}

fn patterns(all: &[(Text, Vec<Pattern>)]) -> Vec<PatternRow> {
    let row = |id: &Text, pattern: &Pattern| {
        let (pattern_type, number) = match pattern.when {
            When::Hour(hour) => ("hour_of_day", hour),
            When::Weekday(day) => ("weekday", day),
        };
        PatternRow {
            task_type: id.clone(),
            pattern_type,
            number,
            when: spoken(pattern.when),
            then: pattern.then,
            otherwise: pattern.otherwise,
            p: pattern.p,
        }
    };
    all.iter()
        .flat_map(|(id, patterns)| patterns.iter().map(move |pattern| row(id, pattern)))
        .collect()
}

fn groups(book: &Book, now: Timestamp) -> Vec<GroupRow> {
    let mut all: Vec<_> = book.groups.all().iter().collect();
    all.sort_by(|a, b| b.count.cmp(&a.count).then(a.id.cmp(&b.id)));
    let hour = hour_of(now);
    let row = |group: &super::group::Group| GroupRow {
        id: format!("{:016x}", group.id).into(),
        template: group.template(),
        example: group.example.clone(),
        error_type: group.name.clone(),
        error_class: group.class,
        count: group.count,
        last_day: group.hours.sum(hour - SPANS as i64 + 1..=hour).failed,
        first: group.first,
        last: group.last,
        task_types: group.types.names(),
        agents: group.agents.names(),
        services: group.services.names(),
    };
    all.into_iter().take(ROWS_MAX).map(row).collect()
}

fn together(namespace: &Text, relations: &Relations) -> Vec<TogetherRow> {
    let key = |(kind, id): &(EntityKind, Text)| EntityKey {
        namespace: namespace.clone(),
        kind: *kind,
        id: id.clone(),
    };
    let row = |related: &super::related::Related| TogetherRow {
        members: related.members.iter().map(key).collect(),
        lift: related.pair.lift,
        begun_together: related.pair.begun.2,
        p: related.pair.p,
    };
    relations.groups.iter().map(row).collect()
}

fn recent(book: &Book) -> Vec<RecentFailure> {
    let row = |recent: &super::book::Recent| RecentFailure {
        at: recent.at,
        task: recent.task.clone(),
        task_type: recent.task_type.clone(),
        agent: recent.agent.clone(),
        service: recent.service.clone(),
        error: recent.error.clone(),
        error_type: recent.name.clone(),
        error_class: recent.class,
        retryable: recent.retryable,
    };
    book.recent.iter().rev().map(row).collect()
}
