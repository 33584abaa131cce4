//! Figures of detectors: what they publish, how many findings hold, and what looking costs.

use std::collections::BTreeMap;

use swarmpulse_detect::{DETECTORS, Published};
use swarmpulse_model::entity::DEFAULT_NAMESPACE;
use swarmpulse_model::{Severity, Text};
use swarmpulse_runtime::Detections;

use super::exposition::Exposition;
use super::registry::{metric_names, place_of};
use crate::access::Access;
use crate::app::App;

/// Values of detectors that are shown; the rest is counted.
const PUBLISHED_SHOWN: usize = 20_000;

/// Writes what may be seen.
pub(super) fn write(app: &App, access: &Access, out: &mut Exposition) {
    write_of(&app.runtime().detections(), access, PUBLISHED_SHOWN, out);
}

fn write_of(detections: &Detections, access: &Access, shown: usize, out: &mut Exposition) {
    findings(detections, access, out);
    published(detections, access, shown, out);
    if access.namespace.is_none() {
        engine(detections, out);
    }
}

/// How many findings hold, zeros included: who waits for the first one needs a series before it.
fn findings(detections: &Detections, access: &Access, out: &mut Exposition) {
    const SEVERITIES: [Severity; 3] = [Severity::Critical, Severity::Warning, Severity::Info];
    let mut counts: BTreeMap<(&str, &str, Severity), u64> = BTreeMap::new();
    let own = access.namespace.as_deref().unwrap_or(DEFAULT_NAMESPACE);
    let seen = detections
        .held
        .iter()
        .map(|held| &held.finding)
        .filter(|finding| access.sees(&finding.subject.namespace));
    let mut namespaces: Vec<&str> = seen
        .clone()
        .map(|finding| finding.subject.namespace.as_str())
        .chain([own])
        .collect();
    namespaces.sort_unstable();
    namespaces.dedup();
    for namespace in namespaces {
        for detector in DETECTORS {
            for severity in SEVERITIES {
                counts.insert((namespace, detector.description.name, severity), 0);
            }
        }
    }
    for finding in seen {
        let key = (
            finding.subject.namespace.as_str(),
            finding.detector,
            finding.severity,
        );
        *counts.entry(key).or_default() += 1;
    }
    for ((namespace, detector, severity), count) in counts {
        let labels = [
            ("namespace", namespace),
            ("detector", detector),
            ("severity", severity.as_str()),
        ];
        out.add("swarmpulse_findings", &labels, count as f64);
    }
}

/// What detectors publish. A series without a namespace speaks of all, so it is for those who see all.
fn published(detections: &Detections, access: &Access, shown: usize, out: &mut Exposition) {
    let mut left = shown;
    let mut omitted = 0_u64;
    for value in &detections.published {
        let Some(names) = place_of(value.series).map(|place| metric_names()[place].labels) else {
            debug_assert!(false, "{} is in the registry", value.series);
            continue;
        };
        if !may_see(access, names, value) {
            continue;
        }
        if left == 0 {
            omitted += 1;
            continue;
        }
        left -= 1;
        let values = value.labels.iter().map(Text::as_str);
        let labels: Vec<(&str, &str)> = names.iter().copied().zip(values).collect();
        debug_assert_eq!(labels.len(), names.len(), "{} has all labels", value.series);
        out.add(value.series, &labels, value.value);
    }
    out.add(
        "swarmpulse_series_omitted",
        &[("family", "detector")],
        omitted as f64,
    );
}

fn may_see(access: &Access, names: &[&str], value: &Published) -> bool {
    let namespace = names
        .iter()
        .position(|name| *name == "namespace")
        .and_then(|place| value.labels.get(place));
    namespace.map_or(access.namespace.is_none(), |namespace| {
        access.sees(if namespace.is_empty() {
            DEFAULT_NAMESPACE
        } else {
            namespace
        })
    })
}

fn engine(detections: &Detections, out: &mut Exposition) {
    for detector in DETECTORS {
        let name = detector.description.name;
        let waiting = detections
            .waiting
            .iter()
            .filter(|waiting| waiting.detector == name);
        let labels = [("detector", name)];
        out.add("swarmpulse_detect_waiting", &labels, waiting.count() as f64);
    }
    out.add("swarmpulse_detect_subjects", &[], detections.subjects as f64);
    out.add("swarmpulse_detect_round_seconds", &[], detections.took_s);
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use swarmpulse_detect::{Finding, Waiting};
    use swarmpulse_model::{EntityKey, EntityKind, Timestamp};
    use swarmpulse_runtime::Held;

    use super::super::exposition::Format;
    use super::*;

    fn held(namespace: &str, severity: Severity) -> Arc<Held> {
        let description = DETECTORS[0].description;
        Arc::new(Held {
            id: "x".to_owned(),
            finding: Finding {
                detector: description.name,
                condition: description.conditions[0].name,
                subject: EntityKey::new(namespace, EntityKind::Agent, "a1"),
                severity,
                confidence: 1.0,
                since: Timestamp(0),
                sentence: String::new(),
                figures: Vec::new(),
                charts: Vec::new(),
                related: Vec::new(),
                advice: Vec::new(),
            },
            first_at: Timestamp(0),
            last_at: Timestamp(0),
            ended_at: None,
        })
    }

    /// One of the series that detectors publish by namespace, with values for its labels.
    fn value(namespace: &str, value: f64) -> Published {
        let info = swarmpulse_detect::series()
            .find(|info| info.labels.contains(&"namespace"))
            .unwrap();
        let labels = info.labels.iter().map(|label| match *label {
            "namespace" => namespace.into(),
            other => other.into(),
        });
        Published {
            series: info.name,
            labels: labels.collect(),
            value,
        }
    }

    fn text(detections: &Detections, access: &Access, shown: usize) -> String {
        let mut out = Exposition::new();
        write_of(detections, access, shown, &mut out);
        out.render(Format::Prometheus)
    }

    fn detections() -> Detections {
        Detections {
            held: vec![
                held("team", Severity::Warning),
                held("team", Severity::Warning),
                held("default", Severity::Critical),
            ],
            published: vec![value("team", 1.5), value("default", 2.5)],
            waiting: vec![Waiting {
                detector: DETECTORS[0].description.name,
                subject: None,
                reason: "nothing yet".to_owned(),
            }],
            subjects: 7,
            took_s: 0.25,
            ..Detections::default()
        }
    }

    #[test]
    fn findings_and_what_detectors_publish_are_figures() {
        let text = text(&detections(), &Access::open(), 10);
        let detector = DETECTORS[0].description.name;
        for line in [
            format!(
                "swarmpulse_findings{{namespace=\"team\",detector=\"{detector}\",severity=\"warning\"}} 2"
            ),
            format!("swarmpulse_findings{{namespace=\"team\",detector=\"{detector}\",severity=\"info\"}} 0"),
            format!(
                "swarmpulse_findings{{namespace=\"default\",detector=\"{detector}\",severity=\"critical\"}} 1"
            ),
            format!("swarmpulse_detect_waiting{{detector=\"{detector}\"}} 1"),
            "swarmpulse_detect_subjects 7".to_owned(),
            "swarmpulse_detect_round_seconds 0.25".to_owned(),
            "swarmpulse_series_omitted{family=\"detector\"} 0".to_owned(),
        ] {
            assert!(text.lines().any(|found| found == line), "{line}\n{text}");
        }
        let series = value("team", 0.0).series;
        let found = text
            .lines()
            .filter(|line| line.starts_with(&format!("{series}{{")));
        assert_eq!(found.count(), 2, "{text}");
    }

    #[test]
    fn a_namespace_sees_its_own_alone() {
        let access = Access {
            namespace: Some("team".into()),
            ..Access::open()
        };
        let text = text(&detections(), &access, 10);
        assert!(
            text.contains("namespace=\"team\"") && !text.contains("namespace=\"default\""),
            "{text}"
        );
        assert!(!text.contains("swarmpulse_detect_"), "{text}");
    }

    #[test]
    fn what_is_too_much_is_counted() {
        let text = text(&detections(), &Access::open(), 1);
        assert!(
            text.contains("swarmpulse_series_omitted{family=\"detector\"} 1"),
            "{text}"
        );
    }
}
