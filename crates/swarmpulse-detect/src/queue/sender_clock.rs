//! Senders' clocks: how far their times lie from ours, so that a wrong clock makes no wait.

use swarmpulse_model::Timestamp;

/// Lags remembered.
const REMEMBERED: usize = 32;
/// Fewer say nothing; until then only times of receipt count.
const ENOUGH: usize = 8;
/// No hint reaches further back than this, in seconds.
const REACH_S: f64 = 30.0 * 86_400.0;

/// The clock behind the times that senders give.
///
/// The lag of a record is its time of receipt less the latest time in it: the clock's error plus the time on the way. The
/// smallest ones show the error; the third smallest of the last 32 is taken, so that single bad times do no harm.
#[derive(Clone, Debug, Default)]
pub(super) struct SenderClock {
    lags_s: Vec<f64>,
    next: usize,
    lag_s: Option<f64>,
}

impl SenderClock {
    /// A record received at `at` says that something has just happened at `told`.
    pub(super) fn observe(&mut self, at: Timestamp, told: Timestamp) {
        let lag_s = at.seconds_since(told);
        if self.lags_s.len() < REMEMBERED {
            self.lags_s.push(lag_s);
        } else {
            self.lags_s[self.next] = lag_s;
        }
        self.next = (self.next + 1) % REMEMBERED;
        let known = self.lags_s.len();
        // The estimate moves with every fourth, once there are enough.
        if known < ENOUGH || self.lag_s.is_some() && !self.next.is_multiple_of(4) {
            return;
        }
        let mut sorted = [f64::INFINITY; REMEMBERED];
        sorted[..known].copy_from_slice(&self.lags_s);
        sorted[..known].sort_unstable_by(f64::total_cmp);
        self.lag_s = Some(sorted[known / 12]);
    }

    /// A sender's time in ours: never after its receipt, and that where the clock is not known yet.
    pub(super) fn in_our_time(&self, told: Option<Timestamp>, received: Timestamp) -> Timestamp {
        let Some((told, lag_s)) = told.zip(self.lag_s) else {
            return received;
        };
        let ago_s = received.seconds_since(told) - lag_s;
        received.plus_s(-ago_s.clamp(0.0, REACH_S))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: f64) -> Timestamp {
        Timestamp::from_unix_s(1_000_000.0 + seconds)
    }

    #[test]
    fn a_skewed_clock_makes_no_wait_and_true_lateness_shows() {
        for skew_s in [-7200.0, -0.5, 0.0, 3600.0] {
            let mut clock = SenderClock::default();
            assert_eq!(
                clock.in_our_time(Some(at(-50.0)), at(0.0)),
                at(0.0),
                "not known yet"
            );
            for number in 0..40 {
                let now = f64::from(number) * 10.0;
                clock.observe(at(now), at(now - skew_s - f64::from(number % 5)));
            }
            // An outlier into the future and one into the past do not move it.
            clock.observe(at(400.0), at(1e6));
            clock.observe(at(400.0), at(-1e6));
            let queued = clock.in_our_time(Some(at(400.0 - skew_s - 60.0)), at(400.0));
            let ago_s = at(400.0).seconds_since(queued);
            assert!((58.0..=60.0).contains(&ago_s), "skew {skew_s}: {ago_s}");
            let future = clock.in_our_time(Some(at(99_999.0)), at(400.0));
            assert_eq!(future, at(400.0));
        }
    }
}
