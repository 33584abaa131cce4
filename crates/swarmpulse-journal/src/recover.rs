//! Opens what is on disk for writing: trusts sealed segments, reads the unsealed, cuts off torn tails, sets aside what
//! cannot be read, reports damage.

use std::collections::VecDeque;
use std::fs;
use std::path::{Path, PathBuf};

use swarmpulse_store::JournalError;

use crate::catalog::{Catalog, Segment};
use crate::directory::{Encoding, damaged_path, list, remove, segment_path};
use crate::disk::Disk;
use crate::error::io_error;
use crate::format::HEADER_BYTES;
use crate::open_segment::{OpenSegment, seal_file};
use crate::options::Options;
use crate::recovery::{Damage, Recovery, Truncation};
use crate::scan::Scan;
use crate::survey::{Candidate, choose, content_bytes, room_entries};

/// A journal as opened.
pub(crate) struct Recovered {
    /// Its segments.
    pub(crate) catalog: Catalog,
    /// The one to go on with, if one was left open.
    pub(crate) open: Option<OpenSegment>,
    /// What was found and done.
    pub(crate) report: Recovery,
}

struct Opening<'a> {
    disk: &'a dyn Disk,
    dir: &'a Path,
    options: &'a Options,
    segments: VecDeque<Segment>,
    open: Option<OpenSegment>,
    /// Numbers below this are not used again.
    floor: u64,
    report: Recovery,
}

/// Opens the journal in this folder.
pub(crate) fn recover(disk: &dyn Disk, dir: &Path, options: &Options) -> Result<Recovered, JournalError> {
    #[expect(
        clippy::disallowed_methods,
        reason = "measures its own duration for the report; decides nothing"
    )]
    let started = std::time::Instant::now();
    let mut opening = Opening {
        disk,
        dir,
        options,
        segments: VecDeque::new(),
        open: None,
        floor: 0,
        report: Recovery::default(),
    };
    let candidates = opening.candidates()?;
    for (at, candidate) in candidates.iter().enumerate() {
        let limit = candidates.get(at + 1).map(|next| next.first_offset);
        opening.take(candidate, limit)?;
    }
    opening.keep_floor()?;
    disk.sync_dir(dir).map_err(|error| io_error("sync", dir, error))?;
    let Opening {
        segments,
        open,
        floor,
        mut report,
        ..
    } = opening;
    let catalog = Catalog {
        segments,
        next_offset: floor,
    };
    report.segments = catalog.segments.len();
    report.first_offset = catalog.first_offset();
    report.next_offset = floor;
    report.duration = started.elapsed();
    Ok(Recovered {
        catalog,
        open,
        report,
    })
}

impl Opening<'_> {
    /// The files with readable headers; others are set aside, or removed if a crash left them blank. Deletes what was
    /// left unfinished: nobody was told that it is there.
    fn candidates(&mut self) -> Result<Vec<Candidate>, JournalError> {
        let listing = list(self.dir)?;
        for path in &listing.unfinished {
            remove(path)?;
        }
        let found: Vec<(u64, Vec<Encoding>)> = listing.segments.into_iter().collect();
        let mut candidates = Vec::with_capacity(found.len());
        for (at, (first_offset, encodings)) in found.iter().enumerate() {
            let encoding = choose(self.dir, *first_offset, encodings)?;
            for other in encodings.iter().filter(|other| **other != encoding) {
                remove(&segment_path(self.dir, *first_offset, *other))?;
            }
            let path = segment_path(self.dir, *first_offset, encoding);
            match Candidate::examine(&path, *first_offset, encoding, Some(self.options.partition))? {
                Some(candidate) => candidates.push(candidate),
                None => self.set_aside(&path, *first_offset, found.get(at + 1).map(|next| next.0))?,
            }
        }
        Ok(candidates)
    }

    /// Keeps a file of which nothing can be read out of the way.
    fn set_aside(&mut self, path: &Path, first_offset: u64, next: Option<u64>) -> Result<(), JournalError> {
        let bytes = fs::metadata(path)
            .map_err(|error| io_error("read", path, error))?
            .len();
        let content = content_bytes(path, 0)?;
        if next.is_none() && content <= HEADER_BYTES as u64 {
            // A header that never reached the disk whole, and no entry behind it.
            self.report.truncated = (content > 0).then(|| Truncation {
                path: path.to_owned(),
                offset: first_offset,
                bytes: content,
            });
            self.floor = first_offset;
            return remove(path);
        }
        let kept = damaged_path(path);
        fs::rename(path, &kept).map_err(|error| io_error("rename", path, error))?;
        // How many entries it held is not known: skip more numbers than fit, so that none is used twice.
        let room = room_entries(bytes, self.options.segment_bytes);
        let next_held = next.unwrap_or(first_offset.saturating_add(room));
        self.floor = next_held;
        self.damaged(
            path,
            first_offset,
            next_held,
            "nothing of the segment can be read",
            Some(kept),
        );
        Ok(())
    }

    fn damaged(&mut self, path: &Path, lost: u64, held: u64, detail: &str, set_aside: Option<PathBuf>) {
        self.report.damage.push(Damage {
            path: path.to_owned(),
            first_lost: lost,
            next_held: held,
            detail: detail.to_owned(),
            set_aside,
        });
    }

    /// Takes in a segment; `limit` is where the next one begins.
    fn take(&mut self, candidate: &Candidate, limit: Option<u64>) -> Result<(), JournalError> {
        if let Some(segment) = candidate.sealed(limit) {
            self.push(segment);
            return Ok(());
        }
        let found = candidate.scan(limit, u64::MAX)?;
        for hole in found.holes.clone() {
            self.damaged(
                &candidate.path,
                hole.start,
                hole.end,
                "its frames are not whole",
                None,
            );
        }
        match (candidate.encoding, limit) {
            (Encoding::Plain, None) if found.holes.is_empty() => self.resume(candidate, found),
            (_, limit) => self.close(candidate, &found, limit),
        }
    }

    fn push(&mut self, segment: Segment) {
        self.floor = self.floor.max(segment.info.next_offset);
        self.segments.push_back(segment);
    }

    /// Cuts off the last segment's torn tail and goes on behind it.
    fn resume(&mut self, candidate: &Candidate, found: Scan) -> Result<(), JournalError> {
        let fail = |error| io_error("repair", &candidate.path, error);
        let torn_bytes = content_bytes(&candidate.path, found.end)?;
        if torn_bytes > 0 {
            self.report.truncated = Some(Truncation {
                path: candidate.path.clone(),
                offset: found.info.next_offset,
                bytes: torn_bytes,
            });
        }
        let file = self.disk.open(&candidate.path).map_err(fail)?;
        let (path, salt) = (candidate.path.clone(), candidate.header.salt);
        let open =
            OpenSegment::resume(file, path, salt, found.info, found.end, self.options).map_err(fail)?;
        self.floor = self.floor.max(candidate.first_offset);
        if !open.is_empty() {
            self.push(open.published());
        }
        self.open = Some(open);
        Ok(())
    }

    /// Takes in a segment to which nothing will be added although it has no seal.
    fn close(&mut self, candidate: &Candidate, found: &Scan, limit: Option<u64>) -> Result<(), JournalError> {
        if found.is_empty() {
            return self.set_aside(&candidate.path, candidate.first_offset, limit);
        }
        let incomplete = limit.is_some_and(|limit| found.info.next_offset < limit);
        let mut segment = candidate.scanned(found);
        if candidate.encoding == Encoding::Plain {
            match self
                .disk
                .open(&candidate.path)
                .and_then(|file| seal_file(&*file, &segment))
            {
                Ok(bytes) => segment.info.bytes = bytes,
                Err(error) => {
                    tracing::warn!(path = %candidate.path.display(), %error, "journal segment not sealed");
                }
            }
        }
        let next = segment.info.next_offset;
        self.push(segment);
        if let (true, Some(limit)) = (incomplete, limit) {
            self.damaged(
                &candidate.path,
                next,
                limit,
                "its last frames are not whole",
                None,
            );
        }
        if (candidate.encoding, limit) == (Encoding::Compressed, None) {
            let room = room_entries(candidate.bytes, self.options.segment_bytes);
            self.floor = next.saturating_add(room);
            self.damaged(&candidate.path, next, self.floor, "its end cannot be read", None);
        }
        Ok(())
    }

    /// Where numbers are skipped, makes the segment that begins behind them: else the next start would not know.
    fn keep_floor(&mut self) -> Result<(), JournalError> {
        let reached = self.segments.back().map_or(0, |segment| segment.info.next_offset);
        if self.open.is_some() || self.floor <= reached {
            return Ok(());
        }
        match OpenSegment::create(self.disk, self.dir, None, self.options, self.floor) {
            Ok(open) => self.open = Some(open),
            Err(error @ JournalError::Full { .. }) => {
                tracing::warn!(%error, "journal opened without room to write");
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }
}
