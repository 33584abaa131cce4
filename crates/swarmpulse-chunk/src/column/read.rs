//! Reading a column back.

use super::predictor::{Predictor, Restorer};
use crate::ChunkError;
use crate::bits::BLOCK;
use crate::block;
use crate::cold;
use crate::cursor::Cursor;

/// Set if the numbers were divided.
pub(super) const DIVIDED: u8 = 0x10;
/// Set if the residuals are entropy-coded.
pub(crate) const ENTROPY_CODED: u8 = 0x20;

/// The front of a column that was read, with what is needed to read the rest.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ColumnReader<'a> {
    cursor: Cursor<'a>,
    restorer: Restorer,
    constant: bool,
    entropy_coded: bool,
    multiplier: i64,
    last: Option<i64>,
    count: usize,
}

impl<'a> ColumnReader<'a> {
    /// Reads the front of a column of so many numbers, the first included.
    pub(crate) fn open(mut cursor: Cursor<'a>, count: usize, with_last: bool) -> Result<Self, ChunkError> {
        let first = cursor.byte("column")?;
        let (code, flags) = (first & 0x0F, first & 0xF0);
        if flags & !(DIVIDED | ENTROPY_CODED) != 0 || (code == 0 && flags != 0) {
            return Err(ChunkError::invalid("column"));
        }
        let constant = code == Predictor::Constant.code();
        let multiplier = if flags & DIVIDED == 0 {
            1
        } else {
            cursor.varint("divisor")? as i64
        };
        let last = if with_last && !constant {
            Some(cursor.signed("last number")?.wrapping_mul(multiplier))
        } else {
            constant.then_some(0)
        };
        let entropy_coded = flags & ENTROPY_CODED != 0;
        let predictor = match code {
            0 => Predictor::Constant,
            1 => Predictor::Level,
            2 => Predictor::Delta,
            3 if !entropy_coded => Predictor::Line(cursor.signed("slope")?),
            4 if !entropy_coded => Predictor::DoubleDelta,
            _ => return Err(ChunkError::invalid("column")),
        };
        Ok(Self {
            cursor,
            restorer: Restorer::new(predictor),
            constant,
            entropy_coded,
            multiplier,
            last,
            count,
        })
    }

    /// The last number, where it is written at the front.
    pub(crate) const fn last(&self) -> Option<i64> {
        self.last
    }

    /// Whether all numbers are zero.
    pub(crate) const fn is_constant(&self) -> bool {
        self.constant
    }

    /// Passes over the numbers, and gives what comes after.
    pub(crate) fn skip(mut self) -> Result<Cursor<'a>, ChunkError> {
        if self.constant {
            return Ok(self.cursor);
        }
        if self.entropy_coded {
            cold::skip(&mut self.cursor)?;
            return Ok(self.cursor);
        }
        let (mut left, mut base) = (self.count.saturating_sub(1), 0);
        while left > 0 {
            let count = left.min(BLOCK);
            block::skip(&mut self.cursor, count, &mut base)?;
            left -= count;
        }
        Ok(self.cursor)
    }

    /// Gives the numbers from place `from` to before place `to` to `each`, in runs, each with the place of its first; the
    /// first number of all is never among them. A run may begin before `from` or end after `to`. If `to` is the count, the
    /// cursor comes to stand after the column, and is returned.
    pub(crate) fn read(
        mut self,
        from: usize,
        to: usize,
        mut each: impl FnMut(usize, &[i64]),
    ) -> Result<Cursor<'a>, ChunkError> {
        let mut numbers = [0i64; BLOCK];
        if self.entropy_coded {
            let mut residuals = Vec::new();
            cold::unpack(&mut self.cursor, self.count.saturating_sub(1), &mut residuals)?;
            for (run, chunk) in residuals.chunks_mut(BLOCK).enumerate() {
                let place = 1 + run * BLOCK;
                if place >= to {
                    break;
                }
                self.restore(chunk);
                if place + chunk.len() > from {
                    each(place, chunk);
                }
            }
            return Ok(self.cursor);
        }
        let (mut place, mut base) = (1, 0);
        while place < self.count.min(to) {
            let count = (self.count - place).min(BLOCK);
            if self.constant {
                each(place, &numbers[..count]);
            } else if place + count <= from && self.restorer.is_random_access() {
                block::skip(&mut self.cursor, count, &mut base)?;
                self.restorer.pass_over(count);
            } else {
                block::read(&mut self.cursor, count, &mut base, &mut numbers)?;
                self.restore(&mut numbers[..count]);
                each(place, &numbers[..count]);
            }
            place += count;
        }
        Ok(self.cursor)
    }

    fn restore(&mut self, residuals: &mut [i64]) {
        self.restorer.restore(residuals);
        if self.multiplier != 1 {
            for number in residuals {
                *number = number.wrapping_mul(self.multiplier);
            }
        }
    }
}
