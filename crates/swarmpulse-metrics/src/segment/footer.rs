//! The end of a segment file: what is in it and where.

use super::SegmentKind;

/// How a file begins.
pub(super) const HEAD: &[u8; 8] = b"SWPSEG\x01\n";
/// How a file ends.
const TAIL: &[u8; 8] = b"SWPEND\x01\n";
/// Bytes of the footer.
pub(super) const FOOTER_BYTES: usize = 116;
/// Bytes of one series in the index: its number, and where its records begin and how many there are.
pub(super) const INDEX_ENTRY_BYTES: usize = 12;
/// Bits of an index entry's second part that tell where.
pub(super) const OFFSET_BITS: u32 = 40;

/// What a segment holds and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Footer {
    pub(crate) kind: SegmentKind,
    /// Counts up from file to file; of two that tell of the same, the higher is right.
    pub(crate) sequence: u64,
    /// How many series.
    pub(crate) series: u32,
    /// How many chunks, or runs of aggregates.
    pub(crate) chunks: u64,
    /// How many samples, or aggregates.
    pub(crate) samples: u64,
    /// The oldest sample; the end of the first bucket.
    pub(crate) min_ms: i64,
    /// The newest sample; the end of the last bucket.
    pub(crate) max_ms: i64,
    /// Of the files it absorbed it holds everything from here,
    pub(crate) covers_from_ms: i64,
    /// to here, inclusive.
    pub(crate) covers_to_ms: i64,
    pub(super) index_offset: u64,
    /// How many files it absorbed.
    pub(super) absorbed: u32,
    pub(super) index_crc: u32,
    pub(super) absorbed_crc: u32,
}

impl Footer {
    /// Its bytes, with a checksum.
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(FOOTER_BYTES);
        for word in [
            self.index_offset,
            self.sequence,
            self.chunks,
            self.samples,
            self.min_ms as u64,
            self.max_ms as u64,
            self.covers_from_ms as u64,
            self.covers_to_ms as u64,
            0,
            0,
        ] {
            bytes.extend_from_slice(&word.to_le_bytes());
        }
        for half in [
            self.kind.code(),
            self.series,
            self.absorbed,
            self.index_crc,
            self.absorbed_crc,
            0,
        ] {
            bytes.extend_from_slice(&half.to_le_bytes());
        }
        let crc = crc32fast::hash(&bytes);
        bytes.extend_from_slice(&crc.to_le_bytes());
        bytes.extend_from_slice(TAIL);
        bytes
    }

    /// Reads it from the last bytes of a file, or says what is wrong.
    pub(super) fn decode(bytes: &[u8]) -> Result<Self, &'static str> {
        let (body, end) = bytes
            .split_at_checked(FOOTER_BYTES - 12)
            .filter(|_| bytes.len() == FOOTER_BYTES)
            .ok_or("too short for a footer")?;
        if end[4..] != *TAIL {
            return Err("it does not end as a segment does");
        }
        if end[..4] != crc32fast::hash(body).to_le_bytes() {
            return Err("the footer's checksum is wrong");
        }
        let word = |place: usize| read_u64(body, 8 * place);
        let half = |place: usize| read_u32(body, 80 + 4 * place);
        Ok(Self {
            kind: SegmentKind::of_code(half(0)).ok_or("its kind is not known to this release")?,
            sequence: word(1),
            series: half(1),
            chunks: word(2),
            samples: word(3),
            min_ms: word(4) as i64,
            max_ms: word(5) as i64,
            covers_from_ms: word(6) as i64,
            covers_to_ms: word(7) as i64,
            index_offset: word(0),
            absorbed: half(2),
            index_crc: half(3),
            absorbed_crc: half(4),
        })
    }
}

/// Eight bytes; zero where there are none.
pub(super) fn read_u64(bytes: &[u8], at: usize) -> u64 {
    let eight = bytes.get(at..).and_then(|bytes| bytes.first_chunk::<8>());
    eight.map_or(0, |eight| u64::from_le_bytes(*eight))
}

/// Four bytes; zero where there are none.
pub(super) fn read_u32(bytes: &[u8], at: usize) -> u32 {
    let four = bytes.get(at..).and_then(|bytes| bytes.first_chunk::<4>());
    four.map_or(0, |four| u32::from_le_bytes(*four))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_footer_round_trips_and_shows_damage() {
        let footer = Footer {
            kind: SegmentKind::Cold,
            sequence: 77,
            series: 5,
            chunks: 6,
            samples: 7,
            min_ms: -8,
            max_ms: 9,
            covers_from_ms: i64::MIN,
            covers_to_ms: i64::MAX,
            index_offset: 1 << 39,
            absorbed: 3,
            index_crc: 0xDEAD_BEEF,
            absorbed_crc: 1,
        };
        let bytes = footer.encode();
        assert_eq!(bytes.len(), FOOTER_BYTES);
        assert_eq!(Footer::decode(&bytes), Ok(footer));
        for place in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[place] ^= 4;
            assert!(Footer::decode(&damaged).is_err(), "byte {place}");
        }
        assert!(Footer::decode(&bytes[1..]).is_err());
    }
}
