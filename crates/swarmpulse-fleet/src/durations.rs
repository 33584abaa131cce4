//! How long each type of work takes, learned from what has ended.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use swarmpulse_model::Text;

/// Durations remembered per type.
const REMEMBERED: usize = 32;
/// Fewer teach nothing.
const ENOUGH: usize = 8;
/// Types remembered of each namespace; further ones are not learned.
const TYPES_MAX: usize = 4096;
/// The learned limit is so many times the 95th percentile, and at least a minute.
const FACTOR: f64 = 3.0;
const LEARNED_MIN_S: f64 = 60.0;

/// How long one type of work took of late, and the limit that follows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Durations {
    seconds: Vec<f32>,
    next: usize,
    limit_s: Option<f64>,
}

impl Durations {
    /// Such work took so long.
    pub fn observe(&mut self, took_s: f64) {
        if !took_s.is_finite() {
            return;
        }
        let took_s = took_s.max(0.0) as f32;
        if self.seconds.len() < REMEMBERED {
            self.seconds.push(took_s);
        } else {
            self.seconds[self.next] = took_s;
        }
        self.next = (self.next + 1) % REMEMBERED;
        let known = self.seconds.len();
        // The limit moves with every fourth, once there are enough.
        if known < ENOUGH || self.limit_s.is_some() && !self.next.is_multiple_of(4) {
            return;
        }
        let mut sorted = [0.0; REMEMBERED];
        sorted[..known].copy_from_slice(&self.seconds);
        sorted[..known].sort_unstable_by(f32::total_cmp);
        let p95 = sorted[(known * 95).div_ceil(100) - 1];
        self.limit_s = Some((FACTOR * f64::from(p95)).max(LEARNED_MIN_S));
    }

    /// The learned limit, in seconds.
    pub fn limit_s(&self) -> Option<f64> {
        self.limit_s
    }
}

/// Learned limits by namespace and type of work.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LearnedLimits(Vec<(u32, BTreeMap<Text, Durations>)>);

impl LearnedLimits {
    /// Work of that type took so long. False if there is no room for another type.
    pub fn observe(&mut self, namespace: u32, work_type: &str, took_s: f64) -> bool {
        let number = match self.0.binary_search_by_key(&namespace, |(known, _)| *known) {
            Ok(number) => number,
            Err(number) => {
                self.0.insert(number, (namespace, BTreeMap::new()));
                number
            }
        };
        let types = &mut self.0[number].1;
        if let Some(durations) = types.get_mut(work_type) {
            durations.observe(took_s);
            return true;
        }
        if types.len() >= TYPES_MAX {
            return false;
        }
        types.entry(work_type.into()).or_default().observe(took_s);
        true
    }

    /// The learned limit of that type, in seconds.
    pub fn limit_s(&self, namespace: u32, work_type: &str) -> Option<f64> {
        let number = self
            .0
            .binary_search_by_key(&namespace, |(known, _)| *known)
            .ok()?;
        self.0[number].1.get(work_type)?.limit_s()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_learned_from_enough_and_never_below_a_minute() {
        let mut limits = LearnedLimits::default();
        for _ in 0..7 {
            limits.observe(0, "index", 100.0);
        }
        assert_eq!(limits.limit_s(0, "index"), None);
        limits.observe(0, "index", 100.0);
        assert_eq!(limits.limit_s(0, "index"), Some(300.0));
        assert_eq!(limits.limit_s(1, "index"), None, "another namespace");
        for _ in 0..8 {
            limits.observe(0, "ping", 0.1);
        }
        assert_eq!(limits.limit_s(0, "ping"), Some(60.0));
    }

    #[test]
    fn the_limit_follows_what_was_seen_last() {
        let mut durations = Durations::default();
        for _ in 0..REMEMBERED {
            durations.observe(100.0);
        }
        for _ in 0..REMEMBERED {
            durations.observe(1000.0);
        }
        durations.observe(f64::NAN);
        assert_eq!(durations.limit_s(), Some(3000.0));
    }
}
