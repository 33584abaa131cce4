//! One series of the fleet: its minutes, its score and what is ordinary of it.

use swarmpulse_model::Timestamp;
use swarmpulse_model::time::SECOND_NS;

use super::measure::Measure;
use super::ordinary::{Episode, NEEDED_S, Ordinary};
use super::scorer::Scorer;
use crate::detector::Hour;

/// Points of the chart: the last hour at one a minute.
const RECENT: usize = 60;
/// One point is made of so many seconds.
const POINT_S: i64 = 60;
/// A series that has been silent for so long says nothing any more.
const SILENT_S: i64 = 900;
/// A score is shown for so long after its point.
const SHOWN_S: i64 = 600;

/// Samples of the point that is being made.
#[derive(Clone, Copy, Debug)]
struct Minute {
    start: i64,
    sum: f64,
    count: u32,
}

/// What is kept of a series: 3.2 KiB, more than half of it the scorer.
#[derive(Clone, Debug)]
pub(super) struct Series {
    pub(super) measure: Measure,
    scorer: Scorer,
    ordinary: Ordinary,
    origin: f64,
    minute: Option<Minute>,
    /// The last value of a total, which the next point starts from.
    total: Option<(i64, f64)>,
    last_s: i64,
    score: f32,
    score_s: i64,
    recent_s: [i64; RECENT],
    recent: [f32; RECENT],
    recent_count: u8,
    recent_place: u8,
}

const _: () = assert!(
    size_of::<Series>() <= 3277,
    "what the limit of series is reckoned with"
);

impl Series {
    pub(super) fn new(measure: Measure) -> Self {
        Self {
            measure,
            scorer: Scorer::new(),
            ordinary: Ordinary::new(),
            origin: f64::NAN,
            minute: None,
            total: None,
            last_s: i64::MIN,
            score: 0.0,
            score_s: i64::MIN,
            recent_s: [0; RECENT],
            recent: [0.0; RECENT],
            recent_count: 0,
            recent_place: 0,
        }
    }

    /// Takes in a sample. True when it completed a point.
    pub(super) fn sample(&mut self, at: Timestamp, value: f64) -> bool {
        let at = at.0.div_euclid(SECOND_NS);
        self.last_s = at;
        if self.measure.is_total {
            return self.sample_of_total(at, value);
        }
        let done = self
            .minute
            .take_if(|minute| at < minute.start || at - minute.start >= POINT_S);
        let minute = self.minute.get_or_insert(Minute {
            start: at,
            sum: 0.0,
            count: 0,
        });
        minute.sum += value;
        minute.count += 1;
        match done {
            Some(done) => {
                self.point(done.start, done.sum / f64::from(done.count));
                true
            }
            None => false,
        }
    }

    fn sample_of_total(&mut self, at: i64, value: f64) -> bool {
        let Some((since, before)) = self.total else {
            self.total = Some((at, value));
            return false;
        };
        if at - since < POINT_S && value >= before {
            return false;
        }
        self.total = Some((at, value));
        // A total that fell has begun anew.
        if value < before || at - since > SILENT_S {
            return false;
        }
        self.point(at, (value - before) / (at - since) as f64);
        true
    }

    fn point(&mut self, at: i64, value: f64) {
        if self.origin.is_nan() {
            self.origin = value;
        }
        let usual = self.scorer.usual(at);
        let score = self.scorer.push(at, value);
        if score >= self.score || at - self.score_s > SHOWN_S {
            self.score = score;
            self.score_s = at;
        }
        let least = self.measure.least.max(self.measure.least_share * usual.abs());
        let is_known = self.measure.least > 0.0;
        self.ordinary.push(at, value, usual, least, is_known);
        let place = usize::from(self.recent_place);
        self.recent_s[place] = at;
        self.recent[place] = (value - self.origin) as f32;
        self.recent_place = ((place + 1) % RECENT) as u8;
        self.recent_count = (self.recent_count + 1).min(RECENT as u8);
    }

    /// Takes in an hour from before the first sample. Totals have none that means anything.
    pub(super) fn hour(&mut self, hour: &Hour) {
        if self.measure.is_total || hour.count == 0 {
            return;
        }
        let end = hour.end.0.div_euclid(SECOND_NS);
        self.ordinary.hour(end, hour.mean, hour.min, hour.max);
    }

    /// The process began anew.
    pub(super) fn restart(&mut self, at: Timestamp) {
        self.minute = None;
        self.total = None;
        self.scorer.restart();
        self.ordinary.restart(at.0.div_euclid(SECOND_NS));
        self.score = 0.0;
    }

    /// Hours that were watched, if they are too few to judge.
    pub(super) fn hours_if_too_few(&self) -> Option<f64> {
        (self.ordinary.watched_s() < NEEDED_S).then_some(self.hours())
    }

    pub(super) fn hours(&self) -> f64 {
        self.ordinary.watched_s() / 3600.0
    }

    /// The largest score of the last minutes; `None` if there is no recent one.
    pub(super) fn score(&self, now: Timestamp) -> Option<f32> {
        let now = now.0.div_euclid(SECOND_NS);
        (now.saturating_sub(self.score_s) <= SHOWN_S + 2 * POINT_S && self.score > 0.0).then_some(self.score)
    }

    /// What lasts, while samples come.
    pub(super) fn episode(&self, now: Timestamp) -> Option<&Episode> {
        let silent = now.0.div_euclid(SECOND_NS).saturating_sub(self.last_s) > SILENT_S;
        self.ordinary.episode().filter(|_| !silent)
    }

    pub(super) fn has_episode(&self) -> bool {
        self.ordinary.episode().is_some()
    }

    /// The points of the last hour.
    pub(super) fn recent(&self) -> Vec<(Timestamp, f64)> {
        let count = usize::from(self.recent_count);
        let from = usize::from(self.recent_place) + RECENT - count;
        (from..from + count)
            .map(|place| place % RECENT)
            .map(|place| {
                let at = Timestamp(self.recent_s[place].saturating_mul(SECOND_NS));
                (at, self.origin + f64::from(self.recent[place]))
            })
            .collect()
    }
}
