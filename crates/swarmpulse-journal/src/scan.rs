//! Decides what of an unsealed segment counts: whole entries, damage, or a torn tail.

use std::io::{self, Read};
use std::ops::Range;

use swarmpulse_store::SegmentInfo;

use crate::format::{FrameHeader, HEADER_BYTES};
use crate::frames::Frames;
use crate::open_segment::empty;

/// The entries of a segment that count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Scan {
    /// What they are.
    pub(crate) info: SegmentInfo,
    /// Where the last one's frame ends.
    pub(crate) end: u64,
    /// Entries among them that are lost.
    pub(crate) holes: Vec<Range<u64>>,
}

impl Scan {
    /// Whether no entry counts.
    pub(crate) fn is_empty(&self) -> bool {
        self.info.first_offset == self.info.next_offset
    }

    fn take(&mut self, header: &FrameHeader, end: u64) {
        if self.is_empty() {
            self.info.first_at = header.received_at;
        }
        if header.offset > self.info.next_offset {
            self.holes.push(self.info.next_offset..header.offset);
        }
        self.info.next_offset = header.offset + 1;
        self.info.last_at = header.received_at;
        self.end = end;
    }
}

/// Reads all frames of a segment that begins with `first_offset`.
///
/// Behind a break, frames count only once one of them proves that the break lies in an older group than its own:
/// that group had been synced before. Without proof the break is where the last, unfinished sync tore.
pub(crate) fn scan<R: Read>(frames: &mut Frames<R>, first_offset: u64) -> io::Result<Scan> {
    let mut certain = Scan {
        info: empty(first_offset),
        end: HEADER_BYTES as u64,
        holes: Vec::new(),
    };
    let mut suspect: Option<Scan> = None;
    while let Some(frame) = frames.next()? {
        let broken_at = certain.info.next_offset;
        match &mut suspect {
            None if frame.header.offset == broken_at => certain.take(&frame.header, frame.end),
            open => {
                let behind = open.get_or_insert_with(|| certain.clone());
                behind.take(&frame.header, frame.end);
                if frame.header.group_start() > broken_at
                    && let Some(proved) = suspect.take()
                {
                    certain = proved;
                }
            }
        }
    }
    Ok(certain)
}

#[cfg(test)]
mod tests {
    use swarmpulse_model::Timestamp;

    use super::*;

    /// Frames of the given (entry, place in its group), each with a ten-byte body.
    fn scanned(written: &[(u64, u32)]) -> Scan {
        let mut bytes = Vec::new();
        for (offset, group_index) in written {
            let body = [*offset as u8; 10];
            let at = Timestamp(*offset as i64 * 10);
            bytes.extend_from_slice(&FrameHeader::of(&body, *offset, at, *group_index).encode(1));
            bytes.extend_from_slice(&body);
        }
        scan(
            &mut Frames::new(&bytes[..], 1, HEADER_BYTES as u64, 5..u64::MAX),
            5,
        )
        .unwrap()
    }

    fn holes(found: &Scan) -> Vec<(u64, u64)> {
        found.holes.iter().map(|hole| (hole.start, hole.end)).collect()
    }

    #[test]
    fn a_chain_counts_whole() {
        let found = scanned(&[(5, 0), (6, 0), (7, 1)]);
        assert_eq!(
            (found.info.next_offset, found.end),
            (8, HEADER_BYTES as u64 + 3 * 42)
        );
        assert_eq!(
            (found.info.first_at, found.info.last_at),
            (Timestamp(50), Timestamp(70))
        );
        assert!(found.holes.is_empty());
    }

    #[test]
    fn a_break_within_the_last_group_is_a_torn_tail() {
        let found = scanned(&[(5, 0), (6, 0), (8, 2), (9, 3)]);
        assert_eq!(found, scanned(&[(5, 0), (6, 0)]));
        assert!(scanned(&[(6, 1)]).is_empty());
    }

    #[test]
    fn a_break_before_a_later_group_is_damage() {
        let found = scanned(&[(5, 0), (7, 2), (8, 0)]);
        assert_eq!((found.info.next_offset, holes(&found)), (9, vec![(6, 7)]));
        let found = scanned(&[(5, 0), (9, 1)]);
        assert_eq!(
            (found.info.next_offset, holes(&found)),
            (10, vec![(6, 9)]),
            "entry 6 was synced before group 8"
        );
    }

    #[test]
    fn a_torn_tail_behind_damage_is_still_cut_off() {
        let found = scanned(&[(5, 0), (7, 0), (8, 0), (10, 2)]);
        assert_eq!((found.info.next_offset, holes(&found)), (9, vec![(6, 7)]));
    }
}
