//! Iterates entries across segments, while they are appended, compressed and retired.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use swarmpulse_store::{Entry, JournalError};

use crate::catalog::{Place, Segment, Shared};
use crate::directory::segment_path;
use crate::error::io_error;
use crate::frames::Frames;
use crate::segment_file::{self, Source};

/// How often a segment is looked up again when its file is not what the catalog said a moment ago.
pub(crate) const LOOK_UPS: usize = 8;

/// Entries from one number to another.
pub(crate) struct EntryStream {
    shared: Arc<Shared>,
    /// The next entry to give.
    expected: u64,
    /// Where to stop.
    end: u64,
    current: Option<Current>,
    /// The entry behind damage that was just reported.
    held: Option<Entry>,
}

struct Current {
    frames: Frames<Source>,
    path: PathBuf,
    /// One past the segment's last entry.
    next_offset: u64,
}

impl EntryStream {
    /// Entries from `expected` up to `end`.
    pub(crate) fn new(shared: Arc<Shared>, expected: u64, end: u64) -> Self {
        Self {
            shared,
            expected,
            end,
            current: None,
            held: None,
        }
    }

    fn step(&mut self) -> Result<Option<Entry>, JournalError> {
        if let Some(entry) = self.held.take() {
            self.expected = entry.offset + 1;
            return Ok(Some(entry));
        }
        while self.expected < self.end {
            let current = match self.current.take() {
                Some(current) => current,
                None => self.open_segment()?,
            };
            let current = self.current.insert(current);
            let frame = match current.frames.next() {
                Ok(frame) => frame,
                Err(error) => return Err(io_error("read", &current.path, error)),
            };
            let Some(frame) = frame else {
                let (path, next_offset) = (current.path.clone(), current.next_offset.min(self.end));
                self.current = None;
                if self.expected < next_offset {
                    return Err(self.lost(next_offset, &path));
                }
                continue;
            };
            if frame.header.offset < self.expected {
                continue;
            }
            let entry = Entry {
                offset: frame.header.offset,
                received_at: frame.header.received_at,
                body: frame.body.to_vec(),
            };
            if entry.offset == self.expected {
                self.expected += 1;
                return Ok(Some(entry));
            }
            let (path, found) = (current.path.clone(), entry.offset);
            self.held = (found < self.end).then_some(entry);
            return Err(self.lost(found.min(self.end), &path));
        }
        Ok(None)
    }

    /// Reports that the entries up to `found` are lost, and goes on there.
    fn lost(&mut self, found: u64, path: &std::path::Path) -> JournalError {
        let first = std::mem::replace(&mut self.expected, found);
        JournalError::Damaged {
            offset: first,
            path: path.display().to_string(),
            detail: format!("entries {first} to {} cannot be read", found - 1),
        }
    }

    /// Opens the segment that holds the expected entry. Between the look-up and the opening it may have been
    /// compressed or retired.
    fn open_segment(&mut self) -> Result<Current, JournalError> {
        let mut look_ups = 0;
        loop {
            look_ups += 1;
            let place = self.shared.catalog.lock().locate(self.expected);
            let segment = match place {
                Place::In(segment) => segment,
                Place::Lost(found) => return Err(self.lost(found.min(self.end), &self.shared.dir.clone())),
                Place::Outside { first, next } => {
                    let asked = std::mem::replace(&mut self.expected, self.end);
                    return Err(JournalError::OutOfRange { asked, first, next });
                }
            };
            let path = segment_path(&self.shared.dir, segment.info.first_offset, segment.encoding);
            match self.try_open(&segment, path) {
                Err(error) if look_ups < LOOK_UPS && replaced(&error) => {
                    self.shared.look_again(segment.info.first_offset);
                }
                other => return other,
            }
        }
    }

    fn try_open(&self, segment: &Segment, path: PathBuf) -> Result<Current, JournalError> {
        let fail = |error| io_error("open", &path, error);
        let mut opened = segment_file::open(&path, segment.encoding, segment.data_end).map_err(fail)?;
        // A header that cannot be read is no obstacle: the catalog knows the salt.
        if opened.header.is_some_and(|header| header.salt != segment.salt) {
            return Err(fail(io::Error::new(
                io::ErrorKind::NotFound,
                "another segment has taken its name",
            )));
        }
        let (offset, position) = segment.mark_before(self.expected);
        opened.seek(position).map_err(fail)?;
        let next_offset = segment.info.next_offset;
        let frames = Frames::new(opened.source, segment.salt, position, offset..next_offset);
        Ok(Current {
            frames,
            path,
            next_offset,
        })
    }
}

/// Whether the file is gone, or another one has its name.
pub(crate) fn replaced(error: &JournalError) -> bool {
    matches!(error, JournalError::Io { source, .. } if source.kind() == io::ErrorKind::NotFound)
}

impl Iterator for EntryStream {
    type Item = Result<Entry, JournalError>;

    fn next(&mut self) -> Option<Self::Item> {
        let item = self.step().transpose();
        if let Some(Err(error)) = &item
            && !matches!(error, JournalError::Damaged { .. })
        {
            self.expected = self.end;
        }
        item
    }
}
