//! Looking through a journal without changing anything, also beside its writer: every entry, every checksum, every gap.

use std::fs;
use std::path::{Path, PathBuf};

use swarmpulse_store::{Entry, JournalError, JournalReader, SegmentInfo};

use crate::directory::{Encoding, segment_path};
use crate::error::io_error;
use crate::view::open_reader;

/// So many things that are wrong with a segment are told in words; the last of them says that there are more.
const DAMAGE_SHOWN_MAX: usize = 16;

/// One segment as it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SegmentCheck {
    /// Its file.
    pub path: PathBuf,
    /// What it should hold.
    pub info: SegmentInfo,
    /// Entries that were read whole.
    pub entries: u64,
    /// What is wrong, in words.
    pub damage: Vec<String>,
}

impl SegmentCheck {
    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.damage.is_empty()
    }

    fn damaged(&mut self, what: String) {
        match self.damage.len() {
            ..DAMAGE_SHOWN_MAX => self.damage.push(what),
            DAMAGE_SHOWN_MAX => self.damage.push("and more".to_owned()),
            _ => {}
        }
    }
}

/// A journal as it was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JournalCheck {
    /// Its segments, the oldest first.
    pub segments: Vec<SegmentCheck>,
    /// What is wrong beside them: entries that are in no file, files that were set aside.
    pub damage: Vec<String>,
}

impl JournalCheck {
    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.damage.is_empty() && self.segments.iter().all(SegmentCheck::is_sound)
    }

    /// Entries that were read whole, and the bytes of all segments.
    #[must_use]
    pub fn totals(&self) -> (u64, u64) {
        self.segments.iter().fold((0, 0), |(entries, bytes), segment| {
            (entries + segment.entries, bytes + segment.info.bytes)
        })
    }
}

/// Reads every entry of the journal in this folder and compares every checksum; `understand` says what is wrong with an
/// entry that is whole. `progress` is told each segment when it is done. Takes no lock and changes nothing: beside a
/// writer it ends with what was synced when it began, and a torn tail is no damage, for nobody was told that it is there.
///
/// # Errors
/// If there is no such folder, a later version wrote in it, or the disk refuses. Damage is in the report, not an error.
pub fn check_journal(
    dir: &Path,
    understand: &mut dyn FnMut(&Entry) -> Result<(), String>,
    progress: &mut dyn FnMut(&SegmentCheck),
) -> Result<JournalCheck, JournalError> {
    let reader = open_reader(dir)?;
    let mut walk = Walk {
        report: JournalCheck {
            segments: reader
                .segments()
                .into_iter()
                .map(|info| begun(dir, info))
                .collect(),
            damage: set_aside(dir)?,
        },
        at: 0,
        progress,
    };
    let mut from = reader.first_offset();
    while let Some(next) = walk.read(&*reader, from, understand)? {
        // What was to be read next has been retired meanwhile.
        walk.report
            .segments
            .retain(|segment| segment.info.first_offset >= next);
        (walk.at, from) = (0, next);
    }
    walk.pass(u64::MAX);
    Ok(walk.report)
}

fn begun(dir: &Path, info: SegmentInfo) -> SegmentCheck {
    let path = |encoding| segment_path(dir, info.first_offset, encoding);
    let compressed = path(Encoding::Compressed);
    SegmentCheck {
        path: if compressed.exists() {
            compressed
        } else {
            path(Encoding::Plain)
        },
        info,
        entries: 0,
        damage: Vec::new(),
    }
}

/// Files that were once set aside.
fn set_aside(dir: &Path) -> Result<Vec<String>, JournalError> {
    let mut found = Vec::new();
    for item in fs::read_dir(dir).map_err(|error| io_error("list", dir, error))? {
        let path = item.map_err(|error| io_error("list", dir, error))?.path();
        if path.extension().is_some_and(|ending| ending == "damaged") {
            found.push(format!("{}: it was set aside as damaged", path.display()));
        }
    }
    found.sort_unstable();
    Ok(found)
}

/// A journal being read.
struct Walk<'a> {
    report: JournalCheck,
    /// Segments before this place are done.
    at: usize,
    progress: &'a mut dyn FnMut(&SegmentCheck),
}

impl Walk<'_> {
    /// Reads from an entry to the end; gives the entry to go on with if that one is no longer held.
    fn read(
        &mut self,
        reader: &dyn JournalReader,
        from: u64,
        understand: &mut dyn FnMut(&Entry) -> Result<(), String>,
    ) -> Result<Option<u64>, JournalError> {
        for item in reader.read_from(from)? {
            match item {
                Ok(entry) => {
                    let understood = understand(&entry);
                    let Some(segment) = self.segment_of(entry.offset) else {
                        continue;
                    };
                    segment.entries += 1;
                    if let Err(detail) = understood {
                        segment.damaged(format!("entry {} is whole, but {detail}", entry.offset));
                    }
                }
                Err(JournalError::Damaged { offset, detail, .. }) => match self.segment_of(offset) {
                    Some(segment) => segment.damaged(detail),
                    None => self.report.damage.push(format!("{detail}: no file holds them")),
                },
                Err(JournalError::OutOfRange { asked, first, .. }) if first > asked => {
                    return Ok(Some(first));
                }
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }

    /// The segment that holds an entry; those before it are done.
    fn segment_of(&mut self, offset: u64) -> Option<&mut SegmentCheck> {
        self.pass(offset);
        let segment = self.report.segments.get_mut(self.at)?;
        (segment.info.first_offset <= offset).then_some(segment)
    }

    /// Tells of segments that end before an entry.
    fn pass(&mut self, offset: u64) {
        while let Some(segment) = self.report.segments.get(self.at)
            && segment.info.next_offset <= offset
        {
            (self.progress)(segment);
            self.at += 1;
        }
    }
}
