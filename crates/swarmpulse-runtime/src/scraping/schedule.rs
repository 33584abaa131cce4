//! The moments at which a target is scraped.

use swarmpulse_model::Timestamp;

/// The moments at which a target is scraped: whole intervals plus a shift that is always the same for that target, so
/// that targets spread over the interval and a restart keeps the rhythm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Schedule {
    interval_ns: i64,
    shift_ns: i64,
}

impl Schedule {
    /// Of a target with that key.
    pub fn new(interval_s: f64, key: &str) -> Self {
        let interval_ns = ((interval_s * 1e9) as i64).max(1_000_000);
        Self {
            interval_ns,
            shift_ns: (hash(key) % interval_ns.unsigned_abs()) as i64,
        }
    }

    /// The first moment after that one.
    pub fn after(&self, now: Timestamp) -> Timestamp {
        let passed = (now.0 - self.shift_ns).div_euclid(self.interval_ns);
        Timestamp((passed + 1) * self.interval_ns + self.shift_ns)
    }
}

/// FNV-1a (<http://www.isthe.com/chongo/tech/comp/fnv/>), mixed once more by the finalizer of SplitMix64
/// (<https://prng.di.unimi.it/splitmix64.c>) since keys differ little: the same in every release and on every machine.
fn hash(key: &str) -> u64 {
    let mut hash = key.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ (hash >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: i64 = 1_000_000_000;

    #[test]
    fn moments_are_one_interval_apart_and_never_in_the_past() {
        let schedule = Schedule::new(15.0, "http://a:1/metrics");
        let mut at = schedule.after(Timestamp(1_795_000_000 * SECOND));
        for _ in 0..5 {
            let next = schedule.after(at);
            assert_eq!(next.since(at), 15 * SECOND);
            let late = schedule.after(at.plus_ns(40 * SECOND));
            assert_eq!(late.since(at), 45 * SECOND, "what was missed is not made up for");
            at = next;
        }
        assert_eq!(schedule, Schedule::new(15.0, "http://a:1/metrics"));
    }

    #[test]
    fn targets_spread_over_the_interval() {
        let shifts: Vec<i64> = (0..100)
            .map(|n| Schedule::new(10.0, &format!("http://host-{n}:9100/metrics")).shift_ns)
            .collect();
        for tenth in 0..10 {
            let range = tenth * SECOND..(tenth + 1) * SECOND;
            let here = shifts.iter().filter(|shift| range.contains(shift)).count();
            assert!((1..30).contains(&here), "{here} of 100 in tenth {tenth}");
        }
    }
}
