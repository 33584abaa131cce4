//! Lines on their way out: bounded by number and bytes, the oldest dropped first, every drop counted.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;
use swarmpulse_model::Text;
use tokio::sync::Notify;

use super::line::{LogLevel, LogLine};

/// What became of lines so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ShipCounts {
    /// Lines that were taken in.
    pub taken: u64,
    /// Lines that the provider has.
    pub shipped: u64,
    /// Lines that had to go because newer ones came faster than they left.
    pub dropped_full: u64,
    /// Lines that the provider will not have.
    pub dropped_refused: u64,
    /// Lines that were left when the time to stop was over.
    pub dropped_stopped: u64,
    /// Attempts that failed.
    pub failures: u64,
    /// Attempts beyond a batch's first.
    pub retries: u64,
    /// Lines that wait, those of batches that are tried again included.
    pub waiting: u64,
    /// Why the last attempt failed, without secrets; `None` after one that did not.
    pub last_error: Option<Text>,
}

/// Where lines go, by the name under which its figures are shown: `datadog/0` is the first of Datadog's.
#[derive(Clone, Debug)]
pub struct Destination {
    /// The provider and which of its entries, from 0.
    pub name: Text,
    /// What waits for it, and what became of the rest.
    pub queue: ShipQueue,
}

/// Lines on their way to one provider. Clones are the same queue.
#[derive(Clone, Debug)]
pub struct ShipQueue(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    level: LogLevel,
    lines_max: usize,
    bytes_max: usize,
    waiting: Mutex<Waiting>,
    arrived: Notify,
    taken: AtomicU64,
    shipped: AtomicU64,
    dropped_full: AtomicU64,
    dropped_refused: AtomicU64,
    dropped_stopped: AtomicU64,
    failures: AtomicU64,
    retries: AtomicU64,
    /// Lines taken out of `waiting` that the provider does not have yet.
    packed: AtomicU64,
    last_error: Mutex<Option<Text>>,
}

#[derive(Debug, Default)]
struct Waiting {
    lines: VecDeque<LogLine>,
    bytes: usize,
}

impl ShipQueue {
    /// A queue for lines of that level and above, bounded by number and bytes.
    #[must_use]
    pub fn new(level: LogLevel, lines_max: usize, bytes_max: usize) -> Self {
        Self(Arc::new(Inner {
            level,
            lines_max: lines_max.max(1),
            bytes_max,
            waiting: Mutex::default(),
            arrived: Notify::new(),
            taken: AtomicU64::new(0),
            shipped: AtomicU64::new(0),
            dropped_full: AtomicU64::new(0),
            dropped_refused: AtomicU64::new(0),
            dropped_stopped: AtomicU64::new(0),
            failures: AtomicU64::new(0),
            retries: AtomicU64::new(0),
            packed: AtomicU64::new(0),
            last_error: Mutex::new(None),
        }))
    }

    /// The least level that it takes.
    #[must_use]
    pub fn level(&self) -> LogLevel {
        self.0.level
    }

    /// Takes a line in, unless its level is too low. Never waits.
    pub fn push(&self, line: LogLine) {
        if line.level < self.0.level {
            return;
        }
        let bytes = line.bytes();
        let mut dropped = 0;
        {
            let mut waiting = self.0.waiting.lock();
            waiting.bytes += bytes;
            waiting.lines.push_back(line);
            while waiting.lines.len() > self.0.lines_max
                || (waiting.bytes > self.0.bytes_max && waiting.lines.len() > 1)
            {
                if waiting.drop_oldest() {
                    dropped += 1;
                }
            }
        }
        self.0.taken.fetch_add(1, Ordering::Relaxed);
        self.0.dropped_full.fetch_add(dropped, Ordering::Relaxed);
        self.0.arrived.notify_one();
    }

    /// What became of lines so far.
    #[must_use]
    pub fn counts(&self) -> ShipCounts {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        ShipCounts {
            taken: read(&self.0.taken),
            shipped: read(&self.0.shipped),
            dropped_full: read(&self.0.dropped_full),
            dropped_refused: read(&self.0.dropped_refused),
            dropped_stopped: read(&self.0.dropped_stopped),
            failures: read(&self.0.failures),
            retries: read(&self.0.retries),
            waiting: self.len() as u64 + read(&self.0.packed),
            last_error: self.0.last_error.lock().clone(),
        }
    }

    /// Waits until there is something to take.
    pub(super) async fn filled(&self) {
        while self.len() == 0 {
            self.0.arrived.notified().await;
        }
    }

    /// Waits until so many lines are there.
    pub(super) async fn holds(&self, lines: usize) {
        while self.len() < lines.min(self.0.lines_max) {
            self.0.arrived.notified().await;
        }
    }

    pub(super) fn len(&self) -> usize {
        self.0.waiting.lock().lines.len()
    }

    /// The oldest lines, so many and so many bytes at most, but one if there is any.
    pub(super) fn take(&self, lines_max: usize, bytes_max: usize) -> Vec<LogLine> {
        let mut waiting = self.0.waiting.lock();
        let (mut count, mut bytes) = (0, 0);
        for line in waiting.lines.iter().take(lines_max) {
            let more = line.bytes();
            if count > 0 && bytes + more > bytes_max {
                break;
            }
            (count, bytes) = (count + 1, bytes + more);
        }
        waiting.bytes -= bytes;
        waiting.lines.drain(..count).collect()
    }

    /// So many lines are in batches that the provider does not have yet.
    pub(super) fn count_packed(&self, lines: usize) {
        self.0.packed.store(lines as u64, Ordering::Relaxed);
    }

    pub(super) fn count_retry(&self) {
        self.0.retries.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn count_shipped(&self, lines: usize) {
        self.0.shipped.fetch_add(lines as u64, Ordering::Relaxed);
        *self.0.last_error.lock() = None;
    }

    pub(super) fn count_failure(&self, error: &str) {
        self.0.failures.fetch_add(1, Ordering::Relaxed);
        *self.0.last_error.lock() = Some(error.into());
    }

    pub(super) fn count_refused(&self, lines: usize) {
        self.0.dropped_refused.fetch_add(lines as u64, Ordering::Relaxed);
    }

    pub(super) fn count_stopped(&self, lines: usize) {
        self.0.dropped_stopped.fetch_add(lines as u64, Ordering::Relaxed);
    }
}

impl Waiting {
    fn drop_oldest(&mut self) -> bool {
        let Some(oldest) = self.lines.pop_front() else {
            return false;
        };
        self.bytes -= oldest.bytes();
        true
    }
}

#[cfg(test)]
mod tests {
    use swarmpulse_model::Timestamp;

    use super::*;

    fn line(level: LogLevel, message: &str) -> LogLine {
        LogLine::new(Timestamp(0), level, "t", message)
    }

    #[test]
    fn the_oldest_goes_first_and_is_counted() {
        let queue = ShipQueue::new(LogLevel::Info, 2, 1 << 20);
        for message in ["a", "b", "c"] {
            queue.push(line(LogLevel::Info, message));
        }
        queue.push(line(LogLevel::Debug, "too low"));
        let counts = queue.counts();
        assert_eq!((counts.taken, counts.dropped_full, counts.waiting), (3, 1, 2));
        let taken: Vec<_> = queue
            .take(10, 1 << 20)
            .into_iter()
            .map(|line| line.message)
            .collect();
        assert_eq!(taken, ["b", "c"]);
    }

    #[test]
    fn bytes_are_bounded_but_one_line_is_always_kept() {
        let queue = ShipQueue::new(LogLevel::Info, 100, 1000);
        for _ in 0..20 {
            queue.push(line(LogLevel::Info, &"x".repeat(300)));
        }
        assert!(queue.len() < 4, "{}", queue.len());
        assert_eq!(queue.counts().dropped_full + queue.counts().waiting, 20);
        queue.push(line(LogLevel::Info, &"y".repeat(5000)));
        assert_eq!(queue.len(), 1);
        assert_eq!(queue.take(1, 1)[0].message.len(), 5000);
        assert_eq!(queue.0.waiting.lock().bytes, 0);
    }
}
