//! Judging a book: which findings hold, what is still missing, and what is published.

use swarmpulse_model::{EntityKey, EntityKind, Text, Timestamp};

use crate::detector::Graph;
use crate::finding::Finding;
use crate::report::Waiting;
use crate::wording::{counted, span};

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
use super::words::ALL_TYPES;

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
    pub(super) fn renew(&mut self, asked: &Asked<'_>, closed: bool, drops: &mut Drops) {
        let (book, now) = (asked.book, asked.now);
        if closed && book.spans_observed() >= SPANS_MIN {
            self.relations = relations(book, &self.relations);
            drops.count("failure_members", self.relations.left_out as u64);
        }
        if hour_of(now) != self.hour {
            self.hour = hour_of(now);
            self.patterns = patterns(book, now);
        }
        let trends = Trends::of(book, now);
        self.findings.clear();
        self.add(asked.rates(), drops);
        self.add(asked.rises(&trends), drops);
        let together = asked.relations(&mut self.relations);
        self.add(together, drops);
        self.add(asked.new_errors(), drops);
        self.add(asked.patterns(&self.patterns), drops);
        self.trends = Some(trends);
    }

    fn add(&mut self, mut found: Vec<Finding>, drops: &mut Drops) {
        drops.count(
            "failure_findings",
            found.len().saturating_sub(FINDINGS_MAX) as u64,
        );
        found.truncate(FINDINGS_MAX);
        self.findings.append(&mut found);
    }
}

/// What is judged, and what was told of it before.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) namespace: &'a Text,
    pub(super) book: &'a Book,
    pub(super) now: Timestamp,
    pub(super) before: &'a Since,
}

impl Asked<'_> {
    /// Since when that was told.
    fn since(&self, condition: &'static str, kind: EntityKind, id: &Text) -> Option<Timestamp> {
        let subject = subject(self.namespace, kind, id);
        self.before.get(&(condition, subject)).copied()
    }

    fn told(&self, condition: &'static str, kind: EntityKind, id: &str) -> bool {
        self.since(condition, kind, &id.into()).is_some()
    }

    /// Task types, agents and services whose rate is high, each cause once.
    fn rates(&self) -> Vec<Finding> {
        let of = |kind: EntityKind| {
            let told = |id: &str| self.told(RATE_HIGH, kind, id);
            high(self.book.cells(kind), self.now, told)
        };
        let mut all = blame(of(EntityKind::TaskType), of(EntityKind::Agent), &self.book.recent);
        all.extend(of(EntityKind::Service).into_iter().map(Blamed::alone));
        let findings = all.iter().filter_map(|blamed| {
            let high = &blamed.high;
            let cell = self.book.cells(high.kind).get(&high.id)?;
            let began = self.since(RATE_HIGH, high.kind, &high.id).unwrap_or(high.since);
            Some(high_rate(self.namespace, blamed, cell, began, self.now))
        });
        findings.collect()
    }

    fn rises(&self, trends: &Trends) -> Vec<Finding> {
        let rising = trends.rising(|kind, id| self.told(RATE_RISING, kind, id));
        let findings = rising.iter().map(|rise| {
            let third = (rise.spans.len() / 3) as i64 * rise.span_ns;
            let began = self.since(RATE_RISING, rise.kind, &rise.id);
            rising_rate(
                self.namespace,
                rise,
                began.unwrap_or(self.now.plus_ns(-third)),
                self.now,
            )
        });
        findings.collect()
    }

    fn relations(&self, relations: &mut Relations) -> Vec<Finding> {
        for related in &mut relations.groups {
            // The one under whose name it was told stays the first.
            let told = related.members.iter().enumerate();
            let told = told.filter_map(|(at, (kind, id))| Some((self.since(TOGETHER, *kind, id)?, at)));
            if let Some((_, at)) = told.min() {
                related.members[..=at].rotate_right(1);
            }
        }
        let findings = relations.groups.iter().map(|related| {
            let (kind, id) = &related.members[0];
            let began = self.since(TOGETHER, *kind, id).unwrap_or(self.now);
            failing_together(
                self.namespace,
                related,
                relations.tested,
                self.book,
                began,
                self.now,
            )
        });
        findings.collect()
    }

    fn new_errors(&self) -> Vec<Finding> {
        let new = news(self.book, self.now, |kind, id| self.told(NEW_GROUP, kind, id));
        let findings = new.iter().filter_map(|news| {
            let first = news.groups.first()?.first;
            let began = self.since(NEW_GROUP, news.kind, &news.id).unwrap_or(first);
            new_error(self.namespace, news, began, self.now)
        });
        findings.collect()
    }

    fn patterns(&self, all: &[(Text, Vec<Pattern>)]) -> Vec<Finding> {
        let findings = all.iter().filter_map(|(id, patterns)| {
            let cell = if id == ALL_TYPES {
                &self.book.tasks
            } else {
                self.book.types.get(id)?
            };
            let calendar = cell.calendar.as_ref()?;
            let began = self
                .since(TIME_PATTERN, EntityKind::TaskType, id)
                .unwrap_or(self.now);
            time_pattern(
                self.namespace,
                id,
                patterns,
                calendar,
                cell.exposed,
                began,
                self.now,
            )
        });
        findings.collect()
    }
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
