//! History in SQLite, a file a UTC day: `YYYY-MM-DD.db`.
//!
//! The journal is authoritative. How far it has been followed is stored in the newest day's file, in the transaction of
//! the rows: a power cut takes both or neither. Before a newer file says how far, all older ones are on disk.
//!
//! Rows are found by their time and by filters of 512 rows each (`keys`, `grams`), not by an index per column and not by
//! a full-text index. Measured on 400,000 events of 10,000 agents in batches of 10,000: rows alone cost 3.1 us of
//! processor time and 274 bytes each; indexes on agent, task and sandbox make that 14.1 us and 388 bytes (every row
//! touches pages all over the file), an FTS5 index of words 9.0 us and 356 bytes, one of three letters, which is what
//! finding parts of words takes, 20.8 us and 474 bytes. With the filters the whole append, making the JSON included,
//! costs 3 to 4 us; they take about 40 bytes a row, and answer over a day of ten million rows in about 0.1 s.

mod block;
mod candidates;
mod damage;
mod grams;
mod keys;
mod readers;
mod row;
mod scan;
mod shelf;
mod writer;

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;
use swarmpulse_model::Timestamp;
use swarmpulse_store::{History, HistoryError, HistoryPage, HistoryQuery, HistoryRow, Place, Retired};

use crate::connection::{self, Durability};
use crate::day::Day;
use crate::fault::{Fault, history_error};
use crate::migration;
pub use damage::DamagedDay;
use damage::Reports;
use readers::Readers;
pub(crate) use row::{offset, stored_offset};
use scan::Scan;
use shelf::Shelf;
use writer::DayWriter;

/// History in SQLite.
///
/// Reading never waits for writing, nor writing for reading: each reads the state as of its beginning.
pub struct SqliteHistory {
    shelf: Shelf,
    readers: Readers,
    writing: Mutex<Writing>,
    reports: Reports,
    unreadable: AtomicU64,
    query_budget: u64,
}

#[derive(Default)]
struct Writing {
    newest: Option<DayWriter>,
    next_offset: u64,
    /// Rows that were stored are no longer, and who appends does not know yet.
    fell_back: bool,
}

impl SqliteHistory {
    /// Opens the history in this folder; creates it if need be. A damaged day is set aside and reported.
    ///
    /// # Errors
    /// If the folder cannot be created or read, or a later release wrote a day.
    pub fn open(folder: impl Into<PathBuf>) -> Result<Self, HistoryError> {
        let history = Self {
            shelf: Shelf::open(folder.into())?,
            readers: Readers::default(),
            writing: Mutex::default(),
            reports: Reports::default(),
            unreadable: AtomicU64::new(0),
            query_budget: scan::BUDGET,
        };
        {
            let mut writing = history.writing.lock();
            for day in history.shelf.days() {
                if let Err(error) = history.progress(day) {
                    history.set_aside_if_damaged(&mut writing, day, &error, "open")?;
                }
            }
            writing.next_offset = history.furthest_progress();
            writing.fell_back = false;
        }
        Ok(history)
    }

    /// The same with another bound on the work of one query, in rows looked at.
    #[must_use]
    pub fn with_query_budget(self, rows: u64) -> Self {
        Self {
            query_budget: rows.max(1),
            ..self
        }
    }

    /// Brings days that earlier releases wrote to the form that this one writes, so that their views say the same. The
    /// server does it at its start; who only reads beside it must not, for an earlier release may be at work on them.
    /// Gives the days that stay as they are, and why: they are read and written all the same, and it is tried again the
    /// next time.
    ///
    /// # Errors
    /// If a damaged day cannot be set aside.
    pub fn renew(&self) -> Result<Vec<(String, String)>, HistoryError> {
        let mut writing = self.writing.lock();
        let mut left = Vec::new();
        for day in self.shelf.days() {
            let Err(error) = self.renew_day(day) else { continue };
            if Fault::of(&error, self.folder()) == Fault::Damaged {
                self.set_aside_if_damaged(&mut writing, day, &error, "open")?;
            } else {
                left.push((day.to_string(), error.to_string()));
            }
        }
        Ok(left)
    }

    fn renew_day(&self, day: Day) -> Result<(), rusqlite::Error> {
        let loan = self.readers.borrow(day, &self.shelf.path(day))?;
        let version = loan.reader.version;
        self.readers.give_back(loan);
        if version == migration::HISTORY.newest() {
            return Ok(());
        }
        self.readers.forget(day);
        connection::open_writer(&self.shelf.path(day), migration::HISTORY, Durability::EachCommit).map(drop)
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.shelf.folder()
    }

    /// What was set aside since the last call.
    #[must_use]
    pub fn take_reports(&self) -> Vec<DamagedDay> {
        self.reports.take()
    }

    /// How many days have been set aside since it was opened.
    #[must_use]
    pub fn damaged_days(&self) -> u64 {
        self.reports.count()
    }

    /// How often a row could not be read, and was passed over, since it was opened.
    #[must_use]
    pub fn unreadable_rows(&self) -> u64 {
        self.unreadable.load(Ordering::Relaxed)
    }

    /// How far the journal had been followed when this day was written; 0 if it does not say.
    fn progress(&self, day: Day) -> Result<u64, rusqlite::Error> {
        use rusqlite::OptionalExtension;
        let loan = self.readers.borrow(day, &self.shelf.path(day))?;
        if loan.reader.version == 0 {
            return Ok(0);
        }
        let sql = "SELECT next_offset FROM progress";
        let next_offset: Option<u64> = loan
            .reader
            .connection
            .query_row(sql, [], |row| offset(row, 0))
            .optional()?;
        self.readers.give_back(loan);
        Ok(next_offset.unwrap_or_default())
    }

    fn furthest_progress(&self) -> u64 {
        self.shelf
            .days()
            .into_iter()
            .filter_map(|day| self.progress(day).ok())
            .max()
            .unwrap_or_default()
    }

    fn append_rows(
        &self,
        writing: &mut Writing,
        rows: &[HistoryRow],
        next_offset: u64,
    ) -> Result<(), HistoryError> {
        let mut by_day: BTreeMap<Day, Vec<&HistoryRow>> = BTreeMap::new();
        for row in rows {
            by_day.entry(Day::of(row.at)).or_default().push(row);
        }
        let newest_there = self.shelf.newest();
        let Some(newest) = newest_there
            .into_iter()
            .chain(by_day.keys().next_back().copied())
            .max()
        else {
            return Ok(());
        };
        let newest_rows = by_day.remove(&newest).unwrap_or_default();
        for (day, rows) in by_day {
            self.on_day(writing, day, |this, writing| this.write_late(writing, day, &rows))?;
        }
        if let Some(older) = newest_there.filter(|older| *older < newest) {
            self.on_day(writing, older, |this, writing| this.seal(writing, older))?;
        }
        self.on_day(writing, newest, |this, writing| {
            let writer = this.newest_writer(writing, newest)?;
            writer.write(&newest_rows, Some(next_offset))
        })
    }

    /// Does something with a day's file; sets it aside if it turns out to be damaged.
    fn on_day(
        &self,
        writing: &mut Writing,
        day: Day,
        work: impl FnOnce(&Self, &mut Writing) -> Result<(), rusqlite::Error>,
    ) -> Result<(), HistoryError> {
        work(self, writing).or_else(|error| {
            writing.newest = None;
            self.set_aside_if_damaged(writing, day, &error, "write")?;
            Err(history_error("write", &self.shelf.path(day), &error))
        })
    }

    fn newest_writer<'w>(
        &self,
        writing: &'w mut Writing,
        day: Day,
    ) -> Result<&'w mut DayWriter, rusqlite::Error> {
        let writer = match writing.newest.take().filter(|writer| writer.day == day) {
            Some(writer) => writer,
            None => self.shelf.create(day, Durability::EachCheckpoint)?,
        };
        Ok(writing.newest.insert(writer))
    }

    fn write_late(
        &self,
        writing: &mut Writing,
        day: Day,
        rows: &[&HistoryRow],
    ) -> Result<(), rusqlite::Error> {
        writing.newest = writing.newest.take().filter(|writer| writer.day != day);
        let mut writer = self.shelf.create(day, Durability::EachCommit)?;
        writer.write(rows, None)
    }

    fn seal(&self, writing: &mut Writing, day: Day) -> Result<(), rusqlite::Error> {
        let open = writing.newest.take().filter(|writer| writer.day == day);
        match open {
            Some(writer) => writer.seal(),
            None => self.shelf.create(day, Durability::EachCommit)?.seal(),
        }
    }

    /// Sets a damaged day aside, so that the rest is served and the journal can rebuild it.
    fn set_aside_if_damaged(
        &self,
        writing: &mut Writing,
        day: Day,
        error: &rusqlite::Error,
        action: &'static str,
    ) -> Result<(), HistoryError> {
        let path = self.shelf.path(day);
        if Fault::of(error, self.folder()) != Fault::Damaged {
            return Err(history_error(action, &path, error));
        }
        if writing.newest.as_ref().is_some_and(|writer| writer.day == day) {
            writing.newest = None;
        }
        self.readers.forget(day);
        if let Some(moved_to) = self.shelf.set_aside(day)? {
            self.reports.add(DamagedDay {
                day: day.to_string(),
                moved_to,
                detail: error.to_string(),
            });
        }
        let left = self.furthest_progress();
        if left < writing.next_offset {
            writing.next_offset = left;
            writing.fell_back = true;
        }
        Ok(())
    }

    fn query_day(
        &self,
        scan: &mut Scan<'_>,
        day: Day,
        bounds: (Place, Place),
    ) -> Result<ControlFlow<()>, HistoryError> {
        let path = self.shelf.path(day);
        let (scanned, trusted) = match self.readers.borrow(day, &path) {
            Ok(loan) if loan.reader.version == 0 => return Ok(ControlFlow::Continue(())),
            Ok(loan) => {
                let scanned = scan.day(&loan.reader.connection, bounds);
                let trusted = !loan.reader.without_log;
                if scanned.is_ok() {
                    self.readers.give_back(loan);
                }
                (scanned, trusted)
            }
            Err(error) => (Err(error), true),
        };
        scanned.or_else(|error| {
            if !path.exists() {
                return Ok(ControlFlow::Continue(()));
            }
            if !trusted {
                return Err(history_error("read", &path, &error));
            }
            self.set_aside_if_damaged(&mut self.writing.lock(), day, &error, "read")?;
            Ok(ControlFlow::Continue(()))
        })
    }
}

fn last_place_of(day: Day) -> Place {
    let end = day.end();
    if end == Timestamp::NEVER {
        Place::LAST
    } else {
        Place::start_of(end).before()
    }
}

impl History for SqliteHistory {
    fn append(&self, rows: &[HistoryRow], next_offset: u64) -> Result<(), HistoryError> {
        let mut writing = self.writing.lock();
        if writing.fell_back {
            return Err(HistoryError::Database {
                action: "write",
                path: self.folder().display().to_string(),
                detail: format!(
                    "a damaged day was set aside; append again from offset {}",
                    writing.next_offset
                ),
            });
        }
        self.append_rows(&mut writing, rows, next_offset)?;
        writing.next_offset = next_offset;
        Ok(())
    }

    fn next_offset(&self) -> Result<u64, HistoryError> {
        let mut writing = self.writing.lock();
        writing.fell_back = false;
        Ok(writing.next_offset)
    }

    fn query(&self, query: &HistoryQuery) -> Result<HistoryPage, HistoryError> {
        let cursor = query
            .cursor
            .as_deref()
            .map(|cursor| Place::from_cursor(cursor, query.ascending))
            .transpose()?;
        let mut first = query.from.map_or(Place::FIRST, Place::start_of);
        let mut last = query.to.map_or(Place::LAST, |to| Place::start_of(to).before());
        match cursor {
            Some(place) if query.ascending => first = first.max(place.after()),
            Some(place) => last = last.min(place.before()),
            None => {}
        }
        let mut scan = Scan::new(query, self.query_budget);
        let mut days = self.shelf.days();
        days.retain(|day| first <= last && day.start() <= last.at && first.at <= day.end());
        if !query.ascending {
            days.reverse();
        }
        for day in days {
            let bounds = (
                first.max(Place::start_of(day.start())),
                last.min(last_place_of(day)),
            );
            if self.query_day(&mut scan, day, bounds)?.is_break() {
                break;
            }
        }
        let page = scan.into_page();
        self.unreadable.fetch_add(page.unreadable, Ordering::Relaxed);
        Ok(HistoryPage {
            next: page.next.map(|place| place.to_cursor(query.ascending)),
            rows: page.rows,
        })
    }

    fn retire(&self, keep_from: Timestamp, max_bytes: u64) -> Result<Retired, HistoryError> {
        let _nothing_is_written_meanwhile = self.writing.lock();
        self.shelf
            .retire(keep_from, max_bytes, |day| self.readers.forget(day))
    }

    fn bytes(&self) -> u64 {
        self.shelf.bytes()
    }
}
