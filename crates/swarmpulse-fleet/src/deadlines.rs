//! When each agent must be looked at again.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use swarmpulse_model::Timestamp;

use crate::arena::Index;

/// A queue of agents by time. An agent stands in it at or before the time at which its verdict may change by time
/// alone; contact moves that time on without touching the queue, and the agent is put back when it comes up early.
#[derive(Clone, Debug, Default)]
pub struct Deadlines(BinaryHeap<Reverse<(Timestamp, Index)>>);

impl Deadlines {
    /// Looks at an agent again at that time.
    pub fn push(&mut self, at: Timestamp, agent: Index) {
        self.0.push(Reverse((at, agent)));
    }

    /// The earliest time.
    pub fn next(&self) -> Timestamp {
        self.0.peek().map_or(Timestamp::NEVER, |Reverse((at, _))| *at)
    }

    /// An agent whose time has come.
    pub fn pop_due(&mut self, now: Timestamp) -> Option<(Timestamp, Index)> {
        if self.next() > now {
            return None;
        }
        self.0.pop().map(|Reverse(entry)| entry)
    }

    /// How many entries there are, overtaken ones included.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Empties the queue.
    pub fn clear(&mut self) {
        self.0.clear();
    }
}
