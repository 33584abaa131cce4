//! How much each agent does: what fails on one agent alone is that agent's trouble, not that of the services it calls.

use super::names::{Named, Names};
use super::pulse::SLOT_S;

/// What an agent did fades with this half-life, in slots: five minutes.
const HALF_LIFE: f64 = 300.0 / SLOT_S as f64;

/// A count that fades.
#[derive(Clone, Copy, Debug, Default)]
struct Fading {
    count: f64,
    slot: i64,
}

impl Fading {
    fn add(&mut self, slot: i64) {
        self.count = self.at(slot) + 1.0;
        self.slot = self.slot.max(slot);
    }

    fn at(&self, slot: i64) -> f64 {
        match slot - self.slot {
            age if age <= 0 => self.count,
            age => self.count * 0.5_f64.powf(age as f64 / HALF_LIFE),
        }
    }
}

/// The agents of a namespace.
#[derive(Clone, Debug)]
pub(super) struct Agents {
    names: Names,
    each: Vec<Fading>,
    all: Fading,
}

impl Agents {
    /// Room for so many.
    pub fn new(most: usize) -> Self {
        Self {
            names: Names::new(most),
            each: Vec::new(),
            all: Fading::default(),
        }
    }

    /// Counts an outcome; the agent's number, `None` if there is no room.
    pub fn hear(&mut self, name: &str, slot: i64) -> Option<u32> {
        let number = match self.names.hear(name, slot) {
            Named::Known(number) => number,
            Named::New(number) => {
                let fresh = Fading { count: 0.0, slot };
                match self.each.get_mut(number as usize) {
                    Some(old) => *old = fresh,
                    None => self.each.push(fresh),
                }
                number
            }
            Named::Full => return None,
        };
        self.each[number as usize].add(slot);
        self.all.add(slot);
        Some(number)
    }

    /// The share of everything lately that was this agent's.
    pub fn share(&self, number: u32, slot: i64) -> f64 {
        let all = self.all.at(slot);
        if all > 0.0 {
            self.each[number as usize].at(slot) / all
        } else {
            1.0
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_of_the_last_minutes() {
        let mut agents = Agents::new(10);
        for slot in 0..1000 {
            agents.hear("a", slot);
            if slot >= 500 {
                agents.hear("b", slot);
            }
        }
        let share = agents.share(1, 1000);
        assert!((share - 0.5).abs() < 0.01, "{share}");
        assert_eq!(Agents::new(0).hear("a", 0), None);
    }
}
