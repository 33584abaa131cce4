//! The book of a namespace: everything that is counted of what ended and failed there.

use std::collections::{BTreeMap, VecDeque};

use swarmpulse_model::{EntityKind, Text, Timestamp};

use crate::report::{Field, Log, LogLine};
use crate::statistics::rates::poisson_upper_tail;

use super::cells::{Cell, Cells, Room};
use super::class::ErrorClass;
use super::group::{Groups, Message};
use super::incident::{Ending, Fault, Origin};
use super::marks::MARKS;
use super::shorten;
use super::tally::{Ring, SPAN_NS, SPANS, Tally, hour_of, span_of};

/// The last failures that are kept.
pub(super) const RECENT_MAX: usize = 100;
/// Bytes of an error that are kept with a failure.
const ERROR_BYTES: usize = 200;
/// Lines of the log between two reports, of all namespaces together.
pub(super) const LINES_MAX: usize = 1000;
/// A span is marked if so many failures in it are that rare by the entity's own rate.
const UNUSUAL: f64 = 0.1;

/// What was left out, by reason.
#[derive(Debug, Default)]
pub(super) struct Drops(BTreeMap<&'static str, u64>);

impl Drops {
    pub(super) fn count(&mut self, reason: &'static str, number: u64) {
        if number > 0 {
            *self.0.entry(reason).or_default() += number;
        }
    }

    pub(super) fn take(&mut self) -> Vec<(&'static str, u64)> {
        std::mem::take(&mut self.0).into_iter().collect()
    }
}

/// One of the last failures.
#[derive(Clone, Debug)]
pub(super) struct Recent {
    pub(super) at: Timestamp,
    pub(super) task: Option<Text>,
    pub(super) task_type: Option<Text>,
    pub(super) agent: Option<Text>,
    pub(super) service: Option<Text>,
    pub(super) error: Text,
    pub(super) name: Text,
    pub(super) class: ErrorClass,
    pub(super) retryable: Option<bool>,
}

/// Everything of a namespace.
#[derive(Debug)]
pub(super) struct Book {
    /// Task types.
    pub(super) types: Cells,
    /// Agents.
    pub(super) agents: Cells,
    /// Services that were called.
    pub(super) services: Cells,
    /// Machines that agents run on.
    pub(super) hosts: Cells,
    /// All tasks.
    pub(super) tasks: Cell,
    /// All calls.
    pub(super) calls: Cell,
    /// Failures of tasks and calls and errors of their own, by spans.
    pub(super) failures: Ring,
    /// Errors that end no task and no call.
    pub(super) errors: u64,
    /// Groups of messages.
    pub(super) groups: Groups,
    /// The last failures, the newest last.
    pub(super) recent: VecDeque<Recent>,
    /// When the book was begun.
    pub(super) since: Timestamp,
    /// The last span that was closed.
    closed: i64,
}

impl Book {
    pub(super) fn new(at: Timestamp) -> Self {
        Self {
            types: Cells::new(EntityKind::TaskType),
            agents: Cells::new(EntityKind::Agent),
            services: Cells::new(EntityKind::Service),
            hosts: Cells::new(EntityKind::Host),
            tasks: Cell::new(at, true),
            calls: Cell::new(at, false),
            failures: Ring::default(),
            errors: 0,
            groups: Groups::new(),
            recent: VecDeque::new(),
            since: at,
            closed: span_of(at) - 1,
        }
    }

    /// Everything that is counted, by kind.
    pub(super) fn kinds(&self) -> [&Cells; 4] {
        [&self.types, &self.agents, &self.services, &self.hosts]
    }

    /// What is counted of a kind; of all that is none of these, agents.
    pub(super) fn cells(&self, kind: EntityKind) -> &Cells {
        match kind {
            EntityKind::TaskType => &self.types,
            EntityKind::Service => &self.services,
            EntityKind::Host => &self.hosts,
            _ => &self.agents,
        }
    }

    fn kinds_mut(&mut self) -> [&mut Cells; 4] {
        [
            &mut self.types,
            &mut self.agents,
            &mut self.services,
            &mut self.hosts,
        ]
    }

    /// Spans that were observed and closed, at most as many as marks are kept.
    pub(super) fn spans_observed(&self) -> usize {
        let spans = self.closed - span_of(self.since) + 1;
        usize::try_from(spans).unwrap_or(0).min(MARKS)
    }

    /// The newest span that is closed.
    pub(super) fn newest_closed(&self) -> i64 {
        self.closed
    }

    /// An agent runs on a machine; told of agents that have an entry.
    pub(super) fn runs_on(&mut self, agent: &Text, host: &Text) {
        if let Some(cell) = self.agents.get_mut(agent)
            && cell.host.as_ref() != Some(host)
        {
            cell.host = Some(host.clone());
        }
    }

    /// Counts what ended.
    pub(super) fn count(&mut self, ending: &Ending<'_>, at: Timestamp, room: &mut Room, drops: &mut Drops) {
        let fault = ending.fault.as_ref();
        match ending.origin {
            Origin::Event => self.errors += 1,
            Origin::Call => {
                self.calls.count(at, fault, true);
                if let Some(service) = ending.service {
                    match self.services.of(service, at, room) {
                        Some(cell) => cell.count(at, fault, true),
                        None => drops.count("failure_services", 1),
                    }
                }
            }
            Origin::Task | Origin::Report | Origin::Notice => {
                self.count_task(ending, at, room, drops);
            }
        }
        if let Some(fault) = fault {
            self.failures.count(span_of(at), 0, 1);
            self.keep(ending, fault, at);
        }
    }

    fn count_task(&mut self, ending: &Ending<'_>, at: Timestamp, room: &mut Room, drops: &mut Drops) {
        let fault = ending.fault.as_ref();
        let exposed = ending.origin == Origin::Task;
        self.tasks.count(at, fault, exposed);
        if let Some(task_type) = ending.task_type {
            match self.types.of(task_type, at, room) {
                Some(cell) => cell.count(at, fault, exposed),
                None => drops.count("failure_task_types", 1),
            }
        }
        let Some(agent) = ending.agent else { return };
        let Some(cell) = self.agents.of(agent, at, room) else {
            drops.count("failure_agents", 1);
            return;
        };
        cell.count(at, fault, exposed);
        if let Some(host) = &cell.host {
            match self.hosts.of(host, at, room) {
                Some(cell) => cell.count(at, fault, exposed),
                None => drops.count("failure_hosts", 1),
            }
        }
    }

    /// Groups the message of a failure, and keeps it among the last ones.
    fn keep(&mut self, ending: &Ending<'_>, fault: &Fault<'_>, at: Timestamp) {
        self.explain(ending, fault, at);
        if self.recent.len() >= RECENT_MAX {
            self.recent.pop_front();
        }
        self.recent.push_back(Recent {
            at,
            task: ending.task.cloned(),
            task_type: ending.task_type.cloned(),
            agent: ending.agent.cloned(),
            service: ending.service.cloned(),
            error: shorten(fault.text.unwrap_or_default(), ERROR_BYTES).into(),
            name: fault.name().into(),
            class: fault.class,
            retryable: fault.retryable,
        });
    }

    /// Groups the message of a failure.
    pub(super) fn explain(&mut self, ending: &Ending<'_>, fault: &Fault<'_>, at: Timestamp) {
        let name = fault.name();
        let message = Message {
            text: fault.text.unwrap_or(name),
            class: fault.class,
            name,
            task_type: ending.task_type,
            agent: ending.agent,
            service: ending.service,
            ended: self.ended(),
        };
        self.groups.add(&message, at);
    }

    /// Tasks and calls that ended so far.
    pub(super) fn ended(&self) -> u64 {
        self.tasks.total.ended + self.calls.total.ended
    }

    /// Closes the spans that are over: marks those with more failures than usual. Whether there were any.
    pub(super) fn close(&mut self, now: Timestamp) -> bool {
        let over = span_of(now) - 1;
        if over <= self.closed {
            return false;
        }
        let from = (self.closed + 1).max(over - SPANS as i64 + 2);
        for cells in self.kinds_mut() {
            for (_, cell) in cells.iter_mut() {
                mark(cell, from..=over, now);
            }
        }
        self.closed = over;
        true
    }

    /// Forgets what is idle.
    pub(super) fn sweep(&mut self, now: Timestamp, room: &mut Room) {
        for cells in self.kinds_mut() {
            cells.sweep(now, room);
        }
    }

    /// Whether there is nothing left to remember.
    pub(super) fn is_idle(&self, now: Timestamp) -> bool {
        let last = self.tasks.last.max(self.calls.last);
        now.seconds_since(last) > 43.0 * 86_400.0
    }

    /// Failures a minute over the last five to ten minutes.
    pub(super) fn failures_per_minute(&self, now: Timestamp) -> f64 {
        let span = span_of(now);
        let from = Timestamp((span - 1) * SPAN_NS).max(self.since);
        let minutes = (now.seconds_since(from) / 60.0).max(1.0);
        self.failures.sum(span - 1..=span).failed as f64 / minutes
    }
}

fn mark(cell: &mut Cell, spans: std::ops::RangeInclusive<i64>, now: Timestamp) {
    let (day, known_s) = (cell.last_day(now), now.seconds_since(cell.first));
    let Some(trouble) = &mut cell.trouble else { return };
    let known_spans = (known_s / (SPAN_NS as f64 / 1e9)).clamp(24.0, 288.0);
    let mean = day.failed as f64 / known_spans;
    for span in spans {
        let failed = cell.spans.at(span).failed;
        // With one failure in ten spans or fewer, one is unusual already.
        if failed > 0 && poisson_upper_tail(failed, mean) <= UNUSUAL {
            trouble.marks.mark(span);
        }
    }
}

/// The line of the log for a failure.
pub(super) fn line(namespace: &Text, ending: &Ending<'_>, fault: &Fault<'_>, at: Timestamp) -> LogLine {
    let text = |value: Option<&Text>| value.map_or(Field::Null, |value| Field::Text(value.clone()));
    LogLine {
        log: Log::FailureAnalysis,
        at,
        fields: vec![
            ("task_id", text(ending.task)),
            ("task_type", text(ending.task_type)),
            ("bot_id", text(ending.agent)),
            ("error_type", Field::Text(fault.name().into())),
            ("is_retryable", fault.retryable.map_or(Field::Null, Field::Bool)),
            ("error_class", Field::Text(fault.class.as_str().into())),
            (
                "error",
                Field::Text(shorten(fault.text.unwrap_or_default(), ERROR_BYTES).into()),
            ),
            ("service", text(ending.service)),
            ("namespace", Field::Text(namespace.clone())),
        ],
    }
}

/// The spans of two hours before the running one, in the order of time.
pub(super) fn last_spans(ring: &Ring, now: Timestamp) -> Vec<Tally> {
    let span = span_of(now);
    (span - SPANS as i64 + 1..span)
        .map(|span| ring.at(span))
        .collect()
}

/// The hours of a day before the running one, in the order of time.
pub(super) fn last_hours(ring: &Ring, now: Timestamp) -> Vec<Tally> {
    let hour = hour_of(now);
    (hour - SPANS as i64 + 1..hour)
        .map(|hour| ring.at(hour))
        .collect()
}
