//! Calls that have begun and not ended: how long they took where nobody says, and those that take too long already.

use std::collections::BTreeMap;

use swarmpulse_model::{Text, Timestamp};

/// The most that are kept of one service.
const OPEN_MAX: usize = 256;
/// After so long the end of a call is held to be lost, in seconds.
const LOST_S: f64 = 3600.0;

/// Calls that have begun and not ended, by id.
#[derive(Clone, Debug, Default)]
pub(super) struct OpenCalls(BTreeMap<Text, (Timestamp, u8)>);

impl OpenCalls {
    /// A call of that operation began. False if there is no room for it.
    pub fn begin(&mut self, call: &Text, at: Timestamp, operation: u8) -> bool {
        if self.0.len() >= OPEN_MAX && !self.0.contains_key(call) {
            return false;
        }
        self.0.insert(call.clone(), (at, operation));
        true
    }

    /// It ended: since when it was open.
    pub fn end(&mut self, call: &Text) -> Option<Timestamp> {
        self.0.remove(call).map(|(at, _)| at)
    }

    /// Forgets those whose end was lost.
    pub fn forget_lost(&mut self, now: Timestamp) {
        self.0.retain(|_, (at, _)| now.seconds_since(*at) < LOST_S);
    }

    /// Ages in milliseconds, with the operation.
    pub fn ages_ms(&self, now: Timestamp) -> impl Iterator<Item = (f64, u8)> {
        self.0
            .values()
            .map(move |(at, operation)| (now.seconds_since(*at) * 1000.0, *operation))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_paired_bounded_and_forgotten() {
        let mut open = OpenCalls::default();
        for n in 0..300 {
            let kept = open.begin(&format!("c{n}").into(), Timestamp(n), 0);
            assert_eq!(kept, n < 256);
        }
        assert_eq!(open.end(&"c7".into()), Some(Timestamp(7)));
        assert_eq!(open.end(&"c7".into()), None);
        assert_eq!(open.ages_ms(Timestamp(1_000_000_000)).count(), 255);
        open.forget_lost(Timestamp(0).plus_s(3601.0));
        assert_eq!(open.ages_ms(Timestamp(0)).count(), 0);
    }
}
