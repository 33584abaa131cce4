//! Walking over the fields of a protobuf message.

/// What is wrong with a message, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Damage {
    pub problem: &'static str,
    pub offset: usize,
}

pub(super) const VARINT: u8 = 0;
pub(super) const FIXED64: u8 = 1;
pub(super) const BYTES: u8 = 2;
const FIXED32: u8 = 5;

/// A span of the body that is read from front to back. Offsets are those of the body.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fields<'a> {
    pub body: &'a [u8],
    pub at: usize,
    pub end: usize,
}

impl<'a> Fields<'a> {
    /// All of a body.
    pub fn of(body: &'a [u8]) -> Self {
        Self {
            body,
            at: 0,
            end: body.len(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.at >= self.end
    }

    fn damage(&self, problem: &'static str) -> Damage {
        Damage {
            problem,
            offset: self.at,
        }
    }

    /// The byte at the front, if there is one.
    pub fn peek(&self) -> Option<u8> {
        if self.at < self.end {
            self.body.get(self.at).copied()
        } else {
            None
        }
    }

    #[inline]
    pub fn varint(&mut self) -> Result<u64, Damage> {
        if let Some(byte) = self.peek()
            && byte < 0x80
        {
            self.at += 1;
            return Ok(u64::from(byte));
        }
        self.long_varint()
    }

    fn long_varint(&mut self) -> Result<u64, Damage> {
        let rest = self.body.get(self.at..self.end).unwrap_or_default();
        let mut value = 0u64;
        for (place, byte) in rest.iter().take(10).enumerate() {
            value |= u64::from(byte & 0x7F) << (7 * place);
            if byte & 0x80 == 0 {
                self.at += place + 1;
                return Ok(value);
            }
        }
        Err(self.damage(if rest.len() < 10 {
            "a number is cut off"
        } else {
            "a number is too long"
        }))
    }

    /// The next field's number and wire type.
    #[inline]
    pub fn tag(&mut self) -> Result<(u64, u8), Damage> {
        let tag = self.varint()?;
        Ok((tag >> 3, (tag & 7) as u8))
    }

    /// The next bytes with their length before them, as a span of their own.
    #[inline]
    pub fn bytes(&mut self) -> Result<Fields<'a>, Damage> {
        let length = self.varint()?;
        if length > (self.end - self.at) as u64 {
            return Err(self.damage("a field is longer than what holds it"));
        }
        let inner = Fields {
            body: self.body,
            at: self.at,
            end: self.at + length as usize,
        };
        self.at = inner.end;
        Ok(inner)
    }

    pub fn fixed64(&mut self) -> Result<u64, Damage> {
        let bytes = self.body.get(self.at..self.end).unwrap_or_default();
        let Some(first) = bytes.first_chunk::<8>() else {
            return Err(self.damage("a number is cut off"));
        };
        self.at += 8;
        Ok(u64::from_le_bytes(*first))
    }

    /// Passes over a field of that wire type.
    pub fn skip(&mut self, wire: u8) -> Result<(), Damage> {
        match wire {
            VARINT => self.varint().map(drop),
            FIXED64 => self.fixed64().map(drop),
            BYTES => self.bytes().map(drop),
            FIXED32 if self.end - self.at >= 4 => {
                self.at += 4;
                Ok(())
            }
            FIXED32 => Err(self.damage("a number is cut off")),
            _ => Err(self.damage("a field of an unknown kind")),
        }
    }

    /// What is left, as bytes.
    pub fn rest(&self) -> &'a [u8] {
        self.body.get(self.at..self.end).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_every_length_are_read_with_and_without_bytes_behind_them() {
        for shift in 0..64 {
            for number in [1u64 << shift, (1u64 << shift) - 1, u64::MAX >> shift] {
                let mut bytes = Vec::new();
                let mut rest = number;
                while rest >= 0x80 {
                    bytes.push(rest as u8 | 0x80);
                    rest >>= 7;
                }
                bytes.push(rest as u8);
                let length = bytes.len();
                for behind in [&[][..], &[0xFF; 8], &[0; 8]] {
                    let mut body = bytes.clone();
                    body.extend_from_slice(behind);
                    let mut fields = Fields::of(&body);
                    assert_eq!((fields.varint(), fields.at), (Ok(number), length));
                }
            }
        }
    }

    #[test]
    fn numbers_and_spans_end_where_they_end() {
        let body = [0x96, 0x01, 0x0A, 0x02, 7, 8, 0x05];
        let mut fields = Fields::of(&body);
        assert_eq!(fields.varint(), Ok(150));
        assert_eq!(fields.tag(), Ok((1, BYTES)));
        assert_eq!(fields.bytes().map(|inner| inner.rest()), Ok(&[7, 8][..]));
        assert_eq!(fields.varint(), Ok(5));
        assert!(fields.is_empty() && fields.varint().is_err());
        assert_eq!(
            Fields::of(&[0xFF; 11]).varint().map_err(|damage| damage.problem),
            Err("a number is too long")
        );
        let mut huge = Fields::of(&[0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01, 1]);
        assert!(huge.bytes().is_err(), "a length beyond every address");
        for wire in [3, 4, 6, 7] {
            assert!(Fields::of(&[0, 0, 0, 0]).skip(wire).is_err(), "{wire}");
        }
    }
}
