//! The historian: writes effects behind the journal, and fills holes from it by itself.

use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError};
use parking_lot::Mutex;
use swarmpulse_store::{HistoryError, HistoryRow};

use crate::catch_up::{self, Skipped};
use crate::clock::Stopwatch;
use crate::counters::Counter;
use crate::handle::Shared;
use crate::log_files::{LogFile, process_event_line};
use crate::owner::Chapter;

/// Effects wait at most so long to be written with others, in seconds.
const GATHER_S: f64 = 0.1;
/// Rows written at once.
const ROWS_AT_ONCE: usize = 8192;
/// History learns how far the journal is so often while nothing happens, in seconds.
const MARK_EVERY_S: f64 = 1.0;
/// Time between attempts while history refuses.
const RETRY: Duration = Duration::from_millis(500);

pub(crate) struct Historian {
    pub shared: Arc<Shared>,
    pub chapters: Receiver<Chapter>,
    pub log: Option<Arc<Mutex<LogFile>>>,
    pub written: u64,
    /// Since history last learned how far the journal is.
    pub marked: Stopwatch,
    /// Chapters did not fit, and what they told could not be read from the journal yet.
    pub behind: bool,
}

impl Historian {
    /// Runs until the owner has ended and everything is written, or cannot be.
    pub fn run(mut self) {
        loop {
            match self.chapters.recv_timeout(RETRY) {
                Ok(first) => {
                    let (chapters, ended) = self.gather(first);
                    self.write(&chapters);
                    if ended {
                        return self.mark(self.shared.status.history_next());
                    }
                }
                Err(RecvTimeoutError::Timeout) => self.fill_hole(self.shared.status.journal_next()),
                Err(RecvTimeoutError::Disconnected) => return self.mark(self.shared.status.history_next()),
            }
        }
    }

    fn gather(&self, first: Chapter) -> (Vec<Chapter>, bool) {
        let watch = Stopwatch::start();
        let mut rows = first.rows.len();
        if let Some(row) = first.rows.first() {
            self.shared.status.set_oldest_unwritten(row.at);
        }
        let mut chapters = vec![first];
        while rows < ROWS_AT_ONCE {
            let left = Duration::from_secs_f64((GATHER_S - watch.seconds()).max(0.0));
            match self.chapters.recv_timeout(left) {
                Ok(next) => {
                    rows += next.rows.len();
                    chapters.push(next);
                }
                Err(RecvTimeoutError::Timeout) => break,
                Err(RecvTimeoutError::Disconnected) => return (chapters, true),
            }
        }
        (chapters, false)
    }

    fn write(&mut self, chapters: &[Chapter]) {
        let Some(next_offset) = chapters.last().map(|chapter| chapter.next_offset) else {
            return;
        };
        let first_row = chapters.iter().find_map(|chapter| chapter.rows.first());
        self.behind |= !follow_each_other(self.shared.status.history_next(), chapters);
        if self.has_hole() {
            // What is missing lies before these or between them: the journal gives both.
            self.fill_hole(next_offset);
            return;
        }
        if first_row.is_none() {
            self.shared.status.set_history_next(next_offset);
            // Nothing to write, but the next start need not read again what had no effect.
            if self.marked.seconds() >= MARK_EVERY_S {
                self.mark(next_offset);
            }
            return;
        }
        let rows: Vec<HistoryRow> = chapters
            .iter()
            .flat_map(|chapter| chapter.rows.iter().cloned())
            .collect();
        self.append(&rows, next_offset);
    }

    /// Tells history how far the journal is.
    fn mark(&mut self, next_offset: u64) {
        self.marked = Stopwatch::start();
        if next_offset > self.written {
            self.append(&[], next_offset);
        }
    }

    fn append(&mut self, rows: &[HistoryRow], next_offset: u64) {
        match self.shared.history.append(rows, next_offset) {
            Ok(()) => {
                self.written = next_offset;
                self.shared.status.set_history_next(next_offset);
                self.shared
                    .status
                    .set_oldest_unwritten(swarmpulse_model::Timestamp(0));
                if let Some(fault) = self.shared.status.mended("history") {
                    tracing::info!(since = %fault.since.unix_s(), "history is written again");
                }
                self.project(rows);
                self.log_events(rows);
            }
            Err(error) => self.refused(&error),
        }
    }

    /// Entities and alerts as people look them up; the next start brings them up to date if this fails.
    fn project(&self, rows: &[HistoryRow]) {
        if rows.is_empty() {
            return;
        }
        match self.shared.state.project(rows) {
            Ok(()) => drop(self.shared.status.mended("state")),
            Err(error) => {
                if self
                    .shared
                    .status
                    .fault("state", error.to_string(), self.shared.clock.now())
                {
                    tracing::error!(%error, "entities and alerts are not written");
                }
            }
        }
    }

    fn refused(&self, error: &HistoryError) {
        let now = self.shared.clock.now();
        if self.shared.status.fault("history", error.to_string(), now) {
            tracing::error!(%error, "history is not written; it will be from the journal");
        }
    }

    /// Whether something was not written: history refused it, or it did not fit into the queue.
    fn has_hole(&self) -> bool {
        let faults = self.shared.status.faults();
        self.behind || faults.iter().any(|fault| fault.store == "history")
    }

    /// Writes from the journal what could not be written when it happened.
    fn fill_hole(&mut self, to: u64) {
        if !self.has_hole() {
            return;
        }
        // Asked anew: what was refused may be stored in part, and a damaged day may have been set aside.
        let Ok(written) = self.shared.history.next_offset() else {
            return;
        };
        self.written = written.max(self.shared.journal.first_offset());
        let mut skipped = Skipped::default();
        let Ok(mut fleet) = catch_up::fleet_before(&*self.shared.state, self.written, &mut skipped) else {
            return;
        };
        let journal = Arc::clone(&self.shared.journal);
        let from = self.written;
        let shared = Arc::clone(&self.shared);
        let filled = catch_up::apply_span(
            &mut fleet,
            &journal,
            from,
            to,
            &mut skipped,
            |rows, next_offset| {
                self.append(&rows, next_offset);
                self.written == next_offset
            },
        );
        match filled {
            // What history refused meanwhile is its fault, and tried again for that.
            Ok(()) => self.behind = false,
            Err(error) => {
                tracing::warn!(%error, "history cannot be filled from the journal");
                // What was written ended the fault of history, and the hole is still there.
                self.behind = true;
                shared.counters.add(Counter::HistoryDeferredTotal, 1);
            }
        }
    }

    fn log_events(&mut self, rows: &[HistoryRow]) {
        let Some(log) = &self.log else { return };
        for line in rows.iter().filter_map(process_event_line) {
            let written = log.lock().write_line(&line, self.shared.clock.now());
            let counter = if written {
                Counter::LogLinesTotal
            } else {
                Counter::LogLinesLostTotal
            };
            self.shared.counters.add(counter, 1);
        }
    }
}

/// Whether each of these chapters begins where the one before it ended, the first at `next`. Where one does not, chapters
/// between them did not fit into the queue.
fn follow_each_other(mut next: u64, chapters: &[Chapter]) -> bool {
    chapters.iter().all(|chapter| {
        let follows = chapter.first_offset <= next;
        next = next.max(chapter.next_offset);
        follows
    })
}
