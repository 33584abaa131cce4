//! Samples of durations in a sliding window: all of them while they are few, a fair and repeatable choice when many.

use swarmpulse_model::Timestamp;
use swarmpulse_model::time::SECOND_NS;

/// A duration that was seen to end, or to be called off.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen {
    /// In seconds.
    pub duration_s: f32,
    /// In whole seconds since the epoch.
    pub ended_s: u32,
    /// Of the task's id; what is kept is chosen by it.
    hash: u32,
    /// It stands for 2 to this power.
    level: u8,
    /// It ended by itself; else it was called off and would have lasted longer.
    pub ended: bool,
    /// The class of its priority.
    pub priority: u8,
    /// The class of its user.
    pub user: u8,
}

impl Seen {
    /// A duration that ends at `ended`, of a task whose id has this hash.
    pub(super) fn new(duration_s: f64, ended: Timestamp, hash: u64) -> Self {
        Self {
            duration_s: duration_s.max(0.0) as f32,
            ended_s: whole_seconds(ended),
            hash: (hash >> 32) as u32,
            level: 0,
            ended: true,
            priority: 0,
            user: 0,
        }
    }

    /// How many it stands for.
    pub(super) fn weight(&self) -> f64 {
        f64::from(1_u32 << self.level)
    }

    /// When it began, in seconds since the epoch.
    pub(super) fn began_s(&self) -> f64 {
        f64::from(self.ended_s) - f64::from(self.duration_s)
    }
}

/// Whole seconds since the epoch, as samples remember times.
pub(super) fn whole_seconds(at: Timestamp) -> u32 {
    u32::try_from(at.0.div_euclid(SECOND_NS).max(0)).unwrap_or(u32::MAX)
}

/// Durations that ended within the window, shortest first; at most [`DurationSample::SEEN_MAX`].
///
/// When there is no room, half of them goes: those whose id's hash has a one in the next place. So each kept one stands
/// for a known number, the choice depends on nothing but ids, and a replay makes the same (bottom-k sampling by hash,
/// Cohen & Kaplan 2007).
#[derive(Clone, Debug)]
pub(super) struct DurationSample {
    seen: Vec<Seen>,
    window_s: u32,
    level: u8,
    swept_s: u32,
}

impl DurationSample {
    /// The most that are kept: 16 bytes each.
    pub(super) const SEEN_MAX: usize = 512;
    const LEVEL_MAX: u8 = 24;

    pub(super) fn new(window_s: u32) -> Self {
        Self {
            seen: Vec::new(),
            window_s,
            level: 0,
            swept_s: 0,
        }
    }

    /// Takes in one more; 0.3 microseconds at most, for the place in the order.
    pub(super) fn add(&mut self, mut seen: Seen) {
        if !is_chosen(seen.hash, self.level) {
            return;
        }
        seen.level = self.level;
        if self.seen.len() >= Self::SEEN_MAX {
            self.thin(seen.ended_s);
            if !is_chosen(seen.hash, self.level) {
                return;
            }
            seen.level = self.level;
        }
        let place = self
            .seen
            .partition_point(|known| known.duration_s <= seen.duration_s);
        self.seen.insert(place, seen);
    }

    fn thin(&mut self, now_s: u32) {
        self.sweep(now_s);
        while self.seen.len() >= Self::SEEN_MAX && self.level < Self::LEVEL_MAX {
            self.level += 1;
            let level = self.level;
            self.seen.retain_mut(|seen| {
                seen.level = seen.level.max(level);
                is_chosen(seen.hash, level)
            });
        }
        // Every id has the same hash: one task that is tried again and again. The latest count.
        if self.seen.len() >= Self::SEEN_MAX
            && let Some(oldest) = (0..self.seen.len()).min_by_key(|number| self.seen[*number].ended_s)
        {
            self.seen.remove(oldest);
        }
    }

    /// Forgets what has left the window; looks for it once a minute.
    pub(super) fn expire(&mut self, now: Timestamp) {
        let now_s = whole_seconds(now);
        if now_s >= self.swept_s.saturating_add(60) {
            self.sweep(now_s);
        }
    }

    fn sweep(&mut self, now_s: u32) {
        self.swept_s = now_s;
        let from_s = now_s.saturating_sub(self.window_s);
        self.seen.retain(|seen| seen.ended_s >= from_s);
        if self.seen.len() < Self::SEEN_MAX / 4 {
            self.level = self.level.saturating_sub(1);
        }
    }

    /// Shortest first.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Seen> + Clone {
        self.seen.iter()
    }

    /// How many are kept.
    pub(super) fn len(&self) -> usize {
        self.seen.len()
    }

    /// Whether a task of this hash would be kept now.
    pub(super) fn would_keep(&self, hash: u64) -> bool {
        is_chosen((hash >> 32) as u32, self.level)
    }
}

fn is_chosen(hash: u32, level: u8) -> bool {
    level == 0 || hash >> (32 - u32::from(level)) == 0
}

/// A quantile of sorted, weighted durations; `None` if there are none.
pub(super) fn quantile<'a>(sorted: impl Iterator<Item = &'a Seen> + Clone, q: f64) -> Option<f64> {
    let total: f64 = sorted.clone().map(Seen::weight).sum();
    let mut below = 0.0;
    let mut last = None;
    for seen in sorted {
        below += seen.weight();
        last = Some(f64::from(seen.duration_s));
        if below >= q * total - 1e-9 {
            break;
        }
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(number: u64) -> u64 {
        // The finalizer of SplitMix64.
        let mut z = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_unix_s(1_000_000.0 + seconds as f64)
    }

    #[test]
    fn few_are_kept_exactly_and_many_in_proportion() {
        let mut sample = DurationSample::new(3600);
        for number in 0..200_u64 {
            sample.add(Seen::new(number as f64, at(0), hash(number)));
        }
        assert_eq!(sample.len(), 200);
        assert_eq!(quantile(sample.iter(), 0.5), Some(99.0));
        for number in 200..100_000_u64 {
            sample.add(Seen::new((number % 1000) as f64, at(1), hash(number)));
        }
        assert!(sample.len() <= DurationSample::SEEN_MAX);
        let standing_for: f64 = sample.iter().map(Seen::weight).sum();
        assert!((80_000.0..120_000.0).contains(&standing_for), "{standing_for}");
        let median = quantile(sample.iter(), 0.5).unwrap();
        assert!((430.0..570.0).contains(&median), "{median}");
        assert!(sample.iter().is_sorted_by(|a, b| a.duration_s <= b.duration_s));
    }

    #[test]
    fn what_left_the_window_is_forgotten_and_room_is_used_again() {
        let mut sample = DurationSample::new(3600);
        for number in 0..10_000_u64 {
            sample.add(Seen::new(1.0, at(0), hash(number)));
        }
        for minute in 0..12_u64 {
            sample.expire(at(3601 + minute * 60));
        }
        assert_eq!(sample.len(), 0);
        for number in 0..100_u64 {
            sample.add(Seen::new(2.0, at(5000), hash(number)));
        }
        assert_eq!(sample.len(), 100, "the choice is lifted");
    }

    #[test]
    fn one_task_tried_for_ever_does_not_fill_it() {
        let mut sample = DurationSample::new(3600);
        for number in 0..2000_u64 {
            sample.add(Seen::new(number as f64, at(number), 0));
        }
        assert!(sample.len() <= DurationSample::SEEN_MAX);
        assert_eq!(sample.iter().last().map(|seen| seen.duration_s), Some(1999.0));
    }
}
