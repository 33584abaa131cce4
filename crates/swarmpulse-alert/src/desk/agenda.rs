//! What the desk must look at again, and when.

use std::collections::BTreeSet;

use swarmpulse_model::Timestamp;

/// Something to look at again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Due {
    /// An alert: its `for` passes, its flapping or its acknowledgement ends, its place is looked at.
    Alert(u32),
    /// An alert of others is over unless it was sent again.
    Expires(u32),
    /// An alert that was a cause: what is still there has outlived it.
    Outlived(u32),
    /// Silences begin or end.
    Silences,
    /// A group may have something to tell.
    Group(u32),
}

/// The queue of what is due. Entries are checked when they come up: one too many does no harm.
#[derive(Clone, Debug, Default)]
pub(crate) struct Agenda {
    queue: BTreeSet<(Timestamp, Due)>,
}

impl Agenda {
    pub fn add(&mut self, at: Timestamp, due: Due) {
        if at != Timestamp::NEVER {
            self.queue.insert((at, due));
        }
    }

    pub fn remove(&mut self, at: Timestamp, due: Due) {
        self.queue.remove(&(at, due));
    }

    pub fn next(&self) -> Timestamp {
        self.queue.first().map_or(Timestamp::NEVER, |(at, _)| *at)
    }

    /// The next that is due by now.
    pub fn pop(&mut self, now: Timestamp) -> Option<Due> {
        let first = self.queue.first().copied().filter(|(at, _)| *at <= now)?;
        self.queue.remove(&first);
        Some(first.1)
    }
}
