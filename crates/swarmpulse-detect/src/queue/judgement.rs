//! What a judgement of queues and tasks rests on, and what it gives.

use swarmpulse_model::{EntityKey, Text, Timestamp};

use super::book::QueueBook;
use super::census::Census;
use super::figures::{Bottleneck, BottleneckKind, QueueStatus, TypeStatus};
use super::flow::{Counts, Flow};
use super::measure::Numbered;
use crate::{Chart, Figure, Finding, Line, Mark, Unit};

/// Everything that is looked at.
#[derive(Clone, Copy)]
pub(super) struct Scene<'a> {
    pub book: &'a QueueBook,
    pub census: &'a Census<'a>,
    pub queues: &'a [Numbered<QueueStatus>],
    pub types: &'a [Numbered<TypeStatus>],
    pub now: Timestamp,
}

/// A finding and what it holds up.
#[derive(Clone, Debug)]
pub(super) struct Judgement {
    pub finding: Finding,
    pub bottleneck: Bottleneck,
    /// The number of the queue, where it is one's.
    pub queue: Option<u16>,
}

impl Judgement {
    /// A finding with the bottleneck that says the same.
    pub(super) fn new(finding: Finding, kind: BottleneckKind) -> Self {
        let bottleneck = Bottleneck {
            kind,
            severity: finding.severity,
            message: finding.sentence.clone(),
            namespace: finding.subject.namespace.clone(),
            task_type: None,
            queue: None,
            metrics: finding
                .figures
                .iter()
                .map(|figure| (figure.name, figure.value))
                .collect(),
        };
        Self {
            finding,
            bottleneck,
            queue: None,
        }
    }

    /// It is about that queue.
    pub(super) fn of_queue(mut self, it: &Numbered<QueueStatus>) -> Self {
        self.queue = Some(it.number);
        self.bottleneck.queue = Some(it.figures.queue.clone());
        self
    }

    /// It is about that type.
    pub(super) fn of_type(mut self, name: &Text) -> Self {
        self.bottleneck.task_type = Some(name.clone());
        self
    }

    /// What it is about.
    pub(super) fn key(&self) -> (&'static str, EntityKey) {
        (self.finding.condition, self.finding.subject.clone())
    }
}

/// A figure without an interval.
pub(super) fn figure(name: &'static str, value: f64, unit: Unit) -> Figure {
    Figure {
        name,
        value,
        interval: None,
        unit,
    }
}

/// A line of values by minute.
pub(super) fn by_minute(
    flow: &Flow,
    now: Timestamp,
    label: &str,
    value: impl Fn(&Counts) -> Option<f64>,
) -> Line {
    let points = flow
        .full_minutes(now, 60)
        .iter()
        .filter_map(|(began, counts)| Some((*began, value(counts)?)))
        .collect();
    Line {
        label: label.into(),
        points,
    }
}

/// A straight line between two points.
pub(super) fn straight(label: &str, from: (Timestamp, f64), to: (Timestamp, f64)) -> Line {
    Line {
        label: label.into(),
        points: vec![from, to],
    }
}

/// The chart of a queue's depth over the last hour.
pub(super) fn depth_chart(flow: &Flow, now: Timestamp, title: &str, marks: Vec<Mark>) -> Chart {
    let depth = by_minute(flow, now, "waiting", |counts| Some(f64::from(counts.depth)));
    let left = by_minute(flow, now, "left the line per minute", |counts| {
        Some(f64::from(counts.left))
    });
    Chart {
        title: title.into(),
        unit: Unit::Count,
        lines: vec![depth, left],
        marks,
        limit: None,
    }
}

/// The middle one of some values; 0 of none.
pub(super) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}
