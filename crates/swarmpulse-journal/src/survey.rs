//! Looks at a segment's files and says what they hold. Changes nothing: repairing is [`crate::recover`]'s.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use swarmpulse_store::JournalError;

use crate::catalog::Segment;
use crate::directory::{Encoding, segment_path};
use crate::error::{foreign, io_error};
use crate::format::{FRAME_HEADER_BYTES, HEADER_BYTES, Seal, SegmentHeader, VERSION};
use crate::frames::Frames;
use crate::scan::{Scan, scan};
use crate::segment_file;

/// A segment's file with a readable header.
pub(crate) struct Candidate {
    /// Its first entry.
    pub(crate) first_offset: u64,
    /// How it is stored.
    pub(crate) encoding: Encoding,
    /// The file.
    pub(crate) path: PathBuf,
    /// What it says of itself.
    pub(crate) header: SegmentHeader,
    /// Its length.
    pub(crate) bytes: u64,
    seal: Option<Seal>,
}

impl Candidate {
    /// The file at this path; `None` if its header cannot be read or is of another segment.
    ///
    /// # Errors
    /// If a later version wrote it, it is of another partition than the one asked for, or the disk refuses.
    pub(crate) fn examine(
        path: &Path,
        first_offset: u64,
        encoding: Encoding,
        partition: Option<u32>,
    ) -> Result<Option<Self>, JournalError> {
        let fail = |error| io_error("read", path, error);
        let bytes = fs::metadata(path).map_err(fail)?.len();
        let opened = segment_file::open(path, encoding, HEADER_BYTES as u64).map_err(fail)?;
        let Some(header) = opened.header else {
            return Ok(None);
        };
        if header.version > VERSION {
            let (theirs, ours) = (header.version, VERSION);
            return Err(foreign(
                path,
                format!("layout {theirs} was written by a later version; this one reads up to {ours}"),
            ));
        }
        if let Some(ours) = partition.filter(|ours| *ours != header.partition) {
            let theirs = header.partition;
            return Err(foreign(
                path,
                format!("it belongs to partition {theirs}, not {ours}"),
            ));
        }
        let seal = segment_file::read_seal(path).map_err(fail)?;
        let named_right = header.first_offset == first_offset;
        let path = path.to_owned();
        Ok(named_right.then_some(Self {
            first_offset,
            encoding,
            path,
            header,
            bytes,
            seal,
        }))
    }

    /// The segment as its seal describes it, if it has one that can be its own; `limit` is where the next segment
    /// begins.
    pub(crate) fn sealed(&self, limit: Option<u64>) -> Option<Segment> {
        let own = self.seal.filter(|seal| {
            seal.first_offset == self.first_offset
                && seal.salt == self.header.salt
                && seal.next_offset <= limit.unwrap_or(u64::MAX)
        });
        own.map(|seal| Segment::sealed(&seal, self.encoding, self.bytes, false))
    }

    /// Reads its frames up to `end`, a position before compression.
    pub(crate) fn scan(&self, limit: Option<u64>, end: u64) -> Result<Scan, JournalError> {
        let fail = |error| io_error("read", &self.path, error);
        let opened = segment_file::open(&self.path, self.encoding, end).map_err(fail)?;
        let offsets = self.first_offset..limit.unwrap_or(u64::MAX);
        let mut frames = Frames::new(opened.source, self.header.salt, HEADER_BYTES as u64, offsets);
        scan(&mut frames, self.first_offset).map_err(fail)
    }

    /// The closed segment of the entries that a scan found.
    pub(crate) fn scanned(&self, found: &Scan) -> Segment {
        Segment::sealed(
            &Seal {
                first_offset: found.info.first_offset,
                next_offset: found.info.next_offset,
                first_at: found.info.first_at,
                last_at: found.info.last_at,
                data_end: found.end,
                salt: self.header.salt,
            },
            self.encoding,
            self.bytes,
            !found.holes.is_empty(),
        )
    }
}

/// Of a segment that is there plain and compressed, the compressed one if it was finished.
pub(crate) fn choose(
    dir: &Path,
    first_offset: u64,
    encodings: &[Encoding],
) -> Result<Encoding, JournalError> {
    if let [only] = encodings {
        return Ok(*only);
    }
    let compressed = segment_path(dir, first_offset, Encoding::Compressed);
    let finished =
        segment_file::read_seal(&compressed).map_err(|error| io_error("read", &compressed, error))?;
    Ok(match finished {
        Some(_) => Encoding::Compressed,
        None => Encoding::Plain,
    })
}

/// How many bytes from `position` on there are up to the last that is not zero.
pub(crate) fn content_bytes(path: &Path, position: u64) -> Result<u64, JournalError> {
    let measure = || -> io::Result<u64> {
        let file = File::open(path)?;
        let mut chunk = vec![0; 256 << 10];
        let (mut at, mut content) = (position, 0);
        loop {
            let read = file.read_at(&mut chunk, at)?;
            if read == 0 {
                return Ok(content);
            }
            if let Some(last) = chunk[..read].iter().rposition(|byte| *byte != 0) {
                content = at + last as u64 + 1 - position;
            }
            at += read as u64;
        }
    };
    measure().map_err(|error| io_error("read", path, error))
}

/// More entries than a file of this length, or one twice as long as segments are made, can have held: of an unreadable
/// one it is not known how many there were.
pub(crate) fn room_entries(bytes: u64, segment_bytes: u64) -> u64 {
    bytes.max(2 * segment_bytes) / FRAME_HEADER_BYTES as u64
}
