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
    gaps_s: [f32; GAPS],
    seen: u32,
}

impl Interval {
    /// The agent says how often it will report.
    pub fn declare(&mut self, interval_s: f64) {
        self.declared_s = Some(interval_s as f32);
    }

    /// A report came so long after the one before. The learned interval is the 90th percentile of the last gaps,
    /// so that one outage does not stretch it; with fewer than four gaps it is the longest.
    pub fn learn(&mut self, gap_ns: i64) {
        if self.declared_s.is_some() {
            return;
        }
        let gap_s = (gap_ns as f64 / 1e9) as f32;
        if gap_s < GAP_MIN_S {
            return;
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

    /// Forgets what was learned: another life may have another rhythm.
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
            interval.learn(seconds(60.0));
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
            interval.learn(seconds(if n == 7 { 1800.0 } else { 20.0 }));
        }
        assert_eq!(limit_s(&interval), 40.0);
    }

    #[test]
    fn bursts_teach_nothing() {
        let mut interval = Interval::default();
        for _ in 0..100 {
            interval.learn(seconds(0.01));
        }
        assert_eq!(
            interval.current(&FleetSettings::default()).1,
            IntervalSource::Default
        );
    }
}
