//! Alarms: since when something has been true, and how sure that is.

use swarmpulse_model::Timestamp;

/// Chances of being wrong are not told as less than this: the model may be wrong itself.
const DOUBT_LEAST: f64 = 1e-3;
/// So many looks that differ are taken in a week: every quarter of a minute, of three spans of time.
const LOOKS_PER_WEEK: f64 = 120_960.0;

/// Why a service is held to be slow or failing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Against {
    /// What is usual of it.
    Usual,
    /// A limit that somebody set.
    Limit,
    /// Most of the calls fail, whatever is usual.
    Majority,
}

/// What a test found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Found {
    /// Against what.
    pub against: Against,
    /// Over so many minutes.
    pub minutes: i64,
    /// Calls looked at.
    pub trials: f64,
    /// Bad ones among them.
    pub hits: f64,
    /// The share that is usual, or allowed.
    pub usual: f64,
    /// How likely so many are by chance.
    pub chance: f64,
}

/// Something that is true, from the time it began until it is clearly over.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Alarm {
    /// Since when.
    pub since: Timestamp,
    /// What was found last.
    pub found: Found,
    /// The least likely of all that was found while it held.
    pub least_chance: f64,
}

impl Alarm {
    /// Begins, or goes on with newer figures.
    pub fn raise(alarm: &mut Option<Self>, since: Timestamp, found: Found) {
        match alarm {
            Some(alarm) => {
                alarm.found = found;
                alarm.least_chance = alarm.least_chance.min(found.chance);
            }
            None => {
                *alarm = Some(Self {
                    since,
                    found,
                    least_chance: found.chance,
                });
            }
        }
    }

    /// One minus the chance that a service as usual shows this at any time of a week, at most 0.999.
    pub fn confidence(&self) -> f64 {
        confidence(self.least_chance)
    }
}

/// One minus the chance that this is seen at any time of a week by chance alone, at most 0.999.
pub(super) fn confidence(chance: f64) -> f64 {
    1.0 - (chance * LOOKS_PER_WEEK).clamp(DOUBT_LEAST, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn certain_things_are_said_with_little_doubt() {
        assert_eq!(confidence(0.0), 0.999);
        assert!(confidence(1e-7) < 0.99);
        assert_eq!(confidence(1.0), 0.0);
    }

    #[test]
    fn an_alarm_keeps_its_beginning_and_the_least_likely_of_what_was_found() {
        let found = |chance: f64| Found {
            against: Against::Usual,
            minutes: 5,
            trials: 20.0,
            hits: 15.0,
            usual: 0.05,
            chance,
        };
        let mut alarm = None;
        Alarm::raise(&mut alarm, Timestamp(1), found(1e-12));
        Alarm::raise(&mut alarm, Timestamp(2), found(1e-7));
        let alarm = alarm.unwrap();
        assert_eq!((alarm.since, alarm.found.chance), (Timestamp(1), 1e-7));
        assert_eq!(alarm.confidence(), 0.999);
    }
}
