//! How each Rust type stands in a field, and how a struct is a message of them.

use swarmpulse_model::{Attributes, Text, Timestamp, Value};

use super::CodecError;
use super::wire::{Fields, Raw, put_bytes, put_fixed64, put_message, put_number};

/// A type that can stand in a field.
pub(super) trait Field: Sized {
    /// What an absent field means.
    fn initial() -> Self;

    /// Writes the field, even if its value is the initial one.
    fn put_always(&self, number: u32, out: &mut Vec<u8>);

    /// Writes the field unless its absence says the same.
    fn put(&self, number: u32, out: &mut Vec<u8>);

    /// Reads the field; of a list one element.
    fn take(&mut self, raw: Raw<'_>) -> Result<(), CodecError>;
}

/// A struct whose fields have numbers; [`message`] implements it.
pub(super) trait Message: Sized {
    fn blank() -> Self;
    fn put_fields(&self, out: &mut Vec<u8>);
    /// Reads one field; one of an unknown number is passed over.
    fn take_field(&mut self, number: u32, raw: Raw<'_>) -> Result<(), CodecError>;
}

/// Reads all fields of a message into `message`.
#[inline]
pub(super) fn read_message<M: Message>(message: &mut M, raw: Raw<'_>) -> Result<(), CodecError> {
    let Raw::Bytes(bytes) = raw else {
        return Err(CodecError::Sort);
    };
    let mut fields = Fields::new(bytes);
    while let Some((number, raw)) = fields.next()? {
        message.take_field(number, raw)?;
    }
    Ok(())
}

/// `message!(Type { 1 field, 2 other })`: the struct with its numbers. All its fields must be there.
/// `message!(Type = expression { ... })` writes every field always and starts reading from the expression.
macro_rules! message {
    ($type:ident { $($number:literal $field:ident),+ $(,)? }) => {
        impl Message for $type {
            fn blank() -> Self {
                Self { $($field: Field::initial()),+ }
            }

            #[inline]
            fn put_fields(&self, out: &mut Vec<u8>) {
                let Self { $($field),+ } = self;
                $(Field::put($field, $number, out);)+
            }

            #[inline]
            fn take_field(&mut self, number: u32, raw: Raw<'_>) -> Result<(), CodecError> {
                match number {
                    $($number => Field::take(&mut self.$field, raw),)+
                    _ => Ok(()),
                }
            }
        }
    };
    ($type:ident = $blank:expr => { $($number:literal $field:ident),+ $(,)? }) => {
        impl Message for $type {
            fn blank() -> Self {
                $blank
            }

            fn put_fields(&self, out: &mut Vec<u8>) {
                let Self { $($field),+ } = self;
                $(Field::put_always($field, $number, out);)+
            }

            fn take_field(&mut self, number: u32, raw: Raw<'_>) -> Result<(), CodecError> {
                match number {
                    $($number => Field::take(&mut self.$field, raw),)+
                    _ => Ok(()),
                }
            }
        }
    };
}
pub(super) use message;

impl<M: Message> Field for M {
    fn initial() -> Self {
        M::blank()
    }

    #[inline]
    fn put_always(&self, number: u32, out: &mut Vec<u8>) {
        put_message(number, out, |out| self.put_fields(out));
    }

    fn put(&self, number: u32, out: &mut Vec<u8>) {
        let start = out.len();
        let mut written = 0;
        put_message(number, out, |out| {
            let before = out.len();
            self.put_fields(out);
            written = out.len() - before;
        });
        if written == 0 {
            out.truncate(start);
        }
    }

    fn take(&mut self, raw: Raw<'_>) -> Result<(), CodecError> {
        read_message(self, raw)
    }
}

/// Implements [`Field`] for types that one call writes and one pattern reads.
macro_rules! plain {
    ($($type:ty: $initial:expr, |$value:ident, $number:ident, $out:ident| $put:expr, $pattern:pat => $read:expr;)+) => {
        $(impl Field for $type {
            fn initial() -> Self {
                $initial
            }

            #[inline]
            fn put_always(&self, $number: u32, $out: &mut Vec<u8>) {
                let $value = self;
                $put;
            }

            #[inline]
            fn put(&self, number: u32, out: &mut Vec<u8>) {
                if *self != $initial {
                    self.put_always(number, out);
                }
            }

            #[inline]
            fn take(&mut self, raw: Raw<'_>) -> Result<(), CodecError> {
                match raw {
                    $pattern => *self = $read,
                    _ => return Err(CodecError::Sort),
                }
                Ok(())
            }
        })+
    };
}

plain! {
    bool: false, |value, number, out| put_number(number, u64::from(*value), out), Raw::Varint(value) => value != 0;
    u16: 0, |value, number, out| put_number(number, u64::from(*value), out),
        Raw::Varint(value) => narrow(value)?;
    u32: 0, |value, number, out| put_number(number, u64::from(*value), out),
        Raw::Varint(value) => narrow(value)?;
    u64: 0, |value, number, out| put_number(number, *value, out), Raw::Varint(value) => value;
    i32: 0, |value, number, out| put_number(number, zigzag(i64::from(*value)), out),
        Raw::Varint(value) => narrow(unzigzag(value))?;
    i64: 0, |value, number, out| put_number(number, zigzag(*value), out), Raw::Varint(value) => unzigzag(value);
    Timestamp: Timestamp(0), |value, number, out| put_fixed64(number, value.0 as u64, out),
        Raw::Fixed64(value) => Timestamp(value as i64);
    Text: Text::const_new(""), |value, number, out| put_bytes(number, value.as_bytes(), out),
        Raw::Bytes(value) => Text::new(utf8(value)?);
    Box<str>: Box::default(), |value, number, out| put_bytes(number, value.as_bytes(), out),
        Raw::Bytes(value) => utf8(value)?.into();
}

/// By bits, so that `-0.0` and every NaN come back as they were.
impl Field for f64 {
    fn initial() -> Self {
        0.0
    }

    #[inline]
    fn put_always(&self, number: u32, out: &mut Vec<u8>) {
        put_fixed64(number, self.to_bits(), out);
    }

    #[inline]
    fn put(&self, number: u32, out: &mut Vec<u8>) {
        if self.to_bits() != 0 {
            self.put_always(number, out);
        }
    }

    #[inline]
    fn take(&mut self, raw: Raw<'_>) -> Result<(), CodecError> {
        let Raw::Fixed64(bits) = raw else {
            return Err(CodecError::Sort);
        };
        *self = Self::from_bits(bits);
        Ok(())
    }
}

impl<T: Field> Field for Option<T> {
    fn initial() -> Self {
        None
    }

    #[inline]
    fn put_always(&self, number: u32, out: &mut Vec<u8>) {
        self.put(number, out);
    }

    #[inline]
    fn put(&self, number: u32, out: &mut Vec<u8>) {
        if let Some(value) = self {
            value.put_always(number, out);
        }
    }

    #[inline]
    fn take(&mut self, raw: Raw<'_>) -> Result<(), CodecError> {
        self.insert(T::initial()).take(raw)
    }
}

impl<T: Field> Field for Vec<T> {
    fn initial() -> Self {
        Self::new()
    }

    fn put_always(&self, number: u32, out: &mut Vec<u8>) {
        self.put(number, out);
    }

    #[inline]
    fn put(&self, number: u32, out: &mut Vec<u8>) {
        for element in self {
            element.put_always(number, out);
        }
    }

    #[inline]
    fn take(&mut self, raw: Raw<'_>) -> Result<(), CodecError> {
        let mut element = T::initial();
        element.take(raw)?;
        self.push(element);
        Ok(())
    }
}

/// A metric: its name is field 1, its number field 2.
impl Message for (Text, f64) {
    fn blank() -> Self {
        (Text::default(), 0.0)
    }

    #[inline]
    fn put_fields(&self, out: &mut Vec<u8>) {
        self.0.put(1, out);
        self.1.put(2, out);
    }

    #[inline]
    fn take_field(&mut self, number: u32, raw: Raw<'_>) -> Result<(), CodecError> {
        match number {
            1 => self.0.take(raw),
            2 => self.1.take(raw),
            _ => Ok(()),
        }
    }
}

/// An attribute: its name is field 1; one of the others is its value, and none of them is null.
impl Message for (Text, Value) {
    fn blank() -> Self {
        (Text::default(), Value::Null)
    }

    fn put_fields(&self, out: &mut Vec<u8>) {
        self.0.put(1, out);
        match &self.1 {
            Value::Null => {}
            Value::Bool(value) => value.put_always(2, out),
            Value::Integer(value) => value.put_always(3, out),
            Value::Number(value) => value.put_always(4, out),
            Value::Text(value) => value.put_always(5, out),
            Value::Json(value) => value.put_always(6, out),
        }
    }

    fn take_field(&mut self, number: u32, raw: Raw<'_>) -> Result<(), CodecError> {
        self.1 = match number {
            1 => return self.0.take(raw),
            2 => Value::Bool(read(raw)?),
            3 => Value::Integer(read(raw)?),
            4 => Value::Number(read(raw)?),
            5 => Value::Text(read(raw)?),
            6 => Value::Json(read(raw)?),
            _ => return Ok(()),
        };
        Ok(())
    }
}

impl Field for Attributes {
    fn initial() -> Self {
        Self::default()
    }

    fn put_always(&self, number: u32, out: &mut Vec<u8>) {
        self.0.put(number, out);
    }

    #[inline]
    fn put(&self, number: u32, out: &mut Vec<u8>) {
        self.0.put(number, out);
    }

    fn take(&mut self, raw: Raw<'_>) -> Result<(), CodecError> {
        self.0.take(raw)
    }
}

/// One value of a type.
pub(super) fn read<T: Field>(raw: Raw<'_>) -> Result<T, CodecError> {
    let mut value = T::initial();
    value.take(raw)?;
    Ok(value)
}

fn narrow<Wide, Narrow: TryFrom<Wide>>(number: Wide) -> Result<Narrow, CodecError> {
    Narrow::try_from(number).map_err(|_| CodecError::Overlong)
}

#[inline]
fn utf8(bytes: &[u8]) -> Result<&str, CodecError> {
    std::str::from_utf8(bytes).map_err(|_| CodecError::Encoding)
}

/// Small numbers of either sign become small ones.
#[inline]
fn zigzag(number: i64) -> u64 {
    ((number << 1) ^ (number >> 63)) as u64
}

#[inline]
fn unzigzag(number: u64) -> i64 {
    (number >> 1) as i64 ^ -((number & 1) as i64)
}
