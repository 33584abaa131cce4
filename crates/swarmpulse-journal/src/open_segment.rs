//! The segment that is being written.

use std::io;
use std::path::{Path, PathBuf};

use swarmpulse_model::Timestamp;
use swarmpulse_store::{JournalError, SegmentInfo};

use crate::catalog::{Segment, Spare};
use crate::directory::{Encoding, remove, segment_path, unfinished_path};
use crate::disk::{Disk, SegmentFile};
use crate::error::io_error;
use crate::format::{FRAME_HEADER_BYTES, FrameHeader, HEADER_BYTES, SEAL_BYTES, SegmentHeader, VERSION};
use crate::options::Options;

/// How much of a group is kept in memory before it is written (not synced).
const BUFFER_BYTES: usize = 4 << 20;

/// Why a group was not made durable.
pub(crate) struct Withdrawn {
    /// The reason.
    pub(crate) error: JournalError,
    /// Whether the file must not be written again.
    pub(crate) abandon: bool,
}

/// A segment file with its synced part and the group being collected.
pub(crate) struct OpenSegment {
    file: Box<dyn SegmentFile>,
    path: PathBuf,
    salt: u32,
    info: SegmentInfo,
    /// Where synced frames end.
    synced_end: u64,
    /// Where written frames end.
    written_end: u64,
    /// How long the file is.
    file_bytes: u64,
    /// Frames not yet written.
    buffer: Vec<u8>,
    /// Entries of the group.
    group_entries: u32,
    /// When the group's first and last entry were received.
    group_at: (Timestamp, Timestamp),
}

impl OpenSegment {
    /// Makes the segment that begins with this entry, of the spare file at its unfinished path if there is one. It
    /// gets its name only when its header is durable.
    pub(crate) fn create(
        disk: &dyn Disk,
        dir: &Path,
        spare: Option<Spare>,
        options: &Options,
        first_offset: u64,
    ) -> Result<Self, JournalError> {
        let path = segment_path(dir, first_offset, Encoding::Plain);
        let made_at = unfinished_path(dir, first_offset, Encoding::Plain);
        let (file, file_bytes) = match spare {
            Some(Spare { file, bytes }) => (file, bytes),
            None => {
                let file = disk
                    .create(&made_at)
                    .map_err(|error| io_error("create", &made_at, error))?;
                let bytes = file.allocate(options.segment_bytes).max(HEADER_BYTES as u64);
                (file, bytes)
            }
        };
        let salt = random_salt(&path)?;
        let header = SegmentHeader {
            version: VERSION,
            partition: options.partition,
            first_offset,
            salt,
        };
        let named = file
            .write_at(&header.encode(), 0)
            .and_then(|()| file.sync_data())
            .and_then(|()| std::fs::rename(&made_at, &path))
            .and_then(|()| disk.sync_dir(dir));
        if let Err(error) = named {
            // What stays behind holds no entry, and the next start deletes or continues it.
            let _ = (remove(&made_at), remove(&path));
            return Err(io_error("create", &path, error));
        }
        Ok(Self::at(
            file,
            path,
            salt,
            empty(first_offset),
            HEADER_BYTES as u64,
            file_bytes,
        ))
    }

    /// Goes on behind the last whole frame of a segment left open; cuts off the rest.
    pub(crate) fn resume(
        file: Box<dyn SegmentFile>,
        path: PathBuf,
        salt: u32,
        info: SegmentInfo,
        end: u64,
        options: &Options,
    ) -> io::Result<Self> {
        file.set_len(end)?;
        let file_bytes = file.allocate(options.segment_bytes).max(end);
        file.sync_data()?;
        Ok(Self::at(file, path, salt, info, end, file_bytes))
    }

    fn at(
        file: Box<dyn SegmentFile>,
        path: PathBuf,
        salt: u32,
        info: SegmentInfo,
        end: u64,
        file_bytes: u64,
    ) -> Self {
        Self {
            file,
            path,
            salt,
            info,
            synced_end: end,
            written_end: end,
            file_bytes,
            buffer: Vec::new(),
            group_entries: 0,
            group_at: (Timestamp(i64::MIN), Timestamp(i64::MIN)),
        }
    }

    /// Whether entries wait for [`OpenSegment::sync`].
    pub(crate) fn has_group(&self) -> bool {
        self.group_entries > 0
    }

    /// Whether it holds no synced entry.
    pub(crate) fn is_empty(&self) -> bool {
        self.info.first_offset == self.info.next_offset
    }

    /// Whether an entry received at this time belongs to the next segment.
    pub(crate) fn is_due(&self, at: Timestamp, options: &Options) -> bool {
        let age = u128::try_from(at.since(self.info.first_at)).unwrap_or(0);
        !self.is_empty()
            && (self.synced_end >= options.segment_bytes || age >= options.segment_age.as_nanos())
    }

    /// Adds an entry to the group.
    pub(crate) fn append(&mut self, offset: u64, at: Timestamp, body: &[u8]) -> Result<(), JournalError> {
        let frame_bytes = FRAME_HEADER_BYTES + body.len();
        if !self.buffer.is_empty() && self.buffer.len() + frame_bytes > BUFFER_BYTES {
            self.write()
                .map_err(|error| io_error("write", &self.path, error))?;
        }
        let header = FrameHeader::of(body, offset, at, self.group_entries);
        self.buffer.extend_from_slice(&header.encode(self.salt));
        self.buffer.extend_from_slice(body);
        let first_at = if self.group_entries == 0 {
            at
        } else {
            self.group_at.0
        };
        self.group_at = (first_at, at);
        self.group_entries = self.group_entries.saturating_add(1);
        Ok(())
    }

    /// Writes what is in memory. On failure it stays there.
    fn write(&mut self) -> io::Result<()> {
        self.file.write_at(&self.buffer, self.written_end)?;
        self.written_end += self.buffer.len() as u64;
        self.file_bytes = self.file_bytes.max(self.written_end);
        self.clear_buffer();
        Ok(())
    }

    fn clear_buffer(&mut self) {
        self.buffer.clear();
        self.buffer.shrink_to(2 * BUFFER_BYTES);
    }

    /// Makes the group durable, up to but not including the entry `next_offset`.
    pub(crate) fn sync(&mut self, next_offset: u64) -> Result<(), Withdrawn> {
        if let Err(error) = self.write() {
            let abandon = self.withdraw().is_err();
            return Err(Withdrawn {
                error: io_error("write", &self.path, error),
                abandon,
            });
        }
        if let Err(error) = self.file.sync_data() {
            // Best effort: the file is given up, and recovery ignores what a later segment holds too.
            let _ = self.withdraw();
            return Err(Withdrawn {
                error: io_error("sync", &self.path, error),
                abandon: true,
            });
        }
        if self.is_empty() {
            self.info.first_at = self.group_at.0;
        }
        self.info.last_at = self.group_at.1;
        self.info.next_offset = next_offset;
        self.synced_end = self.written_end;
        self.group_entries = 0;
        Ok(())
    }

    /// Forgets the group and cuts off what was written of it.
    fn withdraw(&mut self) -> io::Result<()> {
        self.clear_buffer();
        self.group_entries = 0;
        self.written_end = self.synced_end;
        self.file_bytes = self.synced_end;
        self.file.set_len(self.synced_end)
    }

    /// What is synced, for the catalog.
    pub(crate) fn published(&self) -> Segment {
        let mut segment = Segment::sealed(
            &crate::format::Seal {
                first_offset: self.info.first_offset,
                next_offset: self.info.next_offset,
                first_at: self.info.first_at,
                last_at: self.info.last_at,
                data_end: self.synced_end,
                salt: self.salt,
            },
            Encoding::Plain,
            self.file_bytes,
            false,
        );
        segment.info.closed = false;
        segment
    }

    /// Its file.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Closes it with a seal; returns its length. Without a seal the next start reads it whole, nothing else.
    pub(crate) fn seal(self) -> (u64, io::Result<()>) {
        let sealed = seal_file(&*self.file, &self.published());
        match sealed {
            Ok(bytes) => (bytes, Ok(())),
            Err(error) => (self.file_bytes, Err(error)),
        }
    }
}

/// Writes a segment's seal behind its frames and cuts off the rest; returns the file's length.
pub(crate) fn seal_file(file: &dyn SegmentFile, segment: &Segment) -> io::Result<u64> {
    let bytes = segment.data_end + SEAL_BYTES as u64;
    file.write_at(&segment.seal().encode(), segment.data_end)?;
    file.set_len(bytes)?;
    file.sync_data()?;
    Ok(bytes)
}

/// A segment that begins with this entry and holds none.
pub(crate) fn empty(first_offset: u64) -> SegmentInfo {
    SegmentInfo {
        first_offset,
        next_offset: first_offset,
        first_at: Timestamp(i64::MIN),
        last_at: Timestamp(i64::MIN),
        bytes: 0,
        closed: false,
    }
}

fn random_salt(path: &Path) -> Result<u32, JournalError> {
    let salt =
        getrandom::u32().map_err(|error| io_error("draw a salt for", path, io::Error::other(error)))?;
    Ok(salt.max(1))
}
