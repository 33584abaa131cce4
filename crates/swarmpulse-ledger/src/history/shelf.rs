//! The shelf: which days there are, where their files lie, and how long they stay.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::{fs, io};

use parking_lot::Mutex;
use swarmpulse_model::Timestamp;
use swarmpulse_store::{HistoryError, Retired};

use super::writer::DayWriter;
use crate::connection::Durability;
use crate::day::Day;
use crate::fault::history_error;
use crate::{connection, files};

const ENDING: &str = ".db";
const DAMAGED_ENDING: &str = ".damaged";

/// The day files of a folder.
#[derive(Debug)]
pub(crate) struct Shelf {
    folder: PathBuf,
    days: Mutex<BTreeSet<Day>>,
}

impl Shelf {
    /// The days in this folder, which is created if need be.
    pub(crate) fn open(folder: PathBuf) -> Result<Self, HistoryError> {
        let failed =
            |action, error: &io::Error| history_error(action, &folder, &connection::cannot_open(error));
        files::create_private_folder(&folder).map_err(|error| failed("create", &error))?;
        let mut days = BTreeSet::new();
        for entry in fs::read_dir(&folder).map_err(|error| failed("read", &error))? {
            let name = entry.map_err(|error| failed("read", &error))?.file_name();
            days.extend(
                name.to_str()
                    .and_then(|name| Day::parse(name.strip_suffix(ENDING)?)),
            );
        }
        Ok(Self {
            folder,
            days: Mutex::new(days),
        })
    }

    /// The folder.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The file of a day.
    pub(crate) fn path(&self, day: Day) -> PathBuf {
        self.folder.join(format!("{day}{ENDING}"))
    }

    /// Every day, the oldest first.
    pub(crate) fn days(&self) -> Vec<Day> {
        self.days.lock().iter().copied().collect()
    }

    /// The newest day.
    pub(crate) fn newest(&self) -> Option<Day> {
        self.days.lock().last().copied()
    }

    /// A writer of this day, whose file is created if need be.
    pub(crate) fn create(&self, day: Day, durability: Durability) -> Result<DayWriter, rusqlite::Error> {
        let path = self.path(day);
        if !self.days.lock().contains(&day) {
            // A log without its database is left over from a deletion that was cut short.
            files::delete(&path).map_err(|error| connection::cannot_open(&error))?;
        }
        let writer = DayWriter::open(day, &path, durability);
        if writer.is_ok() {
            self.days.lock().insert(day);
        }
        writer
    }

    /// Takes a damaged day off the shelf and says where it is now; `None` if it was gone already.
    pub(crate) fn set_aside(&self, day: Day) -> Result<Option<PathBuf>, HistoryError> {
        if !self.days.lock().remove(&day) {
            return Ok(None);
        }
        let free = |index: u32| {
            let number = if index == 0 {
                String::new()
            } else {
                format!("-{index}")
            };
            Some(self.folder.join(format!("{day}{number}{DAMAGED_ENDING}"))).filter(|path| !path.exists())
        };
        let moved_to = (0..1000)
            .find_map(free)
            .unwrap_or_else(|| self.folder.join(format!("{day}{DAMAGED_ENDING}")));
        files::rename(&self.path(day), &moved_to)
            .map_err(|error| history_error("set aside", &self.path(day), &connection::cannot_open(&error)))?;
        Ok(Some(moved_to))
    }

    /// Bytes on disk, what was set aside included.
    pub(crate) fn bytes(&self) -> u64 {
        let files = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        files
            .filter_map(|file| file.metadata().ok())
            .filter(fs::Metadata::is_file)
            .map(|file| file.len())
            .sum()
    }

    /// Deletes days, and what was set aside, as [`swarmpulse_store::History::retire`] says.
    pub(crate) fn retire(
        &self,
        keep_from: Timestamp,
        max_bytes: u64,
        forget: impl Fn(Day),
    ) -> Result<Retired, HistoryError> {
        let mut retired = Retired::default();
        let mut bytes = self.bytes();
        let newest = self.newest();
        let days = self.days().into_iter().map(|day| (day, self.path(day)));
        let mut oldest_first: Vec<(Day, PathBuf)> = days.filter(|(day, _)| Some(*day) != newest).collect();
        oldest_first.extend(self.damaged());
        oldest_first.sort();
        for (day, path) in oldest_first {
            if day.end() > keep_from && bytes <= max_bytes {
                continue;
            }
            let freed = files::bytes_of(&path);
            if path == self.path(day) {
                self.days.lock().remove(&day);
                forget(day);
            }
            files::delete(&path)
                .map_err(|error| history_error("delete", &path, &connection::cannot_open(&error)))?;
            bytes = bytes.saturating_sub(freed);
            retired.days += 1;
            retired.bytes += freed;
        }
        Ok(retired)
    }

    fn damaged(&self) -> Vec<(Day, PathBuf)> {
        let files = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let named = files.filter_map(|file| {
            let name = file.file_name();
            let stem = name.to_str()?.strip_suffix(DAMAGED_ENDING)?;
            Some((Day::parse(stem.get(..10)?)?, file.path()))
        });
        named.collect()
    }
}
