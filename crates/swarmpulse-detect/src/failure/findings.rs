//! Findings: what was judged, in words, figures and charts.

mod news;
mod pattern;
mod rate;
mod relation;
mod rise;

use swarmpulse_model::{EntityKey, EntityKind, Severity, Text, Timestamp};

use crate::finding::{Chart, Finding, Line, Unit};

use super::tally::Tally;

pub(super) use news::finding as new_error;
pub(super) use pattern::{finding as time_pattern, spoken};
pub(super) use rate::finding as high_rate;
pub(super) use relation::finding as failing_together;
pub(super) use rise::finding as rising_rate;

/// The name of the detector.
pub(super) const DETECTOR: &str = "failure";
/// A task type, agent or service fails more than others or than before.
pub(super) const RATE_HIGH: &str = "failure_rate_high";
/// A rate rises.
pub(super) const RATE_RISING: &str = "failure_rate_rising";
/// Things fail together.
pub(super) const TOGETHER: &str = "failing_together";
/// An error that was not there before.
pub(super) const NEW_GROUP: &str = "new_error_group";
/// An hour or weekday is worse.
pub(super) const TIME_PATTERN: &str = "failure_time_pattern";

/// A finding of this detector with nothing in it yet but what every one has.
fn blank(
    condition: &'static str,
    subject: EntityKey,
    severity: Severity,
    chance: f64,
    since: Timestamp,
) -> Finding {
    Finding {
        detector: DETECTOR,
        condition,
        subject,
        severity,
        confidence: (1.0 - chance).clamp(0.0, 1.0),
        since,
        sentence: String::new(),
        figures: Vec::new(),
        charts: Vec::new(),
        related: Vec::new(),
        advice: Vec::new(),
    }
}

fn key(namespace: &Text, kind: EntityKind, id: &Text) -> EntityKey {
    EntityKey {
        namespace: namespace.clone(),
        kind,
        id: id.clone(),
    }
}

/// Spans as points of a line: the share that failed where it is known, else the number.
fn points(spans: &[Tally], first: i64, span_ns: i64, exposed: bool) -> Vec<(Timestamp, f64)> {
    let value = |span: &Tally| {
        if exposed {
            span.rate()
        } else {
            Some(span.failed as f64)
        }
    };
    spans
        .iter()
        .enumerate()
        .filter_map(|(at, span)| Some((Timestamp((first + at as i64) * span_ns), value(span)?)))
        .take(Chart::POINTS_MAX)
        .collect()
}

/// A line at one height beside another.
fn level(label: &str, like: &[(Timestamp, f64)], value: f64) -> Option<Line> {
    let (first, last) = (like.first()?, like.last()?);
    Some(Line {
        label: label.into(),
        points: vec![(first.0, value), (last.0, value)],
    })
}

fn unit(exposed: bool) -> Unit {
    if exposed { Unit::Ratio } else { Unit::Count }
}
