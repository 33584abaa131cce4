//! The header of a segment, written twice so that one damaged byte does not cost the whole segment.

use super::{u32_at, u64_at};

/// Length of both copies.
pub(crate) const HEADER_BYTES: usize = 2 * COPY_BYTES;
/// The layout that this program writes.
pub(crate) const VERSION: u32 = 1;

const COPY_BYTES: usize = 32;
const MAGIC: &[u8; 8] = b"SWPJRNL\n";

/// What a segment says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SegmentHeader {
    /// The layout of what follows.
    pub(crate) version: u32,
    /// The partition it belongs to.
    pub(crate) partition: u32,
    /// The number of its first entry.
    pub(crate) first_offset: u64,
    /// What its frames' checksums begin with; never 0 and known to no sender.
    pub(crate) salt: u32,
}

impl SegmentHeader {
    /// Its bytes, both copies.
    pub(crate) fn encode(&self) -> [u8; HEADER_BYTES] {
        let mut bytes = [0; HEADER_BYTES];
        bytes[..8].copy_from_slice(MAGIC);
        bytes[8..12].copy_from_slice(&self.version.to_le_bytes());
        bytes[12..16].copy_from_slice(&self.partition.to_le_bytes());
        bytes[16..24].copy_from_slice(&self.first_offset.to_le_bytes());
        bytes[24..28].copy_from_slice(&self.salt.to_le_bytes());
        let crc = crc32fast::hash(&bytes[..28]);
        bytes[28..32].copy_from_slice(&crc.to_le_bytes());
        bytes.copy_within(..COPY_BYTES, COPY_BYTES);
        bytes
    }

    /// The header of which at least one copy is whole.
    pub(crate) fn decode(bytes: &[u8; HEADER_BYTES]) -> Option<Self> {
        bytes.chunks_exact(COPY_BYTES).find_map(|copy| {
            let whole = &copy[..8] == MAGIC && u32_at(copy, 28) == crc32fast::hash(&copy[..28]);
            whole.then(|| Self {
                version: u32_at(copy, 8),
                partition: u32_at(copy, 12),
                first_offset: u64_at(copy, 16),
                salt: u32_at(copy, 24),
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_flipped_byte_never_hides_a_header() {
        let header = SegmentHeader {
            version: 1,
            partition: 7,
            first_offset: 1 << 40,
            salt: 0xfeed,
        };
        let bytes = header.encode();
        for at in 0..bytes.len() {
            let mut flipped = bytes;
            flipped[at] ^= 0xff;
            assert_eq!(SegmentHeader::decode(&flipped), Some(header), "byte {at} flipped");
        }
        let mut both = bytes;
        both[20] ^= 1;
        both[52] ^= 1;
        assert_eq!(SegmentHeader::decode(&both), None);
    }
}
