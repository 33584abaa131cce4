//! How often an agent reports: declared, else learned from the gaps, else a default.

use serde::{Deserialize, Serialize};
use swarmpulse_model::record::FleetSettings;
use swarmpulse_model::time::seconds;

/// Gaps remembered.
const GAPS: usize = 16;
/// The shortest gap that teaches anything: what comes closer together is one report.
const GAP_MIN_S: f32 = 0.5;
/// The longest interval that is learned; longer ones must be declared.
const LEARNED_MAX_S: f32 = 3600.0;
/// The longest interval that can be declared: a week. Whoever reports more rarely cannot be watched by reports.
const DECLARED_MAX_S: f64 = 7.0 * 86_400.0;
/// A gap of more silence limits than this is an outage, unless the next one is as long.
const OUTAGE_LIMITS: i64 = 10;
/// Two gaps are alike if they differ by at most this share.
const ALIKE: f32 = 0.2;

/// Where an interval comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IntervalSource {
    /// The agent said so.
    Declared,
    /// From its gaps.
    Learned,
    /// Neither yet.
    Default,
}

impl IntervalSource {
    /// Its lower-case name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Declared => "declared",
            Self::Learned => "learned",
            Self::Default => "default",
        }
    }
}

/// The rhythm of an agent's reports.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    declared_s: Option<f32>,
    learned_s: Option<f32>,
    long_gap_s: f32,
    gaps_s: [f32; GAPS],
    seen: u32,
}

impl Interval {
    /// The agent says how often it will report; what is no length of time says nothing.
    pub fn declare(&mut self, interval_s: f64) {
        if interval_s.is_finite() && interval_s > 0.0 {
            self.declared_s = Some(interval_s.min(DECLARED_MAX_S) as f32);
        }
    }

    /// What was declared counts no more: someone else declared it.
    pub fn undeclare(&mut self) {
        self.declared_s = None;
    }

    /// A report came so long after the one before. The learned interval is the 90th percentile of the last gaps,
    /// so that one outage does not stretch it; with fewer than four gaps it is the longest.
    pub fn learn(&mut self, gap_ns: i64, settings: &FleetSettings) {
        if self.declared_s.is_some() {
            return;
        }
        let gap_s = (gap_ns as f64 / 1e9) as f32;
        if gap_s < GAP_MIN_S {
            return;
        }
        if gap_ns > self.silence_limit_ns(settings).saturating_mul(OUTAGE_LIMITS) {
            // Once it is an outage; twice alike it is a rhythm, as of an hourly job.
            let before_s = std::mem::replace(&mut self.long_gap_s, gap_s);
            if (gap_s - before_s).abs() > ALIKE * gap_s {
                return;
            }
        }
        self.gaps_s[self.seen as usize % GAPS] = gap_s.min(LEARNED_MAX_S);
        self.seen = self.seen.wrapping_add(1);
        if self.seen <= 4 || self.seen.is_multiple_of(4) {
            let known = GAPS.min(self.seen as usize);
            let mut sorted = self.gaps_s;
            sorted[..known].sort_unstable_by(f32::total_cmp);
            let rank = if known < 4 {
                known - 1
            } else {
                (known * 9).div_ceil(10) - 1
            };
            self.learned_s = Some(sorted[rank]);
        }
    }

    /// The interval in force and where it comes from.
    pub fn current(&self, settings: &FleetSettings) -> (f64, IntervalSource) {
        match (self.declared_s, self.learned_s) {
            (Some(declared), _) => (f64::from(declared), IntervalSource::Declared),
            (None, Some(learned)) => (f64::from(learned), IntervalSource::Learned),
            (None, None) => (settings.default_interval_s, IntervalSource::Default),
        }
    }

    /// Silence of so many nanoseconds means death.
    pub fn silence_limit_ns(&self, settings: &FleetSettings) -> i64 {
        let (interval_s, _) = self.current(settings);
        seconds(
            settings
                .silence_floor_s
                .max(settings.silence_intervals * interval_s),
        )
    }

    /// Another life began: it may declare another interval. What was learned holds until the new gaps teach otherwise.
    pub fn restart(&mut self) {
        self.declared_s = None;
        self.seen = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limit_s(interval: &Interval) -> f64 {
        interval.silence_limit_ns(&FleetSettings::default()) as f64 / 1e9
    }

    #[test]
    fn declared_wins_then_learned_then_default() {
        let mut interval = Interval::default();
        assert_eq!(limit_s(&interval), 30.0);
        for _ in 0..8 {
            interval.learn(seconds(60.0), &FleetSettings::default());
        }
        assert_eq!(limit_s(&interval), 120.0);
        interval.declare(300.0);
        assert_eq!(limit_s(&interval), 600.0);
        interval.declare(1.0);
        assert_eq!(limit_s(&interval), 30.0);
    }

    #[test]
    fn one_outage_does_not_stretch_a_learned_interval() {
        let mut interval = Interval::default();
        for n in 0..16 {
            let gap_s = if n == 7 { 290.0 } else { 20.0 };
            interval.learn(seconds(gap_s), &FleetSettings::default());
        }
        assert_eq!(limit_s(&interval), 40.0);
    }

    #[test]
    fn bursts_teach_nothing() {
        let mut interval = Interval::default();
        for _ in 0..100 {
            interval.learn(seconds(0.01), &FleetSettings::default());
        }
        assert_eq!(
            interval.current(&FleetSettings::default()).1,
            IntervalSource::Default
        );
    }

    #[test]
    fn an_hourly_rhythm_is_learned_from_the_second_hour_on() {
        let mut interval = Interval::default();
        interval.learn(seconds(3600.0), &FleetSettings::default());
        assert_eq!(limit_s(&interval), 30.0, "an outage");
        interval.learn(seconds(3590.0), &FleetSettings::default());
        assert_eq!(limit_s(&interval), 7180.0);
    }

    #[test]
    fn what_is_no_length_of_time_declares_nothing() {
        let mut interval = Interval::default();
        for wrong in [0.0, -5.0, f64::NAN, f64::INFINITY] {
            interval.declare(wrong);
        }
        assert_eq!(limit_s(&interval), 30.0);
        interval.declare(60.0);
        interval.restart();
        assert_eq!(limit_s(&interval), 30.0);
    }
}
