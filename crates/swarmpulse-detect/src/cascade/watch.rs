//! The detector of cascades: one engine a namespace, and what is told of it.

use std::collections::BTreeMap;

use swarmpulse_model::{Record, Text, Timestamp};

use super::assessment::{Assessment, Origin, Risk};
use super::description::{NAME, RATIO, RISK};
use super::engine::{CascadeEngine, Dropped};
use super::outcome::Ended;
use super::telling;
use crate::detector::{Detector, Surroundings};
use crate::report::{Published, Report, Waiting};

/// Namespaces that are watched; further ones are left out and counted.
const NAMESPACES_MAX: usize = 64;
/// Outcomes must have come in for so long before a spread is judged, in seconds.
const WARM_UP_S: f64 = 600.0;

/// Watches every namespace for cascades.
#[derive(Debug, Default)]
pub(crate) struct CascadeWatch {
    spaces: BTreeMap<Text, Space>,
    /// Outcomes of namespaces beyond the limit, since the last report.
    dropped: u64,
}

#[derive(Debug)]
struct Space {
    engine: CascadeEngine,
    ended: Ended,
    /// What the last high assessment was of, while it lasts.
    told: Option<Origin>,
    dropped: Dropped,
}

impl CascadeWatch {
    /// One that knows nothing yet.
    pub fn boxed() -> Box<dyn Detector> {
        Box::new(Self::default())
    }
}

impl Detector for CascadeWatch {
    fn name(&self) -> &'static str {
        NAME
    }

    fn observe(&mut self, namespace: &Text, at: Timestamp, record: &Record) {
        if !matches!(record, Record::Call(_) | Record::Task(_) | Record::Failure(_)) {
            return;
        }
        if !self.spaces.contains_key(namespace) {
            if self.spaces.len() >= NAMESPACES_MAX {
                self.dropped += 1;
                return;
            }
            self.spaces.insert(namespace.clone(), Space::new());
        }
        let Some(space) = self.spaces.get_mut(namespace) else {
            return;
        };
        if let Some(it) = space.ended.outcome(record) {
            space
                .engine
                .observe(at, it.service, it.agent, it.task_type, it.ok);
        }
    }

    fn evaluate(&mut self, now: Timestamp, around: &Surroundings<'_>, report: &mut Report) {
        for (namespace, space) in &mut self.spaces {
            let first = (namespace.clone(), Text::default());
            let needs = around
                .graph
                .depends_on
                .range(first..)
                .take_while(|((other, _), _)| other == namespace)
                .map(|((_, service), needs)| (service, needs.as_slice()));
            let watched_s = space.engine.watched_s(now);
            let assessment = space.engine.assess(now, needs);
            space.tell(namespace, now, &assessment, report);
            if watched_s > 0.0 && watched_s < WARM_UP_S && assessment.risk < Risk::High {
                report.waiting.push(Waiting {
                    detector: NAME,
                    subject: None,
                    reason: format!(
                        "{:.0} minutes of outcomes in {namespace}, 10 are needed",
                        (watched_s / 60.0).floor()
                    ),
                });
            }
        }
        if self.dropped > 0 {
            report.dropped.push(("cascade_namespaces", self.dropped));
            self.dropped = 0;
        }
    }
}

impl Space {
    fn new() -> Self {
        Self {
            engine: CascadeEngine::new(),
            ended: Ended::default(),
            told: None,
            dropped: Dropped::default(),
        }
    }

    fn tell(&mut self, namespace: &Text, now: Timestamp, assessment: &Assessment, report: &mut Report) {
        for (series, value) in [(RATIO, assessment.branching_ratio), (RISK, assessment.score)] {
            report.published.push(Published {
                series,
                labels: vec![namespace.clone()],
                value,
            });
        }
        let high = (assessment.risk == Risk::High)
            .then_some(assessment.root.as_ref())
            .flatten();
        if let Some(root) = high {
            report
                .findings
                .push(telling::finding(namespace, now, root, assessment, &self.engine));
            if self.told.as_ref() != Some(root) {
                report
                    .lines
                    .extend(telling::lines(namespace, now, root, assessment));
            }
        }
        self.told = high.cloned();
        let dropped = self.engine.dropped();
        let before = std::mem::replace(&mut self.dropped, dropped);
        for (reason, count) in [
            ("cascade_services", dropped.services - before.services),
            ("cascade_agents", dropped.agents - before.agents),
            ("cascade_types", dropped.types - before.types),
            ("cascade_late", dropped.late - before.late),
        ] {
            if count > 0 {
                match report.dropped.iter_mut().find(|(other, _)| *other == reason) {
                    Some((_, sum)) => *sum += count,
                    None => report.dropped.push((reason, count)),
                }
            }
        }
    }
}
