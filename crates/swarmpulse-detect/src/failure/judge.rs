//! Judging a book: which findings hold, what is still missing, and what is published.

use swarmpulse_model::{EntityKey, EntityKind, Text, Timestamp};

use crate::detector::Graph;
use crate::finding::Finding;
use crate::report::Waiting;
use crate::wording::span;

use super::Since;
use super::blame::{Blamed, blame};
use super::book::{Book, Drops};
use super::calendar::{DAYS_MIN, Pattern};
use super::description::{CRITICAL, GROUPS, PER_MINUTE, RATE, REPORTS, RETRYABLE, TREND};
use super::figures::kinds_of_trouble;
use super::findings::{
    DETECTOR, NEW_GROUP, RATE_HIGH, RATE_RISING, TIME_PATTERN, TOGETHER, failing_together, high_rate,
    new_error, rising_rate, time_pattern,
};
use super::high::{ENDED_MIN, high};
use super::news::{WATCHED_S, news};
use super::related::{Relations, relations};
use super::rising::{Rise, Trends};
use super::tally::{HOUR_NS, SPANS, hour_of, span_of};
use super::trend::Direction;
use super::words::{ALL_TYPES, counted};

/// Findings of one condition in a namespace at most.
const FINDINGS_MAX: usize = 200;
/// Relations are looked for once there is so much to compare.
const SPANS_MIN: usize = 36;

/// What was judged of a book, kept until it is judged again.
#[derive(Debug, Default)]
pub(super) struct Judgement {
    pub(super) findings: Vec<Finding>,
    pub(super) relations: Relations,
    pub(super) patterns: Vec<(Text, Vec<Pattern>)>,
    /// Trends of task types, services and of all tasks.
    pub(super) trends: Option<Trends>,
    /// The hour that patterns were looked for in last.
    hour: i64,
}

impl Judgement {
    /// Judges anew. `closed`: a span of five minutes was closed since the last time.
    pub(super) fn renew(
        &mut self,
        namespace: &Text,
        book: &Book,
        now: Timestamp,
        closed: bool,
        before: &Since,
        drops: &mut Drops,
    ) {
        let since = |condition: &'static str, kind: EntityKind, id: &Text| {
            before.get(&(condition, subject(namespace, kind, id))).copied()
        };
        if closed && book.spans_observed() >= SPANS_MIN {
            self.relations = relations(book, &self.relations);
            drops.count("failure_members", self.relations.left_out as u64);
        }
        if hour_of(now) != self.hour {
            self.hour = hour_of(now);
            self.patterns = patterns(book, now);
        }
        self.findings.clear();
        let rates = high_rates(book, now, &since).into_iter().filter_map(|blamed| {
            let high = &blamed.high;
            let cell = book.cells(high.kind).get(&high.id)?;
            let began = since(RATE_HIGH, high.kind, &high.id).unwrap_or(high.since);
            Some(high_rate(namespace, &blamed, cell, began, now))
        });
        self.add(rates, drops);
        let trends = Trends::of(book, now);
        let told = |kind: EntityKind, id: &str| since(RATE_RISING, kind, &id.into()).is_some();
        let rising = trends.rising(told).into_iter().map(|rise| {
            let third = (rise.spans.len() / 3) as i64 * rise.span_ns;
            let began = since(RATE_RISING, rise.kind, &rise.id).unwrap_or(now.plus_ns(-third));
            rising_rate(namespace, &rise, began, now)
        });
        self.add(rising, drops);
        self.trends = Some(trends);
        let tested = self.relations.tested;
        let mut groups = std::mem::take(&mut self.relations.groups);
        for related in &mut groups {
            // The one under whose name it was told stays the first.
            let told = related.members.iter().enumerate();
            let told = told.filter_map(|(at, (kind, id))| Some((since(TOGETHER, *kind, id)?, at)));
            if let Some((_, at)) = told.min() {
                related.members[..=at].rotate_right(1);
            }
        }
        let together = groups.iter().map(|related| {
            let (kind, id) = &related.members[0];
            let began = since(TOGETHER, *kind, id).unwrap_or(now);
            failing_together(namespace, related, tested, book, began, now)
        });
        self.add(together, drops);
        self.relations.groups = groups;
        let told = |kind: EntityKind, id: &str| since(NEW_GROUP, kind, &id.into()).is_some();
        let new = news(book, now, told).into_iter().filter_map(|news| {
            let first = news.groups.first()?.first;
            let began = since(NEW_GROUP, news.kind, &news.id).unwrap_or(first);
            new_error(namespace, &news, began, now)
        });
        self.add(new, drops);
        let all = std::mem::take(&mut self.patterns);
        let patterns = all.iter().filter_map(|(id, patterns)| {
            let cell = if id == ALL_TYPES {
                &book.tasks
            } else {
                book.types.get(id)?
            };
            let began = since(TIME_PATTERN, EntityKind::TaskType, id).unwrap_or(now);
            time_pattern(
                namespace,
                id,
                patterns,
                cell.calendar.as_ref()?,
                cell.exposed,
                began,
                now,
            )
        });
        self.add(patterns, drops);
        self.patterns = all;
    }

    fn add(&mut self, found: impl Iterator<Item = Finding>, drops: &mut Drops) {
        let mut found = found;
        self.findings.extend(found.by_ref().take(FINDINGS_MAX));
        drops.count("failure_findings", found.count() as u64);
    }
}

/// Task types, agents and services whose rate is high, each cause once.
fn high_rates(
    book: &Book,
    now: Timestamp,
    since: &impl Fn(&'static str, EntityKind, &Text) -> Option<Timestamp>,
) -> Vec<Blamed> {
    let of = |kind: EntityKind| {
        let told = |id: &str| since(RATE_HIGH, kind, &id.into()).is_some();
        high(book.cells(kind), now, told)
    };
    let mut all = blame(of(EntityKind::TaskType), of(EntityKind::Agent), &book.recent);
    all.extend(of(EntityKind::Service).into_iter().map(Blamed::alone));
    all
}

fn subject(namespace: &Text, kind: EntityKind, id: &Text) -> EntityKey {
    EntityKey {
        namespace: namespace.clone(),
        kind,
        id: id.clone(),
    }
}

/// Patterns of all tasks, and of the types that have one that all tasks do not have.
fn patterns(book: &Book, now: Timestamp) -> Vec<(Text, Vec<Pattern>)> {
    let today = hour_of(now).div_euclid(24);
    let of = |cell: &super::cells::Cell| {
        let calendar = cell.calendar.as_ref()?;
        let patterns = calendar.patterns(today, cell.exposed);
        (!patterns.is_empty()).then_some(patterns)
    };
    let all = of(&book.tasks);
    let mut found: Vec<(Text, Vec<Pattern>)> = Vec::new();
    for (id, cell) in book.types.iter() {
        found.extend(of(cell).map(|patterns| (id.clone(), patterns)));
    }
    // One type alone explains what is seen of all.
    if let Some(all) = all
        && found.len() != 1
    {
        found.retain(|(_, patterns)| {
            patterns
                .iter()
                .any(|pattern| all.iter().all(|other| other.when != pattern.when))
        });
        found.push((ALL_TYPES.into(), all));
    }
    found
}

/// Takes the machines of agents from the graph where heartbeats did not tell them.
pub(super) fn place_agents(namespace: &Text, book: &mut Book, graph: &Graph) {
    if graph.host_of.is_empty() {
        return;
    }
    for (agent, cell) in book.agents.iter_mut() {
        if cell.host.is_none() {
            cell.host = graph.host_of.get(&(namespace.clone(), agent.clone())).cloned();
        }
    }
}

/// That nothing ended at all yet.
pub(super) fn nothing_yet() -> Waiting {
    missing("no task and no call has ended yet".to_owned())
}

fn missing(reason: String) -> Waiting {
    Waiting {
        detector: DETECTOR,
        subject: None,
        reason,
    }
}

/// What is missing to judge a namespace.
pub(super) fn waiting(namespace: &Text, book: &Book, now: Timestamp) -> Vec<Waiting> {
    let mut reasons = Vec::new();
    let judged = |cells: &super::cells::Cells| {
        cells
            .iter()
            .any(|(_, cell)| cell.last_hour(now).ended >= ENDED_MIN)
    };
    if !judged(&book.types) && !judged(&book.agents) && !judged(&book.services) {
        let hour = book.tasks.last_hour(now).plus(book.calls.last_hour(now));
        reasons.push(format!(
            "rates: {} and calls of the last hour, {ENDED_MIN} of one task type, agent or service are needed",
            counted(hour.ended, "task"),
        ));
    }
    let watched_s = now.seconds_since(book.since);
    if watched_s < WATCHED_S {
        reasons.push(format!(
            "new errors: {} watched, {} are needed",
            span(watched_s),
            span(WATCHED_S)
        ));
    }
    if book.spans_observed() < SPANS_MIN {
        reasons.push(format!(
            "failing together: {} watched, 3 hours are needed",
            span(watched_s)
        ));
    }
    let today = hour_of(now).div_euclid(24);
    let days = book
        .tasks
        .calendar
        .as_ref()
        .map_or(0, |calendar| calendar.days_seen(today));
    if days < DAYS_MIN && book.tasks.total.ended > 0 {
        reasons.push(format!(
            "hours of the day: {} seen, {DAYS_MIN} are needed",
            counted(days as u64, "whole day")
        ));
    }
    if reasons.is_empty() {
        return Vec::new();
    }
    let place = if namespace == swarmpulse_model::entity::DEFAULT_NAMESPACE {
        String::new()
    } else {
        format!(" (in namespace {namespace})")
    };
    vec![missing(format!("{}{place}", reasons.join("; ")))]
}

/// What the series are now.
pub(super) fn publish(
    namespace: &Text,
    book: &Book,
    judgement: &Judgement,
    now: Timestamp,
    out: &mut impl FnMut(&'static str, Vec<Text>, f64),
) {
    let own = || vec![namespace.clone()];
    let with = |other: &Text| vec![namespace.clone(), other.clone()];
    out(PER_MINUTE, own(), book.failures_per_minute(now));
    for (id, cell) in book.types.iter() {
        if let Some(rate) = cell.last_hour(now).rate().filter(|_| cell.exposed) {
            out(RATE, with(id), rate);
        }
    }
    let known =
        |rise: &&Rise| rise.kind == EntityKind::TaskType && rise.trend.direction != Direction::NotEnoughData;
    for rise in judgement.trends.iter().flat_map(Trends::all).filter(known) {
        out(TREND, with(&rise.id), rise.trend.ratio);
    }
    let day = hour_of(now) - SPANS as i64;
    let alive = book
        .groups
        .all()
        .iter()
        .filter(|group| group.last.0.div_euclid(HOUR_NS) > day)
        .count();
    out(GROUPS, own(), alive as f64);
    let (_, retryable, critical) = kinds_of_trouble(book);
    if let Some(share) = retryable {
        out(RETRYABLE, own(), share);
    }
    out(CRITICAL, own(), critical as f64);
    let newest = span_of(now);
    let minutes = (now.0.rem_euclid(super::tally::SPAN_NS) as f64 / 60e9) + 5.0;
    for (id, cell) in book.services.iter().filter(|(id, _)| takes_reports(id)) {
        out(
            REPORTS,
            with(id),
            cell.spans.sum(newest - 1..=newest).failed as f64 / minutes,
        );
    }
}

/// Whether a service is one that agents and workers report to, by its name.
fn takes_reports(service: &str) -> bool {
    const NAMES: [&str; 5] = ["report", "callback", "webhook", "telemetry", "events"];
    let lower = service.to_ascii_lowercase();
    NAMES.iter().any(|name| lower.contains(name))
}
