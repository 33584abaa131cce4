//! Reading values back.

use swarmpulse_model::series::STALE_NAN_BITS;

use super::{BITS, DECIMAL, EXCEPTIONS, FORM, NEAR};
use crate::ChunkError;
use crate::column::ColumnReader;
use crate::cursor::Cursor;
use crate::decimal::{ordered, power};

/// The front of the values that was read, with what is needed to read the rest.
#[derive(Debug)]
pub(crate) struct ValueReader<'a> {
    form: u8,
    power: f64,
    first: i64,
    exceptions: Exceptions<'a>,
    column: ColumnReader<'a>,
    count: usize,
}

impl<'a> ValueReader<'a> {
    /// Reads the front of so many values; at least one.
    pub(crate) fn open(mut cursor: Cursor<'a>, count: usize) -> Result<Self, ChunkError> {
        let head = cursor.byte("values")?;
        let (form, exponent) = (head & FORM, usize::from(head >> 4));
        if head & 0x08 != 0 || form > NEAR {
            return Err(ChunkError::invalid("form of values"));
        }
        let first = match form {
            BITS => cursor.bits_of_value("first value")? as i64,
            _ => cursor.signed("first value")?,
        };
        let exceptions = if head & EXCEPTIONS == 0 {
            Exceptions::default()
        } else {
            Exceptions::read(&mut cursor, count)?
        };
        Ok(Self {
            form,
            power: power(exponent),
            first,
            exceptions,
            column: ColumnReader::open(cursor, count, form != NEAR)?,
            count,
        })
    }

    /// The last value, if it can be told from the front.
    pub(crate) fn last(&self) -> Option<f64> {
        let place = self.count - 1;
        if let Some((_, bits)) = self.exceptions.iter().find(|(at, _)| *at == place) {
            return Some(f64::from_bits(bits));
        }
        let last = self.first.wrapping_add(self.column.last()?);
        match self.form {
            DECIMAL => Some(last as f64 / self.power),
            BITS => Some(f64::from_bits(ordered(last) as u64)),
            _ => None,
        }
    }

    /// Appends the values from place `from` to before place `to`, which is at most the count.
    pub(crate) fn read(self, from: usize, to: usize, into: &mut Vec<f64>) -> Result<(), ChunkError> {
        if from >= to {
            return Ok(());
        }
        let (start, first, power) = (into.len(), self.first, self.power);
        into.reserve(to - from);
        match self.form {
            DECIMAL if power == 1.0 => {
                self.column_into(from, to, into, |number| first.wrapping_add(number) as f64)?;
            }
            DECIMAL => {
                self.column_into(from, to, into, |number| first.wrapping_add(number) as f64 / power)?;
            }
            BITS => self.column_into(from, to, into, |number| {
                f64::from_bits(ordered(first.wrapping_add(number)) as u64)
            })?,
            _ => return self.read_near(from, to, into),
        }
        self.exceptions.patch(from, &mut into[start..]);
        Ok(())
    }
}

impl<'a> ValueReader<'a> {
    fn column_into(
        &self,
        from: usize,
        to: usize,
        into: &mut Vec<f64>,
        value_of: impl Fn(i64) -> f64,
    ) -> Result<(), ChunkError> {
        if self.column.is_constant() {
            into.resize(into.len() + (to - from), value_of(0));
            return Ok(());
        }
        if from == 0 {
            into.push(value_of(0));
        }
        self.column.read(from, to, |place, numbers| {
            let numbers = within(place, numbers, from, to);
            into.extend(numbers.iter().map(|number| value_of(*number)));
        })?;
        Ok(())
    }

    fn read_near(self, from: usize, to: usize, into: &mut Vec<f64>) -> Result<(), ChunkError> {
        let (start, first, power) = (into.len(), self.first, self.power);
        self.column_into(from, to, into, |number| first.wrapping_add(number) as f64 / power)?;
        let mut cursor = self.column.skip()?;
        let first = cursor.signed("first miss")?;
        let units = ColumnReader::open(cursor, self.count, false)?;
        let values = &mut into[start..];
        let miss = |value: &mut f64, number: i64| {
            let units = first.wrapping_add(number) as u64;
            *value = f64::from_bits(value.to_bits().wrapping_add(units));
        };
        if units.is_constant() {
            values.iter_mut().for_each(|value| miss(value, 0));
        } else {
            if from == 0 {
                miss(&mut values[0], 0);
            }
            units.read(from, to, |place, numbers| {
                let offset = place.max(from) - from;
                let numbers = within(place, numbers, from, to);
                let values = values.get_mut(offset..).unwrap_or_default();
                for (value, number) in values.iter_mut().zip(numbers) {
                    miss(value, *number);
                }
            })?;
        }
        self.exceptions.patch(from, &mut into[start..]);
        Ok(())
    }
}

/// The part of a run that lies from place `from` to before place `to`.
fn within(place: usize, numbers: &[i64], from: usize, to: usize) -> &[i64] {
    let start = from.saturating_sub(place).min(numbers.len());
    let end = to.saturating_sub(place).clamp(start, numbers.len());
    &numbers[start..end]
}

/// Values that are written apart.
#[derive(Clone, Copy, Debug)]
struct Exceptions<'a> {
    cursor: Cursor<'a>,
    count: usize,
}

impl Default for Exceptions<'_> {
    fn default() -> Self {
        Self {
            cursor: Cursor::new(&[]),
            count: 0,
        }
    }
}

impl<'a> Exceptions<'a> {
    fn read(cursor: &mut Cursor<'a>, samples: usize) -> Result<Self, ChunkError> {
        let count = cursor.varint("exceptions")?;
        let count = usize::try_from(count).map_err(|_| ChunkError::invalid("exceptions"))?;
        if count > samples {
            return Err(ChunkError::invalid("exceptions"));
        }
        let exceptions = Self {
            cursor: *cursor,
            count,
        };
        let mut place = 0u64;
        for _ in 0..count {
            let head = cursor.varint("exception")?;
            place += head >> 1;
            if place >= samples as u64 {
                return Err(ChunkError::invalid("place of an exception"));
            }
            place += 1;
            if head & 1 == 0 {
                cursor.bits_of_value("exception")?;
            }
        }
        Ok(exceptions)
    }

    /// Place and bits of each; they were checked when read first.
    fn iter(self) -> impl Iterator<Item = (usize, u64)> {
        let (mut cursor, mut after) = (self.cursor, 0usize);
        (0..self.count).map_while(move |_| {
            let head = cursor.varint("exception").ok()?;
            let place = after + (head >> 1) as usize;
            after = place + 1;
            let bits = if head & 1 == 1 {
                STALE_NAN_BITS
            } else {
                cursor.bits_of_value("exception").ok()?
            };
            Some((place, bits))
        })
    }

    /// Puts them in their places among values of which the first is at place `from`.
    fn patch(self, from: usize, values: &mut [f64]) {
        for (place, bits) in self.iter() {
            if let Some(value) = place.checked_sub(from).and_then(|place| values.get_mut(place)) {
                *value = f64::from_bits(bits);
            }
        }
    }
}
