//! Reads a journal from beside its writer: no lock, no change, the files as they are.

use std::collections::VecDeque;
use std::io;
use std::ops::Bound;
use std::path::Path;
use std::sync::Arc;

use swarmpulse_store::{JournalError, JournalReader};

use crate::catalog::{Catalog, Segment, Shared};
use crate::directory::{Encoding, Listing, list, segment_path};
use crate::entries::{LOOK_UPS, replaced};
use crate::format::HEADER_BYTES;
use crate::options::Options;
use crate::reader::SegmentReader;
use crate::scan::Scan;
use crate::survey::{Candidate, choose, content_bytes, room_entries};

/// A folder whose files are compressed and retired as fast as they can be read is looked at so often.
const LOOKS: u32 = 200;

/// A reader of the journal in this folder, which another process may be writing at this moment.
///
/// It takes no lock and writes, cuts, renames and deletes nothing. It holds every entry that was synced when this was
/// called, and none that is appended later. Where the last group is torn, or only partly written as yet, the journal
/// ends before the break, as it would for the next start of its writer: files do not tell a group that waits for its
/// `fdatasync` from one that has it, so the last few entries may be such as the writer has not acknowledged. Should it
/// withdraw them after a failed sync, they are read as [`JournalError::Damaged`]. Damage, and segments compressed or
/// retired meanwhile, are met as by [`Journal::reader`](swarmpulse_store::Journal::reader).
///
/// # Errors
/// If there is no such folder, a later version wrote in it, or the disk refuses.
pub fn open_reader(dir: &Path) -> Result<Arc<dyn JournalReader>, JournalError> {
    let mut looks = 0;
    let catalog = loop {
        looks += 1;
        match View::of(dir, &settled(|| list_folder(dir))?) {
            // Compressed or retired since it was listed.
            Err(error) if looks < LOOKS && replaced(&error) => {}
            other => break other?,
        }
    };
    Ok(Arc::new(SegmentReader::new(Arc::new(Shared::new(
        dir, catalog, true,
    )))))
}

/// The folder as two listings in a row show it. One alone may miss a segment that is there throughout: its compressed
/// file appears behind the place that listing has reached, and its plain one goes before it is reached.
fn settled(mut list: impl FnMut() -> Result<Listing, JournalError>) -> Result<Listing, JournalError> {
    let mut before = list()?;
    for _ in 0..LOOK_UPS {
        let now = list()?;
        if now.segments == before.segments {
            return Ok(now);
        }
        before = now;
    }
    Ok(before)
}

fn list_folder(dir: &Path) -> Result<Listing, JournalError> {
    list(dir).map_err(|error| match error {
        JournalError::Io { source, .. } if source.kind() == io::ErrorKind::NotFound => JournalError::Io {
            action: "open the journal",
            path: dir.display().to_string(),
            source: io::Error::other("there is no such folder"),
        },
        other => other,
    })
}

/// A catalog as it is put together.
#[derive(Default)]
struct View {
    segments: VecDeque<Segment>,
    /// Entries below this are held, retired or lost.
    floor: u64,
}

impl View {
    /// The catalog of what was listed.
    fn of(dir: &Path, listing: &Listing) -> Result<Catalog, JournalError> {
        let mut view = Self::default();
        let mut candidates = Vec::with_capacity(listing.segments.len());
        let last = listing.segments.keys().next_back();
        for (first_offset, encodings) in &listing.segments {
            let encoding = choose(dir, *first_offset, encodings)?;
            let path = segment_path(dir, *first_offset, encoding);
            match Candidate::examine(&path, *first_offset, encoding, None)? {
                Some(candidate) => candidates.push(candidate),
                None if Some(first_offset) == last => view.end_unreadable(&path, *first_offset)?,
                // The gap before the next segment tells.
                None => {}
            }
        }
        for candidate in &candidates {
            let behind = (Bound::Excluded(candidate.first_offset), Bound::Unbounded);
            let limit = listing.segments.range(behind).next().map(|next| *next.0);
            view.take(candidate, limit)?;
        }
        Ok(Catalog {
            segments: view.segments,
            next_offset: view.floor,
        })
    }

    /// The last file says nothing: a crash left it blank, or its entries are lost.
    fn end_unreadable(&mut self, path: &Path, first_offset: u64) -> Result<(), JournalError> {
        let content = content_bytes(path, 0)?;
        let lost = match content <= HEADER_BYTES as u64 {
            true => 0,
            false => room_entries(content, Options::default().segment_bytes),
        };
        self.floor = first_offset.saturating_add(lost);
        Ok(())
    }

    /// Takes in a segment; `limit` is where the next one begins.
    fn take(&mut self, candidate: &Candidate, limit: Option<u64>) -> Result<(), JournalError> {
        if let Some(segment) = candidate.sealed(limit) {
            self.push(segment);
            return Ok(());
        }
        let found = scan_beside_writer(|end| candidate.scan(limit, end))?;
        self.floor = self.floor.max(found.info.next_offset);
        if !found.is_empty() {
            let mut segment = candidate.scanned(&found);
            segment.info.closed = limit.is_some() || candidate.encoding == Encoding::Compressed;
            self.push(segment);
        }
        if (candidate.encoding, limit) == (Encoding::Compressed, None) {
            let lost = room_entries(candidate.bytes, Options::default().segment_bytes);
            self.floor = self.floor.max(found.info.next_offset.saturating_add(lost));
        }
        Ok(())
    }

    fn push(&mut self, segment: Segment) {
        self.floor = self.floor.max(segment.info.next_offset);
        self.segments.push_back(segment);
    }
}

/// Scans a file that may grow meanwhile. What was not yet written when the scan passed looks like damage once it meets
/// a later group; by then it is written. So it looks again, no further than before: every group but the last was
/// synced before this second scan began, and what it still does not find is lost.
fn scan_beside_writer(
    mut scan_to: impl FnMut(u64) -> Result<Scan, JournalError>,
) -> Result<Scan, JournalError> {
    let found = scan_to(u64::MAX)?;
    if found.holes.is_empty() {
        return Ok(found);
    }
    scan_to(found.end)
}

#[cfg(test)]
mod tests {
    use swarmpulse_model::Timestamp;

    use super::*;
    use crate::format::FrameHeader;
    use crate::frames::Frames;
    use crate::scan::scan;

    const BODY: &[u8] = &[7; 10];
    const FRAME_BYTES: usize = 42;

    /// Six frames, two to a group.
    fn written() -> Vec<u8> {
        let frame = |offset: u64| {
            let header = FrameHeader::of(BODY, offset, Timestamp(1), offset as u32 % 2);
            [&header.encode(1), BODY].concat()
        };
        (0..6).flat_map(frame).collect()
    }

    fn scan_to(bytes: &[u8], end: u64) -> Result<Scan, JournalError> {
        let length = usize::try_from(end.saturating_sub(HEADER_BYTES as u64)).unwrap();
        let bytes = &bytes[..length.min(bytes.len())];
        Ok(scan(&mut Frames::new(bytes, 1, HEADER_BYTES as u64, 0..u64::MAX), 0).unwrap())
    }

    #[test]
    fn what_was_written_while_the_scan_passed_is_not_called_damage() {
        let now = written();
        let mut passed = now.clone();
        passed[FRAME_BYTES..3 * FRAME_BYTES].fill(0);
        passed.truncate(5 * FRAME_BYTES);
        assert!(!scan_to(&passed, u64::MAX).unwrap().holes.is_empty());
        let mut looks = [&passed, &now].into_iter();
        let found = scan_beside_writer(|end| scan_to(looks.next().unwrap(), end)).unwrap();
        assert_eq!((found.info.next_offset, found.holes), (5, vec![]));
    }

    #[test]
    fn what_is_still_not_there_the_second_time_is_damage() {
        let mut damaged = written();
        damaged[2 * FRAME_BYTES + 5] ^= 1;
        let found = scan_beside_writer(|end| scan_to(&damaged, end)).unwrap();
        assert_eq!(found.info.next_offset, 6);
        assert!(matches!(found.holes.as_slice(), [hole] if *hole == (2..3)));
    }

    #[test]
    fn a_segment_that_one_listing_missed_is_in_the_next() {
        let listing = |first_offsets: &[u64]| Listing {
            segments: first_offsets
                .iter()
                .map(|at| (*at, vec![Encoding::Plain]))
                .collect(),
            unfinished: Vec::new(),
        };
        let mut listings = [&[0, 20][..], &[0, 10, 20], &[0, 10, 20]].into_iter();
        let found = settled(|| Ok(listing(listings.next().unwrap()))).unwrap();
        assert_eq!(found, listing(&[0, 10, 20]));
        let mut looks = 0;
        let restless = settled(|| {
            looks += 1;
            Ok(listing(&[looks]))
        });
        assert_eq!(restless.unwrap(), listing(&[1 + LOOK_UPS as u64]), "bounded");
    }
}
