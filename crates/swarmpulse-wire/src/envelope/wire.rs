//! Protocol Buffers' wire format: tags, varints, fixed numbers and lengths.

use super::CodecError;

const VARINT: u32 = 0;
const FIXED64: u32 = 1;
const LENGTH: u32 = 2;
const FIXED32: u32 = 5;

/// A field's value before its type is known.
#[derive(Clone, Copy, Debug)]
pub(super) enum Raw<'b> {
    Varint(u64),
    Fixed64(u64),
    Bytes(&'b [u8]),
    /// Written by no release so far, and passed over.
    Fixed32,
}

#[inline]
pub(super) fn put_varint(mut number: u64, out: &mut Vec<u8>) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

#[inline]
fn put_tag(field: u32, sort: u32, out: &mut Vec<u8>) {
    put_varint(u64::from(field << 3 | sort), out);
}

#[inline]
pub(super) fn put_number(field: u32, number: u64, out: &mut Vec<u8>) {
    put_tag(field, VARINT, out);
    put_varint(number, out);
}

#[inline]
pub(super) fn put_fixed64(field: u32, number: u64, out: &mut Vec<u8>) {
    put_tag(field, FIXED64, out);
    out.extend_from_slice(&number.to_le_bytes());
}

#[inline]
pub(super) fn put_bytes(field: u32, bytes: &[u8], out: &mut Vec<u8>) {
    put_tag(field, LENGTH, out);
    put_varint(bytes.len() as u64, out);
    out.extend_from_slice(bytes);
}

/// Writes a message within a message. Its length is not known before; one byte is left for it, and what
/// turns out longer is moved.
#[inline]
pub(super) fn put_message(field: u32, out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    put_tag(field, LENGTH, out);
    let start = out.len();
    out.push(0);
    write(out);
    let length = out.len() - start - 1;
    if length < 0x80 {
        out[start] = length as u8;
        return;
    }
    let more = (length.ilog2() / 7) as usize;
    out.resize(out.len() + more, 0);
    out.copy_within(start + 1..start + 1 + length, start + 1 + more);
    let mut rest = length;
    for place in &mut out[start..start + more] {
        *place = rest as u8 | 0x80;
        rest >>= 7;
    }
    out[start + more] = rest as u8;
}

/// The fields of a message, in order.
#[derive(Clone, Debug)]
pub(super) struct Fields<'b> {
    rest: &'b [u8],
}

impl<'b> Fields<'b> {
    pub(super) fn new(message: &'b [u8]) -> Self {
        Self { rest: message }
    }

    /// The number and value of the next field.
    #[inline]
    pub(super) fn next(&mut self) -> Result<Option<(u32, Raw<'b>)>, CodecError> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let tag = self.varint()?;
        let field = u32::try_from(tag >> 3).map_err(|_| CodecError::Sort)?;
        let raw = match tag as u32 & 7 {
            VARINT => Raw::Varint(self.varint()?),
            FIXED64 => {
                let (number, rest) = self.rest.split_first_chunk().ok_or(CodecError::Truncated)?;
                self.rest = rest;
                Raw::Fixed64(u64::from_le_bytes(*number))
            }
            LENGTH => {
                let length = usize::try_from(self.varint()?).map_err(|_| CodecError::Truncated)?;
                let (bytes, rest) = self.rest.split_at_checked(length).ok_or(CodecError::Truncated)?;
                self.rest = rest;
                Raw::Bytes(bytes)
            }
            FIXED32 => {
                self.rest = self.rest.get(4..).ok_or(CodecError::Truncated)?;
                Raw::Fixed32
            }
            _ => return Err(CodecError::Sort),
        };
        Ok(Some((field, raw)))
    }

    #[inline]
    fn varint(&mut self) -> Result<u64, CodecError> {
        match self.rest.split_first() {
            Some((byte, rest)) if *byte < 0x80 => {
                self.rest = rest;
                Ok((*byte).into())
            }
            _ => self.long_varint(),
        }
    }

    fn long_varint(&mut self) -> Result<u64, CodecError> {
        let mut number = 0;
        for (place, byte) in self.rest.iter().enumerate().take(10) {
            if place == 9 && *byte > 1 {
                return Err(CodecError::Overlong);
            }
            number |= u64::from(byte & 0x7f) << (7 * place);
            if *byte < 0x80 {
                self.rest = &self.rest[place + 1..];
                return Ok(number);
            }
        }
        Err(if self.rest.len() < 10 {
            CodecError::Truncated
        } else {
            CodecError::Overlong
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn varints_of_every_length_read_back() {
        for bits in 0..64 {
            for number in [1_u64 << bits, (1 << bits) - 1, u64::MAX >> bits] {
                let mut out = Vec::new();
                put_varint(number, &mut out);
                let mut fields = Fields::new(&out);
                assert_eq!(fields.varint(), Ok(number));
                assert!(fields.rest.is_empty());
            }
        }
        assert_eq!(Fields::new(&[0xff; 10]).varint(), Err(CodecError::Overlong));
        assert_eq!(Fields::new(&[0x80; 9]).varint(), Err(CodecError::Truncated));
    }

    #[test]
    fn messages_of_every_length_get_theirs() {
        for length in [0, 1, 127, 128, 16_383, 16_384, 2_097_152] {
            let mut out = vec![9];
            put_message(17, &mut out, |out| out.resize(out.len() + length, 7));
            let mut fields = Fields::new(&out[1..]);
            match fields.next() {
                Ok(Some((17, Raw::Bytes(bytes)))) => assert_eq!(bytes, vec![7; length]),
                other => panic!("{other:?}"),
            }
            assert!(fields.next().unwrap().is_none());
        }
    }
}
