//! The detector of the fleet: every series, what is unusual of whom, and what is not known yet.

use std::collections::{BTreeMap, BTreeSet};

use swarmpulse_model::{EntityKey, Text, Timestamp};

use super::SCORE;
use super::measure::measure;
use super::series::Series;
use super::telling::{Unusual, finding};
use crate::detector::{Detector, Hour, Subject, SubjectId, Subjects, Surroundings};
use crate::report::{Published, Report, Waiting};
use crate::signal::Signal;
use crate::wording::entity_labels;

/// Series that are followed, 3.2 KiB each, 640 MB in all; further ones are left out and counted.
const SERIES_MAX: usize = 200_000;
/// Entities that are named as not to be judged; the others are summed up.
const WAITING_NAMED: usize = 20;
/// Scores below are not published.
const PUBLISHED: f32 = 0.5;

type Key = (SubjectId, Signal);

/// Watches every series for what it never was.
#[derive(Debug, Default)]
pub(crate) struct AnomalyWatch {
    series: BTreeMap<Key, Box<Series>>,
    /// Those with something that lasts, and those with a score to publish.
    unusual: BTreeSet<Key>,
    scored: BTreeSet<Key>,
    /// Those that have not been watched long enough.
    learning: BTreeSet<Key>,
    starts: BTreeMap<SubjectId, f64>,
    dropped: u64,
}

impl AnomalyWatch {
    /// One that knows nothing yet.
    pub(crate) fn boxed() -> Box<dyn Detector> {
        Box::new(Self::default())
    }

    fn series(&mut self, key: Key) -> Option<&mut Series> {
        let measure = measure(key.1)?;
        if !self.series.contains_key(&key) {
            if self.series.len() >= SERIES_MAX {
                self.dropped += 1;
                return None;
            }
            self.series.insert(key, Box::new(Series::new(measure)));
            self.learning.insert(key);
        }
        self.series.get_mut(&key).map(Box::as_mut)
    }

    /// A process that starts at another time has begun anew.
    fn started(&mut self, id: SubjectId, at: Timestamp, start: f64) {
        if self.starts.len() >= SERIES_MAX && !self.starts.contains_key(&id) {
            self.dropped += 1;
            return;
        }
        let before = self.starts.insert(id, start);
        // Start times are computed from uptimes, which are rounded.
        if before.is_none_or(|before| (before - start).abs() < 2.0) {
            return;
        }
        for (key, series) in self.series.range_mut(keys_of(id)) {
            series.restart(at);
            self.unusual.remove(key);
            self.scored.remove(key);
        }
    }
}

fn keys_of(id: SubjectId) -> std::ops::RangeInclusive<Key> {
    (id, Signal::MemoryBytes)..=(id, Signal::Other)
}

impl Detector for AnomalyWatch {
    fn name(&self) -> &'static str {
        super::DESCRIPTION.name
    }

    fn sample(&mut self, id: SubjectId, _: &Subject, signal: Signal, at: Timestamp, value: f64) {
        if signal == Signal::StartTimeSeconds {
            self.started(id, at, value);
            return;
        }
        let key = (id, signal);
        let Some(series) = self.series(key) else {
            return;
        };
        if !series.sample(at, value) {
            return;
        }
        let learnt = series.hours_if_too_few().is_none();
        let unusual = series.has_episode();
        let scored = series.score(at).is_some_and(|score| score >= PUBLISHED);
        if learnt {
            self.learning.remove(&key);
        }
        if unusual {
            self.unusual.insert(key);
        }
        if scored {
            self.scored.insert(key);
        }
    }

    fn hour(&mut self, id: SubjectId, _: &Subject, signal: Signal, hour: &Hour) {
        let key = (id, signal);
        let Some(series) = self.series(key) else {
            return;
        };
        series.hour(hour);
        if series.hours_if_too_few().is_none() {
            self.learning.remove(&key);
        }
    }

    fn forget(&mut self, id: SubjectId) {
        self.starts.remove(&id);
        let keys: Vec<_> = self.series.range(keys_of(id)).map(|(key, _)| *key).collect();
        for key in keys {
            self.series.remove(&key);
            self.unusual.remove(&key);
            self.scored.remove(&key);
            self.learning.remove(&key);
        }
    }

    fn evaluate(&mut self, now: Timestamp, around: &Surroundings<'_>, report: &mut Report) {
        self.tell(now, around.subjects, report);
        self.publish(now, around.subjects, report);
        self.wait(around.subjects, report);
        let dropped = std::mem::take(&mut self.dropped);
        if dropped > 0 {
            report.dropped.push(("anomaly_series", dropped));
        }
    }
}

impl AnomalyWatch {
    fn tell(&mut self, now: Timestamp, subjects: &Subjects, report: &mut Report) {
        let series = &self.series;
        self.unusual.retain(|key| {
            series
                .get(key)
                .is_some_and(|series| series.episode(now).is_some())
        });
        let mut entities: BTreeMap<&EntityKey, Vec<Unusual<'_>>> = BTreeMap::new();
        for key in &self.unusual {
            if let (Some(series), Some(subject)) = (self.series.get(key), subjects.get(key.0))
                && let Some(episode) = series.episode(now)
            {
                entities.entry(&subject.entity).or_default().push(Unusual {
                    part: &subject.part,
                    signal: key.1,
                    series,
                    episode,
                });
            }
        }
        for (entity, mut unusual) in entities {
            unusual.sort_by(|a, b| b.episode.times.total_cmp(&a.episode.times));
            report.findings.extend(finding(entity, &unusual, now));
        }
    }

    fn publish(&mut self, now: Timestamp, subjects: &Subjects, report: &mut Report) {
        let series = &self.series;
        let score = |key: &Key| {
            let score = series.get(key).and_then(|series| series.score(now));
            score.filter(|&score| score >= PUBLISHED)
        };
        self.scored.retain(|key| score(key).is_some());
        for key in &self.scored {
            if let (Some(score), Some(subject)) = (score(key), subjects.get(key.0)) {
                report.published.push(Published {
                    series: SCORE,
                    labels: labels(subject, key.1),
                    value: f64::from(score),
                });
            }
        }
    }

    fn wait(&self, subjects: &Subjects, report: &mut Report) {
        let mut named: BTreeMap<&EntityKey, f64> = BTreeMap::new();
        let mut looked_at = 0;
        for key in &self.learning {
            if named.len() >= WAITING_NAMED {
                break;
            }
            looked_at += 1;
            let hours = self.series.get(key).and_then(|series| series.hours_if_too_few());
            if let (Some(hours), Some(subject)) = (hours, subjects.get(key.0)) {
                let least = named.entry(&subject.entity).or_insert(hours);
                *least = least.min(hours);
            }
        }
        let left = self.learning.len() - looked_at;
        let waiting = |subject: Option<&EntityKey>, reason: String| Waiting {
            detector: super::DESCRIPTION.name,
            subject: subject.cloned(),
            reason,
        };
        for (entity, hours) in named {
            let reason = format!("{hours:.1} hours of samples; 24 are needed, so that a day was seen");
            report.waiting.push(waiting(Some(entity), reason));
        }
        if left > 0 {
            let reason = format!("{left} more series have less than 24 hours of samples");
            report.waiting.push(waiting(None, reason));
        }
    }
}

fn labels(subject: &Subject, signal: Signal) -> Vec<Text> {
    let mut labels = entity_labels(&subject.entity);
    labels.push(signal.as_str().into());
    labels.push(subject.part.clone());
    labels
}
