//! How a cascade is told: the finding with its sentence, figures and charts, and the lines of logs.

use swarmpulse_model::{EntityKey, EntityKind, Severity, Text, Timestamp};

use super::assessment::{Assessment, Origin};
use super::description::{CASCADE, NAME};
use super::engine::CascadeEngine;
use crate::finding::{Chart, Figure, Finding, Line, Mark, Unit};
use crate::report::{Field, Log, LogLine};
use crate::wording::clock_s;

/// Names that are listed in a sentence; the others are counted.
const NAMED: usize = 3;
/// Services whose failures are drawn.
const DRAWN: usize = 6;

/// The finding of a high risk.
pub(super) fn finding(
    namespace: &Text,
    now: Timestamp,
    root: &Origin,
    assessment: &Assessment,
    engine: &CascadeEngine,
) -> Finding {
    let entity = |kind: EntityKind, name: &Text| EntityKey::new(namespace, kind, name);
    let service = |name: &Text| entity(EntityKind::Service, name);
    let subject = match root {
        Origin::Service(name) => service(name),
        Origin::TaskType(name) if name.is_empty() => entity(EntityKind::TaskType, &Text::from("untyped")),
        Origin::TaskType(name) => entity(EntityKind::TaskType, name),
    };
    let others = assessment
        .affected
        .iter()
        .filter(|it| !assessment.path.contains(&it.service));
    Finding {
        detector: NAME,
        condition: CASCADE,
        subject,
        severity: Severity::Critical,
        confidence: (1.0 / (1.0 + (-assessment.evidence).exp())).min(0.999),
        since: assessment.since.unwrap_or(now),
        sentence: sentence(root, assessment, now),
        figures: figures(assessment),
        charts: charts(root, assessment, engine),
        related: assessment
            .path
            .iter()
            .chain(others.map(|it| &it.service))
            .skip(usize::from(matches!(root, Origin::Service(_))))
            .map(service)
            .collect(),
        advice: advice(root, assessment),
    }
}

fn sentence(root: &Origin, assessment: &Assessment, now: Timestamp) -> String {
    let since = clock_s(assessment.since.unwrap_or(now), now);
    match root {
        Origin::TaskType(name) => {
            let what = if name.is_empty() {
                "Work without a type".to_owned()
            } else {
                format!("Work of type {name}")
            };
            format!(
                "{what} fails on {} agents at once since {since}: one cause for all of them, and no single service explains it.",
                assessment.agents
            )
        }
        Origin::Service(name) => {
            let reached: Vec<&Text> = assessment
                .affected
                .iter()
                .map(|it| &it.service)
                .filter(|it| *it != name)
                .collect();
            let spread = if reached.is_empty() {
                format!("{name} fails since {since}, and those that need it begin to fail")
            } else {
                format!(
                    "Failures spread from {name} since {since} and have reached {}",
                    listed(&reached)
                )
            };
            let ratio = match assessment.interval {
                Some((low, high)) => format!(
                    "; one failing service brings down {:.1} more ({low:.1} to {high:.1})",
                    assessment.branching_ratio
                ),
                None => String::new(),
            };
            let next: Vec<&Text> = assessment.next.iter().map(|it| &it.service).collect();
            if next.is_empty() {
                format!("{spread}{ratio}.")
            } else {
                format!("{spread}{ratio}; next: {}.", listed(&next))
            }
        }
    }
}

fn listed(names: &[&Text]) -> String {
    let shown: Vec<&str> = names.iter().take(NAMED).map(|name| name.as_str()).collect();
    let rest = names.len().saturating_sub(NAMED);
    match (shown.as_slice(), rest) {
        ([one], _) => (*one).to_owned(),
        ([head @ .., last], 0) => format!("{} and {last}", head.join(", ")),
        (all, rest) => format!("{} and {rest} more", all.join(", ")),
    }
}

fn figures(assessment: &Assessment) -> Vec<Figure> {
    let plain = |name, value, unit| Figure {
        name,
        value,
        interval: None,
        unit,
    };
    let mut figures = vec![
        Figure {
            name: "branching_ratio",
            value: assessment.branching_ratio,
            interval: assessment.interval,
            unit: Unit::Count,
        },
        plain("risk_ratio", assessment.score, Unit::Ratio),
    ];
    if assessment.agents > 0 {
        figures.push(plain("affected_agents", assessment.agents as f64, Unit::Count));
    } else {
        figures.push(plain(
            "affected_services",
            assessment.affected.len() as f64,
            Unit::Count,
        ));
        figures.push(plain(
            "threatened_services",
            assessment.next.len() as f64,
            Unit::Count,
        ));
    }
    figures
}

fn charts(root: &Origin, assessment: &Assessment, engine: &CascadeEngine) -> Vec<Chart> {
    let (lines, marks) = match root {
        Origin::TaskType(name) => {
            let marks = assessment.since.map(|at| Mark {
                at,
                label: "begins to fail".into(),
            });
            (engine.type_shares(name), marks.into_iter().collect())
        }
        Origin::Service(_) => {
            let drawn = assessment.affected.iter().take(DRAWN);
            let lines = drawn
                .clone()
                .flat_map(|it| engine.service_shares(&it.service))
                .collect();
            let marks = drawn
                .map(|it| Mark {
                    at: it.since,
                    label: format!("{} begins to fail", it.service).into(),
                })
                .collect();
            (lines, marks)
        }
    };
    if lines.is_empty() {
        return Vec::new();
    }
    let unit = if lines
        .iter()
        .any(|line| line.points.iter().any(|(_, value)| *value > 1.0))
    {
        Unit::Count
    } else {
        Unit::Ratio
    };
    vec![Chart {
        title: if unit == Unit::Ratio {
            "Share of outcomes that fail".into()
        } else {
            "Failures in 30 seconds".into()
        },
        unit,
        lines: lines
            .into_iter()
            .filter(|line: &Line| !line.points.is_empty())
            .collect(),
        marks,
        limit: None,
    }]
}

fn advice(root: &Origin, assessment: &Assessment) -> Vec<String> {
    let mut advice = match root {
        Origin::TaskType(name) => vec![format!(
            "Stop giving out work of type {} and look at what all of it has in common: its input, its code, its credentials.",
            if name.is_empty() { "(none)" } else { name.as_str() }
        )],
        Origin::Service(name) => vec![format!("Begin with {name}: what fails here needs it.")],
    };
    for cut in &assessment.cut {
        let chance = assessment
            .next
            .iter()
            .find(|it| it.service == cut.dependent)
            .map_or(0.0, |it| it.chance);
        advice.push(format!(
            "Break the circuit from {} to {}, or let it do without: {} still works and fails next with a chance of {:.0} %.",
            cut.dependent,
            cut.need,
            cut.dependent,
            chance * 100.0
        ));
    }
    advice
}

/// The lines that say that the risk has become high.
pub(super) fn lines(
    namespace: &Text,
    now: Timestamp,
    root: &Origin,
    assessment: &Assessment,
) -> Vec<LogLine> {
    let names = |names: Vec<&Text>| Field::List(names.into_iter().cloned().map(Field::Text).collect());
    let (kind, name) = match root {
        Origin::Service(name) => ("service", name),
        Origin::TaskType(name) => ("task_type", name),
    };
    let (low, high) = assessment.interval.unwrap_or((f64::NAN, f64::NAN));
    let details = Field::Object(vec![
        ("namespace".into(), Field::Text(namespace.clone())),
        ("risk_level".into(), Field::Text(assessment.risk.as_str().into())),
        ("cascade_risk_score".into(), Field::Number(assessment.score)),
        (
            "branching_ratio".into(),
            Field::Number(assessment.branching_ratio),
        ),
        ("branching_ratio_low".into(), Field::Number(low)),
        ("branching_ratio_high".into(), Field::Number(high)),
        (kind.into(), Field::Text(name.clone())),
        ("path".into(), names(assessment.path.iter().collect())),
        (
            "affected_services".into(),
            names(assessment.affected.iter().map(|it| &it.service).collect()),
        ),
        (
            "vulnerable_services".into(),
            names(assessment.next.iter().map(|it| &it.service).collect()),
        ),
        ("affected_agents".into(), Field::Integer(assessment.agents as u64)),
        (
            "recommendations".into(),
            Field::List(
                advice(root, assessment)
                    .into_iter()
                    .map(|it| Field::Text(it.into()))
                    .collect(),
            ),
        ),
    ]);
    [Log::ApiHealth, Log::FailureAnalysis]
        .into_iter()
        .map(|log| LogLine {
            log,
            at: now,
            fields: vec![
                ("event", Field::Text("cascade_risk_detected".into())),
                ("bot_id", Field::Null),
                ("details", details.clone()),
            ],
        })
        .collect()
}
