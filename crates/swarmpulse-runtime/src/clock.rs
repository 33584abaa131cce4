//! The one home of the clock: monotone receipt time, and the wall clock's jumps against it.

use std::sync::Mutex;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use swarmpulse_model::Timestamp;
use swarmpulse_model::time::{SECOND_NS, seconds};

/// A difference smaller than this between the clocks is drift, which is followed slowly.
const JUMP_NS: i64 = 2 * SECOND_NS;
/// Receipt time follows the wall clock back by at most this share of the time that passes.
const SLEW: f64 = 0.1;

/// What the two clocks of the machine say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The monotonic clock, from any beginning.
    pub monotonic_ns: i64,
    /// The wall clock, since the Unix epoch.
    pub wall_ns: i64,
}

/// Receipt time: never goes back, follows the wall clock forward at once and back slowly.
#[derive(Debug)]
struct Reckoning {
    last: Reading,
    now_ns: i64,
}

impl Reckoning {
    fn new(reading: Reading, at_least: Timestamp) -> Self {
        Self {
            last: reading,
            now_ns: reading.wall_ns.max(at_least.0),
        }
    }

    /// Takes a reading; gives the time and by how much the wall clock jumped since the last, in seconds.
    fn read(&mut self, reading: Reading) -> (Timestamp, Option<f64>) {
        let passed_ns = (reading.monotonic_ns - self.last.monotonic_ns).max(0);
        let wall_passed_ns = reading.wall_ns - self.last.wall_ns;
        let jump_ns = wall_passed_ns - passed_ns;
        self.last = reading;
        let expected_ns = self.now_ns + passed_ns;
        let ahead_ns = expected_ns - reading.wall_ns;
        self.now_ns = if ahead_ns <= 0 {
            // Behind the wall: after a suspension or a correction the wall is right at once.
            reading.wall_ns
        } else {
            expected_ns - ahead_ns.min((passed_ns as f64 * SLEW) as i64)
        };
        let jumped = (jump_ns.abs() >= JUMP_NS).then_some(jump_ns as f64 / SECOND_NS as f64);
        (Timestamp(self.now_ns), jumped)
    }
}

/// The clock that everything above level 1 is given.
#[derive(Debug)]
pub struct Clock {
    began: Instant,
    reckoning: Mutex<(Reckoning, Option<f64>)>,
}

impl Clock {
    /// A clock that starts no earlier than what was journaled before.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "the clock's one home")]
    pub fn new(at_least: Timestamp) -> Self {
        let began = Instant::now();
        let reading = Reading {
            monotonic_ns: 0,
            wall_ns: wall_ns(),
        };
        Self {
            began,
            reckoning: Mutex::new((Reckoning::new(reading, at_least), None)),
        }
    }

    /// Receipt time now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        let mut guard = self
            .reckoning
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let reading = Reading {
            monotonic_ns: i64::try_from(self.began.elapsed().as_nanos()).unwrap_or(i64::MAX),
            wall_ns: wall_ns(),
        };
        let (now, jumped) = guard.0.read(reading);
        if let Some(by_s) = jumped {
            guard.1 = Some(guard.1.unwrap_or(0.0) + by_s);
        }
        now
    }

    /// By how much the wall clock jumped since this was last asked, in seconds.
    #[must_use]
    pub fn take_jump(&self) -> Option<f64> {
        let mut guard = self
            .reckoning
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        guard.1.take().filter(|by_s| seconds(by_s.abs()) >= JUMP_NS)
    }
}

#[expect(clippy::disallowed_methods, reason = "the clock's one home")]
fn wall_ns() -> i64 {
    match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_nanos()).unwrap_or(i64::MAX),
        Err(before) => -i64::try_from(before.duration().as_nanos()).unwrap_or(i64::MAX),
    }
}

/// A span measured on the monotonic clock.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts measuring.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "the clock's one home")]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// Seconds since the start.
    #[must_use]
    pub fn seconds(self) -> f64 {
        self.0.elapsed().as_secs_f64()
    }
}

/// Processor time of the calling thread since a start; to be read on the thread that started it.
#[derive(Clone, Copy, Debug)]
pub struct ProcessorWatch(f64);

impl ProcessorWatch {
    /// Starts measuring.
    #[must_use]
    pub fn start() -> Self {
        Self(thread_seconds())
    }

    /// Seconds of processor time since the start.
    #[must_use]
    pub fn seconds(self) -> f64 {
        (thread_seconds() - self.0).max(0.0)
    }
}

fn thread_seconds() -> f64 {
    let used = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    used.tv_sec as f64 + used.tv_nsec as f64 * 1e-9
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(monotonic_s: i64, wall_s: i64) -> Reading {
        Reading {
            monotonic_ns: monotonic_s * SECOND_NS,
            wall_ns: wall_s * SECOND_NS,
        }
    }

    #[test]
    fn a_jump_forward_is_followed_and_told() {
        let mut reckoning = Reckoning::new(at(0, 1000), Timestamp::default());
        assert_eq!(reckoning.read(at(1, 1001)), (Timestamp(1001 * SECOND_NS), None));
        assert_eq!(
            reckoning.read(at(2, 4602)),
            (Timestamp(4602 * SECOND_NS), Some(3600.0))
        );
    }

    #[test]
    fn a_jump_back_is_told_and_time_goes_on_slowly() {
        let mut reckoning = Reckoning::new(at(0, 5000), Timestamp::default());
        let (now, jumped) = reckoning.read(at(10, 4910));
        assert_eq!(jumped, Some(-100.0));
        assert_eq!(now, Timestamp(5009 * SECOND_NS), "ten seconds less the slew");
        let (later, jumped) = reckoning.read(at(11, 4911));
        assert!(later > now && jumped.is_none());
        let (reached, _) = reckoning.read(at(2000, 6900));
        assert_eq!(
            reached,
            Timestamp(6900 * SECOND_NS),
            "in the end the clocks agree"
        );
    }

    #[test]
    fn it_starts_no_earlier_than_what_was_journaled() {
        let mut reckoning = Reckoning::new(at(0, 1000), Timestamp(2000 * SECOND_NS));
        let (now, _) = reckoning.read(at(10, 1010));
        assert!(now >= Timestamp(2000 * SECOND_NS));
    }
}
