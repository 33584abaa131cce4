//! Numbers of variable length, written and read byte by byte.

use crate::ChunkError;

/// Maps small numbers of either sign to small numbers without one.
pub(crate) const fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)) as u64
}

/// Undoes [`zigzag`].
pub(crate) const fn unzigzag(value: u64) -> i64 {
    ((value >> 1) as i64) ^ -((value & 1) as i64)
}

/// Appends a number, seven bits a byte.
pub(crate) fn push_varint(into: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        into.push(value as u8 | 0x80);
        value >>= 7;
    }
    into.push(value as u8);
}

/// Appends a number with a sign.
pub(crate) fn push_signed(into: &mut Vec<u8>, value: i64) {
    push_varint(into, zigzag(value));
}

/// How many bytes [`push_varint`] appends.
pub(crate) const fn varint_bytes(value: u64) -> usize {
    bit_length(value).div_ceil(7) as usize + (value == 0) as usize
}

/// How many bits a number needs: none for 0, 64 for the largest.
pub(crate) const fn bit_length(value: u64) -> u32 {
    64 - value.leading_zeros()
}

/// Reads bytes from the front.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cursor<'a> {
    bytes: &'a [u8],
}

impl<'a> Cursor<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes }
    }

    #[cfg(test)]
    pub(crate) const fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    pub(crate) fn byte(&mut self, part: &'static str) -> Result<u8, ChunkError> {
        let (first, rest) = self.bytes.split_first().ok_or(ChunkError::truncated(part))?;
        self.bytes = rest;
        Ok(*first)
    }

    pub(crate) fn take(&mut self, count: usize, part: &'static str) -> Result<&'a [u8], ChunkError> {
        let (taken, rest) = self
            .bytes
            .split_at_checked(count)
            .ok_or(ChunkError::truncated(part))?;
        self.bytes = rest;
        Ok(taken)
    }

    pub(crate) fn bits_of_value(&mut self, part: &'static str) -> Result<u64, ChunkError> {
        let (taken, rest) = self
            .bytes
            .split_first_chunk::<8>()
            .ok_or(ChunkError::truncated(part))?;
        self.bytes = rest;
        Ok(u64::from_le_bytes(*taken))
    }

    pub(crate) fn varint(&mut self, part: &'static str) -> Result<u64, ChunkError> {
        let mut value = 0u64;
        for (place, byte) in self.bytes.iter().enumerate().take(10) {
            let bits = u64::from(byte & 0x7F);
            if place == 9 && bits > 1 {
                return Err(ChunkError::invalid(part));
            }
            value |= bits << (7 * place);
            if byte & 0x80 == 0 {
                self.bytes = &self.bytes[place + 1..];
                return Ok(value);
            }
        }
        Err(ChunkError::truncated(part))
    }

    pub(crate) fn signed(&mut self, part: &'static str) -> Result<i64, ChunkError> {
        self.varint(part).map(unzigzag)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_variable_length_round_trip() {
        for value in [0, 1, 127, 128, 16_383, 16_384, u64::MAX / 2, u64::MAX] {
            let mut bytes = Vec::new();
            push_varint(&mut bytes, value);
            assert_eq!(bytes.len(), varint_bytes(value), "{value}");
            assert_eq!(Cursor::new(&bytes).varint("number"), Ok(value));
            assert_eq!(
                Cursor::new(&bytes[..bytes.len() - 1]).varint("number"),
                Err(ChunkError::truncated("number"))
            );
        }
        for value in [0, -1, 1, i64::MIN, i64::MAX] {
            assert_eq!(unzigzag(zigzag(value)), value);
        }
        let too_long = [0xFF; 10];
        assert!(Cursor::new(&too_long).varint("number").is_err());
    }
}
