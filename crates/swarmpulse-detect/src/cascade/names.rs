//! Names by number, bounded: who has not been heard of for a day makes room.

use std::collections::HashMap;

use swarmpulse_model::Text;

use super::pulse::SLOT_S;

/// Names that were not heard of for so many slots make room when there is none: a day.
const QUIET_SLOTS: i64 = 86_400 / SLOT_S;
/// Room is looked for at most once in so many slots: a minute.
const SWEEP_SLOTS: i64 = 60 / SLOT_S;

/// Numbers of names.
#[derive(Clone, Debug)]
pub(super) struct Names {
    most: usize,
    index: HashMap<Text, u32>,
    rows: Vec<Row>,
    free: Vec<u32>,
    swept: i64,
}

#[derive(Clone, Debug)]
struct Row {
    name: Text,
    heard: i64,
}

/// What became of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Named {
    /// It has that number.
    Known(u32),
    /// It has that number from now on; whoever had it before is gone.
    New(u32),
    /// There is no room.
    Full,
}

impl Names {
    /// Room for so many.
    pub fn new(most: usize) -> Self {
        Self {
            most,
            index: HashMap::new(),
            rows: Vec::new(),
            free: Vec::new(),
            swept: i64::MIN,
        }
    }

    /// The number of a name that is heard of.
    pub fn hear(&mut self, name: &str, slot: i64) -> Named {
        if let Some(number) = self.index.get(name) {
            let row = &mut self.rows[*number as usize];
            row.heard = row.heard.max(slot);
            return Named::Known(*number);
        }
        if self.index.len() >= self.most && !self.sweep(slot) {
            return Named::Full;
        }
        let row = Row {
            name: name.into(),
            heard: slot,
        };
        let number = if let Some(number) = self.free.pop() {
            self.rows[number as usize] = row;
            number
        } else {
            self.rows.push(row);
            (self.rows.len() - 1) as u32
        };
        self.index.insert(name.into(), number);
        Named::New(number)
    }

    fn sweep(&mut self, slot: i64) -> bool {
        if slot < self.swept.saturating_add(SWEEP_SLOTS) {
            return false;
        }
        self.swept = slot;
        for (number, row) in self.rows.iter().enumerate() {
            let owner = self.index.get(&row.name) == Some(&(number as u32));
            if owner && slot - row.heard > QUIET_SLOTS {
                self.index.remove(&row.name);
                self.free.push(number as u32);
            }
        }
        !self.free.is_empty()
    }

    /// The number of a name.
    pub fn find(&self, name: &str) -> Option<u32> {
        self.index.get(name).copied()
    }

    /// The name of a number.
    pub fn name(&self, number: u32) -> &Text {
        &self.rows[number as usize].name
    }

    /// Numbers are below this.
    pub fn len(&self) -> usize {
        self.rows.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quiet_make_room() {
        let mut names = Names::new(2);
        assert_eq!(names.hear("a", 0), Named::New(0));
        assert_eq!(names.hear("b", 0), Named::New(1));
        assert_eq!(names.hear("a", QUIET_SLOTS), Named::Known(0));
        assert_eq!(names.hear("c", QUIET_SLOTS), Named::Full);
        assert_eq!(names.hear("c", QUIET_SLOTS + SWEEP_SLOTS), Named::New(1));
        assert_eq!(names.find("b"), None);
        assert_eq!(names.name(1), "c");
        assert_eq!(names.hear("b", QUIET_SLOTS + 2 * SWEEP_SLOTS), Named::Full);
        assert_eq!(names.len(), 2);
    }
}
