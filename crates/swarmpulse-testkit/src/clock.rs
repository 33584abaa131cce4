//! The clock of tests and load: a stopwatch, pacing, and waiting for something observable with a deadline.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Time between looks while waiting for something observable.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// The monotonic clock.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the clock's home among the tests")]
pub fn now() -> Instant {
    Instant::now()
}

/// The wall clock, in Unix seconds.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the clock's home among the tests")]
pub fn unix_s() -> f64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0.0, |since| since.as_secs_f64())
}

/// Waits until that time; used to pace load.
#[expect(clippy::disallowed_methods, reason = "load is paced by waiting")]
pub fn wait_until(time: Instant) {
    let left = time.saturating_duration_since(now());
    if !left.is_zero() {
        std::thread::sleep(left);
    }
}

/// Looks until there is something to see, or the deadline passes.
pub fn wait_for<T>(deadline: Duration, mut look: impl FnMut() -> Option<T>) -> Option<T> {
    let until = now() + deadline;
    loop {
        if let Some(seen) = look() {
            return Some(seen);
        }
        if now() >= until {
            return None;
        }
        wait_until(now() + LOOK_EVERY);
    }
}
