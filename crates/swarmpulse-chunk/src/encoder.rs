//! Writing chunks.

use crate::ChunkError;
use crate::chunk::{CHUNK_SAMPLES_MAX, FORMAT, REGULAR};
use crate::column::ColumnPlanner;
use crate::cursor::{Cursor, push_signed, push_varint};
use crate::values::{ValuePlanner, ValueReader};

/// How hard to try.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Effort {
    /// Bit packing only: quick to write and to read.
    #[default]
    Hot,
    /// Also an entropy code, where it is smaller: for what is read seldom, in chunks of about a thousand samples.
    Cold,
}

/// Writes chunks; keep one per thread, because it keeps its memory.
#[derive(Debug, Default)]
pub struct Encoder {
    distances: Vec<i64>,
    times: ColumnPlanner,
    values: ValuePlanner,
}

impl Encoder {
    /// Appends one chunk. Any value keeps its very bits; times are meant to be sorted, and are kept in any case.
    ///
    /// # Errors
    /// If there are no samples, more than [`CHUNK_SAMPLES_MAX`], or not as many times as values; then nothing is appended.
    pub fn encode(
        &mut self,
        times_ms: &[i64],
        values: &[f64],
        effort: Effort,
        into: &mut Vec<u8>,
    ) -> Result<(), ChunkError> {
        let (count, first_ms, last_ms) = match times_ms {
            [] => return Err(ChunkError::Empty),
            [first, .., last] => (times_ms.len(), *first, *last),
            [only] => (1, *only, *only),
        };
        if count != values.len() {
            return Err(ChunkError::Uneven {
                times: count,
                values: values.len(),
            });
        }
        check_count(count)?;
        let step = regular_step(times_ms);
        into.push(FORMAT | if step.is_some() { REGULAR } else { 0 });
        push_varint(into, count as u64);
        push_signed(into, first_ms);
        push_varint(into, step.unwrap_or(last_ms.wrapping_sub(first_ms) as u64));
        let cold = effort == Effort::Cold;
        if step.is_none() {
            self.distances.clear();
            self.distances
                .extend(times_ms.iter().map(|time| time.wrapping_sub(first_ms)));
            self.times.plan(&self.distances, true, false);
            if cold {
                self.times.plan_cold();
            }
            self.times.write(into);
        }
        self.values.write(values, cold, into);
        Ok(())
    }

    /// Appends values alone, for columns that have no times; [`decode_values`] reads them.
    ///
    /// # Errors
    /// As [`Encoder::encode`].
    pub fn encode_values(
        &mut self,
        values: &[f64],
        effort: Effort,
        into: &mut Vec<u8>,
    ) -> Result<(), ChunkError> {
        check_count(values.len())?;
        self.values.write(values, effort == Effort::Cold, into);
        Ok(())
    }
}

/// Appends so many values that [`Encoder::encode_values`] wrote.
///
/// # Errors
/// If the bytes are damaged, or there would be none or too many values; then what was appended has no meaning.
pub fn decode_values(bytes: &[u8], count: usize, into: &mut Vec<f64>) -> Result<(), ChunkError> {
    check_count(count)?;
    ValueReader::open(Cursor::new(bytes), count)?.read(0, count, into)
}

fn check_count(count: usize) -> Result<(), ChunkError> {
    match count {
        0 => Err(ChunkError::Empty),
        1..=CHUNK_SAMPLES_MAX => Ok(()),
        _ => Err(ChunkError::TooMany {
            count,
            limit: CHUNK_SAMPLES_MAX,
        }),
    }
}

/// How far times are from each other, if that is always the same and each is after the one before.
fn regular_step(times_ms: &[i64]) -> Option<u64> {
    let [first, second, ..] = times_ms else {
        return Some(0);
    };
    let step = u64::try_from(second.wrapping_sub(*first)).ok()?;
    // The last must be reachable without wrapping around.
    step.checked_mul(times_ms.len() as u64 - 1)?;
    let same = |pair: &[i64]| pair[1].wrapping_sub(pair[0]) as u64 == step;
    times_ms.windows(2).all(same).then_some(step)
}
