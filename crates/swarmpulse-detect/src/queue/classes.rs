//! Classes of tasks in a queue, by priority or by user, numbered so that tasks and samples can name them in one byte.

use swarmpulse_model::time::SECOND_NS;
use swarmpulse_model::{Text, Timestamp};

/// Tasks that name no class.
pub(super) const NONE: u8 = 0;
/// Tasks of classes that there is no room for.
pub(super) const OTHER: u8 = 1;
/// A number may be given to another class when it was not used for longer than samples live.
const KEEP_NS: i64 = 2 * 3600 * SECOND_NS;

#[derive(Clone, Debug)]
struct Class {
    name: Text,
    open: u32,
    used_at: Timestamp,
}

/// Names of classes with their numbers.
#[derive(Clone, Debug)]
pub(super) struct Classes {
    known: Vec<Class>,
    classes_max: usize,
}

impl Classes {
    /// Room for so many; at most 250.
    pub(super) fn new(classes_max: usize) -> Self {
        let unnamed = |name: &str| Class {
            name: name.into(),
            open: 0,
            used_at: Timestamp(0),
        };
        Self {
            known: vec![unnamed(""), unnamed("(other)")],
            classes_max: classes_max.min(250),
        }
    }

    /// The number of a class; [`OTHER`] if there is no room.
    pub(super) fn number(&mut self, name: Option<&Text>, at: Timestamp) -> u8 {
        let Some(name) = name else { return NONE };
        if let Some(number) = self.known.iter().skip(2).position(|class| class.name == *name) {
            return (number + 2) as u8;
        }
        let class = Class {
            name: name.clone(),
            open: 0,
            used_at: at,
        };
        if self.known.len() < self.classes_max + 2 {
            self.known.push(class);
            return (self.known.len() - 1) as u8;
        }
        let unused = self
            .known
            .iter()
            .skip(2)
            .position(|class| class.open == 0 && at.since(class.used_at) > KEEP_NS);
        match unused {
            Some(number) => {
                self.known[number + 2] = class;
                (number + 2) as u8
            }
            None => OTHER,
        }
    }

    /// A task of that class came or went.
    pub(super) fn shift(&mut self, number: u8, at: Timestamp, more: bool) {
        if let Some(class) = self.known.get_mut(usize::from(number)) {
            class.open = if more {
                class.open + 1
            } else {
                class.open.saturating_sub(1)
            };
            class.used_at = at;
        }
    }

    /// The name of a number; empty for [`NONE`].
    pub(super) fn name(&self, number: u8) -> &str {
        self.known
            .get(usize::from(number))
            .map_or("", |class| class.name.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_given_again_when_no_sample_can_name_them() {
        let mut classes = Classes::new(2);
        let (at, later) = (Timestamp(1), Timestamp(1 + KEEP_NS + 1));
        let name = |text: &str| Some(Text::from(text));
        assert_eq!(classes.number(None, at), NONE);
        let first = classes.number(name("a").as_ref(), at);
        classes.shift(first, at, true);
        assert_eq!(classes.number(name("b").as_ref(), at), 3);
        assert_eq!(classes.number(name("a").as_ref(), at), first);
        assert_eq!(classes.number(name("c").as_ref(), at), OTHER);
        assert_eq!(
            classes.number(name("c").as_ref(), later),
            3,
            "b is gone, a has a task"
        );
        assert_eq!(classes.name(3), "c");
        assert_eq!(classes.number(name("b").as_ref(), later), OTHER);
    }
}
