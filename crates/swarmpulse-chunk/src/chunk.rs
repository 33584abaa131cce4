//! A chunk: times and values of one series, as bytes.
//!
//! On disk: a byte with the format and whether the times are regular; how many samples; the first time; if the times
//! are regular the step, else how far the last is from the first and the column of times; the values.

use crate::ChunkError;
use crate::column::ColumnReader;
use crate::cursor::Cursor;
use crate::values::ValueReader;

/// The most samples of one chunk.
pub const CHUNK_SAMPLES_MAX: usize = 4096;

/// The format that this release writes, in the lower half of the first byte.
pub(crate) const FORMAT: u8 = 0x01;
/// Set in the first byte if all times are equally far from each other.
pub(crate) const REGULAR: u8 = 0x10;

/// A chunk of which the front was read.
#[derive(Clone, Copy, Debug)]
pub struct Chunk<'a> {
    count: usize,
    first_ms: i64,
    last_ms: i64,
    regular: bool,
    rest: Cursor<'a>,
}

impl<'a> Chunk<'a> {
    /// Reads the front of a chunk; nothing is decoded yet.
    ///
    /// # Errors
    /// If the bytes do not begin as a chunk does.
    pub fn open(bytes: &'a [u8]) -> Result<Self, ChunkError> {
        let mut rest = Cursor::new(bytes);
        let format = rest.byte("format")?;
        if format & !REGULAR != FORMAT {
            return Err(ChunkError::UnknownFormat { format });
        }
        let count = usize::try_from(rest.varint("count")?).unwrap_or(usize::MAX);
        if count > CHUNK_SAMPLES_MAX {
            return Err(ChunkError::TooMany {
                count,
                limit: CHUNK_SAMPLES_MAX,
            });
        }
        let first_ms = rest.signed("first time")?;
        let regular = format & REGULAR != 0;
        let reach = rest.varint(if regular { "step of time" } else { "span of time" })?;
        let span = match count {
            0 => return Err(ChunkError::Empty),
            _ if regular => reach.checked_mul(count as u64 - 1),
            _ => Some(reach),
        };
        let span = span.ok_or(ChunkError::invalid("step of time"))?;
        Ok(Self {
            count,
            first_ms,
            last_ms: first_ms.wrapping_add(span as i64),
            regular,
            rest,
        })
    }

    /// How many samples.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "a chunk has at least one sample")]
    pub const fn len(&self) -> usize {
        self.count
    }

    /// The time of the first sample.
    #[must_use]
    pub const fn first_ms(&self) -> i64 {
        self.first_ms
    }

    /// The time of the last sample.
    #[must_use]
    pub const fn last_ms(&self) -> i64 {
        self.last_ms
    }

    /// Appends all samples.
    ///
    /// # Errors
    /// If the bytes are damaged; then what was appended has no meaning.
    pub fn decode(&self, times_ms: &mut Vec<i64>, values: &mut Vec<f64>) -> Result<(), ChunkError> {
        let rest = self.times_into(times_ms)?;
        ValueReader::open(rest, self.count)?.read(0, self.count, values)
    }

    /// Appends all times.
    ///
    /// # Errors
    /// As [`Chunk::decode`].
    pub fn decode_times(&self, times_ms: &mut Vec<i64>) -> Result<(), ChunkError> {
        self.times_into(times_ms).map(|_| ())
    }

    /// Appends the samples from `from_ms` to `to_ms`, both inclusive; decodes no more values than it must.
    ///
    /// # Errors
    /// As [`Chunk::decode`].
    pub fn decode_span(
        &self,
        from_ms: i64,
        to_ms: i64,
        times_ms: &mut Vec<i64>,
        values: &mut Vec<f64>,
    ) -> Result<(), ChunkError> {
        if from_ms <= self.first_ms && self.last_ms <= to_ms {
            return self.decode(times_ms, values);
        }
        if to_ms < self.first_ms || self.last_ms < from_ms {
            return Ok(());
        }
        let start = times_ms.len();
        let rest = self.times_into(times_ms)?;
        let from = times_ms[start..].partition_point(|time| *time < from_ms);
        let to = times_ms[start..].partition_point(|time| *time <= to_ms);
        times_ms.truncate(start + to.max(from));
        times_ms.drain(start..start + from);
        ValueReader::open(rest, self.count)?.read(from, to, values)
    }

    /// The last sample, told from the front where that can be.
    ///
    /// # Errors
    /// As [`Chunk::decode`].
    pub fn last(&self) -> Result<(i64, f64), ChunkError> {
        Ok((self.last_ms, self.value_at(self.count - 1, self.skip_times()?)?))
    }

    /// The last sample after `after_ms` and at or before `at_ms`.
    ///
    /// # Errors
    /// As [`Chunk::decode`].
    pub fn last_in(&self, after_ms: i64, at_ms: i64) -> Result<Option<(i64, f64)>, ChunkError> {
        if at_ms < self.first_ms || self.last_ms <= after_ms {
            return Ok(None);
        }
        if self.last_ms <= at_ms {
            return self.last().map(Some);
        }
        let mut times_ms = Vec::new();
        let rest = self.times_into(&mut times_ms)?;
        let after = times_ms.partition_point(|time| *time <= at_ms);
        let Some(place) = after.checked_sub(1).filter(|place| times_ms[*place] > after_ms) else {
            return Ok(None);
        };
        Ok(Some((times_ms[place], self.value_at(place, rest)?)))
    }

    fn value_at(&self, place: usize, rest: Cursor<'_>) -> Result<f64, ChunkError> {
        let reader = ValueReader::open(rest, self.count)?;
        if place + 1 == self.count
            && let Some(last) = reader.last()
        {
            return Ok(last);
        }
        let mut values = Vec::with_capacity(1);
        reader.read(place, place + 1, &mut values)?;
        values.first().copied().ok_or(ChunkError::truncated("values"))
    }

    fn skip_times(&self) -> Result<Cursor<'a>, ChunkError> {
        if self.regular {
            return Ok(self.rest);
        }
        ColumnReader::open(self.rest, self.count, false)?.skip()
    }

    fn times_into(&self, times_ms: &mut Vec<i64>) -> Result<Cursor<'a>, ChunkError> {
        let first = self.first_ms;
        if self.regular {
            let span = self.last_ms.wrapping_sub(first) as u64;
            let step = span / (self.count as u64 - 1).max(1);
            times_ms.extend((0..self.count as u64).map(|place| first.wrapping_add((place * step) as i64)));
            return Ok(self.rest);
        }
        times_ms.reserve(self.count);
        times_ms.push(first);
        let column = ColumnReader::open(self.rest, self.count, false)?;
        column.read(0, self.count, |_, numbers| {
            times_ms.extend(numbers.iter().map(|number| first.wrapping_add(*number)));
        })
    }
}
