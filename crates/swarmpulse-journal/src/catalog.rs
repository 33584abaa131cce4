//! What the writer, the readers and the housekeeper share: which segments there are and how far they are synced.

use std::collections::VecDeque;
use std::io;
use std::path::{Path, PathBuf};

use parking_lot::Mutex;
use swarmpulse_model::Timestamp;
use swarmpulse_store::SegmentInfo;

use crate::directory::{Encoding, segment_path, spare_path};
use crate::disk::SegmentFile;
use crate::format::{HEADER_BYTES, Seal};

/// A reader that starts in the middle of a plain segment begins at most so far before its entry.
const MARK_EVERY_BYTES: u64 = 256 << 10;

/// A segment with at least one synced entry.
#[derive(Clone, Debug)]
pub(crate) struct Segment {
    /// What it holds.
    pub(crate) info: SegmentInfo,
    /// What its checksums begin with.
    pub(crate) salt: u32,
    /// Where its synced frames end, before compression.
    pub(crate) data_end: u64,
    /// How its file is stored.
    pub(crate) encoding: Encoding,
    /// Whether some of it cannot be read; then it stays uncompressed.
    pub(crate) damaged: bool,
    /// Entries and where their frames begin, ascending.
    marks: Vec<(u64, u64)>,
}

impl Segment {
    /// The segment that this seal describes.
    pub(crate) fn sealed(seal: &Seal, encoding: Encoding, bytes: u64, damaged: bool) -> Self {
        Self {
            info: SegmentInfo {
                first_offset: seal.first_offset,
                next_offset: seal.next_offset,
                first_at: seal.first_at,
                last_at: seal.last_at,
                bytes,
                closed: true,
            },
            salt: seal.salt,
            data_end: seal.data_end,
            encoding,
            damaged,
            marks: Vec::new(),
        }
    }

    /// The seal that describes this segment.
    pub(crate) fn seal(&self) -> Seal {
        Seal {
            first_offset: self.info.first_offset,
            next_offset: self.info.next_offset,
            first_at: self.info.first_at,
            last_at: self.info.last_at,
            data_end: self.data_end,
            salt: self.salt,
        }
    }

    /// The last marked entry that is not after this one, and where its frame begins.
    pub(crate) fn mark_before(&self, offset: u64) -> (u64, u64) {
        let after = self.marks.partition_point(|(marked, _)| *marked <= offset);
        match after.checked_sub(1) {
            Some(at) if self.encoding == Encoding::Plain => self.marks[at],
            _ => (self.info.first_offset, HEADER_BYTES as u64),
        }
    }

    /// Takes over what was synced since `self`; the group began with entry `self.info.next_offset` at
    /// `self.data_end`.
    fn advance(&mut self, to: Self) {
        let marked = self
            .marks
            .last()
            .map_or(HEADER_BYTES as u64, |(_, position)| *position);
        let mut marks = std::mem::take(&mut self.marks);
        if self.data_end - marked >= MARK_EVERY_BYTES {
            marks.push((self.info.next_offset, self.data_end));
        }
        *self = Self { marks, ..to };
    }
}

/// Where an entry is.
#[derive(Debug)]
pub(crate) enum Place {
    /// In this segment.
    In(Box<Segment>),
    /// Nowhere: it was lost to damage; the next one held is this.
    Lost(u64),
    /// Before the first or after the last held.
    Outside {
        /// The first held.
        first: u64,
        /// One past the last held.
        next: u64,
    },
}

/// The segments, the oldest first.
#[derive(Debug, Default)]
pub(crate) struct Catalog {
    /// The segments.
    pub(crate) segments: VecDeque<Segment>,
    /// One past the last synced entry.
    pub(crate) next_offset: u64,
}

impl Catalog {
    /// The first entry held.
    pub(crate) fn first_offset(&self) -> u64 {
        self.segments
            .front()
            .map_or(self.next_offset, |segment| segment.info.first_offset)
    }

    /// When the last entry was received.
    pub(crate) fn last_at(&self) -> Timestamp {
        self.segments
            .back()
            .map_or(Timestamp(i64::MIN), |segment| segment.info.last_at)
    }

    /// Where this entry is.
    pub(crate) fn locate(&self, offset: u64) -> Place {
        if offset < self.first_offset() || offset >= self.next_offset {
            return Place::Outside {
                first: self.first_offset(),
                next: self.next_offset,
            };
        }
        let after = self
            .segments
            .partition_point(|segment| segment.info.first_offset <= offset);
        match after.checked_sub(1).map(|at| &self.segments[at]) {
            Some(segment) if offset < segment.info.next_offset => Place::In(Box::new(segment.clone())),
            _ => Place::Lost(
                self.segments
                    .get(after)
                    .map_or(self.next_offset, |segment| segment.info.first_offset),
            ),
        }
    }

    /// Makes what was synced visible.
    pub(crate) fn publish(&mut self, open: Segment) {
        self.next_offset = open.info.next_offset;
        match self.segments.back_mut() {
            Some(last) if last.info.first_offset == open.info.first_offset => last.advance(open),
            _ => self.segments.push_back(open),
        }
    }

    /// The segment that begins with this entry.
    pub(crate) fn segment_mut(&mut self, first_offset: u64) -> Option<&mut Segment> {
        self.segments
            .iter_mut()
            .find(|segment| segment.info.first_offset == first_offset)
    }
}

/// A file with its space reserved and zeroed, which becomes the next segment.
pub(crate) struct Spare {
    /// The file.
    pub(crate) file: Box<dyn SegmentFile>,
    /// How long it is.
    pub(crate) bytes: u64,
}

/// Shared by the writer, the readers and the housekeeper. Locks are held for bookkeeping and renames, never for
/// reading or writing entries.
pub(crate) struct Shared {
    /// The folder.
    pub(crate) dir: PathBuf,
    /// The segments.
    pub(crate) catalog: Mutex<Catalog>,
    /// The next segment's file, if the housekeeper made one.
    pub(crate) spare: Mutex<Option<Spare>>,
    /// Held while housekeeping goes on: one thread at a time.
    pub(crate) housekeeping: Mutex<()>,
    /// Whether another process changes the files: then the catalog may be behind them, never ahead.
    pub(crate) written_elsewhere: bool,
}

impl Shared {
    /// The segments of this folder.
    pub(crate) fn new(dir: &Path, catalog: Catalog, written_elsewhere: bool) -> Self {
        Self {
            dir: dir.to_owned(),
            catalog: Mutex::new(catalog),
            spare: Mutex::new(None),
            housekeeping: Mutex::new(()),
            written_elsewhere,
        }
    }

    /// Brings the catalog up to date about a segment whose file is not as it says. Where this process writes it is so
    /// already.
    pub(crate) fn look_again(&self, first_offset: u64) {
        if !self.written_elsewhere {
            return;
        }
        let mut catalog = self.catalog.lock();
        match find_file(&self.dir, first_offset) {
            Ok(Some((encoding, bytes))) => {
                if let Some(segment) = catalog.segment_mut(first_offset) {
                    segment.encoding = encoding;
                    segment.info.bytes = bytes;
                }
            }
            Ok(None) => {
                // Retired, and so are all before it, unless someone took it out of the middle: then it is lost.
                while let Some(oldest) = catalog.segments.front().map(|segment| segment.info.first_offset)
                    && oldest <= first_offset
                    && matches!(find_file(&self.dir, oldest), Ok(None))
                {
                    catalog.segments.pop_front();
                }
                catalog
                    .segments
                    .retain(|segment| segment.info.first_offset != first_offset);
            }
            // Whoever opens it is told.
            Err(_) => {}
        }
    }

    /// Takes the spare file and moves it to this path; then the housekeeper may make the next.
    pub(crate) fn take_spare(&self, path: &Path) -> io::Result<Option<Spare>> {
        let mut held = self.spare.lock();
        let Some(spare) = held.take() else { return Ok(None) };
        std::fs::rename(spare_path(&self.dir), path)?;
        Ok(Some(spare))
    }
}

/// How the segment that begins with this entry is stored now, and its length. A writer puts the compressed file in place
/// before it deletes the plain one: asked for in this order, one of them is found.
fn find_file(dir: &Path, first_offset: u64) -> io::Result<Option<(Encoding, u64)>> {
    for encoding in [Encoding::Plain, Encoding::Compressed] {
        match std::fs::metadata(segment_path(dir, first_offset, encoding)) {
            Ok(file) => return Ok(Some((encoding, file.len()))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}
