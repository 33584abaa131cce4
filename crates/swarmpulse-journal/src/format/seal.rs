//! The seal of a closed segment: what it holds, without reading it. The last bytes of the file.

use swarmpulse_model::Timestamp;

use super::{u32_at, u64_at};

/// Length of a seal.
pub(crate) const SEAL_BYTES: usize = 56;
/// Length of the seal of a compressed segment: a skippable frame in zstd's terms, so that `zstd -d` gives the plain
/// segment back.
const TRAILER_BYTES: usize = 8 + SEAL_BYTES;

const MAGIC: &[u8; 8] = b"SWPSEAL\n";
const SKIPPABLE_FRAME: u32 = 0x184D_2A50;

/// What a closed segment holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Seal {
    /// Its first entry.
    pub(crate) first_offset: u64,
    /// One past its last entry.
    pub(crate) next_offset: u64,
    /// When its first entry was received.
    pub(crate) first_at: Timestamp,
    /// When its last entry was received.
    pub(crate) last_at: Timestamp,
    /// Where its frames end, before compression.
    pub(crate) data_end: u64,
    /// The segment's salt.
    pub(crate) salt: u32,
}

impl Seal {
    /// Its bytes.
    pub(crate) fn encode(&self) -> [u8; SEAL_BYTES] {
        let mut bytes = [0; SEAL_BYTES];
        bytes[..8].copy_from_slice(MAGIC);
        bytes[8..16].copy_from_slice(&self.first_offset.to_le_bytes());
        bytes[16..24].copy_from_slice(&self.next_offset.to_le_bytes());
        bytes[24..32].copy_from_slice(&self.first_at.0.to_le_bytes());
        bytes[32..40].copy_from_slice(&self.last_at.0.to_le_bytes());
        bytes[40..48].copy_from_slice(&self.data_end.to_le_bytes());
        bytes[48..52].copy_from_slice(&self.salt.to_le_bytes());
        let crc = crc32fast::hash(&bytes[..52]);
        bytes[52..56].copy_from_slice(&crc.to_le_bytes());
        bytes
    }

    /// The seal, if it is whole.
    pub(crate) fn decode(bytes: &[u8; SEAL_BYTES]) -> Option<Self> {
        if &bytes[..8] != MAGIC || u32_at(bytes, 52) != crc32fast::hash(&bytes[..52]) {
            return None;
        }
        Some(Self {
            first_offset: u64_at(bytes, 8),
            next_offset: u64_at(bytes, 16),
            first_at: Timestamp(u64_at(bytes, 24).cast_signed()),
            last_at: Timestamp(u64_at(bytes, 32).cast_signed()),
            data_end: u64_at(bytes, 40),
            salt: u32_at(bytes, 48),
        })
    }

    /// Its bytes as the last frame of a compressed segment.
    pub(crate) fn encode_trailer(&self) -> [u8; TRAILER_BYTES] {
        let mut bytes = [0; TRAILER_BYTES];
        bytes[..4].copy_from_slice(&SKIPPABLE_FRAME.to_le_bytes());
        bytes[4..8].copy_from_slice(&(SEAL_BYTES as u32).to_le_bytes());
        bytes[8..].copy_from_slice(&self.encode());
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seal_reads_back_and_every_flipped_byte_breaks_it() {
        let seal = Seal {
            first_offset: 1,
            next_offset: 2,
            first_at: Timestamp(-3),
            last_at: Timestamp(4),
            data_end: 5,
            salt: 6,
        };
        let bytes = seal.encode();
        assert_eq!(Seal::decode(&bytes), Some(seal));
        for at in 0..bytes.len() {
            let mut flipped = bytes;
            flipped[at] ^= 1;
            assert_eq!(Seal::decode(&flipped), None, "byte {at} flipped");
        }
    }
}
