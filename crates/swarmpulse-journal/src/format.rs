//! The bytes of a segment file. All numbers are little endian.

mod frame;
mod header;
mod seal;

pub(crate) use frame::{FRAME_HEADER_BYTES, FrameHeader};
pub(crate) use header::{HEADER_BYTES, SegmentHeader, VERSION};
pub(crate) use seal::{SEAL_BYTES, Seal};

/// The number at this place of a record.
fn u32_at(bytes: &[u8], at: usize) -> u32 {
    let mut number = [0; 4];
    number.copy_from_slice(&bytes[at..at + 4]);
    u32::from_le_bytes(number)
}

/// The number at this place of a record.
fn u64_at(bytes: &[u8], at: usize) -> u64 {
    let mut number = [0; 8];
    number.copy_from_slice(&bytes[at..at + 8]);
    u64::from_le_bytes(number)
}
