//! A new error, as a finding.

use swarmpulse_model::{EntityKind, Severity, Text, Timestamp};

use super::{NEW_GROUP, blank, key, points};
use crate::failure::book::last_spans;
use crate::failure::group::Group;
use crate::failure::news::News;
use crate::failure::shorten;
use crate::failure::tally::{SPAN_NS, SPANS, span_of};
use crate::failure::words::{named, row};
use crate::finding::{Chart, Figure, Finding, Line, Mark, Unit};
use crate::wording::{counted, span};

/// Bytes of the message in the sentence.
const MESSAGE_BYTES: usize = 140;

/// The finding. Its confidence is one minus the probability that the error was only absent by chance before.
pub(in crate::failure) fn finding(
    namespace: &Text,
    news: &News<'_>,
    since: Timestamp,
    now: Timestamp,
) -> Option<Finding> {
    let group = *news.groups.first()?;
    let severity = if group.class.is_critical() {
        Severity::Critical
    } else {
        Severity::Warning
    };
    let mut finding = blank(
        NEW_GROUP,
        key(namespace, news.kind, &news.id),
        severity,
        news.chance,
        since,
    );
    let more = match news.groups.len() - 1 {
        0 => String::new(),
        more => format!("; and {} more", counted(more as u64, "new error")),
    };
    finding.sentence = format!(
        "a new error in {}, first seen {} ago and {} since: {}{}{more}",
        named(news.kind, &news.id),
        span(now.seconds_since(group.first)),
        counted(group.count, "time"),
        shorten(&group.template(), MESSAGE_BYTES),
        struck(group),
    );
    let ring = last_spans(&group.spans, now);
    let recent = group.spans.sum(span_of(now) - 1..=span_of(now)).failed;
    let figure = |name, value, unit| Figure {
        name,
        value,
        interval: None,
        unit,
    };
    finding.figures = vec![
        figure("count", group.count as f64, Unit::Count),
        figure("count_last_10_minutes", recent as f64, Unit::Count),
        figure("age_s", now.seconds_since(group.first), Unit::Seconds),
        figure("new_errors", news.groups.len() as f64, Unit::Count),
    ];
    finding.charts.push(Chart {
        title: "how often it came by five minutes".into(),
        unit: Unit::Count,
        lines: vec![Line {
            label: group.name.clone(),
            points: points(&ring, span_of(now) - SPANS as i64 + 1, SPAN_NS, false),
        }],
        marks: vec![Mark {
            at: group.first,
            label: "first seen".into(),
        }],
        limit: None,
    });
    let agents = group.agents.names();
    finding.related = agents
        .iter()
        .map(|agent| key(namespace, EntityKind::Agent, agent))
        .collect();
    if !group.example.is_empty() {
        finding.advice.push(format!("an example: {}", group.example));
    }
    Some(finding)
}

/// On whom it was seen.
fn struck(group: &Group) -> String {
    let agents: Vec<String> = group.agents.names().iter().map(ToString::to_string).collect();
    match agents.len() {
        0 => String::new(),
        1..=3 => format!(" (on {})", row(&agents)),
        _ => " (on 4 agents and more)".to_owned(),
    }
}
