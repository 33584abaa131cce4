//! Where silence lies: on one host, in one sandbox, with one provider, or across the fleet.

use std::collections::BTreeMap;

/// Counts agents by place, those that fell silent and those that are heard. An agent without a known place may be
/// anywhere: it is a place of its own.
#[derive(Debug, Default)]
pub struct Places {
    by_place: BTreeMap<u32, Tally>,
    all: Tally,
}

#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    silent: u32,
    heard: u32,
}

impl Places {
    /// Counts an agent in that place.
    pub fn add(&mut self, place: Option<u32>, silent: bool) {
        let placed = place.map(|place| self.by_place.entry(place).or_default());
        for tally in placed.into_iter().chain([&mut self.all]) {
            if silent {
                tally.silent += 1;
            } else {
                tally.heard += 1;
            }
        }
    }

    /// The one place whose silence it is: most silent agents are there, and elsewhere no more than half are silent.
    pub fn confined_to(&self) -> Option<u32> {
        let (place, tally) = self.by_place.iter().max_by_key(|(_, tally)| tally.silent)?;
        let outside_silent = self.all.silent - tally.silent;
        let outside_heard = self.all.heard - tally.heard;
        (tally.silent > outside_silent && outside_silent <= outside_heard).then_some(*place)
    }

    /// How many places fell silent, unknown ones counted as one.
    pub fn silent_places(&self) -> u32 {
        let placed: u32 = self.by_place.values().map(|tally| tally.silent).sum();
        let known = self.by_place.values().filter(|tally| tally.silent > 0).count() as u32;
        known + u32::from(placed < self.all.silent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(tallies: &[(Option<u32>, u32, u32)]) -> Places {
        let mut places = Places::default();
        for &(place, silent, heard) in tallies {
            for n in 0..silent + heard {
                places.add(place, n < silent);
            }
        }
        places
    }

    #[test]
    fn silence_of_one_host_is_that_hosts() {
        assert_eq!(places(&[(Some(7), 9, 0), (Some(8), 1, 2)]).confined_to(), Some(7));
        assert_eq!(places(&[(Some(7), 9, 0)]).confined_to(), Some(7), "the only one");
        assert_eq!(
            places(&[(Some(7), 9, 0), (Some(8), 2, 0)]).confined_to(),
            None,
            "the other fell silent too"
        );
        let spread: Vec<_> = (0..6).map(|host| (Some(host), 1, 1)).collect();
        assert_eq!(places(&spread).confined_to(), None, "one agent on each");
    }

    #[test]
    fn unknown_hosts_may_be_anywhere() {
        assert_eq!(places(&[(None, 9, 1)]).confined_to(), None);
        assert_eq!(places(&[(Some(1), 3, 0), (None, 6, 0)]).confined_to(), None);
        assert_eq!(places(&[(Some(1), 3, 0), (None, 6, 0)]).silent_places(), 2);
    }
}
