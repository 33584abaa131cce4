//! Where silence lies: on one host, in one sandbox, with one provider, or across the fleet.

use std::collections::BTreeMap;

/// A share of silent agents in one place from which the silence is that place's own failure.
const CONFINED_SHARE: f64 = 0.8;

/// Counts silent agents by place. An agent without a known place is a place of its own.
#[derive(Debug, Default)]
pub struct Places {
    by_place: BTreeMap<u32, u32>,
    silent: u32,
}

impl Places {
    /// Counts a silent agent in that place.
    pub fn add(&mut self, place: Option<u32>) {
        self.silent += 1;
        if let Some(place) = place {
            *self.by_place.entry(place).or_default() += 1;
        }
    }

    /// The one place in which nearly all silent agents are.
    pub fn confined_to(&self) -> Option<u32> {
        let (place, count) = self.by_place.iter().max_by_key(|(_, count)| **count)?;
        (f64::from(*count) >= CONFINED_SHARE * f64::from(self.silent)).then_some(*place)
    }

    /// How many places there are, unknown ones counted as one.
    pub fn count(&self) -> usize {
        let placed: u32 = self.by_place.values().sum();
        self.by_place.len() + usize::from(placed < self.silent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_of_one_host_is_that_hosts() {
        let mut places = Places::default();
        for _ in 0..9 {
            places.add(Some(7));
        }
        places.add(Some(8));
        assert_eq!(places.confined_to(), Some(7));
        for _ in 0..9 {
            places.add(None);
        }
        assert_eq!(places.confined_to(), None, "unknown hosts may be anywhere");
    }
}
