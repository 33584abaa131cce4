//! One operation of a service: what is usual of it, learned slowly, and never from bad times.

use swarmpulse_model::{Text, Timestamp};

use super::outcome::Outcome;
use super::sketch::Latencies;
use super::tally::upper_share;

/// So many calls are needed to know what is usual.
pub(super) const CALLS_NEEDED: f64 = 120.0;
/// And so many seconds.
pub(super) const SECONDS_NEEDED: f64 = 1200.0;
/// The share of calls that are slower than what is called slow, at least that of the 95th percentile's definition.
const SLOW_SHARE: f64 = 0.05;
/// A call is not slow below so many times the usual median, or so little above it.
const SLOW_RATIO: f64 = 1.5;
const SLOW_DIFFERENCE_MS: f64 = 1.0;
/// What is learned fades by this much with every quarter of an hour learned: the last day weighs most.
const FADE: f32 = 0.99;

/// What to do with a quarter of an hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Learn {
    /// Leave it.
    Not,
    /// Learn from it.
    Slowly,
    /// It has been like this for long: forget what was usual, and learn anew.
    Anew,
}

/// One operation of a service.
#[derive(Clone, Debug)]
pub(super) struct Operation {
    /// Its name; empty for calls that name none.
    pub name: Text,
    /// Calls that ended, since it is known.
    pub calls: u64,
    /// Those that failed.
    pub errors: u64,
    usual: Latencies,
    gathered: Latencies,
    usual_counts: [f64; 3],
    gathered_counts: [u32; 3],
    first_at: Timestamp,
    /// Above this a call is slow, in milliseconds; `None` until it is known.
    slow_ms: Option<f64>,
    slow_share: f64,
    /// Upper bounds of the usual shares of failures and time-outs; `None` until they are known.
    bad_shares: Option<[f64; 2]>,
}

impl Operation {
    /// Of that name, first seen then.
    pub fn new(name: Text, at: Timestamp) -> Self {
        Self {
            name,
            calls: 0,
            errors: 0,
            usual: Latencies::default(),
            gathered: Latencies::default(),
            usual_counts: [0.0; 3],
            gathered_counts: [0; 3],
            first_at: at,
            slow_ms: None,
            slow_share: SLOW_SHARE,
            bad_shares: None,
        }
    }

    /// Takes a call in, to be learned from later.
    pub fn gather(&mut self, outcome: &Outcome) {
        self.calls += 1;
        self.errors += u64::from(outcome.failed);
        for (count, counts) in self
            .gathered_counts
            .iter_mut()
            .zip([true, outcome.failed, outcome.timed_out])
        {
            *count += u32::from(counts);
        }
        if let Some(latency_ms) = outcome.latency_ms.filter(|_| outcome.tells_latency()) {
            self.gathered.add(latency_ms);
        }
    }

    /// Learns from what was gathered, or leaves it.
    pub fn learn(&mut self, now: Timestamp, learn: Learn) {
        if learn == Learn::Not {
            self.gathered.clear();
            self.gathered_counts = [0; 3];
            return;
        }
        if learn == Learn::Anew {
            self.usual.clear();
            self.usual_counts = [0.0; 3];
            self.slow_ms = None;
            self.bad_shares = None;
        }
        // The first calls weigh alike: nothing of them is old.
        let is_known = self.slow_ms.is_some() || self.bad_shares.is_some();
        let fade = if is_known { FADE } else { 1.0 };
        // Nothing new makes nothing old: a service that rests keeps what is known of it.
        if self.gathered_counts[0] == 0 {
            return;
        }
        self.usual.fade(fade);
        self.usual.merge(&self.gathered);
        self.gathered.clear();
        for (usual, gathered) in self.usual_counts.iter_mut().zip(&mut self.gathered_counts) {
            *usual = *usual * f64::from(fade) + f64::from(*gathered);
            *gathered = 0;
        }
        let long_enough = now.seconds_since(self.first_at) >= SECONDS_NEEDED;
        if long_enough && self.usual.total() >= CALLS_NEEDED {
            self.set_slow();
        }
        let [calls, errors, timeouts] = self.usual_counts;
        if long_enough && calls >= CALLS_NEEDED {
            self.bad_shares = Some([errors, timeouts].map(|bad| upper_share(bad, calls)));
        }
    }

    fn set_slow(&mut self) {
        let (Some(edge), Some(median)) = (self.usual.edge_above(1.0 - SLOW_SHARE), self.usual.quantile(0.5))
        else {
            return;
        };
        let slow_ms = edge.max(median * SLOW_RATIO).max(median + SLOW_DIFFERENCE_MS);
        self.slow_ms = Some(slow_ms);
        let (above, total) = (self.usual.above(slow_ms), self.usual.total());
        self.slow_share = upper_share(above, total).max(SLOW_SHARE);
    }

    /// Whether a latency is slow, and the share at which that is usual.
    pub fn slow(&self, latency_ms: f64) -> Option<(bool, f64)> {
        let slow_ms = self.slow_ms?;
        Some((latency_ms > slow_ms, self.slow_share))
    }

    /// The usual shares of failures and time-outs, as upper bounds.
    pub fn bad_shares(&self) -> Option<[f64; 2]> {
        self.bad_shares
    }

    /// The usual latencies, once they are known.
    pub fn usual(&self) -> Option<&Latencies> {
        self.slow_ms.is_some().then_some(&self.usual)
    }

    /// Bytes on the heap, names aside.
    #[cfg(test)]
    pub fn heap_bytes(&self) -> usize {
        self.usual.heap_bytes() + self.gathered.heap_bytes()
    }

    /// How far it is from knowing what is usual: latencies and seconds that it has.
    pub fn progress(&self, now: Timestamp) -> (f64, f64) {
        (
            self.usual.total() + self.gathered.total(),
            now.seconds_since(self.first_at),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(latency_ms: f64, failed: bool) -> Outcome {
        Outcome {
            latency_ms: Some(latency_ms),
            failed,
            ..Outcome::default()
        }
    }

    fn learned(calls: u32) -> Operation {
        let mut operation = Operation::new("get".into(), Timestamp(0));
        for n in 0..calls {
            operation.gather(&outcome(100.0 + f64::from(n % 20), n % 100 == 0));
        }
        operation.learn(Timestamp(0).plus_s(1800.0), Learn::Slowly);
        operation
    }

    #[test]
    fn what_is_slow_is_known_after_enough_calls() {
        assert_eq!(learned(100).slow(500.0), None);
        let operation = learned(1000);
        let (slow, share) = operation.slow(500.0).unwrap();
        assert!(slow && (0.05..0.07).contains(&share), "{share}");
        assert_eq!(
            operation.slow(140.0).map(|(slow, _)| slow),
            Some(false),
            "not yet half as long again"
        );
        let [errors, timeouts] = operation.bad_shares().unwrap();
        assert!((0.01..0.03).contains(&errors) && timeouts < 0.005);
    }

    #[test]
    fn bad_times_teach_nothing_and_rest_makes_nothing_unknown() {
        let mut operation = learned(1000);
        for _ in 0..1000 {
            operation.gather(&outcome(5000.0, false));
        }
        operation.learn(Timestamp(0).plus_s(3600.0), Learn::Not);
        assert_eq!(operation.slow(4000.0).map(|(slow, _)| slow), Some(true));
        for quarter in 0..10_000 {
            operation.learn(
                Timestamp(0).plus_s(3600.0 + f64::from(quarter) * 900.0),
                Learn::Slowly,
            );
        }
        assert!(operation.usual().is_some_and(|usual| usual.total() > 900.0));
    }

    #[test]
    fn what_was_usual_can_be_forgotten() {
        let mut operation = learned(1000);
        for (quarter, learn) in [Learn::Anew, Learn::Slowly].into_iter().enumerate() {
            for _ in 0..60 {
                operation.gather(&outcome(5000.0, false));
            }
            operation.learn(Timestamp(0).plus_s(3600.0 + 900.0 * quarter as f64), learn);
            assert_eq!(
                operation.usual().is_some(),
                quarter == 1,
                "60 calls are not enough"
            );
        }
        assert_eq!(operation.slow(5500.0).map(|(slow, _)| slow), Some(false));
    }
}
