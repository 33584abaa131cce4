//! Waiting longer after each failure, up to a bound.

use std::time::Duration;

/// Doubles a delay with every failure, from `first` to `most`; a success starts it anew.
#[derive(Clone, Debug)]
pub struct Backoff {
    first: Duration,
    most: Duration,
    next: Duration,
}

impl Backoff {
    /// Starts at `first` and never exceeds `most`.
    #[must_use]
    pub fn new(first: Duration, most: Duration) -> Self {
        let first = first.min(most);
        Self {
            first,
            most,
            next: first,
        }
    }

    /// The delay before the next try; `asked_for` is what the other side asked to wait at least.
    pub fn after_failure(&mut self, asked_for: Option<Duration>) -> Duration {
        let delay = self.next.max(asked_for.unwrap_or_default()).min(self.most);
        self.next = self.next.saturating_mul(2).min(self.most);
        delay
    }

    /// Starts anew.
    pub fn succeeded(&mut self) {
        self.next = self.first;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_doubles_to_its_bound_and_starts_anew() {
        let mut backoff = Backoff::new(Duration::from_millis(500), Duration::from_secs(3));
        let delays: Vec<u128> = (0..5).map(|_| backoff.after_failure(None).as_millis()).collect();
        assert_eq!(delays, [500, 1000, 2000, 3000, 3000]);
        backoff.succeeded();
        assert_eq!(backoff.after_failure(None).as_millis(), 500);
    }

    #[test]
    fn a_wish_to_wait_is_granted_up_to_the_bound() {
        let mut backoff = Backoff::new(Duration::from_millis(500), Duration::from_secs(3));
        assert_eq!(backoff.after_failure(Some(Duration::from_secs(2))).as_secs(), 2);
        assert_eq!(
            backoff.after_failure(Some(Duration::from_secs(3600))).as_secs(),
            3
        );
    }
}
