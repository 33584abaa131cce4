//! The header of one entry.

use swarmpulse_model::Timestamp;
use swarmpulse_store::MAX_ENTRY_BYTES;

use super::{u32_at, u64_at};

/// Length of a frame's header.
pub(crate) const FRAME_HEADER_BYTES: usize = 32;

/// What stands before an entry's body. It has a checksum of its own, so that a damaged body does not hide where the
/// next frame begins, and the search for the next frame never has to sum a body to reject a candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FrameHeader {
    /// Checksum of the body.
    pub(crate) body_crc: u32,
    /// Length of the body.
    pub(crate) length: u32,
    /// The entry's place in its group, from 0.
    pub(crate) group_index: u32,
    /// The entry's number.
    pub(crate) offset: u64,
    /// When it was received.
    pub(crate) received_at: Timestamp,
}

impl FrameHeader {
    /// The header of this body. The caller has checked its length against [`MAX_ENTRY_BYTES`].
    pub(crate) fn of(body: &[u8], offset: u64, received_at: Timestamp, group_index: u32) -> Self {
        Self {
            body_crc: crc32fast::hash(body),
            length: body.len() as u32,
            group_index,
            offset,
            received_at,
        }
    }

    /// Its bytes in a segment of this salt.
    pub(crate) fn encode(&self, salt: u32) -> [u8; FRAME_HEADER_BYTES] {
        let mut bytes = [0; FRAME_HEADER_BYTES];
        bytes[4..8].copy_from_slice(&self.body_crc.to_le_bytes());
        bytes[8..12].copy_from_slice(&self.length.to_le_bytes());
        bytes[12..16].copy_from_slice(&self.group_index.to_le_bytes());
        bytes[16..24].copy_from_slice(&self.offset.to_le_bytes());
        bytes[24..32].copy_from_slice(&self.received_at.0.to_le_bytes());
        let crc = salted_crc(salt, &bytes[4..]);
        bytes[..4].copy_from_slice(&crc.to_le_bytes());
        bytes
    }

    /// The header at the start of `bytes`, which hold at least [`FRAME_HEADER_BYTES`], if it is one of this segment
    /// and its entry's number is among `offsets`.
    pub(crate) fn decode(bytes: &[u8], salt: u32, offsets: &std::ops::Range<u64>) -> Option<Self> {
        let offset = u64_at(bytes, 16);
        let length = u32_at(bytes, 8);
        if !offsets.contains(&offset) || length as usize > MAX_ENTRY_BYTES {
            return None;
        }
        if u32_at(bytes, 0) != salted_crc(salt, &bytes[4..FRAME_HEADER_BYTES]) {
            return None;
        }
        Some(Self {
            body_crc: u32_at(bytes, 4),
            length,
            group_index: u32_at(bytes, 12),
            offset,
            received_at: Timestamp(u64_at(bytes, 24).cast_signed()),
        })
    }

    /// The first entry of its group: all before were durable when this frame was written.
    pub(crate) fn group_start(&self) -> u64 {
        self.offset.saturating_sub(u64::from(self.group_index))
    }

    /// Length of header and body.
    pub(crate) fn frame_bytes(&self) -> usize {
        FRAME_HEADER_BYTES + self.length as usize
    }
}

fn salted_crc(salt: u32, bytes: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new_with_initial(salt);
    hasher.update(bytes);
    hasher.finalize()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_reads_back_only_under_its_salt_and_range() {
        let header = FrameHeader::of(b"body", 77, Timestamp(-5), 3);
        let bytes = header.encode(9);
        assert_eq!(FrameHeader::decode(&bytes, 9, &(70..78)), Some(header));
        assert_eq!(
            FrameHeader::decode(&bytes, 8, &(70..78)),
            None,
            "another segment's salt"
        );
        assert_eq!(
            FrameHeader::decode(&bytes, 9, &(78..90)),
            None,
            "a number that was passed"
        );
        assert_eq!(header.group_start(), 74);
        for at in 0..bytes.len() {
            let mut flipped = bytes;
            flipped[at] ^= 0x10;
            assert_eq!(
                FrameHeader::decode(&flipped, 9, &(0..u64::MAX)),
                None,
                "byte {at} flipped"
            );
        }
    }

    #[test]
    fn zeros_are_no_frame_under_any_likely_salt() {
        for salt in 0..10_000 {
            assert_eq!(FrameHeader::decode(&[0; FRAME_HEADER_BYTES], salt, &(0..1)), None);
        }
    }
}
