//! The feed: reads what is new in the metric store and hands it to the detectors as signals of subjects.

use std::collections::HashMap;

use swarmpulse_detect::{Detector, Signal, Subject, SubjectId, Subjects, metric_names, read_series};
use swarmpulse_model::series::{METRIC_NAME, is_stale};
use swarmpulse_model::{Labels, Timestamp};
use swarmpulse_store::MetricStore;
use swarmpulse_store::metrics::{MatchOp, Matcher, MetricError, Points, Selected, Selection};

use super::past::{self, Past};
use crate::clock::Stopwatch;

/// Series that are followed; further ones are left out and counted.
const TRACKS_MAX: usize = 300_000;
/// Samples may come so late and are still seen.
const LATE_MS: i64 = 90_000;
/// A series without samples for so long is forgotten.
const SILENT_MS: i64 = 2 * 3_600_000;
/// Another series of the same meaning takes over from one that has been silent for so long.
const TAKE_OVER_MS: i64 = 5 * 60_000;
/// Time of a round that may be spent on the past of series that are new, in seconds.
const PAST_BUDGET_S: f64 = 2.0;
/// Nanoseconds of a millisecond.
const MS: i64 = 1_000_000;

/// A series that is followed.
#[derive(Debug)]
struct Track {
    /// What it tells, and of whom; `None` if nothing that a detector looks at.
    meaning: Option<(SubjectId, Signal)>,
    /// Its values are multiplied by this.
    scale: f64,
    /// Its samples up to here were handed on; `None` while its past was not.
    fed_to_ms: Option<i64>,
    /// Its newest sample.
    heard_ms: i64,
}

/// What a round of reading came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Fed {
    /// Samples handed to detectors.
    pub samples: u64,
    /// Series that wait for their past to be read.
    pub behind: u64,
    /// Series left out for want of room.
    pub left_out: u64,
}

/// One round of reading.
struct Round<'a> {
    store: &'a dyn MetricStore,
    from_ms: i64,
    now_ms: i64,
    watch: Stopwatch,
    fed: Fed,
}

/// Reads the metric store for the detectors.
pub(crate) struct Feed {
    by_labels: HashMap<Labels, Track>,
    pub subjects: Subjects,
    ids: HashMap<Subject, (SubjectId, u32)>,
    free: Vec<SubjectId>,
    next: u32,
    /// Which series tells a signal, where several do.
    tellers: HashMap<(SubjectId, Signal), (Labels, i64)>,
    known: Matcher,
    others: Vec<Matcher>,
    read_to_ms: Option<i64>,
    points: Points,
}

impl Feed {
    pub fn new() -> Result<Self, MetricError> {
        let names = metric_names().collect::<Vec<_>>().join("|");
        let own = format!("swarmpulse_.*|{names}");
        Ok(Self {
            by_labels: HashMap::new(),
            subjects: Subjects::default(),
            ids: HashMap::new(),
            free: Vec::new(),
            next: 0,
            tellers: HashMap::new(),
            known: Matcher::new(METRIC_NAME, MatchOp::Regex, &names)?,
            others: vec![
                Matcher::new("agent", MatchOp::NotEqual, "")?,
                Matcher::new(METRIC_NAME, MatchOp::NotRegex, &own)?,
            ],
            read_to_ms: None,
            points: Points::default(),
        })
    }

    /// How many subjects there are.
    pub fn subjects_known(&self) -> u64 {
        self.ids.len() as u64
    }

    /// Hands on everything that came since the last time.
    pub fn read(
        &mut self,
        now: Timestamp,
        store: &dyn MetricStore,
        detectors: &mut [Box<dyn Detector>],
    ) -> Result<Fed, MetricError> {
        let mut round = Round {
            store,
            now_ms: now.unix_ms(),
            from_ms: self.read_to_ms.unwrap_or(now.unix_ms() - LATE_MS) - LATE_MS,
            watch: Stopwatch::start(),
            fed: Fed::default(),
        };
        for matchers in [vec![self.known.clone()], self.others.clone()] {
            let among_known = matchers.len() == 1;
            match self.read_matching(matchers, &mut round, detectors) {
                // Metric by metric some fit, and those that do not are counted.
                Err(MetricError::TooManySeries { .. }) if among_known => {
                    for name in metric_names() {
                        let matchers = vec![Matcher::equal(METRIC_NAME, name)];
                        pass_over_many(
                            self.read_matching(matchers, &mut round, detectors),
                            &mut round.fed,
                        )?;
                    }
                }
                read => pass_over_many(read, &mut round.fed)?,
            }
        }
        self.read_to_ms = Some(round.now_ms);
        Ok(round.fed)
    }

    /// Hands on what is new of the series that match.
    fn read_matching(
        &mut self,
        matchers: Vec<Matcher>,
        round: &mut Round<'_>,
        detectors: &mut [Box<dyn Detector>],
    ) -> Result<(), MetricError> {
        let selection = Selection {
            matchers,
            from_ms: round.from_ms,
            to_ms: round.now_ms,
            series_max: TRACKS_MAX,
        };
        let selected = round.store.select(&selection)?;
        let mut past = Past::new(round.store, &selection, round.now_ms);
        // Limits and starts first: what follows is judged by them.
        for context in [true, false] {
            for series in 0..selected.len() {
                let labels = selected.labels(series);
                let Some(meaning) = self.meaning(labels, round.now_ms, &mut round.fed) else {
                    continue;
                };
                if is_context(meaning.1) == context && self.tells(labels, meaning, round.now_ms) {
                    self.feed(&*selected, series, meaning, &mut past, round, detectors)?;
                }
            }
        }
        Ok(())
    }

    /// What a series tells, found once.
    fn meaning(&mut self, labels: &Labels, now_ms: i64, fed: &mut Fed) -> Option<(SubjectId, Signal)> {
        if let Some(track) = self.by_labels.get(labels) {
            return track.meaning;
        }
        if self.by_labels.len() >= TRACKS_MAX {
            fed.left_out += 1;
            return None;
        }
        let reading = read_series(labels);
        let scale = reading.as_ref().map_or(1.0, |reading| reading.scale);
        let meaning = reading.map(|reading| (self.join(reading.subject), reading.signal));
        let track = Track {
            meaning,
            scale,
            fed_to_ms: None,
            heard_ms: now_ms,
        };
        self.by_labels.insert(labels.clone(), track);
        meaning
    }

    /// The number of a subject; a series more tells of it.
    fn join(&mut self, subject: Subject) -> SubjectId {
        if let Some((id, series)) = self.ids.get_mut(&subject) {
            *series += 1;
            return *id;
        }
        let id = self.free.pop().unwrap_or_else(|| {
            self.next += 1;
            SubjectId(self.next - 1)
        });
        self.subjects.set(id, Some(subject.clone()));
        self.ids.insert(subject, (id, 1));
        id
    }

    /// Whether it is this series that tells that signal: of several the first does, until it is silent.
    fn tells(&mut self, labels: &Labels, meaning: (SubjectId, Signal), now_ms: i64) -> bool {
        let (teller, heard_ms) = self
            .tellers
            .entry(meaning)
            .or_insert_with(|| (labels.clone(), now_ms));
        if teller != labels {
            if now_ms - *heard_ms < TAKE_OVER_MS {
                return false;
            }
            *teller = labels.clone();
            *heard_ms = now_ms;
        }
        true
    }

    /// Hands on what is new of one series, and its past if it is new itself.
    fn feed(
        &mut self,
        selected: &dyn Selected,
        series: usize,
        (id, signal): (SubjectId, Signal),
        past: &mut Past<'_>,
        round: &mut Round<'_>,
        detectors: &mut [Box<dyn Detector>],
    ) -> Result<(), MetricError> {
        let labels = selected.labels(series);
        let (Some(track), Some(subject)) = (self.by_labels.get_mut(labels), self.subjects.get(id)) else {
            return Ok(());
        };
        if track.fed_to_ms.is_none() {
            if round.watch.seconds() > PAST_BUDGET_S {
                round.fed.behind += 1;
                return Ok(());
            }
            past.read(labels, track.scale, &mut self.points)?;
            for hour in past.hours() {
                for detector in detectors.iter_mut() {
                    detector.hour(id, subject, signal, hour);
                }
            }
        } else {
            selected.read(series, &mut self.points)?;
        }
        let mut to_ms = track.fed_to_ms.unwrap_or(i64::MIN);
        for (at_ms, value) in self.points.times_ms.iter().zip(&self.points.values) {
            if *at_ms <= to_ms {
                continue;
            }
            to_ms = *at_ms;
            if !value.is_finite() || is_stale(*value) {
                continue;
            }
            round.fed.samples += 1;
            for detector in detectors.iter_mut() {
                detector.sample(id, subject, signal, Timestamp(at_ms * MS), track.scale * *value);
            }
        }
        track.fed_to_ms = Some(to_ms.max(past::FIRST_MS));
        track.heard_ms = track.heard_ms.max(to_ms);
        if let Some((_, heard_ms)) = self.tellers.get_mut(&(id, signal)) {
            *heard_ms = (*heard_ms).max(to_ms);
        }
        Ok(())
    }

    /// Forgets series that have been silent, and subjects that no series tells of any more.
    pub fn sweep(&mut self, now: Timestamp, detectors: &mut [Box<dyn Detector>]) {
        let now_ms = now.unix_ms();
        let (subjects, ids) = (&mut self.subjects, &mut self.ids);
        let (free, tellers) = (&mut self.free, &mut self.tellers);
        let mut gone = Vec::new();
        self.by_labels.retain(|labels, track| {
            // What tells nothing is looked at again now and then: it costs a look.
            if now_ms - track.heard_ms < SILENT_MS {
                return true;
            }
            if let Some(meaning) = track.meaning {
                if tellers.get(&meaning).is_some_and(|(teller, _)| teller == labels) {
                    tellers.remove(&meaning);
                }
                gone.push(meaning.0);
            }
            false
        });
        // Numbers are given again in one order, whatever that of the table.
        gone.sort_unstable();
        for id in gone {
            let Some(subject) = subjects.get(id).cloned() else {
                continue;
            };
            let Some((_, series)) = ids.get_mut(&subject) else {
                continue;
            };
            *series -= 1;
            if *series == 0 {
                ids.remove(&subject);
                subjects.set(id, None);
                free.push(id);
                for detector in detectors.iter_mut() {
                    detector.forget(id);
                }
            }
        }
    }
}

/// Series that are too many are left out as a whole and counted; other errors stand.
fn pass_over_many(read: Result<(), MetricError>, fed: &mut Fed) -> Result<(), MetricError> {
    match read {
        Err(MetricError::TooManySeries { limit }) => {
            fed.left_out += limit as u64;
            Ok(())
        }
        other => other,
    }
}

/// Limits and starts, by which other signals are judged.
fn is_context(signal: Signal) -> bool {
    signal == Signal::StartTimeSeconds || signal.is_limit()
}

#[cfg(test)]
mod tests;
