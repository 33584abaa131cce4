//! How long each type of work takes, learned from what has ended.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use swarmpulse_model::Text;

/// Durations remembered per type.
const REMEMBERED: usize = 32;
/// Fewer teach nothing.
const ENOUGH: usize = 8;
/// Types remembered; further ones are not learned.
const TYPES_MAX: usize = 4096;
/// The learned limit is so many times the 95th percentile, and at least a minute.
const FACTOR: f64 = 3.0;
const LEARNED_MIN_S: f64 = 60.0;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Durations {
    seconds: Vec<f32>,
    next: usize,
    limit_s: Option<f64>,
}

/// Learned limits by type of work.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LearnedLimits(BTreeMap<Text, Durations>);

impl LearnedLimits {
    /// Work of that type took so long.
    pub fn observe(&mut self, work_type: &str, seconds: f64) {
        if !self.0.contains_key(work_type) {
            if self.0.len() >= TYPES_MAX {
                return;
            }
            self.0.insert(work_type.into(), Durations::default());
        }
        let Some(durations) = self.0.get_mut(work_type) else {
            return;
        };
        if durations.seconds.len() < REMEMBERED {
            durations.seconds.push(seconds as f32);
        } else {
            durations.seconds[durations.next] = seconds as f32;
        }
        durations.next = (durations.next + 1) % REMEMBERED;
        if durations.seconds.len() >= ENOUGH {
            let mut sorted = durations.seconds.clone();
            sorted.sort_unstable_by(f32::total_cmp);
            let p95 = sorted[(sorted.len() * 95).div_ceil(100) - 1];
            durations.limit_s = Some((FACTOR * f64::from(p95)).max(LEARNED_MIN_S));
        }
    }

    /// The learned limit of that type, in seconds.
    pub fn limit_s(&self, work_type: &str) -> Option<f64> {
        self.0.get(work_type)?.limit_s
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_learned_from_enough_and_never_below_a_minute() {
        let mut limits = LearnedLimits::default();
        for _ in 0..7 {
            limits.observe("index", 100.0);
        }
        assert_eq!(limits.limit_s("index"), None);
        limits.observe("index", 100.0);
        assert_eq!(limits.limit_s("index"), Some(300.0));
        for _ in 0..8 {
            limits.observe("ping", 0.1);
        }
        assert_eq!(limits.limit_s("ping"), Some(60.0));
    }
}
