//! The detector: a track for every subject whose memory is measured, and the report of what leaks.

use std::collections::BTreeMap;

use swarmpulse_model::{EntityKind, Timestamp};

use super::track::{LeakState, NEEDED, Track};
use super::{DESCRIPTION, telling};
use crate::detector::{Detector, Hour, Subject, SubjectId, Surroundings};
use crate::report::{Report, Waiting};
use crate::signal::Signal;

/// Subjects that are followed; further ones are left out and counted.
const TRACKS_MAX: usize = 65_536;
/// Subjects that are named as not to be judged; the others are summed up.
const WAITING_NAMED: usize = 20;
/// Start times that differ by less are the same: exporters compute them from a clock that is adjusted now and then.
const SAME_START_S: f64 = 5.0;
/// A subject without samples for so many minutes is not spoken of.
const SILENT_MINUTES: i64 = 30;

/// A subject: its track, and what else is known of it.
#[derive(Debug, Default)]
pub(super) struct Watched {
    pub track: Track,
    /// The most memory it may use, in bytes.
    pub limit: Option<f64>,
    /// The managed heap when its leak was found, and now, in bytes.
    pub heap_then: Option<f64>,
    pub heap: Option<f64>,
    start_s: Option<f64>,
    told: bool,
}

/// Watches memory leak.
#[derive(Debug, Default)]
pub(crate) struct LeakWatch {
    watched: BTreeMap<SubjectId, Watched>,
    dropped: u64,
}

impl LeakWatch {
    /// One that knows nothing yet.
    pub(crate) fn boxed() -> Box<dyn Detector> {
        Box::new(Self::default())
    }

    fn of(&mut self, id: SubjectId) -> Option<&mut Watched> {
        if self.watched.len() >= TRACKS_MAX && !self.watched.contains_key(&id) {
            self.dropped += 1;
            return None;
        }
        Some(self.watched.entry(id).or_default())
    }
}

/// Whose memory is looked at: that of machines is the sum of what they run, and of caches.
fn is_looked_at(subject: &Subject) -> bool {
    subject.part.is_empty()
        && matches!(
            subject.entity.kind,
            EntityKind::Agent | EntityKind::Service | EntityKind::Sandbox
        )
}

impl Detector for LeakWatch {
    fn name(&self) -> &'static str {
        DESCRIPTION.name
    }

    fn sample(&mut self, id: SubjectId, subject: &Subject, signal: Signal, at: Timestamp, value: f64) {
        let wanted = matches!(
            signal,
            Signal::MemoryBytes | Signal::MemoryLimitBytes | Signal::HeapBytes | Signal::StartTimeSeconds
        );
        if !wanted || !is_looked_at(subject) {
            return;
        }
        let Some(watched) = self.of(id) else { return };
        match signal {
            Signal::MemoryBytes => watched.track.sample(at, value),
            Signal::MemoryLimitBytes => watched.limit = Signal::limit(value),
            Signal::HeapBytes => watched.heap = Some(value),
            _ => {
                let before = watched.start_s.replace(value);
                if before.is_some_and(|before| (before - value).abs() > SAME_START_S) {
                    watched.track.restart();
                    (watched.heap, watched.heap_then) = (None, None);
                }
            }
        }
    }

    fn hour(&mut self, id: SubjectId, subject: &Subject, signal: Signal, hour: &Hour) {
        if signal == Signal::MemoryBytes
            && is_looked_at(subject)
            && let Some(watched) = self.of(id)
        {
            let number = (hour.end.unix_s() / 3600.0).round() as i64 - 1;
            watched.track.hour(number, hour.min);
        }
    }

    fn forget(&mut self, id: SubjectId) {
        self.watched.remove(&id);
    }

    fn evaluate(&mut self, now: Timestamp, around: &Surroundings<'_>, report: &mut Report) {
        let (mut named, mut more) = (0, 0_u64);
        let minute = (now.unix_s() / 60.0).floor() as i64;
        for (id, watched) in &mut self.watched {
            let Some(subject) = around.subjects.get(*id) else {
                continue;
            };
            let heard = watched
                .track
                .last_minute()
                .is_some_and(|last| minute - last <= SILENT_MINUTES);
            let state = if heard {
                watched.track.state()
            } else {
                LeakState::Ok
            };
            if state == LeakState::Leak {
                if !watched.told {
                    watched.heap_then = watched.heap;
                    report.lines.extend(telling::line(&subject.entity, watched, now));
                }
                report
                    .findings
                    .extend(telling::finding(&subject.entity, watched, now));
            } else if state == LeakState::NotEnoughData && named < WAITING_NAMED {
                named += 1;
                report.waiting.push(Waiting {
                    detector: DESCRIPTION.name,
                    subject: Some(subject.entity.clone()),
                    reason: format!(
                        "{} minutes of this life, {NEEDED} are needed",
                        watched.track.age()
                    ),
                });
            } else if state == LeakState::NotEnoughData {
                more += 1;
            }
            watched.told = state == LeakState::Leak;
            if state >= LeakState::Growing {
                telling::publish(&subject.entity, watched, &mut report.published);
            }
        }
        if more > 0 {
            report.waiting.push(Waiting {
                detector: DESCRIPTION.name,
                subject: None,
                reason: format!("{more} more have less than {NEEDED} minutes of this life"),
            });
        }
        let dropped = std::mem::take(&mut self.dropped);
        if dropped > 0 {
            report.dropped.push(("leak_tracks", dropped));
        }
    }
}
