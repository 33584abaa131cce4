//! Findings, what waits for data, and the catalogue of detectors.

use std::collections::BTreeMap;

use swarmpulse_api::{
    ChartLine, ChartMark, ChartPoint, DetectorCondition, DetectorSeries, FindingChart, FindingDetail,
    FindingFigure, FindingSubject, FindingWaiting,
};
use swarmpulse_detect::{Chart, Description, Figure, Line, Unit, Waiting};
use swarmpulse_model::EntityKey;
use swarmpulse_runtime::Held;

use super::address;
use crate::access::Access;

/// A finding without its charts. Others that it is about are left out where they may not be seen.
pub(crate) fn finding(held: &Held, access: &Access) -> swarmpulse_api::Finding {
    let finding = &held.finding;
    let state = if held.ended_at.is_some() {
        "ended"
    } else {
        "active"
    };
    let related = finding
        .related
        .iter()
        .filter(|other| access.sees(&other.namespace));
    swarmpulse_api::Finding {
        id: held.id.clone(),
        detector: finding.detector.to_owned(),
        condition: finding.condition.to_owned(),
        namespace: finding.subject.namespace.to_string(),
        subject_kind: finding.subject.kind.as_str().to_owned(),
        subject: finding.subject.id.to_string(),
        severity: finding.severity.as_str().to_owned(),
        state: state.to_owned(),
        confidence: finite(finding.confidence).unwrap_or(0.0),
        sentence: finding.sentence.clone(),
        since: finding.since.to_string(),
        first_seen_at: held.first_at.to_string(),
        last_seen_at: held.last_at.to_string(),
        ended_at: held.ended_at.map(|at| at.to_string()),
        figures: finding.figures.iter().map(figure).collect(),
        related: related.map(entity).collect(),
        advice: finding.advice.clone(),
        links: links(held),
    }
}

/// The same with the data behind it.
pub(crate) fn finding_detail(held: &Held, access: &Access) -> FindingDetail {
    FindingDetail {
        finding: finding(held, access),
        charts: held.finding.charts.iter().map(chart).collect(),
    }
}

/// What cannot be judged yet.
pub(crate) fn finding_waiting(waiting: &Waiting) -> FindingWaiting {
    let subject = waiting.subject.as_ref();
    FindingWaiting {
        detector: waiting.detector.to_owned(),
        namespace: subject.map(|subject| subject.namespace.to_string()),
        subject_kind: subject.map(|subject| subject.kind.as_str().to_owned()),
        subject: subject.map(|subject| subject.id.to_string()),
        reason: waiting.reason.clone(),
    }
}

/// A detector, explained.
pub(crate) fn detector(description: &Description) -> swarmpulse_api::Detector {
    let conditions = description.conditions.iter().map(|condition| DetectorCondition {
        name: condition.name.to_owned(),
        meaning: condition.meaning.to_owned(),
    });
    let series = description.series.iter().map(|series| DetectorSeries {
        name: series.name.to_owned(),
        unit: series.unit.to_owned(),
        labels: series.labels.iter().map(|label| (*label).to_owned()).collect(),
        help: series.help.to_owned(),
    });
    swarmpulse_api::Detector {
        name: description.name.to_owned(),
        summary: description.summary.to_owned(),
        method: description.method.to_owned(),
        sources: description
            .sources
            .iter()
            .map(|source| (*source).to_owned())
            .collect(),
        conditions: conditions.collect(),
        series: series.collect(),
    }
}

fn figure(figure: &Figure) -> FindingFigure {
    FindingFigure {
        name: figure.name.to_owned(),
        value: finite(figure.value),
        low: figure.interval.and_then(|(low, _)| finite(low)),
        high: figure.interval.and_then(|(_, high)| finite(high)),
        unit: unit(figure.unit).to_owned(),
    }
}

fn chart(chart: &Chart) -> FindingChart {
    FindingChart {
        title: chart.title.to_string(),
        unit: unit(chart.unit).to_owned(),
        lines: chart.lines.iter().map(line).collect(),
        marks: chart
            .marks
            .iter()
            .map(|mark| ChartMark {
                at: mark.at.to_string(),
                label: mark.label.to_string(),
            })
            .collect(),
        limit: chart.limit.and_then(finite),
    }
}

fn line(line: &Line) -> ChartLine {
    let points = line.points.iter().map(|(at, value)| ChartPoint {
        at: at.to_string(),
        value: finite(*value),
    });
    ChartLine {
        label: line.label.to_string(),
        points: points.collect(),
    }
}

fn entity(key: &EntityKey) -> FindingSubject {
    FindingSubject {
        namespace: key.namespace.to_string(),
        kind: key.kind.as_str().to_owned(),
        id: key.id.to_string(),
    }
}

fn links(held: &Held) -> BTreeMap<String, String> {
    let own = address::below("/api/v1/findings/", &held.id);
    let mut links = BTreeMap::from([("self".to_owned(), own)]);
    if let Some(subject) = address::of_entity(&held.finding.subject) {
        links.insert("subject".to_owned(), subject);
    }
    links
}

/// JSON has no numbers beyond all numbers.
fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::Count => "count",
        Unit::Bytes => "bytes",
        Unit::BytesPerHour => "bytes_per_hour",
        Unit::Seconds => "seconds",
        Unit::Ratio => "ratio",
        Unit::PerMinute => "per_minute",
        Unit::PerHour => "per_hour",
    }
}

#[cfg(test)]
mod tests {
    use swarmpulse_detect::{Finding, Mark};
    use swarmpulse_model::{EntityKind, Severity, Text, Timestamp};

    use super::*;

    fn held(namespace: &str, kind: EntityKind, id: &str) -> Held {
        let at = Timestamp::from_unix_s;
        Held {
            id: "leak-1".to_owned(),
            finding: Finding {
                detector: "leak",
                condition: "memory_leak",
                subject: EntityKey::new(namespace, kind, id),
                severity: Severity::Warning,
                confidence: 0.99,
                since: at(60.0),
                sentence: "bot-7 grows by 14.8 MB/h".to_owned(),
                figures: vec![
                    Figure {
                        name: "rate_bytes_per_hour",
                        value: 14.8e6,
                        interval: Some((13.9e6, f64::INFINITY)),
                        unit: Unit::BytesPerHour,
                    },
                    Figure {
                        name: "time_to_limit_s",
                        value: f64::INFINITY,
                        interval: None,
                        unit: Unit::Seconds,
                    },
                ],
                charts: vec![Chart {
                    title: Text::const_new("Memory"),
                    unit: Unit::Bytes,
                    lines: vec![Line {
                        label: Text::const_new("measured"),
                        points: vec![(at(60.0), 5.0), (at(120.0), f64::NAN), (at(180.0), 6.0)],
                    }],
                    marks: vec![Mark {
                        at: at(61.0),
                        label: Text::const_new("restart"),
                    }],
                    limit: Some(512.0),
                }],
                related: vec![
                    EntityKey::new(namespace, EntityKind::Host, "h1"),
                    EntityKey::new("secret", EntityKind::Agent, "a9"),
                ],
                advice: vec!["Restart it at night.".to_owned()],
            },
            first_at: at(100.0),
            last_at: at(200.0),
            ended_at: None,
        }
    }

    #[test]
    fn a_finding_keeps_its_figures_and_what_is_no_number_is_null() {
        let shown = finding(&held("team", EntityKind::Agent, "bot 7/ü"), &Access::open());
        assert_eq!(
            (shown.state.as_str(), shown.severity.as_str()),
            ("active", "warning")
        );
        assert_eq!(
            (shown.figures[0].low, shown.figures[0].high),
            (Some(13.9e6), None)
        );
        assert_eq!(shown.figures[0].unit, "bytes_per_hour");
        assert_eq!(shown.figures[1].value, None);
        assert_eq!(shown.links["self"], "/api/v1/findings/leak-1");
        assert_eq!(
            shown.links["subject"],
            "/api/v1/agents/bot%207%2F%C3%BC?namespace=team"
        );
        assert_eq!(shown.related.len(), 2);
    }

    #[test]
    fn charts_keep_gaps_limits_and_marks() {
        let mut ended = held("default", EntityKind::Host, "h1");
        ended.ended_at = Some(Timestamp::from_unix_s(300.0));
        let shown = finding_detail(&ended, &Access::open());
        assert_eq!(shown.finding.state, "ended");
        assert_eq!(
            shown.finding.ended_at.as_deref(),
            Some("1970-01-01T00:05:00.000Z")
        );
        assert_eq!(shown.finding.links["subject"], "/api/v1/graph?around=host:h1");
        let chart = &shown.charts[0];
        let values: Vec<_> = chart.lines[0].points.iter().map(|point| point.value).collect();
        assert_eq!(values, [Some(5.0), None, Some(6.0)]);
        assert_eq!(
            (chart.limit, chart.marks[0].label.as_str()),
            (Some(512.0), "restart")
        );
        let json = serde_json::to_value(&shown).unwrap();
        assert_eq!(
            (&json["id"], &json["charts"][0]["unit"]),
            (&"leak-1".into(), &"bytes".into())
        );
    }

    #[test]
    fn others_of_a_namespace_that_is_not_seen_are_left_out() {
        let access = Access {
            namespace: Some("team".into()),
            ..Access::open()
        };
        let shown = finding(&held("team", EntityKind::TaskType, "crawl"), &access);
        assert_eq!(shown.related.len(), 1);
        assert_eq!(shown.related[0].id, "h1");
        assert!(!shown.links.contains_key("subject"), "no route shows task types");
    }

    #[test]
    fn units_are_named_as_they_are_serialized() {
        for one in [
            Unit::Count,
            Unit::Bytes,
            Unit::BytesPerHour,
            Unit::Seconds,
            Unit::Ratio,
            Unit::PerMinute,
            Unit::PerHour,
        ] {
            assert_eq!(serde_json::to_value(one).unwrap(), unit(one));
        }
    }
}
